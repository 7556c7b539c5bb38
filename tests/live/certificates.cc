#include "live/certificates.h"

#include <stdexcept>

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

namespace acr::test {
namespace {

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(what);
}

template <class Write>
std::string pem_of(Write write) {
  BIO* out = BIO_new(BIO_s_mem());
  must(out != nullptr && write(out) == 1, "PEM");
  char* text = nullptr;
  const long length = BIO_get_mem_data(out, &text);
  std::string pem(text, static_cast<std::size_t>(length));
  BIO_free(out);
  return pem;
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  must(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1, "extension");
  X509_EXTENSION_free(extension);
}

X509* blank(EVP_PKEY* key, const std::string& name, X509* issuer, long from, long until) {
  X509* certificate = X509_new();
  must(certificate != nullptr, "certificate");
  std::uint64_t serial = 0;
  RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial);
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), from);
  X509_gmtime_adj(X509_getm_notAfter(certificate), until);
  X509_NAME* subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate, issuer == nullptr ? subject : X509_get_subject_name(issuer));
  X509_set_pubkey(certificate, key);
  return certificate;
}

bool is_address(const std::string& name) {
  unsigned char bytes[16];
  return inet_pton(AF_INET, name.c_str(), bytes) == 1 ||
         inet_pton(AF_INET6, name.c_str(), bytes) == 1;
}

}  // namespace

struct Authority::Keys {
  EVP_PKEY* key = nullptr;
  X509* certificate = nullptr;
  ~Keys() {
    X509_free(certificate);
    EVP_PKEY_free(key);
  }
};

Authority::Authority(const std::string& name) : keys_(std::make_unique<Keys>()) {
  keys_->key = EVP_EC_gen("P-256");
  must(keys_->key != nullptr, "key");
  keys_->certificate = blank(keys_->key, name, nullptr, -7'200, 7L * 86'400);
  extend(keys_->certificate, keys_->certificate, NID_basic_constraints, "critical,CA:TRUE");
  extend(keys_->certificate, keys_->certificate, NID_key_usage, "critical,keyCertSign,cRLSign");
  extend(keys_->certificate, keys_->certificate, NID_subject_key_identifier, "hash");
  must(X509_sign(keys_->certificate, keys_->key, EVP_sha256()) > 0, "signature");
  pem_ = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, keys_->certificate); });
}

Authority::~Authority() = default;
Authority::Authority(Authority&&) noexcept = default;

Identity Authority::issue(const Wanted& wanted) const {
  EVP_PKEY* key = EVP_EC_gen("P-256");
  must(key != nullptr, "key");
  X509* certificate =
      blank(key, wanted.common_name, keys_->certificate, wanted.valid_from, wanted.valid_until);
  std::string names;
  for (const auto& name : wanted.names)
    names += (names.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  if (!names.empty()) extend(certificate, keys_->certificate, NID_subject_alt_name, names);
  extend(certificate, keys_->certificate, NID_ext_key_usage,
         wanted.for_client ? "clientAuth" : "serverAuth");
  extend(certificate, keys_->certificate, NID_authority_key_identifier, "keyid");
  must(X509_sign(certificate, keys_->key, EVP_sha256()) > 0, "signature");
  Identity identity;
  identity.certificate = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
  identity.key = pem_of([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  });
  X509_free(certificate);
  EVP_PKEY_free(key);
  return identity;
}

const Authority& shared_authority() {
  static const Authority authority;
  return authority;
}

}  // namespace acr::test
