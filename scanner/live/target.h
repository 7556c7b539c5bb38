// Where a call goes, as far as the loop must know.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "live/call.h"

namespace acr {

struct Target {
  bool tls = true;
  std::string host;  // lower case, without brackets
  std::uint16_t port = 443;
  // What is throttled together: the host and port, and within Resource Manager the subscription or
  // Resource Graph, which count their callers apart.
  std::string lane;
  std::string peer;  // "host:port", the key of the limit a host

  bool is_loopback() const;    // by name or address, as it stands
  bool is_link_local() const;  // 169.254.0.0/16 (IMDS) and fe80::/10
};

// Or why the call may not be made, as a clause for people: a URL that is none, another scheme than
// https, plain http where it is not allowed, a user or password in the URL, line breaks in a
// header.
std::expected<Target, std::string> target_of(const Call& call);

}  // namespace acr
