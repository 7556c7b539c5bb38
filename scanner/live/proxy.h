// Which proxy a call goes by, as the environment says.
#pragma once

#include <string>

#include "live/call.h"
#include "live/environment.h"
#include "live/target.h"

namespace acr {

struct ProxySettings {
  std::string https;  // HTTPS_PROXY, else ALL_PROXY
  std::string none;   // NO_PROXY: "*", or names, addresses and prefixes, separated by commas
};
// Lower-case variables go before upper-case ones, as in curl.
ProxySettings proxy_settings(const Environment& environment);

// Whether NO_PROXY names the host: "*", "example.org" and ".example.org" (both with everything
// below), "host:port", addresses, prefixes such as 10.0.0.0/8.
bool is_exempt(const std::string& none, const Target& target);

// The proxy's URL; empty: none. socks5 becomes socks5h: the proxy resolves the name, as client-go
// lets it.
std::string proxy_of(const Call& call, const Target& target, const ProxySettings& settings);

}  // namespace acr
