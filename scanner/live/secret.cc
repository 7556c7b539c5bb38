#include "live/secret.h"

#include <utility>

#include <openssl/crypto.h>

namespace acr {

void wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string text) : text_(std::move(text)) {
  // A short text was copied out of the string's own bytes.
  acr::wipe(text);
}
Secret::Secret(Secret&& other) noexcept : text_(std::move(other.text_)) {
  other.wipe();
}
Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  wipe();
  text_ = std::move(other.text_);
  other.wipe();
  return *this;
}
Secret::~Secret() {
  wipe();
}
Secret Secret::copy() const {
  return Secret(text_);
}
void Secret::wipe() {
  // Moved-from strings are empty but keep the bytes of a short text.
  text_.resize(text_.capacity());
  acr::wipe(text_);
}

}  // namespace acr
