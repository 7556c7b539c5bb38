#include "estate/route.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "estate/address.h"
#include "estate/command.h"
#include "estate/login_server.h"

namespace acr {

namespace {

constexpr std::string_view kAzureDns = "168.63.129.16";
constexpr std::string_view kRegistryService = "Microsoft.ContainerRegistry";

ResourceId vnet_of_subnet(const ResourceId& subnet) {
  return subnet.parent();
}

// Was this object part of a list (rather than shown on its own)? Only lists prove absence.
bool from_list(const Estate& estate, Kind kind, std::uint32_t document) {
  return std::any_of(estate.listings.begin(), estate.listings.end(), [&](const Listing& listing) {
    return listing.kind == kind && listing.list && listing.origin.document == document;
  });
}

template <class T>
std::vector<std::uint32_t> documents_of(const std::vector<const T*>& objects) {
  std::vector<std::uint32_t> documents;
  for (const T* object : objects) {
    if (std::find(documents.begin(), documents.end(), object->origin.document) == documents.end()) {
      documents.push_back(object->origin.document);
    }
  }
  return documents;
}

// "2 virtual network links of privatelink.azurecr.io" for each document they were read from.
template <class T>
std::vector<Evidence> cite_children(const Estate& estate, const std::vector<const T*>& objects,
                                    Kind kind, const PrivateDnsZone& zone) {
  std::vector<Evidence> evidence;
  for (const std::uint32_t document : documents_of(objects)) {
    const auto count =
        static_cast<std::size_t>(std::count_if(objects.begin(), objects.end(), [&](const T* o) {
          return o->origin.document == document;
        }));
    evidence.push_back(estate.cite(Origin{.document = document, .pointer = {}}, "",
                                   fmt::format("{} of {}", counted(count, kind), zone.name)));
  }
  return evidence;
}

std::string show_vnet(const ResourceId& id) {
  return fmt::format("az network vnet show --ids {} --output json", quote(id.text()));
}

}  // namespace

Fact<std::vector<NodeNetwork>> node_networks(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  if (!cluster.has_arm()) {
    return std::unexpected(
        Gap{Gap::Why::not_collected,
            fmt::format("no managed cluster document was given for {}", cluster.name),
            {}});
  }
  std::map<std::string, NodeNetwork> by_vnet;
  for (const NodePool& pool : cluster.pools) {
    const auto& wanted = attachment.pools;
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), pool.name) == wanted.end())
      continue;
    if (same_text(pool.mode, "Gateway")) continue;
    ResourceId vnet_id;
    std::vector<Evidence> evidence;
    if (!pool.subnet.empty()) {
      vnet_id = vnet_of_subnet(pool.subnet);
      evidence.push_back(estate.cite(pool.origin, "vnetSubnetID", pool.subnet.text(), Basis::arm));
    } else {
      // Without a subnet of its own a pool sits in the VNet that AKS made in the node resource
      // group.
      const VirtualNetwork* managed = nullptr;
      for (const VirtualNetwork& vnet : estate.vnets) {
        if (!same_text(vnet.id.resource_group(), cluster.node_resource_group)) continue;
        if (!managed || lower(vnet.name).starts_with("aks-vnet-")) managed = &vnet;
      }
      if (!managed) {
        return std::unexpected(Gap{Gap::Why::not_collected,
                                   fmt::format("pool {} uses the VNet that AKS manages in resource "
                                               "group {}, which is not in the input",
                                               pool.name, cluster.node_resource_group),
                                   {}});
      }
      vnet_id = managed->id;
      evidence.push_back(estate.cite(cluster.origin, "nodeResourceGroup",
                                     cluster.node_resource_group, Basis::arm));
      evidence.push_back(estate.cite(managed->origin, "", managed->name, Basis::arm));
    }
    NodeNetwork& network = by_vnet[vnet_id.key()];
    network.vnet_id = vnet_id;
    network.vnet = estate.vnet(vnet_id);
    if (!pool.subnet.empty() && std::find(network.subnets.begin(), network.subnets.end(),
                                          pool.subnet) == network.subnets.end()) {
      network.subnets.push_back(pool.subnet);
    }
    if (pool.subnet.empty() && network.vnet) {
      for (const Subnet& subnet : network.vnet->subnets) network.subnets.push_back(subnet.id);
    }
    network.pools.push_back(pool.name);
    network.evidence = together(std::move(network.evidence), evidence);
  }
  if (by_vnet.empty()) {
    return std::unexpected(
        Gap{Gap::Why::not_collected,
            fmt::format("the document of cluster {} lists no matching node pools", cluster.name),
            {}});
  }
  std::vector<NodeNetwork> networks;
  networks.reserve(by_vnet.size());
  for (auto& [key, network] : by_vnet) networks.push_back(std::move(network));
  return networks;
}

namespace {

void find_addresses(const Estate& estate, const Registry& registry, EndpointView& view) {
  MemberAddresses found = member_addresses(estate, view, "registry", registry.login_server);
  view.addresses = std::move(found.addresses);
  view.address_evidence = std::move(found.evidence);
  if (view.addresses && view.addresses->empty()) {
    view.addresses = std::unexpected(
        Gap{Gap::Why::not_collected, "its network interface has none for the login server", {}});
  }
}

}  // namespace

