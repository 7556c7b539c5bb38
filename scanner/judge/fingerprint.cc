#include "judge/fingerprint.h"

#include <openssl/evp.h>

#include <array>
#include <stdexcept>

#include "estate/resource_id.h"

namespace acr {

std::string fingerprint(std::string_view check, std::string_view subject_id,
                        std::string_view discriminator) {
  while (subject_id.ends_with('/')) subject_id.remove_suffix(1);
  std::string text(check);
  text += '\x1F';
  text += lower(subject_id);
  text += '\x1F';
  text += discriminator;

  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1) {
    throw std::runtime_error("sha256 is not available");
  }
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 16; ++i) {
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 0xF];
  }
  return out;
}

std::string fingerprint(const Result& result) {
  if (!result.fingerprint.empty()) return result.fingerprint;
  return fingerprint(result.check->id, result.subject->id, result.subject->discriminator);
}

}  // namespace acr
