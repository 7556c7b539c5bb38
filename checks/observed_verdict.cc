#include "observed_verdict.h"

#include <fmt/format.h>

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

bool is_data_host(std::string_view host) {
  return host.contains(".blob.") || host.contains(".data.");
}

Sight see_stage(const Estate& estate, const Pull& pull, PullStage stage) {
  Sight sight;
  if (pull.symptom && pull.symptom->error.furthest >= stage) {
    sight.works = Tri::yes;
    sight.reason = fmt::format("the node {} {} when it last tried",
                               proof_of(pull.symptom->error.furthest), pull.reference->domain);
    sight.evidence.push_back(cite_message(estate, *pull.symptom));
  } else if (pull.pulled > 0) {
    sight.works = Tri::yes;
    sight.reason = fmt::format("nodes pulled the image from {}", pull.reference->domain);
    sight.evidence.push_back(
        estate.cite(pull.origin, "status/containerStatuses", "imageID present", Basis::observed));
  }
  return sight;
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
    return unknown("no pull of the nodes has shown it yet", sight.evidence,
                   {"kubectl get pods,events --all-namespaces --output json"});
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