MemberAddresses member_addresses(const Estate& estate, const EndpointView& view,
                                 std::string_view member, std::string_view host) {
  MemberAddresses found;
  found.addresses = std::unexpected(
      Gap{Gap::Why::not_collected, "its network interface is not in the input", {}});
  if (!view.endpoint) return found;
  const PrivateEndpoint& endpoint = *view.endpoint;
  found.evidence.push_back(estate.cite(endpoint.origin, "", endpoint.name));
  std::vector<std::string> addresses;
  bool members_known = !endpoint.custom_dns.empty();
  for (const NetworkInterface* nic : estate.nics_of(endpoint)) {
    for (const auto& configuration : nic->configurations) {
      members_known =
          members_known || !configuration.member.empty() || !configuration.fqdns.empty();
      const bool by_fqdn =
          std::any_of(configuration.fqdns.begin(), configuration.fqdns.end(),
                      [&](const std::string& fqdn) { return same_text(fqdn, host); });
      // The primary configuration may be the data endpoint's: the member name decides.
      if (same_text(configuration.member, member) || (configuration.member.empty() && by_fqdn)) {
        addresses.push_back(configuration.address);
        found.evidence.push_back(estate.cite(configuration.origin, "privateIPAddress",
                                             configuration.address, Basis::arm));
      }
    }
    if (addresses.empty()) {
      found.evidence.push_back(estate.cite(nic->origin, "ipConfigurations",
                                           fmt::format("no member {}", member), Basis::arm));
    }
  }
  if (addresses.empty()) {
    for (std::size_t i = 0; i < endpoint.custom_dns.size(); ++i) {
      const auto& known = endpoint.custom_dns[i];
      if (!same_text(known.fqdn, host)) continue;
      addresses = known.addresses;
      found.evidence.push_back(estate.cite(endpoint.origin, fmt::format("customDnsConfigs/{}", i),
                                           fmt::format("{}", fmt::join(known.addresses, ", ")),
                                           Basis::arm));
    }
  }
  if (addresses.empty()) {
    for (const auto& configured : endpoint.static_addresses) {
      if (!same_text(configured.member, member)) continue;
      addresses.push_back(configured.address);
      found.evidence.push_back(
          estate.cite(endpoint.origin, "ipConfigurations", configured.address, Basis::arm));
    }
  }
  if (!addresses.empty() || members_known) found.addresses = std::move(addresses);
  return found;
}

EndpointList endpoints_of(const Estate& estate, const Registry& registry) {
  EndpointList list;
  std::map<std::string, EndpointView> views;
  if (registry.connections) {
    for (const EndpointConnection& connection : *registry.connections) {
      const std::string key = connection.private_endpoint.empty()
                                  ? connection.id.key()
                                  : connection.private_endpoint.key();
      EndpointView& view = views[key];
      view.id = connection.private_endpoint;
      view.connection = &connection;
      view.status = connection.status;
      view.status_evidence =
          estate.cite(connection.origin, "privateLinkServiceConnectionState/status",
                      connection.status, Basis::arm);
    }
  }
  for (const PrivateEndpoint* endpoint : estate.endpoints_of(registry.id)) {
    EndpointView& view = views[endpoint->id.key()];
    view.id = endpoint->id;
    view.endpoint = endpoint;
    view.vnet_id = vnet_of_subnet(endpoint->subnet);
    if (!view.connection) {
      for (const auto& connection : endpoint->connections) {
        if (connection.target != registry.id) continue;
        view.status = connection.status;
        view.status_evidence =
            estate.cite(connection.origin, "privateLinkServiceConnectionState/status",
                        connection.status, Basis::arm);
      }
    }
  }
  for (auto& [key, view] : views) {
    view.name = std::string(view.id.empty() && view.connection ? view.connection->id.name()
                                                               : view.id.name());
    find_addresses(estate, registry, view);
    list.endpoints.push_back(std::move(view));
  }

  if (!list.endpoints.empty()) {
    list.exists.holds = Tri::yes;
    list.exists.reason =
        fmt::format("registry {} has {} private endpoint connection{}", registry.name,
                    list.endpoints.size(), list.endpoints.size() == 1 ? "" : "s");
    for (const EndpointView& view : list.endpoints)
      list.exists.evidence = together(std::move(list.exists.evidence), {view.status_evidence});
  } else if (registry.connections) {
    list.exists.holds = Tri::no;
    list.exists.reason = fmt::format(
        "registry {} has no private endpoint, so its public name is used", registry.name);
    list.exists.evidence.push_back(
        estate.cite(registry.origin, "privateEndpointConnections", "none", Basis::arm));
  } else {
    list.exists.reason =
        fmt::format("whether registry {} has private endpoints is not known", registry.name);
    list.exists.supply.push_back(
        fmt::format("az acr show --name {} --output json", quote(registry.name)));
  }
  return list;
}

NodeResolver resolver_of(const Estate& estate, const NodeNetwork& network) {
  NodeResolver resolver;
  if (!network.vnet) {
    resolver.known.reason = fmt::format(
        "the DNS servers of VNet {} are not known: it is not in the input", network.vnet_id.name());
    resolver.known.supply.push_back(show_vnet(network.vnet_id));
    return resolver;
  }
  const VirtualNetwork& vnet = *network.vnet;
  const std::vector<std::string>& servers = vnet.dns_servers;
  // The first server decides; the others only stand in for it.
  const bool azure = servers.empty() || servers.front() == kAzureDns;
  const std::string shown =
      servers.empty() ? "Azure DNS" : fmt::format("{}", fmt::join(servers, ", "));
  resolver.known.evidence.push_back(
      estate.cite(vnet.origin, servers.empty() ? "" : "dhcpOptions/dnsServers", shown, Basis::arm));
  if (azure) {
    resolver.known.holds = Tri::yes;
    resolver.vnet_id = vnet.id;
    return resolver;
  }
  resolver.custom = true;
  // Custom DNS: names resolve where the server stands. Only the VNet itself and its peers count:
  // the address may stand in an unrelated VNet as well, or on-premises.
  std::vector<const VirtualNetwork*> candidates{&vnet};
  for (const Peering* peering : estate.peerings_of(vnet.id)) {
    if (const VirtualNetwork* peer = estate.vnet(peering->remote)) candidates.push_back(peer);
  }
  const auto address = IpAddress::parse(servers.front());
  for (const VirtualNetwork* candidate : candidates) {
    const bool inside =
        address && std::any_of(candidate->prefixes.begin(), candidate->prefixes.end(),
                               [&](const std::string& p) {
                                 const auto prefix = Cidr::parse(p);
                                 return prefix && prefix->contains(*address);
                               });
    if (!inside) continue;
    resolver.known.holds = Tri::yes;
    resolver.vnet_id = candidate->id;
    resolver.known.evidence = together(
        std::move(resolver.known.evidence),
        {estate.cite(candidate->origin, "addressSpace/addressPrefixes",
                     fmt::format("{}", fmt::join(candidate->prefixes, ", ")), Basis::arm)});
    return resolver;
  }
  resolver.known.reason = fmt::format(
      "VNet {} uses the DNS server {}, which stands neither in it nor in a peer that is in the "
      "input: what it answers is not known",
      vnet.name, servers.front());
  resolver.known.supply.push_back("az network vnet list --output json");
  return resolver;
}

