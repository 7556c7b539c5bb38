// Asks a scope's questions of the outside world until nothing is left to ask. What follows from an
// answer is asked at once; what is learnt does not depend on the order of the answers.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "live/azure_plan.h"
#include "live/exchange.h"
#include "live/kubernetes_plan.h"
#include "live/loop.h"

namespace acr {

struct LiveScope {
  std::optional<AzureScope> azure;
  // Ask registries about the images of failing pulls, and about these.
  bool registries = false;
  std::set<std::string> images;
  std::vector<KubernetesScope> clusters;
};

// The failure of an exchange that was not sent because nothing gave a credential for it.
inline constexpr std::string_view kNoCredential = "no credential";

// Why a request cannot be sent: no credential, no such context. One clause for people.
struct NoWay {
  std::string text;
  std::string recorded = std::string(kNoCredential);  // as the answer that did not come
};

// Makes the call of a request, with its credential, and hands it to `send`: once, now or later.
// `renewal`: 0, or the credential that went along last time was refused, and this is the renewal
// that the request waits for. Requests of one number share one: their credential is renewed once,
// by the first of them that comes, while no call is open.
using Prepare = std::function<void(const Request& request, unsigned renewal,
                                   std::function<void(std::expected<Call, NoWay>)> send)>;

struct LiveAnswers {
  std::vector<Exchange> exchanges;  // sorted by the request's key
  std::size_t answered = 0;         // requests that got an answer other than 401
  std::size_t unauthenticated = 0;  // that got a 401, or could not be sent without a credential
  // One line each: why requests to Azure and Kubernetes could not be sent.
  std::vector<std::string> reasons;
  // The slowest chain of requests each of which needed the answer before it: what nothing but
  // quicker answers could shorten. Waiting for a free connection is no part of it.
  Milliseconds longest_chain{0};
  bool interrupted = false;  // cancelled or out of time: what is missing was not asked
};

// How much at a time: below the usual 1,024 open files, and below the 250 reads that ARM grants a
// subscription at once.
LoopLimits live_limits();

LiveAnswers ask_world(const LiveScope& scope, Loop& loop, const Prepare& prepare, Instant now);

}  // namespace acr
