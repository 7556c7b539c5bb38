// A probe of distribution's own registry, with users and passwords and with a token service.
#include "live/docker_registry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include <array>
#include <ctime>

#include "live/asking.h"
#include "live/azure_registry.h"
#include "live/base64.h"
#include "live/http_server.h"
#include "live/openssl_parts.h"
#include "live/probe.h"

namespace acr {
namespace {

using test::ask_one;
using test::DockerRegistry;
using test::Request;
using test::Response;

constexpr const char* kService = "registry.test";

// A token as distribution's registry verifies it: ES256, with the signer's certificate in it.
std::string sign(std::string_view access) {
  static const test::Identity signer = test::shared_authority().issue();
  std::string der;
  for (std::size_t at = 0; at < signer.certificate.size();) {
    const auto end = signer.certificate.find('\n', at);
    const auto line = signer.certificate.substr(at, end - at);
    if (!line.starts_with("-----")) der += line;
    at = end + 1;
  }
  const auto now = std::time(nullptr);
  const std::string text =
      encode_base64url(fmt::format(R"({{"typ":"JWT","alg":"ES256","x5c":["{}"]}})", der)) + "." +
      encode_base64url(fmt::format(
          R"({{"iss":"tests","sub":"x","aud":"{}","iat":{},"nbf":{},"exp":{},"jti":"1","access":{}}})",
          kService, now, now - 60, now + 600, access));
  const KeyPtr key = read_key(signer.key, "");
  const DigestPtr digest(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der_signature{};
  std::size_t length = der_signature.size();
  EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get());
  EVP_DigestSign(digest.get(), der_signature.data(), &length,
                 reinterpret_cast<const unsigned char*>(text.data()), text.size());
  const unsigned char* start = der_signature.data();
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &start, static_cast<long>(length));
  std::array<unsigned char, 64> raw{};
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw.data(), 32);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw.data() + 32, 32);
  ECDSA_SIG_free(pair);
  return text + "." + encode_base64url({reinterpret_cast<const char*>(raw.data()), raw.size()});
}

std::string repository_access(std::string_view actions) {
  return fmt::format(R"([{{"type":"repository","name":"shop/cart","actions":[{}]}}])", actions);
}

// Over the registry's API, as every client does it.
class Pusher {
 public:
  Pusher(std::string name, std::string authorization)
      : base_("https://" + name), authorization_(std::move(authorization)) {}

  std::string put_blob(const std::string& bytes) const {
    Call start = call("POST", base_ + "/v2/shop/cart/blobs/uploads/", "");
    const Answer begun = ask_one(std::move(start));
    EXPECT_EQ(begun.status, 202) << begun.detail << begun.body;
    const auto place = begun.headers.find("location");
    if (place == begun.headers.end()) return {};
    std::string url = place->second.starts_with('/') ? base_ + place->second : place->second;
    const std::string digest = test::digest_of(bytes);
    url += (url.find('?') == std::string::npos ? "?digest=" : "&digest=") + digest;
    const Answer stored =
        ask_one(call("PUT", url, bytes, "Content-Type: application/octet-stream"));
    EXPECT_EQ(stored.status, 201) << stored.detail << stored.body;
    return fmt::format(R"("digest":"{}","size":{})", digest, bytes.size());
  }

  std::string put_manifest(const std::string& body, const char* type, std::string tag = {}) const {
    const std::string digest = test::digest_of(body);
    if (tag.empty()) tag = digest;
    const Answer stored = ask_one(call("PUT", base_ + "/v2/shop/cart/manifests/" + tag, body,
                                       std::string("Content-Type: ") + type));
    EXPECT_EQ(stored.status, 201) << stored.detail << stored.body;
    return fmt::format(R"("mediaType":"{}","digest":"{}","size":{})", type, digest, body.size());
  }