ZoneChoice linked_zone(const Estate& estate, const Registry& registry, const NodeNetwork& network) {
  ZoneChoice choice;
  const NodeResolver resolver = resolver_of(estate, network);
  choice.vnet_id = resolver.vnet_id.empty() ? network.vnet_id : resolver.vnet_id;
  choice.linked = resolver.known;
  const RegistryCloud* cloud = cloud_of(registry.login_server);
  const std::string zone_name(cloud ? cloud->private_zone : "privatelink.azurecr.io");

  std::vector<const PrivateDnsZone*> candidates;
  for (const PrivateDnsZone& zone : estate.zones) {
    if (same_text(zone.name, zone_name)) candidates.push_back(&zone);
  }
  // The best zone to link: the one that already holds the registry's record.
  const std::string_view label = registry_label(registry.login_server);
  for (const PrivateDnsZone* zone : candidates) {
    const auto& records = estate.records_of(zone->id);
    const bool holds_record = std::any_of(records.begin(), records.end(), [&](const RecordSet* r) {
      return same_text(r->name, label);
    });
    if (!choice.zone || holds_record) choice.zone = zone;
    if (holds_record) break;
  }
  if (resolver.known.holds != Tri::yes) return choice;

  choice.linked.holds = Tri::unknown;
  const std::string vnet_name(choice.vnet_id.name());
  const std::string where =
      choice.vnet_id == network.vnet_id
          ? fmt::format("VNet {}, where the nodes resolve names", vnet_name)
          : fmt::format("VNet {}, where the nodes' DNS server stands", vnet_name);
  for (const PrivateDnsZone* zone : candidates) {
    for (const ZoneLink* link : estate.links_of(zone->id)) {
      if (link->vnet != choice.vnet_id) continue;
      choice.zone = zone;
      choice.link = link;
      choice.linked.holds = Tri::yes;
      choice.linked.reason = fmt::format("private DNS zone {} ({}) is linked to {}", zone_name,
                                         zone->id.resource_group(), where);
      choice.linked.evidence =
          together(std::move(choice.linked.evidence),
                   {estate.cite(link->origin, "virtualNetwork/id", link->vnet.text(), Basis::arm)});
      return choice;
    }
  }

  if (candidates.empty()) {
    // A list of zones proves absence only for the subscriptions it covers, and the zone may stand
    // in any that this path touches: a hub keeps it in its own.
    std::set<std::string> uncovered{lower(registry.id.subscription()),
                                    lower(network.vnet_id.subscription())};
    for (const Peering* peering : estate.peerings_of(network.vnet_id)) {
      uncovered.insert(lower(peering->remote.subscription()));
    }
    std::vector<std::uint32_t> documents;
    std::string named;  // a zone that an endpoint writes its records to, not in the input
    for (const EndpointView& view : endpoints_of(estate, registry).endpoints) {
      uncovered.insert(lower(view.id.subscription()));
      for (const DnsZoneGroup* group : estate.zone_groups_of(view.id)) {
        for (const DnsZoneGroup::Config& config : group->configs) {
          named = config.zone.text();
          choice.linked.evidence.push_back(
              estate.cite(group->origin, "privateDnsZoneConfigs", named));
        }
      }
    }
    for (const PrivateDnsZone& zone : estate.zones) {
      if (!zone.origin.known() ||
          !from_list(estate, Kind::private_dns_zone, zone.origin.document)) {
        continue;
      }
      uncovered.erase(lower(zone.id.subscription()));
      documents.push_back(zone.origin.document);
    }
    uncovered.erase("");
    if (!named.empty()) {
      choice.linked.reason = fmt::format("private DNS zone {} is not in the input", named);
      choice.linked.supply = {
          fmt::format("az network private-dns zone show --ids {} --output json", quote(named)),
          fmt::format("az network private-dns link vnet list {} --zone-name {} --output json",
                      in_group(ResourceId(named)), quote(ResourceId(named).name()))};
      return choice;
    }
    if (documents.empty() || !uncovered.empty()) {
      choice.linked.reason =
          documents.empty()
              ? fmt::format("no private DNS zone {} was given", zone_name)
              : fmt::format(
                    "no private DNS zone {} was given, and the zones of subscription {} are "
                    "not in the input",
                    zone_name, *uncovered.begin());
      choice.linked.supply = {
          uncovered.empty()
              ? "az network private-dns zone list --output json"
              : fmt::format("az network private-dns zone list --subscription {} --output json",
                            quote(*uncovered.begin()))};
      if (const Refusal* refusal = estate.refusal(Kind::private_dns_zone)) {
        choice.linked.reason =
            fmt::format("private DNS zones could not be read: {}", refusal->says());
        choice.linked.evidence.push_back(
            estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
      }
      return choice;
    }
    const auto summary = estate.summarise(Kind::private_dns_zone, documents);
    choice.linked.holds = Tri::no;
    choice.linked.reason =
        fmt::format("no private DNS zone {} is linked to {}: there is none among the {}", zone_name,
                    where, summary.text);
    choice.linked.evidence = together(std::move(choice.linked.evidence), summary.evidence);
    return choice;
  }

  std::vector<std::string> linked_names;
  for (const PrivateDnsZone* zone : candidates) {
    const auto& links = estate.links_of(zone->id);
    const bool counted = zone->links.has_value();
    const bool complete = counted ? links.size() >= *zone->links
                                  : std::any_of(links.begin(), links.end(), [&](const ZoneLink* l) {
                                      return from_list(estate, Kind::zone_link, l->origin.document);
                                    });
    if (!complete) {
      choice.linked.reason = fmt::format(
          "{} virtual network links of zone {} ({}) are in the input",
          links.empty() ? "none of the" : "not all", zone_name, zone->id.resource_group());
      if (counted) {
        choice.linked.evidence.push_back(estate.cite(zone->origin, "numberOfVirtualNetworkLinks",
                                                     fmt::format("{}", *zone->links)));
      }
      if (const Refusal* refusal = estate.refusal(Kind::zone_link)) {
        choice.linked.reason += fmt::format(": {}", refusal->says());
        choice.linked.evidence.push_back(
            estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
      }
      choice.linked.supply.push_back(
          fmt::format("az network private-dns link vnet list {} --zone-name {} --output json",
                      in_group(zone->id), quote(zone->id.name())));
      return choice;
    }
    if (links.empty()) {
      choice.linked.evidence =
          together(std::move(choice.linked.evidence),
                   {estate.cite(zone->origin, "numberOfVirtualNetworkLinks", "0", Basis::arm)});
    } else {
      choice.linked.evidence = together(std::move(choice.linked.evidence),
                                        cite_children(estate, links, Kind::zone_link, *zone));
    }
    for (const ZoneLink* link : links) linked_names.push_back(std::string(link->vnet.name()));
  }
  std::sort(linked_names.begin(), linked_names.end());
  constexpr std::size_t kNamed = 3;
  const std::size_t others = linked_names.size() - std::min(linked_names.size(), kNamed);
  if (others > 1) linked_names.resize(kNamed);
  choice.linked.holds = Tri::no;
  choice.linked.reason = fmt::format(
      "private DNS zone {} ({}) is not linked to {}: {}", zone_name,
      choice.zone->id.resource_group(), where,
      linked_names.empty() ? std::string("it has no virtual network links")
      : others > 1         ? fmt::format("it is linked to {} and {} others only",
                                         fmt::join(linked_names, ", "), others)
                           : fmt::format("it is linked to {} only", fmt::join(linked_names, ", ")));
  return choice;
}

RecordChoice login_server_record(const Estate& estate, const Registry& registry,
                                 const PrivateDnsZone& zone) {
  return record_in(estate, zone, lower(registry_label(registry.login_server)));
}

RecordChoice record_in(const Estate& estate, const PrivateDnsZone& zone, std::string name) {
  RecordChoice choice;
  choice.name = std::move(name);
  const auto& records = estate.records_of(zone.id);
  const std::string where = fmt::format("zone {} ({})", zone.name, zone.id.resource_group());
  for (const RecordSet* record : records) {
    if (!same_text(record->name, choice.name)) continue;
    choice.record = record;
    choice.exists.holds = record->addresses.empty() ? Tri::no : Tri::yes;
    choice.exists.reason =
        record->addresses.empty()
            ? fmt::format("the A record set {} in {} holds no address", choice.name, where)
            : fmt::format("{} holds {} -> {}", where, choice.name,
                          fmt::join(record->addresses, ", "));
    choice.exists.evidence.push_back(
        estate.cite(record->origin, "aRecords",
                    fmt::format("{}", fmt::join(record->addresses, ", ")), Basis::arm));
    return choice;
  }
  std::vector<const RecordSet*> listed;
  for (const RecordSet* record : records) {
    if (from_list(estate, Kind::record_set, record->origin.document)) listed.push_back(record);
  }
  const bool only_soa = zone.record_sets.has_value() && *zone.record_sets <= 1;
  if (!listed.empty() || only_soa) {
    choice.exists.holds = Tri::no;
    if (listed.empty()) {
      choice.exists.reason =
          fmt::format("{} has no A record {}: it holds no records at all", where, choice.name);
      choice.exists.evidence.push_back(estate.cite(
          zone.origin, "numberOfRecordSets", fmt::format("{}", *zone.record_sets), Basis::arm));
    } else {
      choice.exists.reason =
          listed.size() == 1
              ? fmt::format("{} has no A record {}: the one A record given is another", where,
                            choice.name)
              : fmt::format("{} has no A record {}: it is not among the {} A records given", where,
                            choice.name, listed.size());
      choice.exists.evidence = cite_children(estate, listed, Kind::record_set, zone);
    }
    return choice;
  }
  choice.exists.reason = fmt::format("the A records of {} are not in the input", where);
  if (const Refusal* refusal = estate.refusal(Kind::record_set)) {
    choice.exists.reason += fmt::format(": {}", refusal->says());
    choice.exists.evidence.push_back(
        estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
  }
  choice.exists.supply.push_back(
      fmt::format("az network private-dns record-set a list {} --zone-name {} --output json",
                  in_group(zone.id), quote(zone.id.name())));
  return choice;
}

std::string_view data_region_of(std::string_view host) {
  const std::size_t first = host.find('.'), last = host.find(".data.");
  if (first == host.npos || last == host.npos || last <= first) return {};
  return host.substr(first + 1, last - first - 1);
}

std::string compact(std::string_view region) {
  std::string text = lower(region);
  std::erase(text, ' ');
  return text;
}

bool has_no_way_out(const Estate& estate, const Cluster& cluster, const NodeNetwork& network) {
  if (same_text(cluster.outbound_type, "block")) return true;
  return same_text(cluster.outbound_type, "none") &&
         std::none_of(network.subnets.begin(), network.subnets.end(), [&](const ResourceId& id) {
           const Subnet* subnet = estate.subnet(id);
           return !subnet || !subnet->nat_gateway.empty() || !subnet->route_table.empty();
         });
}

namespace {

// The public addresses the nodes appear with. A gap where they cannot be told from the input.
struct Egress {
  RouteAnswer known;  // no = the nodes have no way out
  std::vector<std::string> addresses;
};

void resolve_public_ips(const Estate& estate, const std::vector<ResourceId>& ids, Egress& egress) {
  egress.known.holds = Tri::yes;
  for (const ResourceId& id : ids) {
    const PublicIp* ip = estate.public_ip(id);
    if (!ip || ip->address.empty()) {
      egress.known.holds = Tri::unknown;
      egress.known.reason =
          fmt::format("the address of public IP {} is not in the input", id.name());
      egress.known.supply.push_back(
          fmt::format("az network public-ip show --ids {} --output json", quote(id.text())));
      continue;
    }
    egress.addresses.push_back(ip->address);
    egress.known.evidence =
        together(std::move(egress.known.evidence),
                 {estate.cite(ip->origin, "ipAddress", ip->address, Basis::arm)});
  }
}

Egress egress_of(const Estate& estate, const Cluster& cluster, const NodeNetwork& network) {
  Egress egress;
  const std::string& type = cluster.outbound_type;
  egress.known.evidence.push_back(estate.cite(cluster.origin, "networkProfile/outboundType",
                                              type.empty() ? "loadBalancer" : type, Basis::arm));
  if (has_no_way_out(estate, cluster, network)) {
    for (const ResourceId& id : network.subnets) {
      if (const Subnet* subnet = estate.subnet(id))
        egress.known.evidence.push_back(estate.cite(subnet->origin, "", subnet->name, Basis::arm));
    }
    egress.known.holds = Tri::no;
    egress.known.reason =
        fmt::format("cluster {} has outbound type {}: its nodes have no way to public endpoints",
                    cluster.name, type);
    return egress;
  }
  if (same_text(type, "userDefinedRouting")) {
    egress.known.reason = fmt::format(
        "the nodes of {} leave through a user-defined route, and the public address of its next "
        "hop is not known",
        cluster.name);
    egress.known.supply = {"az network route-table list --output json",
                           "az network public-ip list --output json"};
    return egress;
  }
  std::vector<ResourceId> ids;
  for (const ResourceId& subnet_id : network.subnets) {
    const Subnet* subnet = estate.subnet(subnet_id);
    if (!subnet || subnet->nat_gateway.empty()) continue;
    for (const NatGateway& gateway : estate.nat_gateways) {
      if (gateway.id != subnet->nat_gateway) continue;
      egress.known.evidence = together(
          std::move(egress.known.evidence),
          {estate.cite(subnet->origin, "natGateway/id", subnet->nat_gateway.text(), Basis::arm),
           estate.cite(gateway.origin, "publicIpAddresses", std::string(gateway.id.name()),
                       Basis::arm)});
      ids.insert(ids.end(), gateway.public_ips.begin(), gateway.public_ips.end());
      if (!gateway.public_ip_prefixes.empty()) {
        egress.known.reason = fmt::format(
            "NAT gateway {} uses public IP prefixes, which are not read", gateway.id.name());
        return egress;
      }
    }
    if (ids.empty()) {
      egress.known.reason = fmt::format("NAT gateway {} of subnet {} is not in the input",
                                        subnet->nat_gateway.name(), subnet->name);
      egress.known.supply.push_back(fmt::format(
          "az network nat gateway show --ids {} --output json", quote(subnet->nat_gateway.text())));
      return egress;
    }
  }
  if (ids.empty()) ids = cluster.outbound_public_ips;
  if (ids.empty()) {
    for (const LoadBalancer& balancer : estate.load_balancers) {
      if (!same_text(balancer.id.resource_group(), cluster.node_resource_group)) continue;
      ids.insert(ids.end(), balancer.outbound_public_ips.begin(),
                 balancer.outbound_public_ips.end());
      egress.known.evidence =
          together(std::move(egress.known.evidence),
                   {estate.cite(balancer.origin, "", std::string(balancer.id.name()), Basis::arm)});
    }
  }
  if (ids.empty()) {
    egress.known.reason =
        fmt::format("the outbound addresses of cluster {} are not in the input", cluster.name);
    egress.known.supply.push_back(
        fmt::format("az network lb list --resource-group {} --output json",
                    quote(cluster.node_resource_group)));
    return egress;
  }
  resolve_public_ips(estate, ids, egress);
  return egress;
}

bool any_prefix_contains(const std::vector<std::string>& prefixes, const std::string& address) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return false;
  return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& text) {
    const auto prefix = Cidr::parse(text);
    return prefix && prefix->contains(*parsed);
  });
}

}  // namespace

