#include "live/client_assertion.h"

#include <set>

#include <gtest/gtest.h>
#include <openssl/sha.h>
#include <nlohmann/json.hpp>

#include "key_pair.h"
#include "live/base64.h"
#include "live/token_call.h"
#include "scratch.h"

namespace acr {
namespace {

const Instant kNow = *parse_time("2026-06-01T12:00:00Z");

const KeyPair& pair() {
  static const KeyPair made;
  return made;
}

struct Parts {
  nlohmann::json header, payload;
  std::string text, signature;
};
Parts split(std::string_view assertion) {
  const std::size_t first = assertion.find('.'), second = assertion.rfind('.');
  const auto decode = [](std::string_view part) {
    return std::string(decode_base64_secret(part)->view());
  };
  return {nlohmann::json::parse(decode(assertion.substr(0, first))),
          nlohmann::json::parse(decode(assertion.substr(first + 1, second - first - 1))),
          std::string(assertion.substr(0, second)), decode(assertion.substr(second + 1))};
}

bool verify_ps256(EVP_PKEY* key, const std::string& text, const std::string& signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* parameters = nullptr;
  const bool good =
      EVP_DigestVerifyInit(context, &parameters, EVP_sha256(), nullptr, key) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(text.data()),
                       text.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

TEST(ClientAssertion, IsSignedByTheKey) {
  auto certificate = SigningCertificate::read(pair().key_pem() + pair().certificate_pem(), "");
  ASSERT_TRUE(certificate) << certificate.error();
  const Secret assertion =
      certificate->sign({"https://login/t/token", "client", "id-1", kNow}, false);
  Parts parts = split(assertion.view());
  EXPECT_TRUE(verify_ps256(pair().key(), parts.text, parts.signature));
  EXPECT_FALSE(verify_ps256(pair().key(), parts.text + "x", parts.signature));
  const std::string der = pair().der();
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256(reinterpret_cast<const unsigned char*>(der.data()), der.size(),
         reinterpret_cast<unsigned char*>(digest.data()));
  EXPECT_EQ(
      parts.header,
      (nlohmann::json{{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", encode_base64url(digest)}}));
  const auto now = kNow.time_since_epoch().count();
  EXPECT_EQ(parts.payload, (nlohmann::json{{"aud", "https://login/t/token"},
                                           {"iss", "client"},
                                           {"sub", "client"},
                                           {"jti", "id-1"},
                                           {"nbf", now},
                                           {"iat", now},
                                           {"exp", now + 600}}));
}

TEST(ClientAssertion, ChainGoesAlongWhenWanted) {
  const KeyPair authority(false);
  const auto certificate = SigningCertificate::read(
      authority.certificate_pem() + pair().certificate_pem() + pair().key_pem(), "");
  ASSERT_TRUE(certificate) << certificate.error();
  const Secret assertion = certificate->sign({"a", "c", "i", kNow}, true);
  EXPECT_EQ(split(assertion.view()).header["x5c"],
            (nlohmann::json{encode_base64(pair().der()), encode_base64(authority.der())}))
      << "the leaf is first, wherever it stood";
}

TEST(ClientAssertion, Pkcs12AndEncryptedKeys) {
  const std::string password = "p4ss";
  const std::string bag = pair().pkcs12(password), open = pair().pkcs12("");
  EXPECT_TRUE(SigningCertificate::read(bag, password));
  EXPECT_TRUE(SigningCertificate::read(open, ""));
  const std::string pem = pair().certificate_pem() + pair().key_pem(password);
  EXPECT_TRUE(SigningCertificate::read(pem, password));
  struct Case {
    std::string content, password, error;
  };
  const KeyPair other, curve(false);
  const std::vector<Case> cases{
      {bag, "wrong", "AZURE_CLIENT_CERTIFICATE_PASSWORD does not open it"},
      {bag, "", "AZURE_CLIENT_CERTIFICATE_PASSWORD does not open it"},
      {pem, "", "its key is encrypted and AZURE_CLIENT_CERTIFICATE_PASSWORD is not set"},
      {pem, "wrong", "AZURE_CLIENT_CERTIFICATE_PASSWORD does not open its key"},
      {pair().certificate_pem(), "", "it holds no private key"},
      {pair().key_pem(), "", "it holds no PEM certificate"},
      {other.key_pem() + pair().certificate_pem(), "",
       "its key belongs to none of its certificates"},
      {curve.key_pem() + curve.certificate_pem(), "",
       "its key is not RSA, which alone Entra takes"},
      {"", "", "it is neither PEM nor PKCS#12"},
      {std::string("\x30\x82\xFF\xFF\x00", 5), "", "it is neither PEM nor PKCS#12"},
  };
  for (const Case& c : cases) {
    const auto read = SigningCertificate::read(c.content, c.password);
    ASSERT_FALSE(read) << c.error;
    EXPECT_EQ(read.error(), c.error);
  }
}

TEST(ClientAssertion, GoesIntoTheCall) {
  const Scratch scratch;
  CredentialSource source;
  source.kind = CredentialSource::Kind::client_certificate;
  source.authority = "https://login.microsoftonline.com";
  source.tenant = "t";
  source.client_id = "c";
  source.file = scratch.write("cert.pem", pair().certificate_pem() + pair().key_pem());
  const auto proof = read_proof(source);
  ASSERT_TRUE(proof) << proof.error().text;
  const auto call = token_call(*&source, *proof, azure_clouds()[0], Audience::arm, "other", kNow);
  ASSERT_TRUE(call);
  const std::string_view body = call->secret_body.view();
  const std::string_view assertion = body.substr(body.rfind('=') + 1);
  const Parts parts = split(assertion);
  EXPECT_EQ(parts.payload["aud"], "https://login.microsoftonline.com/other/oauth2/v2.0/token");
  EXPECT_TRUE(verify_ps256(pair().key(), parts.text, parts.signature));
  source.file = scratch.write("bad.pem", "nonsense");
  EXPECT_EQ(read_proof(source).error().text,
            "AZURE_CLIENT_CERTIFICATE_PATH " + source.file + ": it is neither PEM nor PKCS#12");
}

TEST(ClientAssertion, GuidsDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string guid = random_guid();
    EXPECT_EQ(guid.size(), 36U);
    EXPECT_EQ(guid[14], '4');
    EXPECT_TRUE(seen.insert(guid).second);
  }
}

}  // namespace
}  // namespace acr
