#include "network_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "estate/command.h"
#include "estate/egress.h"

namespace acr {

Verdict unknown(const RouteAnswer& answer) {
  return unknown(answer.reason, answer.evidence, answer.supply);
}

Verdict judge_networks(const Estate& estate, const Attachment& attachment,
                       const std::function<Verdict(const NodeNetwork&)>& judge_one) {
  const auto& pulls = attachment.pulls;
  if (!pulls.empty() && std::all_of(pulls.begin(), pulls.end(),
                                    [](const Pull* p) { return p->node.is_classic_virtual(); })) {
    return not_applicable(
        "only virtual nodes pull here, and Azure Container Instances pulls outside the cluster's "
        "network",
        together({cite_image(estate, *pulls.front())}, pulls.front()->node.evidence));
  }
  // A registry without private endpoints needs no look at the node network for most checks; the
  // judge says so itself, given an empty network.
  const auto networks = node_networks(estate, attachment);
  if (!networks) {
    const EndpointList endpoints = endpoints_of(estate, *attachment.registry);
    std::vector<std::string> supply{
        attachment.cluster->has_arm()
            ? fmt::format("az network vnet list --resource-group {} --output json",
                          quote(attachment.cluster->node_resource_group))
            : std::string("az aks list --output json")};
    if (endpoints.exists.holds == Tri::no) {
      const Verdict without = judge_one(NodeNetwork{});
      if (without.outcome == Outcome::not_applicable) return without;
    }
    std::string reason =
        fmt::format("the nodes' network is not known: {}", networks.error().detail);
    std::vector<Evidence> evidence;
    if (const Refusal* refusal =
            attachment.cluster->has_arm() ? nullptr : estate.refusal(Kind::cluster)) {
      reason = fmt::format("the nodes' network is not known: {}", refusal->says());
      evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
    }
    return unknown(std::move(reason), std::move(evidence), std::move(supply));
  }
  Verdict worst;
  const auto rank = [](Outcome o) {
    switch (o) {
      case Outcome::fail:
        return 3;
      case Outcome::unknown:
        return 2;
      case Outcome::pass:
        return 1;
      case Outcome::not_applicable:
        return 0;
    }
    return 0;
  };
  bool first = true;
  for (const NodeNetwork& network : *networks) {
    Verdict verdict = judge_one(network);
    if (verdict.outcome != Outcome::not_applicable)
      verdict.evidence = together(std::move(verdict.evidence), network.evidence);
    if (networks->size() > 1 && verdict.outcome != Outcome::not_applicable) {
      verdict.reason += fmt::format(" (node pools {})", fmt::join(network.pools, ", "));
    }
    if (first || rank(verdict.outcome) > rank(worst.outcome)) {
      worst = std::move(verdict);
    } else if (verdict.outcome == worst.outcome) {
      worst.evidence = together(std::move(worst.evidence), verdict.evidence);
      for (std::string& command : verdict.fix) {
        if (std::find(worst.fix.begin(), worst.fix.end(), command) == worst.fix.end())
          worst.fix.push_back(std::move(command));
      }
    }
    first = false;
  }
  // Behind a proxy it is not the nodes that resolve the name and open the connection.
  const std::string proxy = proxy_for(*attachment.cluster, attachment.registry->login_server);
  if (!proxy.empty() && worst.outcome != Outcome::not_applicable) {
    return unknown(
        fmt::format("the nodes of cluster {} reach {} through the proxy {}, whose network is not "
                    "in the input",
                    attachment.cluster->name, lower(attachment.registry->login_server), proxy),
        together({estate.cite(attachment.cluster->origin, "httpProxyConfig/httpsProxy", proxy,
                              Basis::arm),
                  estate.cite(attachment.cluster->origin, "httpProxyConfig/noProxy",
                              fmt::format("{}", fmt::join(attachment.cluster->no_proxy, ", ")),
                              Basis::arm)},
                 worst.evidence),
        {try_from_node_command(*attachment.cluster, *attachment.registry)});
  }
  worst.evidence = together(std::move(worst.evidence), cite_virtual_nodes(attachment));
  return worst;
}

namespace {

// Several endpoints: the record decides to which one the name leads.
void choose_targets(Path& path) {
  const auto& all = path.endpoints.endpoints;
  if (path.record.record) {
    for (const EndpointView& view : all) {
      const auto& recorded = path.record.record->addresses;
      const bool owns =
          view.addresses &&
          std::any_of(view.addresses->begin(), view.addresses->end(), [&](const std::string& a) {
            return std::find(recorded.begin(), recorded.end(), a) != recorded.end();
          });
      if (owns) path.targets.push_back(&view);
    }
  }
  path.target_known = all.size() == 1 || !path.targets.empty();
  if (path.targets.empty()) {
    for (const EndpointView& view : all) path.targets.push_back(&view);
  }
}

}  // namespace

Path path_of(const Estate& estate, const Attachment& attachment, const NodeNetwork& network) {
  const Registry& registry = *attachment.registry;
  Path path;
  path.endpoints = endpoints_of(estate, registry);
  path.evidence = path.endpoints.exists.evidence;
  if (path.endpoints.exists.holds != Tri::yes) {
    path.is_private = path.endpoints.exists.holds;
    path.why_not_private = path.endpoints.exists.reason;
    path.supply = path.endpoints.exists.supply;
    return path;
  }
  path.zone = linked_zone(estate, registry, network);
  path.access = public_access(estate, registry, *attachment.cluster, network);
  if (path.zone.zone) path.record = login_server_record(estate, registry, *path.zone.zone);
  choose_targets(path);
  if (path.endpoints.endpoints.size() > 1) {
    path.target_evidence = path.record.exists.evidence;
    for (const EndpointView& view : path.endpoints.endpoints)
      path.target_evidence = together(std::move(path.target_evidence), view.address_evidence);
  }

  const RouteAnswer& linked = path.zone.linked;
  const RouteAnswer& accepts = path.access.accepts;
  if (registry.public_network_access && !*registry.public_network_access) {
    // Closed to the public: whatever the zones say, only the private way can work.
    path.is_private = Tri::yes;
    path.evidence = together(std::move(path.evidence), accepts.evidence);
    return path;
  }
  path.evidence = together(std::move(path.evidence), linked.evidence);
  // A link may fall back to the public name where the zone has no record.
  const RouteAnswer& recorded = path.record.exists;
  const bool redirects =
      path.zone.link && same_text(path.zone.link->resolution_policy, "NxDomainRedirect");
  const bool may_fall_back = redirects && recorded.holds != Tri::yes;
  if (redirects) path.evidence = together(std::move(path.evidence), recorded.evidence);
  if (linked.holds != Tri::no && (!may_fall_back || recorded.holds == Tri::unknown)) {
    const RouteAnswer& open = may_fall_back ? recorded : linked;
    path.is_private = open.holds;
    path.why_not_private = open.reason;
    path.supply = open.supply;
    return path;
  }
  // Without a zone that answers the public name does. That is a fault only where the public
  // endpoint does not take these nodes.
  path.evidence = together(std::move(path.evidence), accepts.evidence);
  path.is_private = accepts.holds == Tri::yes  ? Tri::no
                    : accepts.holds == Tri::no ? Tri::yes
                                               : Tri::unknown;
  path.why_not_private = accepts.holds == Tri::yes
                             ? fmt::format("{}, and {}",
                                           may_fall_back ? recorded.reason +
                                                               "; the link falls back to the "
                                                               "public name"
                                                         : "no private zone is linked here",
                                           accepts.reason)
                             : accepts.reason;
  path.supply = accepts.supply;
  return path;
}

std::optional<Misled> find_misled(const Estate& estate, const NodeNetwork& network,
                                  const Path& path) {
  if (!path.record.record || path.targets.size() >= path.endpoints.endpoints.size()) {
    return std::nullopt;
  }
  Misled misled;
  for (const EndpointView* view : path.targets) {
    const VnetPath way = vnet_path(estate, network, view->vnet_id, view->endpoint->subnet);
    if (way.open.holds != Tri::no && !way.no_peering) return std::nullopt;
    misled.evidence = together(std::move(misled.evidence), way.open.evidence);
    misled.join.insert(misled.join.end(), way.fix.begin(), way.fix.end());
  }
  for (const EndpointView& view : path.endpoints.endpoints) {
    if (!view.endpoint || !view.addresses || !same_text(view.status, "Approved")) continue;
    const VnetPath way = vnet_path(estate, network, view.vnet_id, view.endpoint->subnet);
    if (way.open.holds != Tri::yes) continue;
    misled.serving = &view;
    misled.evidence = together(std::move(misled.evidence), way.open.evidence);
    return misled;
  }
  return std::nullopt;
}

std::optional<Verdict> unless_private(const Path& path) {
  if (path.is_private == Tri::no) return not_applicable(path.why_not_private, path.evidence);
  if (path.is_private == Tri::unknown)
    return unknown(path.why_not_private, path.evidence, path.supply);
  return std::nullopt;
}

std::vector<std::string> create_endpoint_commands(const Estate& estate, const Registry& registry,
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

}  // namespace acr