PublicAccess public_access(const Estate& estate, const Registry& registry, const Cluster& cluster,
                           const NodeNetwork& network) {
  PublicAccess access;
  RouteAnswer& answer = access.accepts;
  const std::string show = fmt::format("az acr show --name {} --output json", quote(registry.name));
  if (!registry.public_network_access) {
    answer.reason =
        fmt::format("the network settings of registry {} are not in the input", registry.name);
    answer.supply.push_back(show);
    return access;
  }
  answer.evidence.push_back(estate.cite(registry.origin, "publicNetworkAccess",
                                        *registry.public_network_access ? "Enabled" : "Disabled",
                                        Basis::arm));
  if (!*registry.public_network_access) {
    answer.holds = Tri::no;
    answer.reason = fmt::format("registry {} has public network access disabled", registry.name);
    return access;
  }
  if (!registry.network_rules) {
    answer.reason =
        fmt::format("the network rules of registry {} are not in the input", registry.name);
    answer.supply.push_back(show);
    return access;
  }
  const NetworkRules& rules = *registry.network_rules;
  answer.evidence.push_back(estate.cite(registry.origin, "networkRuleSet/defaultAction",
                                        rules.default_action, Basis::arm));
  const Egress egress = egress_of(estate, cluster, network);
  access.egress = egress.addresses;
  if (same_text(rules.default_action, "Allow")) {
    if (egress.known.holds == Tri::no) {
      answer.evidence = together(std::move(answer.evidence), egress.known.evidence);
      answer.holds = Tri::no;
      answer.reason = egress.known.reason;
      return access;
    }
    answer.holds = Tri::yes;
    answer.reason =
        fmt::format("registry {} accepts all networks on its public endpoint", registry.name);
    return access;
  }

  // Deny by default: a rule for the subnet (service endpoint) or for the public address must match.
  bool subnet_unknown = false, hidden_rule_possible = false;
  const Subnet* lacking = nullptr;  // admitted by a rule, but without the service endpoint
  for (const ResourceId& subnet_id : network.subnets) {
    const Subnet* subnet = estate.subnet(subnet_id);
    if (!subnet) {
      subnet_unknown = true;
      continue;
    }
    const bool has_endpoint =
        std::any_of(subnet->service_endpoints.begin(), subnet->service_endpoints.end(),
                    [](const std::string& s) { return same_text(s, kRegistryService); });
    const bool ruled = std::find(rules.subnet_rules.begin(), rules.subnet_rules.end(), subnet_id) !=
                       rules.subnet_rules.end();
    answer.evidence = together(std::move(answer.evidence),
                               {estate.cite(subnet->origin, "serviceEndpoints",
                                            has_endpoint ? std::string(kRegistryService)
                                                         : "no Microsoft.ContainerRegistry",
                                            Basis::arm)});
    if (ruled && has_endpoint) {
      answer.evidence.push_back(estate.cite(registry.origin, "networkRuleSet/virtualNetworkRules",
                                            subnet_id.text(), Basis::arm));
      answer.holds = Tri::yes;
      answer.reason =
          fmt::format("a rule of registry {} admits subnet {}, which has the service endpoint",
                      registry.name, subnet->name);
      return access;
    }
    if (has_endpoint && !rules.subnet_rules_visible) hidden_rule_possible = true;
    if (ruled && !has_endpoint) lacking = subnet;
  }
  answer.evidence = together(std::move(answer.evidence), egress.known.evidence);
  if (egress.known.holds == Tri::no) {
    answer.holds = Tri::no;
    answer.reason = egress.known.reason;
    return access;
  }
  if (egress.known.holds == Tri::unknown && rules.ip_rules.empty() && !subnet_unknown &&
      !hidden_rule_possible) {
    answer.holds = Tri::no;
    answer.reason =
        fmt::format("registry {} denies by default and has no IP rule at all", registry.name);
    return access;
  }
  if (egress.known.holds == Tri::unknown) {
    answer.reason =
        fmt::format("registry {} denies by default, and {}", registry.name, egress.known.reason);
    answer.supply = egress.known.supply;
    return access;
  }
  std::vector<std::string> refused;
  for (const std::string& address : egress.addresses) {
    if (!any_prefix_contains(rules.ip_rules, address)) refused.push_back(address);
  }
  answer.evidence.push_back(estate.cite(
      registry.origin, "networkRuleSet/ipRules",
      rules.ip_rules.empty() ? "none" : fmt::format("{}", fmt::join(rules.ip_rules, ", ")),
      Basis::arm));
  if (refused.empty()) {
    answer.holds = Tri::yes;
    answer.reason = fmt::format("the IP rules of registry {} admit the nodes' public address {}",
                                registry.name, fmt::join(egress.addresses, ", "));
    return access;
  }
  if (hidden_rule_possible ||
      (subnet_unknown && (!rules.subnet_rules_visible || !rules.subnet_rules.empty()))) {
    answer.reason =
        hidden_rule_possible
            ? fmt::format(
                  "registry {} denies by default; the subnet has the service endpoint, but this "
                  "reading of the registry does not show its virtual network rules",
                  registry.name)
            : fmt::format("registry {} denies by default, and the node subnet is not in the input",
                          registry.name);
    answer.supply.push_back(
        hidden_rule_possible
            ? fmt::format("az rest --method get --url {}",
                          quote(registry.id.text() + "?api-version=2021-08-01-preview"))
            : show_vnet(network.vnet_id));
    return access;
  }
  if (lacking) {
    answer.holds = Tri::no;
    answer.evidence.push_back(
        estate.cite(registry.origin, "networkRuleSet/virtualNetworkRules", lacking->id.text()));
    answer.reason = fmt::format(
        "a rule of registry {} admits subnet {}, but the subnet lacks the service endpoint {}",
        registry.name, lacking->name, kRegistryService);
    std::string services;
    for (const std::string& service : lacking->service_endpoints) services += quote(service) + " ";
    access.fix.push_back(
        fmt::format("az network vnet subnet update --ids {} --service-endpoints {}{}",
                    quote(lacking->id.text()), services, kRegistryService));
    return access;
  }
  answer.holds = Tri::no;
  answer.reason =
      refused.size() == egress.addresses.size()
          ? fmt::format(
                "registry {} denies by default, and no rule admits the nodes' public address {}",
                registry.name, fmt::join(refused, ", "))
          : fmt::format(
                "registry {} denies by default, and of the nodes' public addresses {} is not "
                "admitted",
                registry.name, fmt::join(refused, ", "));
  return access;
}