  void put_image() const {
    constexpr const char* kImage = "application/vnd.oci.image.manifest.v1+json";
    constexpr const char* kIndex = "application/vnd.oci.image.index.v1+json";
    std::string entries;
    for (const char* processor : {"amd64", "arm64"}) {
      const std::string config = put_blob(fmt::format(
          R"({{"architecture":"{}","os":"linux","rootfs":{{"type":"layers","diff_ids":[]}}}})",
          processor));
      const std::string layer = put_blob(std::string(600'000, processor[1]));
      const std::string manifest = fmt::format(
          R"({{"schemaVersion":2,"mediaType":"{}","config":{{"mediaType":"application/vnd.oci.image.config.v1+json",{}}},)"
          R"("layers":[{{"mediaType":"application/vnd.oci.image.layer.v1.tar",{}}}]}})",
          kImage, config, layer);
      put_manifest(manifest, kImage, processor);
      entries += fmt::format(R"({}{{{},"platform":{{"os":"linux","architecture":"{}"}}}})",
                             entries.empty() ? "" : ",", put_manifest(manifest, kImage), processor);
    }
    put_manifest(
        fmt::format(R"({{"schemaVersion":2,"mediaType":"{}","manifests":[{}]}})", kIndex, entries),
        kIndex, "1.0");
  }

 private:
  Call call(const char* method, std::string url, std::string body,
            const std::string& type = {}) const {
    Call made = test::get(std::move(url));
    made.method = method;
    made.body = std::move(body);
    if (!type.empty()) made.headers = {type};
    made.authorization = Secret(std::string(authorization_));
    return made;
  }

  std::string base_, authorization_;
};

Probe probe(const std::string& registry, const char* password, const std::string& reference,
            const std::string& repository = "shop/cart") {
  for (const char* name : {"HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"}) unsetenv(name);
  static test::DnsServer names({{"localhost", {.addresses = {"127.0.0.1"}}}});
  ProbeRequest request;
  request.registry = registry;
  request.repository = repository;
  request.reference = reference;
  request.trust = &test::trust();
  request.servers = {names.address()};
  if (password != nullptr) request.login = DockerLogin{"puller", Secret(std::string(password))};
  Loop loop(test::quick());
  return run_probe(loop, std::move(request));
}

std::string story(const Probe& probe) {
  std::string text;
  for (const auto& seen : probe.observations)
    text += fmt::format("{}{}{} ", to_string(seen.step), seen.works ? '+' : '-', seen.outcome);
  return text;
}

constexpr const char* kWay = "resolve+addresses connect+connected tls+trusted ";

TEST(DockerRegistryProbe, WithUsersAndPasswords) {
  if (!DockerRegistry::is_installed()) GTEST_SKIP() << "docker-registry is not installed";
  const DockerRegistry registry("auth: {htpasswd: {realm: tests, path: FOLDER/htpasswd}}\n");
  ASSERT_NE(registry.name(), "") << registry.log();
  Pusher(registry.name(), "Basic " + encode_base64(std::string("puller:") + test::kPassword))
      .put_image();
  const std::string before = std::string(kWay) + "challenge+basic ";

  const Probe whole = probe(registry.name(), test::kPassword, "1.0");
  EXPECT_EQ(story(whole), before + "manifest+found blob+bytes ");
  EXPECT_EQ(whole.observations[4].platforms,
            (std::vector<std::string>{"linux/amd64", "linux/arm64"}));
  const Probe single = probe(registry.name(), test::kPassword, "arm64");
  EXPECT_EQ(story(single), before + "manifest+found blob+bytes ");
  EXPECT_EQ(single.observations[4].platforms, std::vector<std::string>{"linux/arm64"});
  EXPECT_EQ(story(probe(registry.name(), test::kPassword, "9.9")), before + "manifest-not-found ");
  EXPECT_EQ(story(probe(registry.name(), "wrong", "1.0")), before + "manifest-unauthorized ");
  const Probe nobody = probe(registry.name(), nullptr, "1.0");
  EXPECT_EQ(story(nobody), before);
  EXPECT_NE(nobody.untried, "");
}

TEST(DockerRegistryProbe, WithATokenService) {
  if (!DockerRegistry::is_installed()) GTEST_SKIP() << "docker-registry is not installed";
  const std::string basic = "Basic " + encode_base64(std::string("puller:") + test::kPassword);
  const test::HttpServer tokens([&](const Request& request) {
    Response response;
    if (!request.header("Authorization").empty() && request.header("Authorization") != basic) {
      response.status = 401;
      return response;
    }
    const bool may = request.header("Authorization") == basic &&
                     request.query.at("scope") == "repository:shop/cart:pull";
    response.body = fmt::format(R"({{"token":"{}"}})",
                                sign(may ? repository_access("\"pull\"") : std::string("[]")));
    return response;
  });
  const DockerRegistry registry(fmt::format(
      "auth: {{token: {{realm: \"https://localhost:{}/oauth2/token\", service: {}, issuer: tests, "
      "rootcertbundle: FOLDER/token.pem}}}}\n",
      tokens.port(), kService));
  ASSERT_NE(registry.name(), "") << registry.log();
  Pusher(registry.name(), "Bearer " + sign(repository_access("\"pull\",\"push\""))).put_image();
  const std::string before = std::string(kWay) + "challenge+bearer ";

  EXPECT_EQ(story(probe(registry.name(), test::kPassword, "1.0")),
            before + "token+granted manifest+found blob+bytes ");
  EXPECT_EQ(story(probe(registry.name(), test::kPassword, "9.9")),
            before + "token+granted manifest-not-found ");
  EXPECT_EQ(story(probe(registry.name(), "wrong", "1.0")), before + "token-unauthorized ");
  EXPECT_EQ(story(probe(registry.name(), test::kPassword, "1.0", "shop/other")),
            before + "token-not-granted ");
  EXPECT_EQ(story(probe(registry.name(), nullptr, "1.0")), before);
}

}  // namespace
}  // namespace acr
