// Microsoft.Network without DNS.
#include <unordered_map>
#include <unordered_set>

#include "collect/arm.h"

namespace acr {
namespace {

// A value that ARM sends as one string or as a list, under two names; one of them may be "".
std::vector<std::string> one_or_many(const AzureObject& object, std::string_view one,
                                     std::string_view many) {
  std::vector<std::string> values = object.texts(many);
  if (std::string value = object.text(one); !value.empty() && values.empty())
    values.push_back(std::move(value));
  return values;
}

std::vector<std::string> texts_of(const std::vector<AzureObject>& objects, std::string_view field) {
  std::vector<std::string> result;
  for (const AzureObject& object : objects) {
    if (std::string value = object.text(field); !value.empty()) result.push_back(std::move(value));
  }
  return result;
}

Subnet subnet(const AzureObject& object) {
  Subnet subnet;
  subnet.origin = object.origin();
  subnet.id = object.id();
  subnet.name = object.name();
  subnet.prefixes = one_or_many(object, "addressPrefix", "addressPrefixes");
  subnet.service_endpoints = texts_of(object.objects("serviceEndpoints"), "service");
  subnet.service_endpoint_policies = object.references("serviceEndpointPolicies");
  subnet.private_endpoint_network_policies = object.text("privateEndpointNetworkPolicies");
  subnet.nsg = object.reference("networkSecurityGroup");
  subnet.route_table = object.reference("routeTable");
  subnet.nat_gateway = object.reference("natGateway");
  subnet.delegations = texts_of(object.objects("delegations"), "serviceName");
  return subnet;
}

Peering peering(const AzureObject& object) {
  Peering peering;
  peering.origin = object.origin();
  peering.id = object.id();
  peering.name = object.name();
  peering.remote = object.reference("remoteVirtualNetwork");
  peering.state = object.text("peeringState");
  peering.sync_level = object.text("peeringSyncLevel");
  peering.allow_access = object.flag("allowVirtualNetworkAccess").value_or(true);
  peering.allow_forwarded_traffic = object.flag("allowForwardedTraffic").value_or(false);
  // The current space where ARM tells it; "remoteAddressSpace" is the one both sides agreed on.
  peering.remote_prefixes =
      object.object("remoteVirtualNetworkAddressSpace").texts("addressPrefixes");
  peering.agreed_prefixes = object.object("remoteAddressSpace").texts("addressPrefixes");
  if (peering.remote_prefixes.empty()) peering.remote_prefixes = peering.agreed_prefixes;
  peering.complete_vnets = object.flag("peerCompleteVnets").value_or(true);
  peering.local_subnets = object.texts("localSubnetNames");
  peering.remote_subnets = object.texts("remoteSubnetNames");
  return peering;
}

void add_connections(PrivateEndpoint& endpoint, const AzureObject& object, std::string_view field,
                     bool manual) {
  for (const AzureObject& part : object.objects(field)) {
    endpoint.connections.push_back(
        {ResourceId(part.text("privateLinkServiceId")), part.texts("groupIds"),
         part.object("privateLinkServiceConnectionState").text("status"), manual, part.origin()});
  }
}

void add_rules(NetworkSecurityGroup& group, const AzureObject& object, std::string_view field) {
  for (const AzureObject& part : object.objects(field)) {
    SecurityRule rule;
    rule.origin = part.origin();
    rule.name = part.name();
    rule.direction = part.text("direction");
    rule.access = part.text("access");
    rule.protocol = part.text("protocol");
    rule.priority = static_cast<long>(part.number("priority").value_or(0));
    rule.source_prefixes = one_or_many(part, "sourceAddressPrefix", "sourceAddressPrefixes");
    rule.destination_prefixes =
        one_or_many(part, "destinationAddressPrefix", "destinationAddressPrefixes");
    rule.source_ports = one_or_many(part, "sourcePortRange", "sourcePortRanges");
    rule.destination_ports = one_or_many(part, "destinationPortRange", "destinationPortRanges");
    group.rules.push_back(std::move(rule));
  }
}

}  // namespace

void read_vnet(AbsorbContext& context, const AzureObject& object) {
  VirtualNetwork vnet;
  vnet.origin = object.origin();
  vnet.id = object.id();
  vnet.name = object.name();
  vnet.location = object.location();
  vnet.prefixes = object.object("addressSpace").texts("addressPrefixes");
  vnet.dns_servers = object.object("dhcpOptions").texts("dnsServers");
  for (const AzureObject& part : object.objects("subnets")) vnet.subnets.push_back(subnet(part));
  for (const AzureObject& part : object.objects("virtualNetworkPeerings"))
    vnet.peerings.push_back(peering(part));
  vnet.peerings_told = !object.is_unknown("virtualNetworkPeerings");
  context.estate.vnets.push_back(std::move(vnet));
}

void read_subnet(AbsorbContext& context, const AzureObject& object) {
  context.estate.subnets.emplace_back(object.id().parent(), subnet(object));
}

void read_peering(AbsorbContext& context, const AzureObject& object) {
  context.estate.peerings.emplace_back(object.id().parent(), peering(object));
}

// Resource Graph, one row a peering: id, peer, state, sync, access.
void read_peering_row(AbsorbContext& context, const AzureObject& object) {
  Peering peering;
  peering.origin = object.origin();
  peering.remote = ResourceId(object.text("peer"));
  peering.state = object.text("state");
  peering.sync_level = object.text("sync");
  peering.allow_access = object.flag("access").value_or(true);
  context.estate.peerings.emplace_back(object.id(), std::move(peering));
}

void read_private_endpoint(AbsorbContext& context, const AzureObject& object) {
  PrivateEndpoint endpoint;
  endpoint.origin = object.origin();
  endpoint.id = object.id();
  endpoint.name = object.name();
  endpoint.subnet = object.reference("subnet");
  add_connections(endpoint, object, "privateLinkServiceConnections", false);
  add_connections(endpoint, object, "manualPrivateLinkServiceConnections", true);
  endpoint.nics = object.references("networkInterfaces");
  std::vector<AzureObject> custom_dns = object.objects("customDnsConfigs");
  // Resource Graph, projected: target, status, subnetId, nics, customDns.
  if (std::string target = object.text("target"); !target.empty() && endpoint.connections.empty()) {
    endpoint.connections.push_back(
        {ResourceId(target), {}, object.text("status"), false, object.origin()});
    endpoint.subnet = ResourceId(object.text("subnetId"));
    endpoint.nics = object.references("nics");
    custom_dns = object.objects("customDns");
  }
  for (const AzureObject& part : custom_dns) {
    endpoint.custom_dns.push_back({part.text("fqdn"), part.texts("ipAddresses")});
  }
  for (const AzureObject& part : object.objects("ipConfigurations")) {
    endpoint.static_addresses.push_back({part.text("memberName"), part.text("privateIPAddress")});
  }
  context.estate.private_endpoints.push_back(std::move(endpoint));
}

void read_nic(AbsorbContext& context, const AzureObject& object) {
  NetworkInterface nic;
  nic.origin = object.origin();
  nic.id = object.id();
  nic.private_endpoint = object.reference("privateEndpoint");
  for (const AzureObject& part : object.objects("ipConfigurations")) {
    const AzureObject link = part.object("privateLinkConnectionProperties");
    nic.configurations.push_back({part.origin(), part.name(), part.text("privateIPAddress"),
                                  link.text("requiredMemberName"), link.texts("fqdns"),
                                  part.reference("subnet"), part.flag("primary").value_or(false)});
  }
  context.estate.nics.push_back(std::move(nic));
}

void read_public_ip(AbsorbContext& context, const AzureObject& object) {
  context.estate.public_ips.push_back({object.origin(), object.id(), object.text("ipAddress")});
}

void read_load_balancer(AbsorbContext& context, const AzureObject& object) {
  std::unordered_map<std::string, ResourceId> address_of_frontend;
  for (const AzureObject& part : object.objects("frontendIPConfigurations")) {
    address_of_frontend.emplace(part.id().key(), part.reference("publicIPAddress"));
  }
  LoadBalancer balancer;
  balancer.origin = object.origin();
  balancer.id = object.id();
  std::unordered_set<std::string> seen;  // several rules may use one frontend
  for (const AzureObject& rule : object.objects("outboundRules")) {
    for (const ResourceId& frontend : rule.references("frontendIPConfigurations")) {
      const auto found = address_of_frontend.find(frontend.key());
      if (found == address_of_frontend.end() || found->second.empty()) continue;
      if (seen.insert(found->second.key()).second)
        balancer.outbound_public_ips.push_back(found->second);
    }
  }
  context.estate.load_balancers.push_back(std::move(balancer));
}

void read_nat_gateway(AbsorbContext& context, const AzureObject& object) {
  context.estate.nat_gateways.push_back({object.origin(), object.id(),
                                         object.references("publicIpAddresses"),
                                         object.references("publicIpPrefixes")});
}

void read_nsg(AbsorbContext& context, const AzureObject& object) {
  NetworkSecurityGroup group;
  group.origin = object.origin();
  group.id = object.id();
  add_rules(group, object, "securityRules");
  add_rules(group, object, "defaultSecurityRules");
  context.estate.nsgs.push_back(std::move(group));
}

void read_route_table(AbsorbContext& context, const AzureObject& object) {
  RouteTable table;
  table.origin = object.origin();
  table.id = object.id();
  for (const AzureObject& part : object.objects("routes")) {
    table.routes.push_back({part.origin(), part.name(), part.text("addressPrefix"),
                            part.text("nextHopType"), part.text("nextHopIpAddress")});
  }
  context.estate.route_tables.push_back(std::move(table));
}

}  // namespace acr
