#include "estate/egress.h"

#include <fmt/format.h>

#include <algorithm>

#include "network_verdict.h"

namespace acr {

namespace {

Verdict to_verdict(const EgressDecision& decision, const std::string& goal,
                   const std::vector<Evidence>& path) {
  const RouteAnswer& allowed = decision.allowed;
  auto evidence = together(path, allowed.evidence);
  switch (allowed.holds) {
    case Tri::yes:
      return pass(
          fmt::format("nothing in the nodes' network keeps them from {}: {}", goal, allowed.reason),
          std::move(evidence), Basis::configuration);
    case Tri::no:
      return fail(allowed.reason, std::move(evidence), Basis::configuration, decision.fix);
    case Tri::unknown:
      break;
  }
  Verdict verdict = unknown(allowed.reason, std::move(evidence), allowed.supply);
  verdict.in_the_way = decision.in_the_way;
  return verdict;
}

// A security group or route table that a node subnet names, and whose rules are not in the input.
bool hides_rules(const Estate& estate, const NodeNetwork& network) {
  return std::ranges::any_of(network.subnets, [&](const ResourceId& id) {
    const Subnet* subnet = estate.subnet(id);
    const auto missing = [](const ResourceId& named, const auto& held) {
      return !named.empty() &&
             std::ranges::none_of(held, [&](const auto& object) { return object.id == named; });
    };
    return subnet &&
           (missing(subnet->nsg, estate.nsgs) || missing(subnet->route_table, estate.route_tables));
  });
}

// A pull that nodes of this network have made.
const Pull* arrived_through(const Attachment& attachment, const NodeNetwork& network) {
  const auto found = std::ranges::find_if(attachment.pulls, [&](const Pull* pull) {
    return has_arrived(*pull) &&
           std::ranges::find(network.pools, pull->node.pool) != network.pools.end();
  });
  return found == attachment.pulls.end() ? nullptr : *found;
}

Verdict judge_network(const Estate& estate, const Attachment& attachment,
                      const NodeNetwork& network) {
  const Cluster& cluster = *attachment.cluster;
  const Registry& registry = *attachment.registry;
  if (network.vnet_id.empty()) {
    // AKS made this network and keeps its rules; the way out is the outbound type's.
    const bool managed = cluster.has_arm() && !cluster.pools.empty() &&
                         std::all_of(cluster.pools.begin(), cluster.pools.end(),
                                     [](const NodePool& pool) { return pool.subnet.empty(); });
    if (!managed) return unknown("the nodes' network is not known", {}, {});
    return not_applicable(
        fmt::format("the nodes of cluster {} are in the network that AKS made and manages for "
                    "them",
                    cluster.name),
        {estate.cite(cluster.origin, "nodeResourceGroup", cluster.node_resource_group,
                     Basis::arm)});
  }
  const Path path = path_of(estate, attachment, network);
  if (path.is_private == Tri::unknown)
    return unknown(path.why_not_private, path.evidence, path.supply);
  if (path.is_private == Tri::no) {
    EgressDecision decision = egress_to_public(estate, cluster, registry, network);
    if (decision.allowed.holds == Tri::no && decision.fix.empty() &&
        has_no_way_out(estate, cluster, network)) {
      decision.fix = create_endpoint_commands(estate, registry, network);
    }
    return to_verdict(decision, fmt::format("registry {} and its layers", registry.name),
                      path.evidence);
  }
  // Several endpoints, and the record does not say which: they have to agree. Where it misleads,
  // the way to the right one counts.
  const auto misled = find_misled(estate, network, path);
  auto evidence = together(path.evidence, path.target_evidence);
  if (misled) evidence = together(std::move(evidence), misled->evidence);
  std::vector<Verdict> verdicts;
  for (const EndpointView* target : path.targets) {
    const EndpointView& view = misled ? *misled->serving : *target;
    verdicts.push_back(to_verdict(egress_to_endpoint(estate, cluster, registry, network, view),
                                  fmt::format("private endpoint {}", view.name), evidence));
  }
  const bool agree = std::all_of(verdicts.begin(), verdicts.end(), [&](const Verdict& v) {
    return v.outcome == verdicts.front().outcome;
  });
  if (agree) return verdicts.front();
  return unknown(fmt::format("registry {} has {} private endpoints, and to which of them the name "
                             "leads is not known",
                             registry.name, path.targets.size()),
                 together(path.evidence, path.record.exists.evidence), path.record.exists.supply);
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const EndpointList endpoints = endpoints_of(estate, *attachment.registry);
  const bool own_subnets = std::any_of(cluster.pools.begin(), cluster.pools.end(),
                                       [](const NodePool& pool) { return !pool.subnet.empty(); });
  if (endpoints.exists.holds == Tri::no && !own_subnets && cluster.has_arm() &&
      has_no_way_out(estate, cluster, {})) {
    return to_verdict(egress_to_public(estate, cluster, *attachment.registry, {}), "",
                      endpoints.exists.evidence);
  }
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) {
    Verdict verdict = judge_network(estate, attachment, network);
    if (verdict.in_the_way) {
      if (const Pull* arrived = arrived_through(attachment, network)) {
        verdict.evidence.push_back(estate.cite(arrived->origin, "status/containerStatuses",
                                               "imageID present", Basis::observed));
        return pass(fmt::format("nodes have pulled from registry {} through what stands in the way",
                                attachment.registry->name),
                    std::move(verdict.evidence), Basis::observed);
      }
    }
    verdict.in_the_way = verdict.outcome == Outcome::unknown && hides_rules(estate, network);
    return verdict;
  });
}

}  // namespace

extern const Check egress_allows_registry;
const Check egress_allows_registry{
    .id = "egress-allows-registry",
    .title = "The nodes' network lets them reach the registry",
    .problem = "The nodes' own network keeps them from the registry",
    .severity = Severity::high,
    .link = Link::network,
    .step = 3,
    .corroborates = true,
    .why =
        "A security group that denies outbound traffic, a route that drops it, or a cluster "
        "without "
        "a way out stops a pull before the registry sees it: the node dials an address that is "
        "right, and times out. Layers come from another place than manifests, Azure Storage or the "
        "data endpoints: rules that name the registry alone let a pull begin and not end.",
    .reads =
        "the cluster's outbound type and proxy; the node subnets with their security groups, route "
        "tables, service endpoints and service endpoint policies; the private endpoint's addresses "
        "and its subnet with its policies and security group; where those leave it open, the "
        "images "
        "that the nodes have pulled from the registry",
    .repair =
        "Medium risk: a rule above the one that denies lets the nodes reach the registry and "
        "nothing else. Needs Network Contributor on the security group or route table. Takes "
        "effect within a minute, for new connections.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-firewall-access-"
        "rules",
    .controls = {},
    .features = "F-034 F-041 B-14 B-15",
    .after = {},
    .judge = &judge};

}  // namespace acr
