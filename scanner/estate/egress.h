// What stands between the nodes of a cluster and a registry in their own network: the cluster's
// outbound type, the security groups and route tables of the node subnets, and the security group
// of a private endpoint's subnet. TCP, port 443.
#pragma once

#include <string>
#include <vector>

#include "estate/route.h"

namespace acr {

struct EgressDecision {
  RouteAnswer allowed;
  std::vector<std::string> fix;
  // On unknown: a firewall or a gateway stands in the way, and what it lets through decides.
  bool in_the_way = false;
};

// To the registry's public endpoint, and to where its layers are stored: Azure Storage, unless the
// registry has dedicated data endpoints.
EgressDecision egress_to_public(const Estate& estate, const Cluster& cluster,
                                const Registry& registry, const NodeNetwork& network);

// To all addresses of a private endpoint of the registry.
EgressDecision egress_to_endpoint(const Estate& estate, const Cluster& cluster,
                                  const Registry& registry, const NodeNetwork& network,
                                  const EndpointView& view);

// The proxy that stands between the nodes and this host, or empty: none is configured, or noProxy
// names the host.
std::string proxy_for(const Cluster& cluster, std::string_view host);

// A command that tries the way from a node of the cluster.
std::string try_from_node_command(const Cluster& cluster, const Registry& registry);

}  // namespace acr
