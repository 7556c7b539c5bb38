// OpenSSL's objects with an owner, and how PEM text becomes them. For the .cc files of this room.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

namespace acr {

template <auto Free>
struct OpensslFree {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using X509Ptr = std::unique_ptr<X509, OpensslFree<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, OpensslFree<EVP_PKEY_free>>;
using BioPtr = std::unique_ptr<BIO, OpensslFree<BIO_free_all>>;
using DigestPtr = std::unique_ptr<EVP_MD_CTX, OpensslFree<EVP_MD_CTX_free>>;

// Reads the text in place.
BioPtr read_bio(std::string_view text);
// The first certificate of a PEM text; null when there is none.
X509Ptr read_certificate(std::string_view pem);
// The first private key of a PEM text. `password` opens an encrypted one; nobody is asked for it.
KeyPtr read_key(std::string_view pem, std::string_view password);

}  // namespace acr
