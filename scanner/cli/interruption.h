// SIGINT and SIGTERM while the outside world is asked.
#pragma once

#include <atomic>
#include <csignal>

namespace acr {

// While one lives, SIGINT and SIGTERM end the asking and not the program: what has come by then is
// still told. A second signal of the same kind ends the program. One at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Set by the signal; for the loop and for programs that the run starts.
  const std::atomic<bool>* flag() const;
  int signal() const;  // that was caught; 0: none

 private:
  struct sigaction interrupt_{}, terminate_{};
};

}  // namespace acr
