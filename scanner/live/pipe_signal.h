// SIGPIPE while libraries write to sockets.
#pragma once

#include <signal.h>

namespace acr {

// A peer that hangs up must not end the process: in this thread the signal is held back while this
// stands, and taken away afterwards if it came meanwhile. Handlers and other threads are untouched.
// Child processes inherit the mask: whoever starts one meanwhile resets it.
class HeldPipeSignal {
 public:
  HeldPipeSignal();
  ~HeldPipeSignal();
  HeldPipeSignal(const HeldPipeSignal&) = delete;
  HeldPipeSignal& operator=(const HeldPipeSignal&) = delete;

 private:
  sigset_t signals_{}, before_{};
  bool was_pending_ = false;
};

}  // namespace acr
