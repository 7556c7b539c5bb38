#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "estate/command.h"
#include "estate/egress.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_zone_is_linked;

namespace {

// Container Instances pulls from addresses of its own, which no rule of the registry can name.
Verdict judge_virtual_nodes(const Estate& estate, const Attachment& attachment) {
  const Registry& registry = *attachment.registry;
  std::vector<Evidence> evidence = attachment.pulls.front()->node.evidence;
  if (!registry.public_network_access || !registry.network_rules) {
    return unknown(
        fmt::format("the network settings of registry {} are not in the input", registry.name),
        std::move(evidence),
        {fmt::format("az acr show --name {} --output json", quote(registry.name))});
  }
  evidence.push_back(estate.cite(registry.origin, "publicNetworkAccess",
                                 *registry.public_network_access ? "Enabled" : "Disabled",
                                 Basis::arm));
  evidence.push_back(estate.cite(registry.origin, "networkRuleSet/defaultAction",
                                 registry.network_rules->default_action, Basis::arm));
  if (*registry.public_network_access &&
      same_text(registry.network_rules->default_action, "Allow")) {
    return pass(
        fmt::format("registry {} accepts all networks, Azure Container Instances among them",
                    registry.name),
        std::move(evidence), Basis::arm);
  }
  return unknown(fmt::format("registry {} is closed to public networks, and which addresses Azure "
                             "Container Instances pulls from is not known",
                             registry.name),
                 std::move(evidence),
                 {"kubectl get events --all-namespaces --field-selector "
                  "reason=ProviderCreateFailed --output json"});
}

// The registry's own refusal names the address that it saw the nodes come from, which tells what
// the documents leave open: no rule admits it.
std::optional<Verdict> judge_refusal(const Estate& estate, const Attachment& attachment,
                                     const std::vector<Evidence>& evidence) {
  const Registry& registry = *attachment.registry;
  if (!registry.public_network_access.value_or(false) || !registry.network_rules ||
      !same_text(registry.network_rules->default_action, "Deny")) {
    return std::nullopt;
  }
  const std::vector<std::string>& rules = registry.network_rules->ip_rules;
  for (const Pull* pull : attachment.pulls) {
    if (pull->failing == 0 || !pull->symptom) continue;
    const PullError& error = pull->symptom->error;
    const auto address = IpAddress::parse(error.client_address);
    if (error.error != PullErrorClass::network_firewall || !address || address->is_private() ||
        !same_text(error.registry, registry.login_server)) {
      continue;
    }
    const bool admitted = std::any_of(rules.begin(), rules.end(), [&](const std::string& rule) {
      const auto prefix = Cidr::parse(rule);
      return !prefix || prefix->contains(*address);
    });
    if (admitted) continue;
    return fail(
        fmt::format("registry {} denies by default, and no rule admits {}, the address that it saw "
                    "the nodes come from",
                    registry.name, error.client_address),
        together({estate.cite(pull->symptom->origin, "",
                              fmt::format("client with IP {} refused", error.client_address),
                              Basis::observed),
                  estate.cite(registry.origin, "networkRuleSet/ipRules",
                              rules.empty() ? "none" : fmt::format("{}", fmt::join(rules, ", ")),
                              Basis::arm)},
                 evidence),
        Basis::observed,
        {fmt::format("az acr network-rule add --subscription {} --name {} --ip-address {}",
                     quote(registry.id.subscription()), quote(registry.name),
                     quote(error.client_address))});
  }
  return std::nullopt;
}

Verdict judge_network(const Estate& estate, const Attachment& attachment,
                      const NodeNetwork& network) {
  const Registry& registry = *attachment.registry;
  const Path path = path_of(estate, attachment, network);
  if (path.endpoints.exists.holds == Tri::unknown) return unknown(path.endpoints.exists);
  if (path.endpoints.exists.holds == Tri::yes) {
    if (path.zone.linked.holds == Tri::unknown) return unknown(path.zone.linked);
    if (path.zone.linked.holds == Tri::yes) {
      return pass(fmt::format("the nodes reach registry {} through a private endpoint, to which "
                              "its network rules do not apply",
                              registry.name),
                  together(path.endpoints.exists.evidence, path.zone.linked.evidence),
                  Basis::configuration);
    }
  }
  if (path.endpoints.exists.holds == Tri::no &&
      has_no_way_out(estate, *attachment.cluster, network)) {
    return not_applicable(
        fmt::format("nothing leaves the nodes of cluster {} for public endpoints",
                    attachment.cluster->name),
        egress_to_public(estate, *attachment.cluster, registry, network).allowed.evidence);
  }
  const PublicAccess access = path.endpoints.exists.holds == Tri::no
                                  ? public_access(estate, registry, *attachment.cluster, network)
                                  : path.access;
  const RouteAnswer& accepts = access.accepts;
  const auto evidence = together(
      together(path.endpoints.exists.evidence, path.zone.linked.evidence), accepts.evidence);
  if (accepts.holds == Tri::yes) return pass(accepts.reason, evidence, Basis::configuration);
  if (accepts.holds == Tri::unknown) {
    if (auto refused = judge_refusal(estate, attachment, evidence)) return *refused;
    return unknown(accepts.reason, evidence, accepts.supply);
  }
  std::vector<std::string> fix;
  std::string reason = accepts.reason;
  if (path.endpoints.exists.holds == Tri::yes) {
    reason += ", and the nodes resolve its public address";
    fix = link_zone_commands(registry, path.zone, path.endpoints);
  } else if (!access.fix.empty()) {
    fix = access.fix;
  } else if (registry.public_network_access.value_or(false) && !access.egress.empty()) {
    for (const std::string& address : access.egress) {
      fix.push_back(
          fmt::format("az acr network-rule add --subscription {} --name {} --ip-address {}",
                      quote(registry.id.subscription()), quote(registry.name), quote(address)));
    }
  } else {
    if (!registry.public_network_access.value_or(true)) reason += " and no private endpoint";
    fix = create_endpoint_commands(estate, registry, network);
  }
  return fail(reason, evidence, Basis::configuration, fix);
}

// AKS made the nodes' network, which is not in the input and need not be: the way out is the
// outbound type's, unless a rule of the registry names a subnet there.
bool is_out_of_sight(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const Registry& registry = *attachment.registry;
  if (!cluster.has_arm() || cluster.pools.empty() || node_networks(estate, attachment) ||
      !proxy_for(cluster, registry.login_server).empty()) {
    return false;
  }
  return std::ranges::all_of(cluster.pools,
                             [](const NodePool& pool) { return pool.subnet.empty(); }) &&
         (!registry.network_rules ||
          std::ranges::none_of(registry.network_rules->subnet_rules, [&](const ResourceId& rule) {
            return same_text(rule.resource_group(), cluster.node_resource_group);
          }));
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const auto& pulls = attachment.pulls;
  if (!pulls.empty() && std::all_of(pulls.begin(), pulls.end(),
                                    [](const Pull* p) { return p->node.is_classic_virtual(); })) {
    return judge_virtual_nodes(estate, attachment);
  }
  const Registry& registry = *attachment.registry;
  // Open to all: no need to know where the nodes are, unless a private zone changes the way.
  const EndpointList endpoints = endpoints_of(estate, registry);
  const bool open = registry.public_network_access.value_or(false) && registry.network_rules &&
                    same_text(registry.network_rules->default_action, "Allow");
  if (open && endpoints.exists.holds == Tri::no &&
      !same_text(attachment.cluster->outbound_type, "none") &&
      !same_text(attachment.cluster->outbound_type, "block")) {
    return pass(
        fmt::format("registry {} accepts all networks on its public endpoint", registry.name),
        {estate.cite(registry.origin, "publicNetworkAccess", "Enabled", Basis::arm),
         estate.cite(registry.origin, "networkRuleSet/defaultAction", "Allow", Basis::arm)},
        Basis::arm);
  }
  const auto judge_one = [&](const NodeNetwork& network) {
    return judge_network(estate, attachment, network);
  };
  if (endpoints.exists.holds == Tri::no && is_out_of_sight(estate, attachment))
    return judge_one({});
  return judge_networks(estate, attachment, judge_one);
}

constexpr Control kControls[] = {{"Azure Policy", "d0793b48-0edc-4296-a390-4c75d1bdfd71"},
                                 {"CKV", "CKV_AZURE_139"}};

}  // namespace

extern const Check registry_accepts_cluster_network;
const Check registry_accepts_cluster_network{
    .id = "registry-accepts-cluster-network",
    .title = "The registry's network rules admit the cluster's nodes",
    .problem = "The registry's network rules refuse the cluster's nodes",
    .severity = Severity::high,
    .link = Link::network,
    .step = 4,
    .why =
        "A registry that is closed to public networks answers 403 to every address that no rule "
        "and no "
        "private endpoint covers. The message looks like a missing permission and is none.",
    .reads =
        "publicNetworkAccess, networkRuleSet and private endpoint connections of the registry; the "
        "cluster's outbound type and public addresses; subnets with their service endpoints; the "
        "address "
        "that a refusal of the registry names",
    .repair =
        "Medium risk: a rule opens the registry to the nodes' address, a private endpoint keeps it "
        "closed. Needs Contributor on the registry. Rules take effect within a few minutes.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-access-selected-networks",
    .controls = kControls,
    .features = "F-025 B-13",
    .after = {&private_dns_zone_is_linked},
    .judge = &judge};

}  // namespace acr
