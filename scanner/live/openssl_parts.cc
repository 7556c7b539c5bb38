#include "live/openssl_parts.h"

#include <cstring>
#include <limits>

#include <openssl/pem.h>

namespace acr {
namespace {

// OpenSSL's own callback would ask at the terminal.
int give_password(char* buffer, int size, int /*writing*/, void* password) {
  const auto& text = *static_cast<const std::string_view*>(password);
  if (text.size() > static_cast<std::size_t>(size)) return -1;
  text.copy(buffer, text.size());
  return text.empty() ? -1 : static_cast<int>(text.size());
}

}  // namespace

BioPtr read_bio(std::string_view text) {
  if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) return nullptr;
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

X509Ptr read_certificate(std::string_view pem) {
  const BioPtr bio = read_bio(pem);
  std::string_view none;
  X509Ptr certificate(bio ? PEM_read_bio_X509(bio.get(), nullptr, give_password, &none) : nullptr);
  ERR_clear_error();
  return certificate;
}

KeyPtr read_key(std::string_view pem, std::string_view password) {
  const BioPtr bio = read_bio(pem);
  KeyPtr key(bio ? PEM_read_bio_PrivateKey(bio.get(), nullptr, give_password, &password) : nullptr);
  ERR_clear_error();
  return key;
}

}  // namespace acr
