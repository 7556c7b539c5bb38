// How a transfer ended, from libcurl's code to ours.
#pragma once

#include <string>

#include "live/call.h"

namespace acr {

struct Ending {
  int code = 0;  // CURLcode
  int verify_error = 0;
  std::string words;      // libcurl's, about this transfer; may be empty
  long os_error = 0;      // errno of the socket
  long proxy_status = 0;  // of CONNECT
  bool by_proxy = false;
  bool proxy_untrusted = false;  // the proxy's own certificate
  bool too_large = false;        // a limit of ours stopped it
};

Failure failure_of(const Ending& ending);

// One clause about `peer` ("host:port"): what happened, then the library's words in brackets.
std::string clause_of(Failure failure, const Ending& ending, const std::string& peer);

}  // namespace acr
