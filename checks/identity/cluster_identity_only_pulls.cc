#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"
#include "estate/command.h"
#include "holder_verdict.h"
#include "pull_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CIS AKS", "5.1.3"},
                                 {"Kubescape", "C-0250"},
                                 {"KICS", "77deea6a-155e-4865-bf04-153d23e488e8"},
                                 {"ACR review checklist", "A02.03"}};

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Registry& registry = *attachment.registry;
  if (auto verdict = unless_described(estate, *attachment.cluster)) return *std::move(verdict);
  const Fact<Principal> principal = puller(estate, *attachment.cluster);
  if (!principal) return unknown_puller(estate, *attachment.cluster, principal.error());
  if (!registry.abac_mode) return unknown_field(estate, registry, "roleAssignmentMode");
  const AssignmentCoverage coverage = assignment_coverage(estate, registry);
  if (!coverage.covered) return unknown_assignments(estate, registry);
  std::vector<Evidence> evidence = coverage.evidence;
  std::string excess, undecided;
  std::vector<std::string> fix;
  const auto is_its = [&](const Grant& grant) {
    return !principal->object_id.empty()
               ? same_text(grant.assignment->principal_id, principal->object_id)
               : same_text(grant.assignment->principal_name, principal->app_id);
  };
  for (const RegistryRight& right : {kPushRight, kDeleteRight, kConfigureRight}) {
    const Holders holders = holders_of(estate, registry, right, *registry.abac_mode);
    for (const Grant& grant : holders.grants) {
      if (!is_its(grant)) continue;
      evidence.push_back(cite_grant(estate, grant));
      if (excess.contains(describe(grant, registry))) continue;
      excess += fmt::format("{}{} lets it {}", excess.empty() ? "" : ", ",
                            describe(grant, registry), right.word);
      fix.push_back(
          fmt::format("az role assignment delete --ids {}", quote(grant.assignment->id.text())));
    }
    for (const Grant& grant : holders.undecided) {
      if (is_its(grant)) undecided = grant.assignment->role_id;
    }
  }
  const std::string& who = principal->name;
  if (!excess.empty())
    return fail(fmt::format("{} may do more than pull: {}", who, excess), std::move(evidence),
                Basis::arm, std::move(fix));
  if (!undecided.empty())
    return unknown(fmt::format("what role {} permits to {} is not known", undecided, who),
                   std::move(evidence),
                   {fmt::format("az role definition list --name {}", quote(undecided))});
  return pass(fmt::format("no role assigned to {} lets it push, delete or configure", who),
              std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check cluster_identity_only_pulls;
const Check cluster_identity_only_pulls{
    .id = "cluster-identity-only-pulls",
    .title = "The cluster's identity may pull from the registry and nothing else",
    .problem = "The cluster's identity may do more than pull from the registry",
    .severity = Severity::medium,
    .why =
        "The kubelet's token can be had by whoever runs on a node. If its identity may also push, "
        "one broken pod is enough to replace the images of every cluster.",
    .reads =
        "the role assignments of the kubelet identity on the registry and above, by what their "
        "roles permit; AcrPull and the ABAC roles that read are right, whatever they are called",
    .repair =
        "Medium risk: something else may use the kubelet identity to push; give that an identity "
        "of its own. Then remove the assignment. Needs Owner or User Access Administrator on the "
        "scope.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-rbac-built-in-roles-overview",
    .controls = kControls,
    .features = "F-005",
    .judge = &judge};

}  // namespace acr
