#include "estate/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace acr {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  std::ranges::copy(text, terminated.begin());
  IpAddress address;
  address.v6 = text.find(':') != std::string_view::npos;
  if (inet_pton(address.v6 ? AF_INET6 : AF_INET, terminated.data(), address.bytes.data()) != 1) {
    return std::nullopt;
  }
  return address;
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(),
            static_cast<socklen_t>(text.size()));
  return text.data();
}

bool IpAddress::is_private() const {
  static const auto ranges = [] {
    std::array<Cidr, 9> parsed;
    std::ranges::transform(
        std::array{"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "127.0.0.0/8",
                   "169.254.0.0/16", "fc00::/7", "fe80::/10", "::1/128"},
        parsed.begin(), [](const char* text) { return Cidr::parse(text).value(); });
    return parsed;
  }();
  return std::ranges::any_of(ranges, [this](const Cidr& range) { return range.contains(*this); });
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto base = IpAddress::parse(text.substr(0, slash));
  if (!base) return std::nullopt;
  const unsigned full = base->v6 ? 128 : 32;
  if (slash == std::string_view::npos) return Cidr{*base, full};

  const std::string_view digits = text.substr(slash + 1);
  unsigned length = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (error != std::errc() || end != digits.data() + digits.size() || length > full ||
      (digits.size() > 1 && digits.front() == '0')) {
    return std::nullopt;
  }
  return Cidr{*base, length};
}

bool Cidr::contains(const IpAddress& address) const {
  if (address.v6 != base.v6) return false;
  const std::size_t whole = length / 8;
  if (!std::equal(base.bytes.begin(), base.bytes.begin() + static_cast<std::ptrdiff_t>(whole),
                  address.bytes.begin())) {
    return false;
  }
  const unsigned rest = length % 8;
  if (rest == 0) return true;
  const unsigned difference = base.bytes[whole] ^ address.bytes[whole];
  return (difference >> (8 - rest)) == 0;
}

}  // namespace acr
