#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_zone_is_linked;

namespace {

// A registry closed to the public without any endpoint: give the nodes one, and the name to find
// it.
std::vector<std::string> create_endpoint(const Estate& estate, const Registry& registry,
                                         const NodeNetwork& network) {
  if (network.subnets.empty()) return {};
  const ResourceId& subnet = network.subnets.front();
  const std::string name = fmt::format("pe-{}", registry.name);
  std::vector<std::string> commands{
      fmt::format("az network private-endpoint create {} --name {} --connection-name {} "
                  "--private-connection-resource-id {} --group-id registry --subnet {}",
                  in_group(subnet), quote(name), quote(registry.name), quote(registry.id.text()),
                  quote(subnet.text()))};
  EndpointList endpoints;
  EndpointView& view = endpoints.endpoints.emplace_back();
  view.id = ResourceId(fmt::format(
      "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/privateEndpoints/{}",
      subnet.subscription(), subnet.resource_group(), name));
  const ZoneChoice zone = linked_zone(estate, registry, network);
  if (!zone.link) {
    for (std::string& command : link_zone_commands(registry, zone, endpoints)) {
      commands.push_back(std::move(command));
    }
  }
  if (zone.zone) commands.push_back(zone_group_command(view.id, zone.zone->id));
  return commands;
}

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
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
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
    const PublicAccess access = path.endpoints.exists.holds == Tri::no
                                    ? public_access(estate, registry, *attachment.cluster, network)
                                    : path.access;
    const Answer& accepts = access.accepts;
    const auto evidence = together(
        together(path.endpoints.exists.evidence, path.zone.linked.evidence), accepts.evidence);
    if (accepts.holds == Tri::yes) return pass(accepts.reason, evidence, Basis::configuration);
    if (accepts.holds == Tri::unknown) return unknown(accepts.reason, evidence, accepts.supply);
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
      fix = create_endpoint(estate, registry, network);
    }
    return fail(reason, evidence, Basis::configuration, fix);
  });
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
        "cluster's outbound type and public addresses; subnets with their service endpoints",
    .repair =
        "Medium risk: a rule opens the registry to the nodes' address, a private endpoint keeps it "
        "closed. Needs Contributor on the registry. Rules take effect within a few minutes.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-access-selected-networks",
    .controls = kControls,
    .after = {&private_dns_zone_is_linked},
    .judge = &judge};

}  // namespace acr
