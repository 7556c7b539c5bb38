// The event loop: every HTTP call and DNS query of a run, in one thread. libcurl's multi interface
// and c-ares wait together; callbacks run between waits and may ask on.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "live/call.h"
#include "live/dns.h"

namespace acr {

struct LoopLimits {
  std::size_t calls = 128;        // in flight, in all
  std::size_t calls_a_host = 16;  // in flight, to one host and port
  std::size_t queries = 32;       // DNS; more at a time lose datagrams
  // From the loop's making on: what is open then ends as Failure::deadline.
  Milliseconds deadline{120'000};
  Milliseconds first_wait{1'000};     // before the second attempt; then twice as long each time
  Milliseconds longest_wait{20'000};  // a Retry-After beyond this is not waited for
  std::size_t total_bytes = std::size_t{4} << 30;  // of bodies; further calls end as too_large
};

class Loop {
 public:
  // `cancelled` is looked at between waits (set by a signal handler).
  explicit Loop(LoopLimits limits = {}, const std::atomic<bool>* cancelled = nullptr);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // `done` is called once, from run(), whatever happens. It may ask on; it does not throw, and does
  // not run the loop.
  void ask(Call call, std::function<void(Answer)> done);
  void resolve(DnsQuery query, std::function<void(DnsAnswer)> done);
  // Until nothing is open: every call has its answer and every callback has returned.
  void run();

  struct Progress {
    std::size_t asked = 0, answered = 0, retried = 0, throttled = 0;
    std::size_t most_in_flight = 0;
    std::size_t bytes = 0;
  };
  const Progress& progress() const;
  // Called at most ten times a second while run() waits; for a terminal.
  void on_progress(std::function<void(const Progress&)> report);

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace acr
