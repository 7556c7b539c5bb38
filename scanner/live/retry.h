// When a call is made again, and how long a server wants quiet. Values only; no clock but the one
// handed in.
#pragma once

#include <chrono>
#include <optional>

#include "live/call.h"

namespace acr {

// 429, 500, 502, 503, 504 and lost connections.
bool is_worth_repeating(const Answer& answer);

// 429; 503 when it says how long.
bool is_throttled(const Answer& answer);

// What the server asks for: Retry-After in seconds or as an HTTP date, else the seconds that
// Resource Manager's message names ("Please try again after '372' seconds."). nullopt: nothing
// readable; 0 is a real value, and recorded.
std::optional<Milliseconds> asked_wait(const Answer& answer, std::chrono::sys_seconds now);

// How long further calls to the same bucket wait after this answer, whatever its status: Resource
// Graph's x-ms-user-quota-remaining of 0 with x-ms-user-quota-resets-after (hh:mm:ss), and any
// x-ms-ratelimit-remaining-… of 0 (a bucket that refills every second).
std::optional<Milliseconds> quota_wait(const Answer& answer);

// Before attempt number `attempts` + 1: doubles from `first`, at most `longest`, never less than
// what was asked for. `chance` in [0, 1) spreads the callers: from half to the whole of our own
// wait, and up to a tenth more than the server's.
Milliseconds wait_before_repeat(int attempts, std::optional<Milliseconds> asked, Milliseconds first,
                                Milliseconds longest, double chance);

}  // namespace acr
