#include "live/proxy.h"

#include <charconv>
#include <string_view>

#include "estate/address.h"

namespace acr {
namespace {

std::string first_of(const Environment& environment, std::string_view name,
                     std::string_view other) {
  const std::string_view value = environment.get(name);
  return std::string(value.empty() ? environment.get(other) : value);
}

bool names(std::string_view entry, const Target& target) {
  if (entry == "*") return true;
  const auto address = IpAddress::parse(target.host);
  if (const auto prefix = Cidr::parse(entry)) return address && prefix->contains(*address);

  const auto colon = entry.rfind(':');
  if (colon != entry.npos) {
    const std::string_view digits = entry.substr(colon + 1);
    unsigned port = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
    if (error != std::errc() || end != digits.data() + digits.size() || port != target.port)
      return false;
    entry = entry.substr(0, colon);
    if (entry.starts_with('[') && entry.ends_with(']')) entry = entry.substr(1, entry.size() - 2);
    if (const auto only = IpAddress::parse(entry)) return address && *only == *address;
  }
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || address) return false;
  const std::string_view host = target.host;
  return host == entry || (host.ends_with(entry) && host[host.size() - entry.size() - 1] == '.');
}

}  // namespace

ProxySettings proxy_settings(const Environment& environment) {
  ProxySettings settings;
  settings.https = first_of(environment, "https_proxy", "HTTPS_PROXY");
  if (settings.https.empty()) settings.https = first_of(environment, "all_proxy", "ALL_PROXY");
  settings.none = first_of(environment, "no_proxy", "NO_PROXY");
  return settings;
}

bool is_exempt(const std::string& none, const Target& target) {
  std::string list = none;
  for (char& c : list)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  std::string_view rest = list;
  while (!rest.empty()) {
    const auto end = rest.find_first_of(", \t");
    const auto entry = rest.substr(0, end);
    if (!entry.empty() && names(entry, target)) return true;
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
  }
  return false;
}

std::string proxy_of(const Call& call, const Target& target, const ProxySettings& settings) {
  // A header with a credential never goes through a proxy in the clear, and the link-local services
  // of a node answer whoever asks from there: the proxy's host, not this one.
  if (!call.by_proxy || !target.tls || target.is_link_local() || !call.addresses.empty()) return {};
  std::string proxy = call.proxy;
  if (proxy.empty() && !target.is_loopback() && !is_exempt(settings.none, target))
    proxy = settings.https;
  static constexpr std::string_view kSocks = "socks5://";
  if (proxy.starts_with(kSocks)) proxy = "socks5h://" + proxy.substr(kSocks.size());
  return proxy;
}

}  // namespace acr
