#include "live/azure_registry.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>

#include "live/base64.h"

namespace acr::test {
namespace {

constexpr const char* kOwnRefreshToken = "refresh-canary-51c7";

Response refusal(int status, std::string_view code, std::string_view message) {
  Response response;
  response.status = status;
  response.body =
      fmt::format(R"({{"errors":[{{"code":"{}","message":"{}","detail":null}}]}})", code, message);
  return response;
}

Identity own_identity() {
  Wanted wanted;
  wanted.names = {kLoginServer, kDataEndpoint};
  wanted.common_name = "contoso";
  return shared_authority().issue(wanted);
}

HttpServer::Options tls(const std::optional<Identity>& identity) {
  HttpServer::Options options;
  options.identity = identity ? *identity : own_identity();
  return options;
}

}  // namespace

std::string digest_of(const std::string& bytes) {
  std::array<unsigned char, 32> hash{};
  EVP_Digest(bytes.data(), bytes.size(), hash.data(), nullptr, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (const unsigned char byte : hash) text += fmt::format("{:02x}", byte);
  return text;
}

std::string token_of(const std::string& payload) {
  return encode_base64url(R"({"alg":"none"})") + "." + encode_base64url(payload) + ".signature";
}

AzureRegistry::AzureRegistry(Options options) : options_(std::move(options)) {
  const auto put = [](auto& place, const std::string& bytes) {
    const std::string digest = digest_of(bytes);
    place[digest] = bytes;
    return fmt::format(R"("digest":"{}","size":{})", digest, bytes.size());
  };
  std::string index;
  for (const char* processor : {"amd64", "arm64"}) {
    const std::string config =
        put(blobs_, fmt::format(R"({{"os":"linux","architecture":"{}"}})", processor));
    const std::string layer = put(blobs_, std::string(500'000, processor[1]));
    const std::string manifest =
        fmt::format(R"({{"schemaVersion":2,"config":{{{}}},"layers":[{{{}}}]}})", config, layer);
    index += fmt::format(R"({{{},"platform":{{"os":"linux","architecture":"{}"}}}},)",
                         put(manifests_, manifest), processor);
    manifests_[processor] = manifest;
  }
  index = fmt::format(
      R"({{"schemaVersion":2,"manifests":[{}{{"digest":"{}","platform":{{"os":"unknown","architecture":"unknown"}}}}]}})",
      index, digest_of("attestation"));
  put(manifests_, index);
  manifests_["1.0"] = index;

  data_ = std::make_unique<HttpServer>(
      [this](const Request& request) {
        if (options_.data)
          if (auto given = options_.data(request)) return *given;
        Response response;
        const auto blob = blobs_.find(request.path.substr(1));
        if (blob == blobs_.end() || !request.query.contains("sig"))
          return refusal(403, "AuthenticationFailed", "no");
        response.content_type = "application/octet-stream";
        response.body = blob->second;
        return response;
      },
      tls(options_.data_identity));
  auto login = tls(options_.login_identity);
  login.speaks = options_.login_speaks;
  login_ = std::make_unique<HttpServer>([this](const Request& request) { return answer(request); },
                                        login);
  std::map<std::string, DnsReply> names = options_.names;
  DnsReply here;
  here.addresses = {"127.0.0.1"};
  names.try_emplace(kDataEndpoint, here);
  here.chain = {"contoso.privatelink.azurecr.io"};
  names.try_emplace(kLoginServer, here);
  dns_ = std::make_unique<DnsServer>(names);
}

AzureRegistry::~AzureRegistry() {
  // The handlers look at this object.
  login_.reset();
  data_.reset();
}

std::string AzureRegistry::name() const {
  return fmt::format("{}:{}", kLoginServer, login_->port());
}

std::string AzureRegistry::data_name() const {
  return fmt::format("{}:{}", kDataEndpoint, data_->port());
}

Response AzureRegistry::token(const Request& request) const {
  const std::string basic = "Basic " + encode_base64(std::string("puller:") + kPassword);
  const bool known = request.method == "POST"
                         ? request.body.find(fmt::format("refresh_token={}", kOwnRefreshToken)) !=
                               std::string::npos
                         : request.header("Authorization") == basic;
  const bool anonymous = request.method == "GET" && request.header("Authorization").empty();
  if (!known && !anonymous) return refusal(401, "UNAUTHORIZED", "authentication required");
  const bool grants = known || options_.anonymous;
  Response response;
  response.body = fmt::format(
      R"({{"access_token":"{}"}})",
      token_of(
          grants
              ? fmt::format(
                    R"({{"access":[{{"type":"repository","name":"shop/cart","actions":["{}"]}}]}})",
                    options_.granted)
              : R"({"access":[]})"));
  return response;
}

Response AzureRegistry::answer(const Request& request) const {
  if (options_.login)
    if (auto given = options_.login(request)) return *given;
  if (request.path == "/oauth2/token") return token(request);
  if (request.path == "/oauth2/exchange") {
    if (request.body.find("canary-entra-token") == std::string::npos)
      return refusal(401, "UNAUTHORIZED", "authentication required");
    Response response;
    response.body = fmt::format(R"({{"refresh_token":"{}"}})", kOwnRefreshToken);
    return response;
  }
  if (!request.header("Authorization").starts_with("Bearer eyJ")) {
    Response response = refusal(401, "UNAUTHORIZED", "authentication required");
    response.headers = {
        {"WWW-Authenticate", fmt::format(R"(Bearer realm="https://{}/oauth2/token",service="{}")",
                                         name(), kLoginServer)},
        {"Docker-Distribution-Api-Version", "registry/2.0"}};
    return response;
  }
  constexpr std::string_view kManifests = "/v2/shop/cart/manifests/",
                             kBlobs = "/v2/shop/cart/blobs/";
  Response response;
  if (request.path.starts_with(kManifests)) {
    const auto found = manifests_.find(request.path.substr(kManifests.size()));
    if (found == manifests_.end() ||
        request.header("Accept").find("oci.image.index") == std::string::npos)
      return refusal(404, "MANIFEST_UNKNOWN", "manifest is not found");
    response.body = found->second;
    response.headers = {{"Docker-Content-Digest", digest_of(found->second)}};
    return response;
  }
  if (!request.path.starts_with(kBlobs)) return refusal(404, "NAME_UNKNOWN", "no");
  response.status = 307;
  response.headers = {{"Location", fmt::format("https://{}/{}?sig=canary-signature-51c7",
                                               data_name(), request.path.substr(kBlobs.size()))}};
  return response;
}

}  // namespace acr::test
