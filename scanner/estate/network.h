// The network between nodes and registries, as ARM describes it (Microsoft.Network).
#pragma once

#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"

namespace acr {

struct Subnet {
  Origin origin;
  ResourceId id;
  std::string name;
  std::vector<std::string> prefixes;
  std::vector<std::string> service_endpoints;         // "Microsoft.ContainerRegistry"
  std::vector<ResourceId> service_endpoint_policies;  // which storage accounts these may reach
  std::string private_endpoint_network_policies;
  ResourceId nsg, route_table, nat_gateway;
  std::vector<std::string> delegations;
};

struct Peering {
  Origin origin;
  ResourceId id;
  std::string name;
  ResourceId remote;  // the other VNet
  std::string state;  // Initiated, Connected, Disconnected
  std::string sync_level;
  bool allow_access = true;  // allowVirtualNetworkAccess
  bool allow_forwarded_traffic = false;
  std::vector<std::string> remote_prefixes;
  std::vector<std::string> agreed_prefixes;  // remoteAddressSpace: what is routed until a sync
  bool complete_vnets = true;  // peerCompleteVnets; false: only the subnets named below
  std::vector<std::string> local_subnets, remote_subnets;
};

struct VirtualNetwork {
  Origin origin;
  ResourceId id;
  std::string name;
  std::string location;
  std::vector<std::string> prefixes;
  std::vector<std::string> dns_servers;  // empty = Azure DNS
  std::vector<Subnet> subnets;
  std::vector<Peering> peerings;
  bool peerings_told = true;  // false: the document does not say what the VNet is peered with
};

struct PrivateEndpoint {
  struct Connection {
    ResourceId target;  // privateLinkServiceId
    std::vector<std::string> group_ids;
    std::string status;
    bool manual = false;
    Origin origin;
  };
  Origin origin;
  ResourceId id;
  std::string name;
  ResourceId subnet;
  std::vector<Connection> connections;
  std::vector<ResourceId> nics;
  struct HostAddresses {
    std::string fqdn;
    std::vector<std::string> addresses;
  };
  std::vector<HostAddresses> custom_dns;  // customDnsConfigs; empty with a zone group
  struct StaticAddress {
    std::string member, address;
  };
  std::vector<StaticAddress> static_addresses;  // ipConfigurations
};

struct DnsZoneGroup {
  struct RecordSet {
    std::string name, type, fqdn;
    std::vector<std::string> addresses;
  };
  struct Config {
    ResourceId zone;
    std::vector<RecordSet> records;
  };
  Origin origin;
  ResourceId id;
  ResourceId private_endpoint;  // parent of the group
  std::vector<Config> configs;
};

struct NetworkInterface {
  struct Configuration {
    Origin origin;
    std::string name, address;
    std::string member;  // requiredMemberName: "registry", "registry_data_westeurope"
    std::vector<std::string> fqdns;
    ResourceId subnet;
    bool primary = false;
  };
  Origin origin;
  ResourceId id;
  ResourceId private_endpoint;  // empty when ARM does not say
  std::vector<Configuration> configurations;
};

struct PrivateDnsZone {
  Origin origin;  // unknown when the zone is only known through its children
  ResourceId id;
  std::string name;                        // "privatelink.azurecr.io"
  Fact<std::uint64_t> record_sets, links;  // numberOfRecordSets, numberOfVirtualNetworkLinks
};

struct ZoneLink {
  Origin origin;
  ResourceId id;
  ResourceId zone;  // parent
  ResourceId vnet;
  std::string state;              // Completed, InProgress; empty when absent
  std::string resolution_policy;  // Default, NxDomainRedirect
};

struct RecordSet {
  Origin origin;
  ResourceId id;
  ResourceId zone;
  std::string name;  // relative to the zone: "contoso", "contoso.westeurope.data"
  std::vector<std::string> addresses;
};

struct PublicIp {
  Origin origin;
  ResourceId id;
  std::string address;  // empty when not assigned
};

struct LoadBalancer {
  Origin origin;
  ResourceId id;
  std::vector<ResourceId> outbound_public_ips;  // frontends that outbound rules use
};

struct NatGateway {
  Origin origin;
  ResourceId id;
  std::vector<ResourceId> public_ips;
  std::vector<ResourceId> public_ip_prefixes;
};

struct SecurityRule {
  Origin origin;
  std::string name, direction, access, protocol;
  long priority = 0;
  std::vector<std::string> source_prefixes, destination_prefixes, source_ports, destination_ports;
};

struct NetworkSecurityGroup {
  Origin origin;
  ResourceId id;
  std::vector<SecurityRule> rules;  // own and default rules together
};

struct RouteTable {
  struct Route {
    Origin origin;
    std::string name, prefix, next_hop_type, next_hop_address;
  };
  Origin origin;
  ResourceId id;
  std::vector<Route> routes;
};

}  // namespace acr