namespace {

// `old`: the peering that the new one replaces, whose name and permission to forward it keeps.
std::string create_peering(const ResourceId& from, const ResourceId& to,
                           const Peering* old = nullptr) {
  return fmt::format(
      "az network vnet peering create {} --vnet-name {} --name {} --remote-vnet {} "
      "--allow-vnet-access{}",
      in_group(from), quote(from.name()),
      quote(old ? old->name : fmt::format("{}-to-{}", from.name(), to.name())), quote(to.text()),
      old && old->allow_forwarded_traffic ? " --allow-forwarded-traffic" : "");
}

std::string delete_peering(const ResourceId& vnet, const Peering& peering) {
  return fmt::format("az network vnet peering delete {} --vnet-name {} --name {}", in_group(vnet),
                     quote(vnet.name()), quote(peering.name));
}

const Peering* peering_to(const Estate& estate, const ResourceId& from, const ResourceId& to) {
  for (const Peering* peering : estate.peerings_of(from)) {
    if (peering->remote == to) return peering;
  }
  return nullptr;
}

// A VNet document embeds all its peerings; a list of peerings is as good.
bool peerings_known(const Estate& estate, const ResourceId& vnet) {
  const VirtualNetwork* given = estate.vnet(vnet);
  if (given && given->peerings_told) return true;
  const auto& peerings = estate.peerings_of(vnet);
  return std::any_of(peerings.begin(), peerings.end(), [&](const Peering* p) {
    return from_list(estate, Kind::peering, p->origin.document);
  });
}

Evidence cite_vnet(const Estate& estate, const ResourceId& id, std::string value) {
  if (const VirtualNetwork* vnet = estate.vnet(id))
    return estate.cite(vnet->origin, "virtualNetworkPeerings", std::move(value), Basis::arm);
  const auto& peerings = estate.peerings_of(id);
  return estate.cite(Origin{.document = peerings.front()->origin.document, .pointer = {}}, "",
                     std::move(value), Basis::arm);
}

}  // namespace

