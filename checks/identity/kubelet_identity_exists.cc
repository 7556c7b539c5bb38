#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

namespace {

bool in_node_resource_group(const ScaleSet& set, const Cluster& cluster) {
  return same_text(set.id.subscription(), cluster.id.subscription()) &&
         same_text(set.id.resource_group(), cluster.node_resource_group);
}

// az changes the kubelet identity of clusters whose own identity is user-assigned, and of no
// others: it looks that one up. To give a cluster another one of its own is no repair to paste.
std::vector<std::string> reassign_commands(const Cluster& cluster,
                                           std::vector<std::string> before) {
  const bool user_assigned =
      std::ranges::any_of(cluster.control_plane_identities,
                          [](const Identity& identity) { return !identity.id.empty(); });
  if (!user_assigned) return {};
  before.push_back(fmt::format("az aks update {} --name {} --assign-kubelet-identity {}",
                               in_group(cluster.id), quote(cluster.name),
                               quote(cluster.kubelet_identity->id.text())));
  return before;
}

// A list that holds another identity of the same resource group, or identities of several groups of
// the subscription, would hold this one if it existed.
std::vector<std::uint32_t> covering_lists(const Estate& estate, const ResourceId& wanted) {
  std::vector<std::uint32_t> documents;
  for (const Listing& listing : estate.listings) {
    if (listing.kind != Kind::user_assigned_identity || !listing.list) continue;
    bool same_group = false, other_group = false;
    std::string group;
    for (const UserAssignedIdentity& identity : estate.user_assigned_identities) {
      if (identity.origin.document != listing.origin.document ||
          !same_text(identity.id.subscription(), wanted.subscription()))
        continue;
      const std::string its = lower(identity.id.resource_group());
      same_group |= same_text(its, wanted.resource_group());
      other_group |= !group.empty() && its != group;
      group = its;
    }
    if (same_group || other_group) documents.push_back(listing.origin.document);
  }
  return documents;
}

// The cluster says it has the identity; what contradicts that?
std::optional<Verdict> contradiction(const Estate& estate, const Attachment& attachment,
                                     const IdentityNeed& need) {
  const Cluster& cluster = *attachment.cluster;
  const Identity& kubelet = *cluster.kubelet_identity;
  if (kubelet.id.empty()) return std::nullopt;
  const std::vector<Evidence> named{estate.cite(kubelet.origin, "resourceId", kubelet.id.text()),
                                    estate.cite(kubelet.origin, "objectId", kubelet.object_id)};
  const auto found = std::ranges::find_if(
      estate.user_assigned_identities,
      [&](const UserAssignedIdentity& identity) { return identity.id == kubelet.id; });
  const bool is_listed = found != estate.user_assigned_identities.end();
  if (is_listed && !found->object_id.empty() && !same_text(found->object_id, kubelet.object_id)) {
    return identity_fault(
        need,
        fmt::format("kubelet identity {} was deleted and made anew: cluster {} still names its "
                    "object id {}, and it has {} by now",
                    kubelet.id.name(), cluster.name, kubelet.object_id, found->object_id),
        together(named, {estate.cite(found->origin, "principalId", found->object_id)}),
        reassign_commands(cluster, {}));
  }
  if (const auto documents = covering_lists(estate, kubelet.id); !is_listed && !documents.empty()) {
    const auto summary = estate.summarise(Kind::user_assigned_identity, documents, Basis::arm);
    return identity_fault(
        need,
        fmt::format("kubelet identity {} of cluster {} does not exist: it is not among the {}",
                    kubelet.id.name(), cluster.name, summary.text),
        together(named, summary.evidence),
        reassign_commands(cluster, {fmt::format("az identity create {} --name {}",
                                                in_group(kubelet.id), quote(kubelet.id.name()))}));
  }
  for (const ScaleSet& set : estate.scale_sets) {
    if (set.pool.empty() || !in_node_resource_group(set, cluster)) continue;
    if (!attachment.pools.empty() &&
        std::ranges::find(attachment.pools, set.pool) == attachment.pools.end())
      continue;
    if (std::ranges::find(set.identities, kubelet.id) != set.identities.end()) continue;
    return identity_fault(
        need,
        fmt::format("the nodes of pool {} do not have kubelet identity {} that cluster {} names: "
                    "they keep what they were made with until their image is upgraded",
                    set.pool, kubelet.id.name(), cluster.name),
        together(named, {estate.cite(set.origin, "identity/userAssignedIdentities",
                                     set.identities.empty() ? "none" : set.identities[0].text())}),
        {fmt::format("az aks nodepool upgrade {} --cluster-name {} --name {} --node-image-only",
                     in_group(cluster.id), quote(cluster.name), quote(set.pool))});
  }
  return std::nullopt;
}

// Nothing contradicts the cluster: is it confirmed that the identity exists, and that the nodes
// have it?
Verdict confirm(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const Identity& kubelet = *cluster.kubelet_identity;
  const std::string name = kubelet.id.empty() ? kubelet.object_id : std::string(kubelet.id.name());
  std::vector<Evidence> evidence{estate.cite(kubelet.origin, "objectId", kubelet.object_id)};
  std::vector<std::string> supply;
  const auto found =
      std::ranges::find(estate.user_assigned_identities, kubelet.id, &UserAssignedIdentity::id);
  const bool exists = !kubelet.id.empty() && found != estate.user_assigned_identities.end() &&
                      !found->object_id.empty();
  if (exists) {
    evidence.push_back(estate.cite(found->origin, "principalId", found->object_id));
  } else {
    supply.push_back(kubelet.id.empty()
                         ? "az identity list --output json"
                         : fmt::format("az identity list {} --output json", in_group(kubelet.id)));
  }
  // Every pool that counts must show its scale set: that one pool has the identity says nothing of
  // the others.
  std::vector<std::string> pools = attachment.pools;
  if (pools.empty()) {
    for (const NodePool& pool : cluster.pools) pools.push_back(pool.name);
  }
  bool on_nodes = !pools.empty();
  for (const std::string& pool : pools) {
    const auto set = std::ranges::find_if(estate.scale_sets, [&](const ScaleSet& candidate) {
      return candidate.pool == pool && in_node_resource_group(candidate, cluster);
    });
    on_nodes = on_nodes && set != estate.scale_sets.end();
    if (set != estate.scale_sets.end())
      evidence.push_back(estate.cite(set->origin, "/identity/userAssignedIdentities", name));
  }
  if (!on_nodes) {
    supply.push_back(fmt::format("az vmss list --subscription {} --resource-group {} --output json",
                                 quote(cluster.id.subscription()),
                                 quote(cluster.node_resource_group)));
  }
  if (supply.empty()) {
    return pass(fmt::format("kubelet identity {} exists and is on the nodes of cluster {}", name,
                            cluster.name),
                std::move(evidence), Basis::arm);
  }
  return unknown(fmt::format("cluster {} names kubelet identity {}; whether {} is not in the input",
                             cluster.name, name,
                             on_nodes ? "it exists"
                             : exists ? "it is on the nodes"
                                      : "it exists and is on the nodes"),
                 std::move(evidence), std::move(supply));
}

Verdict judge_service_principal(const Estate& estate, const Cluster& cluster,
                                const IdentityNeed& need) {
  const std::string& app = cluster.service_principal_client_id;
  const Evidence named = estate.cite(cluster.origin, "servicePrincipalProfile/clientId", app);
  for (const DirectoryObject* object : estate.directory_objects_of(app)) {
    if (object->kind != DirectoryObject::Kind::service_principal) continue;
    if (object->enabled) {
      const Evidence found = estate.cite(object->origin, "appId", app);
      const AppSecrets secrets = secrets_of_app(estate, app);
      auto evidence = together({named, found}, secrets.evidence);
      if (secrets.known && !secrets.current) {
        return identity_fault(
            need,
            secrets.latest.empty()
                ? fmt::format("service principal {} of cluster {} has no secret", app, cluster.name)
                : fmt::format("every secret of service principal {} of cluster {} has expired, the "
                              "last at {}",
                              app, cluster.name, secrets.latest),
            std::move(evidence), {});
      }
      if (!secrets.known) {
        return unknown(
            fmt::format("service principal {} of cluster {} exists; when its secrets end "
                        "is not in the input",
                        app, cluster.name),
            std::move(evidence), {fmt::format("az ad app show --id {} --output json", quote(app))});
      }
      return pass(fmt::format("service principal {} of cluster {} exists and has a secret that is "
                              "valid",
                              app, cluster.name),
                  std::move(evidence), Basis::arm);
    }
    return identity_fault(
        need, fmt::format("service principal {} of cluster {} is disabled", app, cluster.name),
        {named, estate.cite(object->origin, "accountEnabled", "false")},
        {fmt::format("az ad sp update --id {} --set accountEnabled=true", quote(app))});
  }
  return unknown(fmt::format("cluster {} pulls as service principal {}; whether it exists is not "
                             "in the input",
                             cluster.name, app),
                 {named}, {fmt::format("az ad sp show --id {} --output json", quote(app))});
}

Verdict judge_agents(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const IdentityNeed need = need_of_identity(estate, attachment);
  if (need.only_virtual_nodes) {
    return not_applicable("virtual nodes use no kubelet identity",
                          together(attachment.pulls.front()->node.evidence, need.seen));
  }
  if (attachment.registry->anonymous_pull_enabled.value_or(false)) {
    return not_applicable(
        fmt::format("registry {} allows anonymous pulls", attachment.registry->name),
        {estate.cite(attachment.registry->origin, "anonymousPullEnabled", "true")});
  }
  if (auto seen = outside_azure(estate, cluster)) {
    std::vector<std::string> fix;
    if (!need.pulls.empty()) {
      const Pull& pull = *need.pulls.front();
      const PullSecret* serving = serving_secret(estate, pull);
      fix = name_secret(pull, serving ? serving->name : "acr-pull", serving == nullptr);
    }
    return identity_fault(
        need, "the nodes are outside Azure and have no kubelet identity: they need a pull secret",
        {std::move(*seen)}, std::move(fix));
  }
  if (!cluster.service_principal_client_id.empty())
    return judge_service_principal(estate, cluster, need);
  if (!cluster.kubelet_identity) {
    if (need.needed == Tri::no) {
      return not_applicable(fmt::format("pull secret {} serves every pull from registry {}",
                                        need.served_by, attachment.registry->name),
                            together(need.evidence, need.seen));
    }
    return unknown_puller(estate, cluster, cluster.kubelet_identity.error());
  }
  if (auto verdict = contradiction(estate, attachment, need)) return *verdict;
  return confirm(estate, attachment);
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  Verdict verdict = judge_agents(estate, attachment);
  verdict.evidence = together(std::move(verdict.evidence), cite_virtual_nodes(attachment));
  return verdict;
}

}  // namespace

