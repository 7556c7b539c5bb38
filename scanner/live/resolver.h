// DNS queries by c-ares, whose sockets another loop waits on.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <poll.h>

#include "live/dns.h"

namespace acr {

class Resolver {
 public:
  using Done = std::function<void(DnsAnswer)>;

  explicit Resolver(std::size_t most_in_flight);
  ~Resolver();  // open queries are dropped, their `done` is not called
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  // Queued; `done` is called from advance() or end(), never from here. It may ask on.
  void ask(DnsQuery query, Done done);

  std::vector<pollfd> sockets() const;
  // Until c-ares has to look again, at most `most`.
  Milliseconds wait_at_most(Milliseconds most) const;
  // Reads and writes what `ready` (from sockets(), with revents) allows, handles what ran out of
  // time, starts what waits, and hands answers over.
  void advance(const std::vector<pollfd>& ready);
  // Everything open and queued ends as `cancelled` with this detail.
  void end(const std::string& detail);
  bool is_idle() const;
  bool has_answers() const;

 private:
  struct Question;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace acr
