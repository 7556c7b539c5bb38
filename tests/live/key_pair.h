// A certificate that signs itself, and its key, made with OpenSSL.
#pragma once

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace acr {

class KeyPair {
 public:
  // `seconds` from now until the end; before now when negative.
  explicit KeyPair(bool rsa = true, long seconds = 3600)
      : key_(rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256"), EVP_PKEY_free),
        certificate_(X509_new(), X509_free) {
    X509* leaf = certificate_.get();
    X509_set_version(leaf, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(leaf), 1);
    X509_gmtime_adj(X509_getm_notBefore(leaf), -86'400);
    X509_gmtime_adj(X509_getm_notAfter(leaf), seconds);
    X509_set_pubkey(leaf, key_.get());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(leaf), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
    X509_set_issuer_name(leaf, X509_get_subject_name(leaf));
    EXPECT_GT(X509_sign(leaf, key_.get(), EVP_sha256()), 0);
  }

  EVP_PKEY* key() const { return key_.get(); }
  std::string certificate_pem() const {
    return text([&](BIO* bio) { PEM_write_bio_X509(bio, certificate_.get()); });
  }
  std::string key_pem(const std::string& password = {}) const {
    return text([&](BIO* bio) {
      PEM_write_bio_PKCS8PrivateKey(bio, key_.get(), password.empty() ? nullptr : EVP_aes_256_cbc(),
                                    password.empty() ? nullptr : password.c_str(),
                                    static_cast<int>(password.size()), nullptr, nullptr);
    });
  }
  std::string pkcs12(const std::string& password) const {
    PKCS12* bag = PKCS12_create(password.c_str(), "test", key_.get(), certificate_.get(), nullptr,
                                0, 0, 0, 0, 0);
    std::string result = text([&](BIO* bio) { i2d_PKCS12_bio(bio, bag); });
    PKCS12_free(bag);
    return result;
  }
  std::string der() const {
    return text([&](BIO* bio) { i2d_X509_bio(bio, certificate_.get()); });
  }

 private:
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
  std::unique_ptr<X509, void (*)(X509*)> certificate_;

  template <class Write>
  static std::string text(Write write) {
    BIO* bio = BIO_new(BIO_s_mem());
    write(bio);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string result(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    return result;
  }
};

}  // namespace acr
