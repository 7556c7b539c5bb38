#include "live/base64.h"

#include <cstdint>

namespace acr {
namespace {

constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrl =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded) {
  std::string text;
  text.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::size_t count = bytes.size() - at < 3 ? bytes.size() - at : 3;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8U | (i < count ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) {
      if (i <= count)
        text += alphabet[group >> (18U - 6U * i) & 63U];
      else if (padded)
        text += '=';
    }
  }
  return text;
}

int value_of(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

}  // namespace

std::string encode_base64(std::string_view bytes) {
  return encode(bytes, kPlain, true);
}

std::string encode_base64url(std::string_view bytes) {
  return encode(bytes, kUrl, false);
}

std::optional<Secret> decode_base64_secret(std::string_view text) {
  constexpr std::string_view kSkipped = "\r\n \t";
  std::string bytes;
  bytes.reserve(text.size());
  std::uint32_t group = 0;
  std::size_t digits = 0, padding = 0;
  bool well = true;
  for (const char c : text) {
    if (kSkipped.find(c) != std::string_view::npos) continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const int value = value_of(c);
    if (value < 0 || padding > 0) {
      well = false;
      break;
    }
    group = (group << 6U | static_cast<std::uint32_t>(value)) & 0xFFFFFFU;
    if (++digits % 4 == 0) {
      bytes += static_cast<char>(group >> 16U & 0xFFU);
      bytes += static_cast<char>(group >> 8U & 0xFFU);
      bytes += static_cast<char>(group & 0xFFU);
    }
  }
  const std::size_t rest = digits % 4;
  if (rest == 2) bytes += static_cast<char>(group >> 4U & 0xFFU);
  if (rest == 3) {
    bytes += static_cast<char>(group >> 10U & 0xFFU);
    bytes += static_cast<char>(group >> 2U & 0xFFU);
  }
  Secret decoded(std::move(bytes));
  if (!well || rest == 1 || padding > 2 || (padding > 0 && (rest + padding) != 4))
    return std::nullopt;
  return decoded;
}

Secret scheme_and(std::string_view scheme, std::string_view token) {
  std::string text;
  text.reserve(scheme.size() + token.size());
  text.append(scheme).append(token);
  return Secret(std::move(text));
}

Secret basic_authorization(std::string_view user, std::string_view password) {
  std::string pair;
  pair.reserve(user.size() + 1 + password.size());
  pair.append(user).append(":").append(password);
  std::string encoded = encode_base64(pair);
  Secret result = scheme_and("Basic ", encoded);
  wipe(pair);
  wipe(encoded);
  return result;
}

}  // namespace acr
