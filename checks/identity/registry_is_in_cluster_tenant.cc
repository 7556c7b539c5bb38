#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

namespace {

// A resource's tenant: its document says so, or that of its subscription.
struct Tenant {
  std::string id;
  std::vector<Evidence> evidence;
};
Tenant tenant_of(const Estate& estate, const std::string& told, const Origin& origin,
                 const ResourceId& resource) {
  if (!told.empty()) return {told, {estate.cite(origin, "", fmt::format("tenant {}", told))}};
  for (const Subscription& subscription : estate.subscriptions) {
    if (!same_text(subscription.id.subscription(), resource.subscription()) ||
        subscription.tenant_id.empty())
      continue;
    return {subscription.tenant_id,
            {estate.cite(origin, "/id", resource.text()),
             estate.cite(subscription.origin, "tenantId", subscription.tenant_id)}};
  }
  return {};
}

Verdict judge_agents(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const Registry& registry = *attachment.registry;
  const IdentityNeed need = need_of_identity(estate, attachment);
  if (need.only_virtual_nodes) {
    return not_applicable("virtual nodes use no kubelet identity",
                          together(attachment.pulls.front()->node.evidence, need.seen));
  }
  if (registry.anonymous_pull_enabled.value_or(false)) {
    return not_applicable(fmt::format("registry {} allows anonymous pulls", registry.name),
                          {estate.cite(registry.origin, "anonymousPullEnabled", "true")});
  }
  const bool served = need.needed == Tri::no;
  if (!cluster.has_arm()) {
    if (served) {
      return not_applicable(fmt::format("pull secret {} serves every pull from registry {}",
                                        need.served_by, registry.name),
                            together(need.evidence, need.seen));
    }
    return unknown_puller(estate, cluster, {});
  }
  if (same_text(cluster.id.subscription(), registry.id.subscription())) {
    return pass(fmt::format("registry {} and cluster {} are in one subscription", registry.name,
                            cluster.name),
                {estate.cite(registry.origin, "/id", registry.id.text()),
                 estate.cite(cluster.origin, "/id", cluster.id.text())},
                Basis::arm);
  }
  // Azure lets a role assignment name principals of the resource's own tenant only.
  if (const Fact<Principal> principal = puller(estate, cluster)) {
    const PullRight right = pull_right(estate, *principal, registry, "", true);
    const auto grant = std::ranges::find_if(right.grants, [](const Grant& candidate) {
      return candidate.assignment != nullptr && !candidate.through_group;
    });
    if (grant != right.grants.end()) {
      return pass(
          fmt::format("role assignments on registry {} name {}, so its tenant knows the caller",
                      registry.name, principal->name),
          {estate.cite(cluster.origin, "/id", cluster.id.text()),
           estate.cite(grant->assignment->origin, "principalId", grant->assignment->principal_id)},
          Basis::arm);
    }
  }
  const Tenant ours = tenant_of(estate, cluster.tenant_id, cluster.origin, cluster.id);
  const Tenant theirs = tenant_of(estate, registry.tenant_id, registry.origin, registry.id);
  if (ours.id.empty() || theirs.id.empty()) {
    if (served) {
      return not_applicable(fmt::format("pull secret {} serves every pull from registry {}",
                                        need.served_by, registry.name),
                            together(need.evidence, need.seen));
    }
    const bool cluster_open = ours.id.empty();
    const ResourceId& open = cluster_open ? cluster.id : registry.id;
    return unknown(
        fmt::format("the tenant of {} {} is not known", cluster_open ? "cluster" : "registry",
                    cluster_open ? cluster.name : registry.name),
        {estate.cite(cluster_open ? cluster.origin : registry.origin, "/id", open.text())},
        {fmt::format("az account show --subscription {} --output json",
                     quote(open.subscription()))});
  }
  const auto evidence = together(ours.evidence, theirs.evidence);
  if (same_text(ours.id, theirs.id)) {
    return pass(fmt::format("registry {} and cluster {} are in tenant {}", registry.name,
                            cluster.name, ours.id),
                evidence, Basis::arm);
  }
  std::vector<std::string> fix;
  for (const Pull* pull : need.pulls) {
    if (pull->failing == 0 && need.pulls.size() > 1) continue;
    fix = name_secret(*pull, fmt::format("{}-pull", lower(registry.name)), true);
    break;
  }
  return identity_fault(
      need,
      fmt::format("registry {} is in tenant {}, cluster {} in tenant {}: a kubelet identity gets "
                  "no token for a registry of another tenant",
                  registry.name, theirs.id, cluster.name, ours.id),
      evidence, std::move(fix));
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  Verdict verdict = judge_agents(estate, attachment);
  verdict.evidence = together(std::move(verdict.evidence), cite_virtual_nodes(attachment));
  return verdict;
}

}  // namespace

extern const Check registry_is_in_cluster_tenant;
const Check registry_is_in_cluster_tenant{
    .id = "registry-is-in-cluster-tenant",
    .title = "The registry and the cluster are in one Microsoft Entra tenant",
    .problem = "The registry is in another Microsoft Entra tenant than the cluster",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 8,
    .why =
        "A managed identity lives in one tenant. A registry of another tenant does not know it: "
        "no role can be assigned to it there, and every pull without a pull secret ends in 401.",
    .reads =
        "tenant ids of the cluster, the registry and their subscriptions; role assignments; "
        "the pods' pull secrets",
    .repair =
        "Low risk: pull with a secret that holds a registry token or a service principal of "
        "the registry's tenant. Needs rights on the registry and in the namespace; new pods "
        "use it.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/authenticate-aks-cross-tenant",
    .controls = {},
    .features = "F-016 B-08",
    .after = {},
    .judge = &judge};

}  // namespace acr
