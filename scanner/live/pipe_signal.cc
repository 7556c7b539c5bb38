#include "live/pipe_signal.h"

#include <ctime>

namespace acr {

HeldPipeSignal::HeldPipeSignal() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGPIPE);
  sigset_t pending;
  sigpending(&pending);
  was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &signals_, &before_);
}

HeldPipeSignal::~HeldPipeSignal() {
  const timespec at_once{};
  if (!was_pending_)
    while (sigtimedwait(&signals_, nullptr, &at_once) > 0) continue;
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace acr
