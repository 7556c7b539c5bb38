#include "live/live.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <simdjson.h>

#include "live/needs.h"
#include "live/registry_plan.h"

namespace acr {
namespace {

class Asking {
 public:
  Asking(const LiveScope& scope, Loop& loop, const Prepare& prepare, Instant now)
      : loop_(loop), prepare_(prepare), now_(now), images_(scope.images) {
    if (scope.azure) azure_.emplace(*scope.azure);
    if (scope.registries) registries_.emplace();
    for (const KubernetesScope& cluster : scope.clusters) clusters_.emplace_back(cluster);
    contexts_.reserve(scope.clusters.size());
    for (const KubernetesScope& cluster : scope.clusters) contexts_.push_back(cluster.context);
  }

  LiveAnswers run() {
    if (azure_)
      for (const Request& request : azure_->begin()) ask(request, 0, {});
    for (const KubernetesPlan& cluster : clusters_)
      for (const Request& request : cluster.begin()) ask(request, 0, {});
    if (registries_)
      for (const Request& request : registries_->look_into(images_)) ask(request, 0, {});
    loop_.run();
    // A credential that ended in mid-run: once more, with a new one, when no call is open that uses
    // the old.
    for (unsigned renewal = 1; !rejected_.empty(); ++renewal) {
      const std::vector<Request> again = std::exchange(rejected_, {});
      for (const Request& request : again) ask(request, renewal, {});
      loop_.run();
    }

    std::ranges::sort(answers_.exchanges, {},
                      [](const Exchange& exchange) { return exchange.request.key(); });
    return std::move(answers_);
  }

 private:
  Loop& loop_;
  const Prepare& prepare_;
  const Instant now_;
  const std::set<std::string>& images_;
  std::optional<AzurePlan> azure_;
  std::optional<RegistryPlan> registries_;
  std::vector<KubernetesPlan> clusters_;
  std::vector<std::string> contexts_;
  std::set<std::string> asked_;
  std::vector<Request> rejected_;
  LiveAnswers answers_;

  void ask(const Request& request, unsigned renewal, Milliseconds before) {
    if (renewal == 0 && !asked_.insert(request.key()).second) return;
    prepare_(request, renewal, [this, request, renewal, before](std::expected<Call, NoWay> call) {
      if (!call) {
        // What registries tell of images adds to the rest; a run goes on without it.
        if (request.audience != Audience::registry) {
          ++answers_.unauthenticated;
          if (std::ranges::find(answers_.reasons, call.error().text) == answers_.reasons.end())
            answers_.reasons.push_back(call.error().text);
        }
        Exchange exchange;
        exchange.request = request;
        exchange.at = now_;
        exchange.failure = call.error().recorded;
        answers_.exchanges.push_back(std::move(exchange));
        return;
      }
      loop_.ask(std::move(*call), [this, request, renewal, before](Answer answer) {
        const Milliseconds chain = before + answer.took;
        learn(request, std::move(answer), renewal != 0, chain);
      });
    });
  }

  void learn(const Request& request, Answer answer, bool anew, Milliseconds chain) {
    answers_.longest_chain = std::max(answers_.longest_chain, chain);
    if (answer.status == 401 && !anew) {
      rejected_.push_back(request);
      return;
    }
    Exchange exchange;
    exchange.request = request;
    exchange.at = now_;
    // A 429 that nobody gave: the service wants quiet, and the call was not sent.
    const bool unsent = answer.failure == Failure::none && answer.attempts == 0;
    if (answer.failure == Failure::none && !unsent) {
      ++(answer.status == 401 ? answers_.unauthenticated : answers_.answered);
      exchange.status = answer.status;
      exchange.body = std::move(answer.body);
      for (const char* name : {"link", "docker-content-digest"})
        if (const auto header = answer.headers.find(name); header != answer.headers.end())
          exchange.headers.insert(*header);
    } else {
      // Half a list would look like a whole one.
      answers_.interrupted |=
          answer.failure == Failure::cancelled || answer.failure == Failure::deadline;
      exchange.failure =
          answer.detail.empty() ? std::string(to_string(answer.failure)) : std::move(answer.detail);
    }
    const NextStep next = follow(exchange);
    std::vector<Request> needed;
    if (azure_ && request.audience == Audience::kubernetes && exchange.status == 200) {
      const Needs needs = read_needs(exchange.body);
      needed = azure_->look_into(needs);
      if (registries_)
        std::ranges::move(registries_->look_into(needs.images), std::back_inserter(needed));
    }
    if (!next.restarts.empty())
      std::erase_if(answers_.exchanges, [&](const Exchange& earlier) {
        return earlier.request.context == request.context &&
               earlier.request.url.starts_with(next.restarts);
      });
    if (!next.superseded) answers_.exchanges.push_back(std::move(exchange));
    for (const Request& further : next.requests) ask(further, 0, chain);
    for (const Request& further : needed) ask(further, 0, chain);
  }

  NextStep follow(const Exchange& exchange) {
    if (exchange.request.audience == Audience::registry)
      return registries_ ? registries_->absorb(exchange) : NextStep{};
    if (exchange.request.audience != Audience::kubernetes)
      return azure_ ? azure_->absorb(exchange) : NextStep{};
    for (std::size_t i = 0; i < clusters_.size(); ++i)
      if (contexts_[i] == exchange.request.context) return clusters_[i].absorb(exchange);
    return {};
  }
};

}  // namespace

LoopLimits live_limits() {
  LoopLimits limits;
  limits.calls = 600;  // with idle connections, 900 sockets: below the usual limit of 1,024 files
  limits.calls_a_host = 512;
  return limits;
}

LiveAnswers ask_world(const LiveScope& scope, Loop& loop, const Prepare& prepare, Instant now) {
  return Asking(scope, loop, prepare, now).run();
}

}  // namespace acr
