#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Registry& registry) {
  return judge_rule(
      estate, registry,
      {.path = "policies/trustPolicy/status",
       .good = {"disabled"},
       .good_if_absent = true,
       .holds = "content trust is off",
       .broken = "content trust is on, and ends on 31 March 2028"},
      {registry_command(registry, "config content-trust update", "--status disabled")});
}

}  // namespace

extern const Check content_trust_is_not_relied_on;
const Check content_trust_is_not_relied_on{
    .id = "content-trust-is-not-relied-on",
    .title = "The registry does not rely on content trust, which is being withdrawn",
    .problem = "The registry relies on content trust, which is being withdrawn",
    .severity = Severity::low,
    .why =
        "Docker Content Trust can no longer be switched on since May 2026 and ends on 31 March "
        "2028. Signatures made with it will not verify then; Notation signatures are what "
        "Microsoft moves to.",
    .reads = "policies/trustPolicy of the registry",
    .repair =
        "Low risk: clients that insist on content trust (DOCKER_CONTENT_TRUST=1) no longer find "
        "signatures. Sign with Notation first. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-content-trust-deprecation",
    .controls = {},
    .features = "F-062",
    .judge = &judge};

}  // namespace acr
