// IPv4/IPv6 addresses and prefixes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace acr {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};
  bool v6 = false;

  static std::optional<IpAddress> parse(std::string_view text);
  std::string to_string() const;
  bool is_private() const;  // RFC 1918, RFC 6598, RFC 4193; loopback and link-local as well
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

// A prefix; a bare address is a prefix of full length.
struct Cidr {
  IpAddress base;
  unsigned length = 0;

  static std::optional<Cidr> parse(std::string_view text);
  bool contains(const IpAddress& address) const;
};

}  // namespace acr
