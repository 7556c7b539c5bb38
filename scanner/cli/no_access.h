// What a run that nobody let in has tried: for the one message that it ends with.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "live/exchange.h"

namespace acr {

// One line a service and way of failing, in the order of the exchanges: "cluster aks-prod
// (https://…): 11 requests: the credential was not accepted (401)". Without those that could not be
// sent for want of a credential.
std::vector<std::string> list_failures(const std::vector<Exchange>& exchanges);

// A text of several lines as one clause: "a:\n  b\n  c" -> "a: b; c".
std::string join_lines(std::string_view text);

}  // namespace acr
