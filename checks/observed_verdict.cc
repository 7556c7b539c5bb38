#include "observed_verdict.h"

#include <fmt/format.h>

#include "estate/command.h"
#include "estate/login_server.h"

namespace acr {

namespace {

std::string_view proof_of(PullStage stage) {
  switch (stage) {
    case PullStage::none:
    case PullStage::name_resolved:
      return "dialled an address of";
    case PullStage::connected:
      return "connected to";
    default:
      return "got an answer from";
  }
}

}  // namespace

Sight see(const Estate& estate, const Pull& pull, PullStage stage, const Sight& probe,
          std::optional<Sight> failure) {
  Sight sight;
  if (failure) {
    sight = std::move(*failure);
  } else if (pull.symptom && pull.symptom->error.furthest >= stage) {
    sight.works = Tri::yes;
    sight.reason = fmt::format("the node {} {} when it last tried",
                               proof_of(pull.symptom->error.furthest), pull.reference->domain);
    sight.evidence.push_back(cite_message(estate, *pull.symptom));
  }
  if (sight.works == Tri::unknown && probe.works != Tri::unknown) return probe;
  if (sight.works == Tri::unknown && pull.pulled > 0) {
    sight.works = Tri::yes;
    sight.reason = fmt::format("nodes pulled the image from {}", pull.reference->domain);
    sight.evidence.push_back(
        estate.cite(pull.origin, "status/containerStatuses", "imageID present", Basis::observed));
  }
  if (probe.works != Tri::unknown && probe.works != sight.works) {
    sight.reason += fmt::format(", yet {}", probe.reason);
    sight.evidence = together(std::move(sight.evidence), probe.evidence);
  }
  return sight;
}

Sight see_probe(const Estate& estate, const Pull& pull, Observation::Step step, bool layers) {
  const Sighting sighting = find_sighting(estate, pull, step, layers);
  if (!sighting) return {};
  const auto& [probe, observation] = sighting;
  const std::string where =
      fmt::format("{} ({})", describe(probe->vantage), format_time(probe->at));
  const std::string at = observation->addresses.empty()
                             ? std::string()
                             : fmt::format(" at {}", fmt::join(observation->addresses, ", "));
  const std::string said = observation->detail.empty() ? observation->outcome : observation->detail;
  std::string reason;
  const bool works = observation->works;
  switch (step) {
    case Observation::Step::resolve:
      reason = works ? fmt::format("{} resolved {} to {}", where, observation->host,
                                   fmt::join(observation->addresses, ", "))
                     : fmt::format("{} could not resolve {}{}: {}", where, observation->host,
                                   observation->server.empty()
                                       ? std::string()
                                       : fmt::format(", asking {}", observation->server),
                                   said);
      break;
    case Observation::Step::connect:
      reason = works ? fmt::format("{} connected to {}{}", where, observation->host, at)
                     : fmt::format("{} could not connect to {}{}: {}", where, observation->host, at,
                                   said);
      break;
    case Observation::Step::tls:
      reason = works ? fmt::format("{} trusts the certificate of {}", where, observation->host)
                     : fmt::format("{} got no trusted certificate from {}: {}", where,
                                   observation->host, said);
      break;
    default:
      reason = works ? fmt::format("{} was served by {}", where, observation->host)
                     : fmt::format("{} was not served by {}: {}", where, observation->host, said);
  }
  return {works ? Tri::yes : Tri::no,
          std::move(reason),
          {estate.cite(observation->origin, "outcome", observation->outcome, Basis::observed)}};
}

Sight see_failure(const Estate& estate, const Pull& pull) {
  return {Tri::no, pull.symptom->error.says, {cite_message(estate, *pull.symptom)}};
}

std::optional<Verdict> unless_observable(const Pull& pull) {
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (cloud_of(pull.reference->domain)) return std::nullopt;
  return not_applicable(
      fmt::format("{} is not an Azure container registry", pull.reference->domain));
}

Verdict verdict_of(const Estate& estate, const Pull& pull, const Sight& sight) {
  if (sight.works == Tri::yes) return pass(sight.reason, sight.evidence, Basis::observed);
  if (sight.works == Tri::unknown) {
    return unknown("no pull and no probe of the cluster has shown it yet", sight.evidence,
                   {"kubectl get pods,events --all-namespaces --output json",
                    fmt::format("acr-doctor probe {} --output json", quote(pull.image))});
  }
  if (!pull.registry) {
    return unknown(
        fmt::format("{}; registry {} is not in the input", sight.reason, pull.reference->domain),
        sight.evidence, {"az acr list --output json"});
  }
  return fail(sight.reason,
              together(sight.evidence, {estate.cite(pull.registry->origin, "loginServer",
                                                    pull.registry->login_server)}),
              Basis::observed, {});
}

}  // namespace acr