std::vector<Cidr> direct_prefixes(const Estate& estate, const ResourceId& vnet_id) {
  std::vector<std::string> texts;
  const auto add = [&](const std::vector<std::string>& more) {
    texts.insert(texts.end(), more.begin(), more.end());
  };
  if (const VirtualNetwork* vnet = estate.vnet(vnet_id)) add(vnet->prefixes);
  for (const Peering* peering : estate.peerings_of(vnet_id)) {
    if (!same_text(peering->state, "Connected") || !peering->allow_access) continue;
    const VirtualNetwork* peer = estate.vnet(peering->remote);
    add(peer && peering->remote_prefixes.empty() ? peer->prefixes : peering->remote_prefixes);
  }
  std::vector<Cidr> prefixes;
  for (const std::string& text : texts) {
    const auto prefix = Cidr::parse(text);
    if (prefix && !prefix->base.v6) prefixes.push_back(*prefix);
  }
  return prefixes;
}

namespace {

// The first of these subnets of the remote VNet that lies outside the address space on which both
// sides agreed; empty when none does, or when it is not known.
std::string not_agreed(const Estate& estate, const Peering& peering,
                       const std::vector<ResourceId>& subnets) {
  if (peering.agreed_prefixes.empty()) return {};
  for (const ResourceId& id : subnets) {
    const Subnet* subnet = id.empty() ? nullptr : estate.subnet(id);
    if (!subnet) continue;
    for (const std::string& text : subnet->prefixes) {
      const auto prefix = Cidr::parse(text);
      if (!prefix || prefix->base.v6) continue;
      if (!any_prefix_contains(peering.agreed_prefixes, prefix->base.to_string()))
        return subnet->name;
    }
  }
  return {};
}

// A peering of chosen subnets connects those alone. Returns what it leaves out, empty when nothing.
std::vector<std::string> left_out(const std::vector<std::string>& named,
                                  const std::vector<std::string>& needed) {
  std::vector<std::string> missing;
  for (const std::string& name : needed) {
    const bool there = std::any_of(named.begin(), named.end(),
                                   [&](const std::string& n) { return same_text(n, name); });
    if (!there) missing.push_back(name);
  }
  return missing;
}

// All subnets of the nodes are known, and none has a route table.
bool routes_nowhere(const Estate& estate, const NodeNetwork& network) {
  return !network.subnets.empty() && std::ranges::all_of(network.subnets, [&](const auto& id) {
    const Subnet* subnet = estate.subnet(id);
    return subnet && subnet->route_table.empty();
  });
}

}  // namespace

