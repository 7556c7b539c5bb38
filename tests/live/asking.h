// Asking one thing and having the answer: what most tests of the loop do.
#pragma once

#include <string>
#include <utility>

#include "live/certificates.h"
#include "live/loop.h"

namespace acr::test {

// Trusts shared_authority() and nobody else.
inline const TlsTrust& trust() {
  static const TlsTrust trusted = [] {
    TlsTrust made;
    made.authorities = shared_authority().pem();
    return made;
  }();
  return trusted;
}

inline Call get(std::string url) {
  Call call;
  call.url = std::move(url);
  call.trust = &trust();
  return call;
}

// Waits short enough for a test.
inline LoopLimits quick() {
  LoopLimits limits;
  limits.first_wait = Milliseconds(10);
  limits.longest_wait = Milliseconds(2'500);
  limits.deadline = Milliseconds(30'000);
  return limits;
}

inline Answer ask_one(Call call, LoopLimits limits = quick()) {
  Answer answer;
  Loop loop(limits);
  loop.ask(std::move(call), [&](Answer given) { answer = std::move(given); });
  loop.run();
  return answer;
}

}  // namespace acr::test
