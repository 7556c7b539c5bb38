#include "live/mask_address.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace acr {
namespace {

// What the judges and their readers know by its address.
const auto& fixed_prefixes() {
  static const auto parsed = [] {
    std::array<Cidr, 16> prefixes;
    std::ranges::transform(
        std::array{"0.0.0.0/32", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "127.0.0.1/32",
                   "168.63.129.16/32", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
                   "224.0.0.0/3", "255.255.255.255/32", "::/128", "::1/128", "fc00::/7",
                   "fe80::/10", "2000::/3"},
        prefixes.begin(), [](const char* text) { return Cidr::parse(text).value(); });
    return prefixes;
  }();
  return parsed;
}

bool bit_at(const IpAddress& address, unsigned position) {
  return ((address.bytes[position / 8] >> (7 - position % 8)) & 1U) != 0;
}
void flip(IpAddress& address, unsigned position) {
  address.bytes[position / 8] ^= static_cast<std::uint8_t>(1U << (7 - position % 8));
}

// Does some fixed prefix go on behind these bits? Then the next bit must not change.
bool leads_to_fixed(const IpAddress& address, unsigned length) {
  const Cidr bits{address, length};
  return std::ranges::any_of(fixed_prefixes(), [&](const Cidr& fixed) {
    return fixed.length > length && bits.contains(fixed.base);
  });
}

bool keyed_bit(const IpAddress& address, unsigned length, std::string_view key) {
  IpAddress prefix = address;
  const unsigned full = address.v6 ? 128 : 32;
  for (unsigned i = length; i < full; ++i)
    if (bit_at(prefix, i)) flip(prefix, i);
  std::string text(key);
  text += fmt::format("|{}|{}", prefix.to_string(), length);
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &size, EVP_sha256(), nullptr);
  return (hash[0] & 1U) != 0;
}

}  // namespace

IpAddress mask_address(const IpAddress& address, std::string_view key) {
  IpAddress masked = address;
  const unsigned full = address.v6 ? 128 : 32;
  for (unsigned i = 0; i < full; ++i)
    if (!leads_to_fixed(address, i) && keyed_bit(address, i, key)) flip(masked, i);
  return masked;
}

std::optional<std::string> mask_address_text(std::string_view text, std::string_view key) {
  const auto prefix = Cidr::parse(text);
  if (!prefix) return std::nullopt;
  IpAddress masked = mask_address(prefix->base, key);
  const bool network = text.contains('/');
  const unsigned full = masked.v6 ? 128 : 32;
  for (unsigned i = network ? prefix->length : full; i < full; ++i)
    if (bit_at(masked, i) != bit_at(prefix->base, i)) flip(masked, i);
  return network ? fmt::format("{}/{}", masked.to_string(), prefix->length) : masked.to_string();
}

}  // namespace acr
