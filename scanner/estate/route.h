// How the nodes of a cluster reach a registry: which name they get for its login server, which
// private endpoint that leads to, and whether the public endpoint would take them.
#pragma once

#include <string>
#include <vector>

#include "estate/access.h"
#include "estate/address.h"
#include "estate/pull.h"

namespace acr {

// The nodes of an attachment that share one virtual network.
struct NodeNetwork {
  ResourceId vnet_id;
  const VirtualNetwork* vnet = nullptr;  // nullptr: not in the input
  std::vector<ResourceId> subnets;
  std::vector<std::string> pools;
  std::vector<Evidence> evidence;  // where the cluster says so
};
// A gap where the cluster document is missing, or its managed VNet is not in the input.
Fact<std::vector<NodeNetwork>> node_networks(const Estate& estate, const Attachment& attachment);

// An answer with what it rests on. Every document consulted is cited, whatever the answer.
struct RouteAnswer {
  Tri holds = Tri::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;  // on unknown
};

// A private endpoint of the registry, joined from both sides.
struct EndpointView {
  ResourceId id;
  std::string name;
  const PrivateEndpoint* endpoint = nullptr;       // nullptr: not in the input
  const EndpointConnection* connection = nullptr;  // nullptr: the registry does not list it
  std::string status;                              // the registry's word, else the endpoint's
  Evidence status_evidence;
  ResourceId vnet_id;                        // empty when the endpoint is not in the input
  Fact<std::vector<std::string>> addresses;  // of the member "registry": what the record must hold
  std::vector<Evidence> address_evidence;
};
struct EndpointList {
  RouteAnswer exists;  // does the registry have any private endpoint connection?
  std::vector<EndpointView> endpoints;
};
EndpointList endpoints_of(const Estate& estate, const Registry& registry);

// The addresses an endpoint has for one member ("registry", "registry_data_westeurope") of the
// registry, whose host name is `host`; a gap where its network interface is not in the input.
struct MemberAddresses {
  Fact<std::vector<std::string>> addresses;  // may be empty: the endpoint has no such member
  std::vector<Evidence> evidence;
};
MemberAddresses member_addresses(const Estate& estate, const EndpointView& view,
                                 std::string_view member, std::string_view host);

// Where the nodes' DNS questions are answered. With custom DNS servers that is the server's VNet,
// if it is the nodes' own or a peer of it.
struct NodeResolver {
  RouteAnswer known;
  ResourceId vnet_id;
  bool custom = false;  // the VNet names DNS servers other than Azure's
};
NodeResolver resolver_of(const Estate& estate, const NodeNetwork& network);

// The private zone for the registry's cloud that the resolver's VNet is linked to.
struct ZoneChoice {
  RouteAnswer linked;
  const PrivateDnsZone* zone = nullptr;  // the linked zone; when none is, the best one to link
  const ZoneLink* link = nullptr;
  ResourceId vnet_id;  // the VNet that has to be linked
};
ZoneChoice linked_zone(const Estate& estate, const Registry& registry, const NodeNetwork& network);

// The A record for the login server in a zone.
struct RecordChoice {
  RouteAnswer exists;
  const RecordSet* record = nullptr;
  std::string name;  // relative name the record must have
};
RecordChoice login_server_record(const Estate& estate, const Registry& registry,
                                 const PrivateDnsZone& zone);
// The A record of this name, relative to the zone: "contoso.westeurope.data".
RecordChoice record_in(const Estate& estate, const PrivateDnsZone& zone, std::string name);

// "contoso.westeurope.data.azurecr.io" -> "westeurope"; empty where the host is no data endpoint.
std::string_view data_region_of(std::string_view host);
std::string compact(std::string_view region);  // "West Europe" -> "westeurope"

// Does the cluster's outbound type leave the nodes without a way to public endpoints? Type none
// leaves it to the network's owner, who may give the subnet a NAT gateway or a route table.
bool has_no_way_out(const Estate& estate, const Cluster& cluster, const NodeNetwork& network);

// Would the registry's public endpoint take traffic from this network?
struct PublicAccess {
  RouteAnswer accepts;
  std::vector<std::string> egress;  // public addresses of the nodes, where known
  std::vector<std::string> fix;     // where a refusal has a repair of its own
};
PublicAccess public_access(const Estate& estate, const Registry& registry, const Cluster& cluster,
                           const NodeNetwork& network);

// Is there a way from the node network to the endpoint's VNet: the same VNet, or a peering that is
// connected and open on both sides? A peering of chosen subnets must name those of the nodes and,
// where it is given, the endpoint's.
struct VnetPath {
  RouteAnswer open;
  std::vector<std::string> fix;
  // No peering joins the two. That alone proves nothing: the connected groups of Azure Virtual
  // Network Manager join VNets without one.
  bool no_peering = false;
};
VnetPath vnet_path(const Estate& estate, const NodeNetwork& network,
                   const ResourceId& endpoint_vnet, const ResourceId& endpoint_subnet = {});

// The IPv4 prefixes that a VNet reaches directly: its own and those of its connected peers.
std::vector<Cidr> direct_prefixes(const Estate& estate, const ResourceId& vnet);

// Commands that repair, with real names. A zone group writes the endpoint's records and keeps them.
std::string zone_group_command(const ResourceId& endpoint, const ResourceId& zone);
std::vector<std::string> link_zone_commands(const Registry& registry, const ZoneChoice& choice,
                                            const EndpointList& endpoints);

}  // namespace acr
