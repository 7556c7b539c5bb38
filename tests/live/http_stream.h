// A connection of the test server: bytes in and out, and requests read from them.
#pragma once

#include <string>
#include <string_view>

#include <openssl/types.h>

#include "live/http_server.h"

namespace acr::test {

struct Stream {
  int socket = -1;
  SSL* tls = nullptr;  // null: not encrypted
  std::string rest;    // read, not yet used

  bool fill();  // false: the end
  bool write_all(std::string_view text) const;
  void reset_on_close() const;
};

// False: the client is gone, or does not speak HTTP; `stream.rest` has what it said.
bool read_request(Stream& stream, Request& request);

}  // namespace acr::test
