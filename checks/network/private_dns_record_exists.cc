#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_zone_is_linked;

namespace {

std::vector<std::string> add_record(const PrivateDnsZone& zone, const RecordChoice& record,
                                    const Path& path) {
  std::vector<std::string> commands;
  for (const EndpointView* view : path.targets) {
    if (!view->addresses) continue;
    for (const std::string& address : *view->addresses) {
      commands.push_back(fmt::format(
          "az network private-dns record-set a add-record {} --zone-name {} --record-set-name {} "
          "--ipv4-address {}",
          in_group(zone.id), quote(zone.id.name()), quote(record.name), quote(address)));
    }
  }
  if (!commands.empty()) return commands;
  // The address is not in the input: a zone group writes the record from the endpoint itself.
  for (const EndpointView* view : path.targets) {
    if (view->id.empty()) continue;
    commands.push_back(zone_group_command(view->id, zone.id));
  }
  return commands;
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Path path = path_of(estate, attachment, network);
    if (auto verdict = unless_private(path)) return *verdict;
    if (path.zone.linked.holds == Tri::unknown) return unknown(path.zone.linked);
    if (!path.zone.zone) {
      return fail(
          "there is no private DNS zone to hold the registry's record: " + path.zone.linked.reason,
          together(path.evidence, path.zone.linked.evidence), Basis::configuration,
          link_zone_commands(*attachment.registry, path.zone, path.endpoints));
    }
    const RouteAnswer& exists = path.record.exists;
    const auto evidence =
        together(together(path.evidence, path.zone.linked.evidence), exists.evidence);
    if (exists.holds == Tri::unknown) return unknown(exists);
    if (exists.holds == Tri::yes) return pass(exists.reason, evidence, Basis::configuration);
    // An endpoint elsewhere, which these nodes do not reach, while the public endpoint takes them:
    // the zone hides the public name, and only the link can give it back.
    const bool reached =
        std::any_of(path.targets.begin(), path.targets.end(), [&](const EndpointView* view) {
          if (view->vnet_id.empty()) return false;
          const VnetPath way = vnet_path(estate, network, view->vnet_id, view->endpoint->subnet);
          return way.open.holds != Tri::no && !way.no_peering;
        });
    if (path.access.accepts.holds == Tri::yes && path.zone.link && !reached) {
      const ZoneLink& link = *path.zone.link;
      return fail(
          fmt::format("{}, so the zone hides the registry's public name, and {}", exists.reason,
                      path.access.accepts.reason),
          together(evidence, path.access.accepts.evidence), Basis::configuration,
          {fmt::format("az network private-dns link vnet update {} --zone-name {} --name {} "
                       "--resolution-policy NxDomainRedirect",
                       in_group(link.zone), quote(link.zone.name()), quote(link.id.name()))});
    }
    return fail(exists.reason, evidence, Basis::configuration,
                add_record(*path.zone.zone, path.record, path));
  });
}

}  // namespace

extern const Check private_dns_record_exists;
const Check private_dns_record_exists{
    .id = "private-dns-record-exists",
    .title = "The private DNS zone holds the registry's A record",
    .problem = "The private DNS zone does not hold the registry's A record",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 3,
    .why =
        "Once a VNet is linked to privatelink.azurecr.io, the zone alone answers for every "
        "registry that "
        "has a private endpoint anywhere. Without a record the nodes get NXDOMAIN, even for a "
        "registry "
        "whose public endpoint is open.",
    .reads =
        "the zone's A record sets, its virtual network links, the registry's private endpoint "
        "connections",
    .repair =
        "Low risk: add the record, or let a DNS zone group of the private endpoint write it. Needs "
        "Private DNS Zone Contributor on the zone. Takes effect when the negative answer's time to "
        "live ends, "
        "at most a few minutes.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-private-link#set-up-dns",
    .controls = {},
    .features = "F-032 B-11",
    .after = {&private_dns_zone_is_linked},
    .judge = &judge};

}  // namespace acr