extern const Check kubelet_identity_exists;
const Check kubelet_identity_exists{
    .id = "kubelet-identity-exists",
    .title = "The cluster's kubelet identity exists and is on the nodes",
    .problem = "The cluster's kubelet identity does not exist or is not on the nodes",
    .severity = Severity::critical,
    .link = Link::credential,
    .step = 7,
    .corroborates = true,
    .why =
        "The node asks its metadata service for a token of the kubelet identity. If the identity "
        "was deleted, was made anew under the same name, or was never put on the nodes of a "
        "pool, the node gets no token and pulls without credential. A cluster that was moved to "
        "a new identity keeps the old one on its nodes until their image is upgraded. The secret "
        "of an old cluster's service principal ends after a year or two. Nodes outside Azure have "
        "no such identity at all.",
    .reads =
        "the cluster's identityProfile; user-assigned identities; the node pools' scale sets; "
        "for old clusters the service principal and when its secrets end; the nodes' provider ids",
    .repair =
        "Medium risk: nodes of the pool are replaced one by one. Needs Azure Kubernetes "
        "Service Contributor on the cluster and Managed Identity Operator on the identity. A "
        "new identity needs AcrPull again. Only clusters whose own identity is user-assigned take "
        "another kubelet identity; the others have to be given one first, with the roles that "
        "the old one has. A service principal gets a new secret with az ad app credential reset, "
        "and its cluster with az aks update-credentials --reset-service-principal.",
    .reference = "https://learn.microsoft.com/azure/aks/use-managed-identity",
    .controls = {},
    .features = "F-010 F-013 B-04 B-06",
    .after = {},
    .judge = &judge};

}  // namespace acr
