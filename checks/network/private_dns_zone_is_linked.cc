#include "network_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.PrivateDns"}, {"azure-cli", "VNET-3"}};

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Path path = path_of(estate, attachment, network);
    if (path.endpoints.exists.holds == Tri::unknown) return unknown(path.endpoints.exists);
    if (path.endpoints.exists.holds == Tri::no)
      return not_applicable(path.why_not_private, path.evidence);
    const RouteAnswer& linked = path.zone.linked;
    if (linked.holds == Tri::yes) {
      return pass(linked.reason, together(path.endpoints.exists.evidence, linked.evidence),
                  Basis::configuration);
    }
    if (linked.holds == Tri::unknown) return unknown(linked);
    const RouteAnswer& open = path.access.accepts;
    if (open.holds == Tri::yes) return not_applicable(path.why_not_private, path.evidence);
    const auto evidence =
        together(together(path.endpoints.exists.evidence, linked.evidence), open.evidence);
    if (open.holds == Tri::unknown)
      return unknown(linked.reason + "; whether the public endpoint serves instead is not known: " +
                         open.reason,
                     evidence, open.supply);
    return fail(linked.reason, evidence, Basis::configuration,
                link_zone_commands(*attachment.registry, path.zone, path.endpoints));
  });
}

}  // namespace

extern const Check private_dns_zone_is_linked;
const Check private_dns_zone_is_linked{
    .id = "private-dns-zone-is-linked",
    .title =
        "The registry's private DNS zone is linked to the network where the nodes resolve names",
    .problem =
        "The registry's private DNS zone is not linked to the network where the nodes resolve "
        "names",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 2,
    .why =
        "A registry with private endpoints is reached through the zone privatelink.azurecr.io. A "
        "VNet "
        "that is not linked to the zone gets the public address instead, which refuses its nodes "
        "when "
        "public access is closed: pulls end in 403 or in a time-out. The link must be to the VNet "
        "of "
        "the resolver, which is not the nodes' own when the VNet names a DNS server elsewhere.",
    .reads =
        "the registry's private endpoint connections and network rules; the node pools' VNet and "
        "its "
        "DNS servers; private DNS zones and their virtual network links",
    .repair =
        "Low risk: link the zone. Needs Private DNS Zone Contributor on the zone and Network "
        "Contributor on the VNet. Nodes resolve the private address within a minute; no restart is "
        "needed.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
    .controls = kControls,
    .features = "F-031 B-10",
    .after = {},
    .judge = &judge};

}  // namespace acr