VnetPath vnet_path(const Estate& estate, const NodeNetwork& network, const ResourceId& remote,
                   const ResourceId& endpoint_subnet) {
  VnetPath path;
  const ResourceId& local = network.vnet_id;
  RouteAnswer& answer = path.open;
  if (local == remote) {
    answer.holds = Tri::yes;
    answer.reason = fmt::format("the private endpoint is in the nodes' own VNet {}", local.name());
    answer.evidence = network.evidence;
    return path;
  }
  const Peering* forth = peering_to(estate, local, remote);
  const Peering* back = peering_to(estate, remote, local);
  struct Side {
    const ResourceId& from;
    const ResourceId& to;
    const Peering* peering;
  };
  const Side sides[] = {{local, remote, forth}, {remote, local, back}};

  std::vector<std::string> faults;
  bool unknown_side = false;
  std::string untold;  // the peering whose state the input does not show
  for (const auto& [from, to, peering] : sides) {
    if (peering && peering->state.empty()) {
      unknown_side = true;
      untold = peering->name;
      answer.evidence.push_back(estate.cite(peering->origin, "", peering->name, Basis::arm));
      answer.supply.push_back(
          fmt::format("az network vnet peering list {} --vnet-name {} --output json",
                      in_group(from), quote(from.name())));
    } else if (peering) {
      const bool connected = same_text(peering->state, "Connected");
      answer.evidence.push_back(
          estate.cite(peering->origin, "peeringState", peering->state, Basis::arm));
      if (!connected) {
        faults.push_back(fmt::format("peering {} from VNet {} to {} is {}", peering->name,
                                     from.name(), to.name(), peering->state));
      } else if (!peering->allow_access) {
        answer.evidence.push_back(
            estate.cite(peering->origin, "allowVirtualNetworkAccess", "false", Basis::arm));
        faults.push_back(fmt::format("peering {} of VNet {} does not allow access to {}",
                                     peering->name, from.name(), to.name()));
        path.fix.push_back(
            fmt::format("az network vnet peering update {} --vnet-name {} --name {} --set "
                        "allowVirtualNetworkAccess=true",
                        in_group(from), quote(from.name()), quote(peering->name)));
      } else if (const std::string outside = not_agreed(
                     estate, *peering,
                     peering == forth ? std::vector<ResourceId>{endpoint_subnet} : network.subnets);
                 !outside.empty()) {
        answer.evidence.push_back(
            estate.cite(peering->origin, "remoteAddressSpace/addressPrefixes",
                        fmt::format("{}", fmt::join(peering->agreed_prefixes, ", ")), Basis::arm));
        faults.push_back(fmt::format(
            "peering {} of VNet {} does not route to subnet {} of {}, whose address "
            "space has changed{}",
            peering->name, from.name(), outside, to.name(),
            peering->sync_level.empty() ? "" : fmt::format(": {}", peering->sync_level)));
        path.fix.push_back(fmt::format("az network vnet peering sync {} --vnet-name {} --name {}",
                                       in_group(from), quote(from.name()), quote(peering->name)));
      } else if (!peering->complete_vnets) {
        answer.evidence.push_back(
            estate.cite(peering->origin, "peerCompleteVnets", "false", Basis::arm));
        std::vector<std::string> nodes, endpoint;
        for (const ResourceId& subnet : network.subnets) nodes.emplace_back(subnet.name());
        if (!endpoint_subnet.empty()) endpoint.emplace_back(endpoint_subnet.name());
        const bool from_nodes = peering == forth;
        const struct {
          const char* field;
          const std::vector<std::string>&named, &needed;
        } ends[] = {
            {"localSubnetNames", peering->local_subnets, from_nodes ? nodes : endpoint},
            {"remoteSubnetNames", peering->remote_subnets, from_nodes ? endpoint : nodes},
        };
        for (const auto& end : ends) {
          for (const std::string& subnet : left_out(end.named, end.needed)) {
            answer.evidence.push_back(estate.cite(peering->origin, end.field,
                                                  fmt::format("{}", fmt::join(end.named, ", ")),
                                                  Basis::arm));
            faults.push_back(
                fmt::format("peering {} of VNet {} joins chosen subnets only, and {} is not among "
                            "its {}",
                            peering->name, from.name(), subnet, end.field));
            path.fix.push_back(
                fmt::format("az network vnet peering update {} --vnet-name {} --name {} --add {} "
                            "{}",
                            in_group(from), quote(from.name()), quote(peering->name), end.field,
                            quote(subnet)));
          }
        }
      }
    } else if (!peerings_known(estate, from)) {
      unknown_side = true;
      answer.supply.push_back(
          fmt::format("az network vnet peering list {} --vnet-name {} --output json",
                      in_group(from), quote(from.name())));
    }
  }
  const bool state_fault = std::any_of(std::begin(sides), std::end(sides), [](const Side& s) {
    return s.peering && !s.peering->state.empty() && !same_text(s.peering->state, "Connected");
  });
  const bool forth_missing = !forth && peerings_known(estate, local),
             back_missing = !back && peerings_known(estate, remote);
  if (!forth && !back && !forth_missing && !back_missing) {
    answer.reason = fmt::format("the peerings of VNets {} and {} are not in the input",
                                local.name(), remote.name());
    return path;
  }

  if (!forth && !back) {
    // No direct peering. Traffic may still pass through a hub that both are connected to: a virtual
    // appliance, Virtual WAN; or a connected group joins them. That is not visible here, so it is
    // not called a fault.
    for (const Side& side : sides) {
      if (!peerings_known(estate, side.from)) continue;
      answer.evidence.push_back(
          cite_vnet(estate, side.from, fmt::format("no peering with {}", side.to.name())));
    }
    for (const Peering* peering : estate.peerings_of(local)) {
      const bool wan = peering->remote.name().starts_with("HV_");
      const bool onwards = !peerings_known(estate, peering->remote) ||
                           peering_to(estate, peering->remote, remote) != nullptr;
      if (!same_text(peering->state, "Connected") || !(wan || onwards)) continue;
      answer.reason = fmt::format(
          "VNets {} and {} are not peered; traffic may pass through {}, which routes and "
          "appliances there decide",
          local.name(), remote.name(), peering->remote.name());
      answer.supply.push_back(show_vnet(peering->remote));
      // A peering is not transitive: without a route of its own a subnet does not get past the hub.
      path.no_peering = !wan && routes_nowhere(estate, network);
      if (path.no_peering)
        path.fix = {create_peering(local, remote), create_peering(remote, local)};
      return path;
    }
    if (unknown_side && estate.peerings_of(local).empty() && !peerings_known(estate, local)) {
      answer.reason =
          fmt::format("VNet {} has no peering with {}, and the peerings of {} are not in the input",
                      remote.name(), local.name(), local.name());
      return path;
    }
    answer.supply = {fmt::format(
        "az network manager list-effective-connectivity-config {} --virtual-network-name {}",
        in_group(local), quote(local.name()))};
    answer.reason = fmt::format(
        "the nodes' VNet {} has no peering with VNet {}, where the private endpoint is; whether a "
        "connected group of Azure Virtual Network Manager joins them is not in the input",
        local.name(), remote.name());
    path.no_peering = true;
    path.fix = {create_peering(local, remote), create_peering(remote, local)};
    return path;
  }

  if (forth_missing || back_missing) {
    const ResourceId& from = forth_missing ? local : remote;
    const ResourceId& to = forth_missing ? remote : local;
    answer.evidence.push_back(
        cite_vnet(estate, from, fmt::format("no peering with {}", to.name())));
    faults.push_back(fmt::format("VNet {} has no peering back to {}", from.name(), to.name()));
  }
  if (!faults.empty()) {
    answer.holds = Tri::no;
    answer.supply.clear();
    answer.reason = fmt::format("{}", fmt::join(faults, "; "));
    if (state_fault || forth_missing || back_missing) {
      // A Disconnected half cannot be revived: both halves are made anew. An Initiated one only
      // waits for its partner.
      path.fix.clear();
      for (const Side& side : sides) {
        if (side.peering && same_text(side.peering->state, "Initiated")) continue;
        if (side.peering && same_text(side.peering->state, "Connected") && !back_missing &&
            !forth_missing &&
            !same_text((side.peering == forth ? back : forth)->state, "Disconnected"))
          continue;
        if (side.peering) path.fix.push_back(delete_peering(side.from, *side.peering));
      }
      for (const Side& side : sides) {
        const bool deleted =
            side.peering && std::find(path.fix.begin(), path.fix.end(),
                                      delete_peering(side.from, *side.peering)) != path.fix.end();
        if (!side.peering || deleted)
          path.fix.push_back(create_peering(side.from, side.to, side.peering));
      }
    }
    return path;
  }
  if (unknown_side && !untold.empty()) {
    answer.reason = fmt::format(
        "whether peering {} of VNets {} and {} is connected is not in the "
        "input",
        untold, local.name(), remote.name());
    return path;
  }
  if (unknown_side) {
    answer.reason = fmt::format(
        "the side of VNet {} is Connected, the other side's peering is not in the input",
        forth ? local.name() : remote.name());
    return path;
  }
  answer.holds = Tri::yes;
  answer.supply.clear();
  answer.reason = fmt::format("VNets {} and {} are peered, connected and open on both sides",
                              local.name(), remote.name());
  return path;
}

