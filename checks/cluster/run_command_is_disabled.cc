#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "89f2d532-c53c-4f8f-9afa-4927b1114a0d"},
                                 {"Azure Policy", "1b708b0a-3380-40e9-8b79-821f9fa224cc"},
                                 {"Mondoo", "mondoo-azure-security-aks-run-command-disabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(estate, cluster,
                    {.path = "apiServerAccessProfile/disableRunCommand",
                     .good = {"true"},
                     .good_if_absent = false,
                     .holds = "run command is disabled",
                     .broken = "run command is enabled; people without another way in lose the "
                               "cluster after the change",
                     .options = "--disable-run-command"});
}

}  // namespace

extern const Check run_command_is_disabled;
const Check run_command_is_disabled{
    .id = "run-command-is-disabled",
    .title = "Nobody runs commands in the cluster through Azure",
    .problem = "Whoever has the right in Azure runs commands in the cluster",
    .severity = Severity::low,
    .why =
        "az aks command invoke runs as an administrator of the cluster, from anywhere, past its "
        "private network. It is also the way in when nothing else works, so weigh that.",
    .reads = "apiServerAccessProfile/disableRunCommand of the cluster",
    .repair =
        "Low risk: az aks command invoke is refused from then on, for people who have no other way "
        "in too. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/access-private-cluster",
    .controls = kControls,
    .features = "F-109",
    .judge = &judge};

}  // namespace acr
