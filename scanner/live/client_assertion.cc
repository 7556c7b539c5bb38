#include "live/client_assertion.h"

#include <array>
#include <limits>
#include <vector>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "live/base64.h"
#include "live/json_text.h"
#include "live/openssl_parts.h"

namespace acr {

struct SigningCertificate::Parts {
  X509Ptr leaf;
  KeyPtr key;
  std::vector<X509Ptr> others;  // in the order of the file
};

namespace {

constexpr std::size_t kMostCertificates = 16;

using Pkcs12Ptr = std::unique_ptr<PKCS12, OpensslFree<PKCS12_free>>;

struct StackFree {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_pop_free(stack, X509_free); }
};

struct Found {
  KeyPtr key;
  std::vector<X509Ptr> certificates;
};

// Why nothing was found; empty when something was.
std::string read_pem(std::string_view content, std::string_view password, Found& found) {
  found.key = read_key(content, password);
  const BioPtr bio = read_bio(content);
  std::string_view none;
  while (bio && found.certificates.size() < kMostCertificates) {
    X509Ptr next(
        PEM_read_bio_X509(bio.get(), nullptr, [](char*, int, int, void*) { return -1; }, &none));
    if (!next) break;
    found.certificates.push_back(std::move(next));
  }
  ERR_clear_error();
  if (found.certificates.empty()) return "it holds no PEM certificate";
  if (found.key) return {};
  if (content.find("ENCRYPTED") != std::string_view::npos)
    return password.empty()
               ? "its key is encrypted and AZURE_CLIENT_CERTIFICATE_PASSWORD is not set"
               : "AZURE_CLIENT_CERTIFICATE_PASSWORD does not open its key";
  return "it holds no private key";
}

std::string read_pkcs12(std::string_view content, std::string_view password, Found& found) {
  const BioPtr bio = read_bio(content);
  const Pkcs12Ptr bag(bio ? d2i_PKCS12_bio(bio.get(), nullptr) : nullptr);
  if (!bag) {
    ERR_clear_error();
    return "it is neither PEM nor PKCS#12";
  }
  std::string word;
  word.reserve(password.size() + 1);
  word = password;
  EVP_PKEY* key = nullptr;
  X509* leaf = nullptr;
  STACK_OF(X509)* chain = nullptr;
  const bool open = PKCS12_parse(bag.get(), word.c_str(), &key, &leaf, &chain) == 1;
  wipe(word);
  const bool old_cipher = ERR_GET_REASON(ERR_peek_error()) == ERR_R_UNSUPPORTED;
  ERR_clear_error();
  found.key.reset(key);
  const std::unique_ptr<STACK_OF(X509), StackFree> others(chain);
  if (leaf != nullptr) found.certificates.emplace_back(leaf);
  for (int i = 0; others && i < sk_X509_num(others.get()); ++i) {
    X509* other = sk_X509_value(others.get(), i);
    if (found.certificates.size() < kMostCertificates && X509_up_ref(other) == 1)
      found.certificates.emplace_back(other);
  }
  if (!open && old_cipher)
    return "it is encrypted with an old cipher that OpenSSL 3 does not open; export it again";
  if (!open) return "AZURE_CLIENT_CERTIFICATE_PASSWORD does not open it";
  if (found.certificates.empty() || !found.key) return "it holds no certificate with its key";
  return {};
}

std::string encode_der(const X509* certificate) {
  std::string der;
  const int size = i2d_X509(certificate, nullptr);
  if (size <= 0) return der;
  der.resize(static_cast<std::size_t>(size));
  auto* out = reinterpret_cast<unsigned char*>(der.data());
  i2d_X509(certificate, &out);
  return der;
}

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    return {};
  return {reinterpret_cast<const char*>(digest.data()), size};
}

// RSASSA-PSS with SHA-256 and a salt as long as the digest: PS256 of RFC 7518.
std::string sign_ps256(EVP_PKEY* key, std::string_view text) {
  const DigestPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* parameters = nullptr;
  std::size_t size = 0;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::string signature;
  if (context && EVP_DigestSignInit(context.get(), &parameters, EVP_sha256(), nullptr, key) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
      EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, RSA_PSS_SALTLEN_DIGEST) == 1 &&
      EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1) {
    signature.resize(size);
    if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       bytes, text.size()) != 1)
      size = 0;
    signature.resize(size);
  }
  ERR_clear_error();
  return signature;
}

}  // namespace

SigningCertificate::SigningCertificate() : parts_(std::make_unique<Parts>()) {}
SigningCertificate::SigningCertificate(SigningCertificate&&) noexcept = default;
SigningCertificate& SigningCertificate::operator=(SigningCertificate&&) noexcept = default;
SigningCertificate::~SigningCertificate() = default;

std::expected<SigningCertificate, std::string> SigningCertificate::read(std::string_view content,
                                                                        std::string_view password) {
  Found found;
  const bool pem = content.find("-----BEGIN ") != std::string_view::npos;
  if (std::string fault =
          pem ? read_pem(content, password, found) : read_pkcs12(content, password, found);
      !fault.empty())
    return std::unexpected(std::move(fault));
  if (EVP_PKEY_is_a(found.key.get(), "RSA") != 1)
    return std::unexpected(std::string("its key is not RSA, which alone Entra takes"));
  SigningCertificate certificate;
  for (X509Ptr& one : found.certificates) {
    const bool own = X509_check_private_key(one.get(), found.key.get()) == 1;
    if (own && !certificate.parts_->leaf)
      certificate.parts_->leaf = std::move(one);
    else
      certificate.parts_->others.push_back(std::move(one));
  }
  ERR_clear_error();
  if (!certificate.parts_->leaf)
    return std::unexpected(std::string("its key belongs to none of its certificates"));
  certificate.parts_->key = std::move(found.key);
  return certificate;
}

Secret SigningCertificate::sign(const Claims& claims, bool send_chain) const {
  const std::string der = encode_der(parts_->leaf.get());
  std::string header =
      fmt::format(R"({{"alg":"PS256","typ":"JWT","x5t#S256":"{}")", encode_base64url(sha256(der)));
  if (send_chain) {
    header += R"(,"x5c":[")" + encode_base64(der) + "\"";
    for (const X509Ptr& other : parts_->others)
      header += ",\"" + encode_base64(encode_der(other.get())) + "\"";
    header += "]";
  }
  header += "}";
  const auto now = claims.now.time_since_epoch().count();
  const std::string payload =
      fmt::format(R"({{"aud":{},"iss":{},"sub":{},"jti":{},"nbf":{},"iat":{},"exp":{}}})",
                  json_text(claims.audience), json_text(claims.client_id),
                  json_text(claims.client_id), json_text(claims.id), now, now, now + 600);
  const std::string text = encode_base64url(header) + "." + encode_base64url(payload);
  std::string signature = sign_ps256(parts_->key.get(), text);
  if (signature.empty() || der.empty() || claims.id.empty()) return {};
  std::string encoded = encode_base64url(signature);
  Secret assertion = scheme_and(text + ".", encoded);
  wipe(signature);
  wipe(encoded);
  return assertion;
}

std::string random_guid() {
  std::array<unsigned char, 16> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) return {};
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0FU) | 0x40U);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3FU) | 0x80U);
  std::string guid;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) guid += '-';
    guid += fmt::format("{:02x}", bytes[i]);
  }
  return guid;
}

}  // namespace acr
