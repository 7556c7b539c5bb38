#include "cli/interruption.h"

namespace acr {
namespace {

std::atomic<bool> interrupted{false};
std::atomic<int> caught{0};

void on_signal(int number) {
  caught = number;
  interrupted = true;
}

}  // namespace

Interruption::Interruption() {
  struct sigaction action{};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, &interrupt_);
  sigaction(SIGTERM, &action, &terminate_);
}

Interruption::~Interruption() {
  sigaction(SIGINT, &interrupt_, nullptr);
  sigaction(SIGTERM, &terminate_, nullptr);
}

const std::atomic<bool>* Interruption::flag() const {
  return &interrupted;
}

int Interruption::signal() const {
  return caught;
}

}  // namespace acr
