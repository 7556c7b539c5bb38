#include <fmt/format.h>

#include <algorithm>

#include "check.h"
#include "cluster_verdict.h"
#include "estate/command.h"
#include "pull_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

const Registry* find_registry(const Estate& estate, const ResourceId& id) {
  const auto found = std::ranges::find_if(
      estate.registries, [&](const Registry& registry) { return registry.id == id; });
  return found == estate.registries.end() ? nullptr : &*found;
}

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& outbound = cluster.settings["networkProfile/outboundType"];
  const Setting& source = cluster.settings["bootstrapProfile/artifactSource"];
  const Setting& id = cluster.settings["bootstrapProfile/containerRegistryId"];
  if (!outbound.known()) return unknown_setting(estate, cluster, "networkProfile/outboundType");
  const bool isolated =
      outbound.given() && (same_text(outbound.value, "none") || same_text(outbound.value, "block"));
  const bool cached = source.given() && same_text(source.value, "Cache");
  std::vector<Evidence> evidence = together({estate.cite(outbound)}, {estate.cite(source)});
  if (!isolated && !cached)
    return not_applicable("the cluster takes its nodes' images from Microsoft directly",
                          std::move(evidence));
  if (isolated && !cached)
    return fail("the cluster has no way to the internet, and takes its nodes' images from there",
                std::move(evidence), Basis::arm, {});
  if (!cluster.service_principal_client_id.empty())
    return fail("an isolated cluster cannot use a service principal", std::move(evidence),
                Basis::arm, {});
  if (!id.given())
    return pass("AKS itself keeps the registry from which the cluster makes its nodes",
                std::move(evidence), Basis::arm);
  evidence = together(std::move(evidence), {estate.cite(id)});
  const Registry* registry = find_registry(estate, ResourceId(id.value));
  if (registry == nullptr)
    return unknown(
        fmt::format("registry {}, from which the cluster makes its nodes, is not in the input",
                    ResourceId(id.value).name()),
        std::move(evidence),
        {fmt::format("az acr show --name {} --output json", quote(ResourceId(id.value).name()))});
  evidence.push_back(estate.cite(registry->origin, "/sku/name", registry->sku));
  if (!registry->sku.empty() && !same_text(registry->sku, "Premium"))
    return fail(
        fmt::format(
            "registry {}, from which the cluster makes its nodes, is {} and needs to be Premium",
            registry->name, registry->sku),
        std::move(evidence), Basis::arm, {update_command(*registry, "--sku Premium")});
  const Setting& tokens = registry->settings["policies/azureADAuthenticationAsArmPolicy/status"];
  if (tokens.given() && same_text(tokens.value, "disabled"))
    return fail(
        fmt::format("registry {}, from which the cluster makes its nodes, refuses the tokens that "
                    "AKS sends there",
                    registry->name),
        together(std::move(evidence), {estate.cite(tokens)}), Basis::arm,
        {registry_command(*registry, "config authentication-as-arm update", "--status enabled")});
  const CacheRule* rule = nullptr;
  for (const CacheRule& candidate : estate.images.cache_rules) {
    if (candidate.id.parent() == registry->id &&
        candidate.fills("aks-managed-repository/oss/kubernetes/pause") &&
        candidate.source.starts_with("mcr.microsoft.com/"))
      rule = &candidate;
  }
  if (rule == nullptr) {
    const ChildList* list = estate.child_list(registry->id, Kind::cache_rule);
    if (list == nullptr) {
      Verdict verdict = unknown_list(estate, *registry, Kind::cache_rule);
      verdict.evidence = together(std::move(evidence), verdict.evidence);
      return verdict;
    }
    return fail(
        fmt::format(
            "registry {} has no cache rule from mcr.microsoft.com/* to aks-managed-repository/*",
            registry->name),
        together(std::move(evidence),
                 {estate.cite(list->origin, "", counted(list->count, Kind::cache_rule))}),
        Basis::arm,
        {registry_command(*registry, "cache create",
                          "--name aks-managed-mcr --source-repo 'mcr.microsoft.com/*' "
                          "--target-repo 'aks-managed-repository/*'")});
  }
  evidence.push_back(estate.cite(rule->origin, "sourceRepository", rule->source));
  const Fact<Principal> principal = puller(estate, cluster);
  if (!principal) return unknown_puller(estate, cluster, principal.error());
  const PullRight right = pull_right(estate, *principal, *registry,
                                     rule->target.substr(0, rule->target.find('/')), false);
  evidence = together(std::move(evidence), right.evidence);
  switch (right.state) {
    case PullRight::State::granted:
      return pass(fmt::format("registry {} caches what nodes are made of, and {} may pull it",
                              registry->name, principal->name),
                  std::move(evidence), Basis::arm);
    case PullRight::State::unknown:
      return unknown(fmt::format("whether {} may pull from registry {} is not known: {}",
                                 principal->name, registry->name, right.reason),
                     std::move(evidence), right.supply);
    case PullRight::State::denied:
    case PullRight::State::not_granted:
      break;
  }
  return fail(
      fmt::format("{} may not pull from registry {}: {}", principal->name, registry->name,
                  right.reason),
      std::move(evidence), Basis::arm,
      {fmt::format("az role assignment create --assignee-object-id {} --assignee-principal-type "
                   "ServicePrincipal --role {} --scope {}",
                   quote(principal->object_id),
                   registry->abac_mode.value_or(false) ? "'Container Registry Repository Reader'"
                                                       : "AcrPull",
                   quote(registry->id.text()))});
}

}  // namespace

extern const Check isolated_cluster_can_make_nodes;
const Check isolated_cluster_can_make_nodes{
    .id = "isolated-cluster-can-make-nodes",
    .title = "The isolated cluster finds its own images",
    .problem = "The isolated cluster does not find its own images",
    .severity = Severity::medium,
    .why =
        "A cluster without a way to the internet takes its nodes' own images from a registry that "
        "caches Microsoft's. When that registry, its cache rule or the right to pull is missing, "
        "no new node comes up, however healthy the pods look.",
    .reads =
        "networkProfile/outboundType, bootstrapProfile and servicePrincipalProfile of the cluster, "
        "and the registry it names: tier, cache rules, ARM tokens and role assignments",
    .repair =
        "High risk while it lasts: upgrades and scaling fail. Give the registry the cache rule "
        "mcr.microsoft.com/* to aks-managed-repository/*, and the kubelet identity AcrPull. Needs "
        "Contributor on the registry and User Access Administrator for the role.",
    .reference = "https://learn.microsoft.com/azure/aks/network-isolated",
    .controls = {},
    .features = "F-116 B-34",
    .judge = &judge};

}  // namespace acr