std::string zone_group_command(const ResourceId& endpoint, const ResourceId& zone) {
  return fmt::format(
      "az network private-endpoint dns-zone-group create {} --endpoint-name {} --name default "
      "--zone-name registry --private-dns-zone {}",
      in_group(endpoint), quote(endpoint.name()), quote(zone.text()));
}

std::vector<std::string> link_zone_commands(const Registry& registry, const ZoneChoice& choice,
                                            const EndpointList& endpoints) {
  std::vector<std::string> commands;
  const RegistryCloud* cloud = cloud_of(registry.login_server);
  const std::string zone_name(cloud ? cloud->private_zone : "privatelink.azurecr.io");
  ResourceId zone_id;
  if (choice.zone) {
    zone_id = choice.zone->id;
  } else {
    const ResourceId& group =
        !endpoints.endpoints.empty() && !endpoints.endpoints.front().id.empty()
            ? endpoints.endpoints.front().id
            : registry.id;
    zone_id = ResourceId(fmt::format(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/privateDnsZones/{}",
        group.subscription(), group.resource_group(), zone_name));
    commands.push_back(fmt::format("az network private-dns zone create {} --name {}",
                                   in_group(zone_id), zone_name));
    for (const EndpointView& endpoint : endpoints.endpoints) {
      if (endpoint.id.empty()) continue;
      commands.push_back(zone_group_command(endpoint.id, zone_id));
    }
  }
  commands.push_back(fmt::format(
      "az network private-dns link vnet create {} --zone-name {} --name {} --virtual-network {} "
      "--registration-enabled false",
      in_group(zone_id), quote(zone_id.name()),
      quote(fmt::format("{}-link", choice.vnet_id.name())), quote(choice.vnet_id.text())));
  return commands;
}

}  // namespace acr
