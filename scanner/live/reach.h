// The way to one host: its name, each of its addresses, its certificate.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "estate/observation.h"
#include "live/loop.h"

namespace acr {

struct Route {
  std::vector<std::string> servers;  // DNS; empty: the system's
  const TlsTrust* trust = nullptr;
  Milliseconds patience{10'000};  // of one connection
};

struct Reached {
  std::vector<Answer> answers;         // of the call, from each address with a trusted certificate
  std::vector<std::string> addresses;  // those addresses; empty as well where a proxy was the way
  std::string over;                    // why the run ended meanwhile; empty: it did not
};

// Makes `call` to every address that every server gives for the authority ("host:port"), at once,
// and pushes what was met: resolve, connect, tls. Where the environment names a proxy for the host,
// the proxy resolves the name and the call goes its way. At most eight addresses are dialled;
// IPv6 addresses only where this machine has a route for them or there are no others, since clients
// leave them out as well.
Reached reach(Loop& loop, const Route& route, const std::string& authority,
              const std::function<Call()>& call, std::vector<Observation>& seen);

// One call, and its answer.
Answer ask_and_wait(Loop& loop, Call call);

}  // namespace acr
