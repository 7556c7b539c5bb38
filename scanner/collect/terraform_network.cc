// azurerm's networks, private endpoints and private DNS.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/terraform_object.h"

namespace acr {

namespace {

using Way = TerraformAttribute::Way;

constexpr TerraformAttribute kSubnet[] = {
    {"name", "name"},
    {"private_endpoint_network_policies", "properties/privateEndpointNetworkPolicies"},
    // Data sources, and subnets within a network, say what others say by associations.
    {"network_security_group_id", "properties/networkSecurityGroup/id", Way::id},
    {"security_group", "properties/networkSecurityGroup/id", Way::id},
    {"route_table_id", "properties/routeTable/id", Way::id},
};

constexpr TerraformAttribute kRule[] = {
    {"name", "name"},
    {"direction", "properties/direction"},
    {"access", "properties/access"},
    {"protocol", "properties/protocol"},
    {"priority", "properties/priority"},
    {"source_address_prefix", "properties/sourceAddressPrefix"},
    {"source_address_prefixes", "properties/sourceAddressPrefixes"},
    {"destination_address_prefix", "properties/destinationAddressPrefix"},
    {"destination_address_prefixes", "properties/destinationAddressPrefixes"},
    {"source_port_range", "properties/sourcePortRange"},
    {"source_port_ranges", "properties/sourcePortRanges"},
    {"destination_port_range", "properties/destinationPortRange"},
    {"destination_port_ranges", "properties/destinationPortRanges"},
};

constexpr TerraformAttribute kRoute[] = {
    {"name", "name"},
    {"address_prefix", "properties/addressPrefix"},
    {"next_hop_type", "properties/nextHopType"},
    {"next_hop_in_ip_address", "properties/nextHopIpAddress"},
};

constexpr TerraformAttribute kLink[] = {
    {"virtual_network_id", "properties/virtualNetwork/id", Way::id},
    {"resolution_policy", "properties/resolutionPolicy"},
};

constexpr TerraformAttribute kPeering[] = {
    {"remote_virtual_network_id", "properties/remoteVirtualNetwork/id", Way::id},
    {"allow_virtual_network_access", "properties/allowVirtualNetworkAccess"},
    {"allow_forwarded_traffic", "properties/allowForwardedTraffic"},
    {"peer_complete_virtual_networks_enabled", "properties/peerCompleteVnets"},
    {"local_subnet_names", "properties/localSubnetNames"},
    {"remote_subnet_names", "properties/remoteSubnetNames"},
};

constexpr TerraformAttribute kConnection[] = {
    {"private_connection_resource_id", "properties/privateLinkServiceId", Way::id},
    {"subresource_names", "properties/groupIds"},
};

PlannedObject& add(const TerraformObject& from, PlannedEstate& estate, std::string_view type,
                   const std::string& id) {
  return estate.add(type, id, from.resource().pointer, from.resource().created);
}

void put_subnet(const TerraformObject& from, ArmValue& arm, const std::string& below) {
  from.put(kSubnet, arm, below);
  const std::string prefix = below.empty() ? "" : below + "/";
  ArmValue& properties = arm.member("properties");
  from.put(TerraformAttribute{"address_prefixes", "addressPrefixes"}, properties, below);
  from.put(TerraformAttribute{"address_prefix", "addressPrefix"}, properties, below);
  ArmValue& services = properties.member("serviceEndpoints");
  from.put_list(prefix + "service_endpoints", services, "service");
  ArmValue& delegations = properties.member("delegations");
  delegations.make_list();
  for (std::size_t i = 0; i < from.size(prefix + "delegation"); ++i)
    from.put(TerraformAttribute{"service_delegation/0/name", "properties/serviceName"},
             delegations.add(), fmt::format("{}delegation/{}", prefix, i));
}

void translate_vnet(const TerraformObject& from, PlannedEstate& estate, const std::string& id) {
  PlannedObject& object = add(from, estate, "Microsoft.Network/virtualNetworks", id);
  ArmValue& properties = object.arm.member("properties");
  from.put(TerraformAttribute{"location", "location"}, object.arm);
  from.put(TerraformAttribute{"address_space", "addressSpace/addressPrefixes"}, properties);
  ArmValue& servers = properties.at("dhcpOptions/dnsServers");
  // A server whose address is not known is one all the same, and none of Azure's. But what nobody
  // configured is Azure's, though the plan calls it unknown.
  const bool complete = from.put_list("dns_servers", servers);
  if (!complete && from.is_configured("dns_servers")) servers.add().set_text(kUnknownValue);
  ArmValue& subnets = properties.member("subnets");
  subnets.make_list();
  subnets.set_place(from.place("subnet"));
  for (std::size_t i = 0; i < from.size("subnet"); ++i) {
    ArmValue& subnet = subnets.add();
    const std::string block = fmt::format("subnet/{}", i);
    subnet.set_place(from.place(block));
    subnet.member("id").set_text(fmt::format("{}/subnets/{}", id, from.text(block + "/name")));
    put_subnet(from, subnet, block);
  }
}

void translate_endpoint(const TerraformObject& from, PlannedEstate& estate, const std::string& id) {
  PlannedObject& object = add(from, estate, "Microsoft.Network/privateEndpoints", id);
  ArmValue& properties = object.arm.member("properties");
  from.put(TerraformAttribute{"subnet_id", "subnet/id", Way::id}, properties);
  for (std::size_t i = 0; i < from.size("private_service_connection"); ++i) {
    const std::string block = fmt::format("private_service_connection/{}", i);
    const bool manual = from.flag(block + "/is_manual_connection").value_or(false);
    ArmValue& part = properties
                         .member(manual ? "manualPrivateLinkServiceConnections"
                                        : "privateLinkServiceConnections")
                         .add();
    part.set_place(from.place(block));
    from.put(kConnection, part, block);
    if (part.text("properties/privateLinkServiceId") == kUnknownId) estate.unread_endpoint = true;
    part.at("properties/privateLinkServiceConnectionState/status")
        .set_text(manual ? "Pending" : "Approved", from.place(block + "/is_manual_connection"));
  }
  for (std::size_t i = 0; i < from.size("ip_configuration"); ++i) {
    const std::string block = fmt::format("ip_configuration/{}", i);
    ArmValue& part = properties.member("ipConfigurations").add();
    from.put(TerraformAttribute{"member_name", "properties/memberName"}, part, block);
    from.put(TerraformAttribute{"private_ip_address", "properties/privateIPAddress"}, part, block);
  }
  for (std::size_t i = 0; i < from.size("custom_dns_configs"); ++i) {
    const std::string block = fmt::format("custom_dns_configs/{}", i);
    ArmValue& part = properties.member("customDnsConfigs").add();
    part.set_place(from.place(block));
    from.put(TerraformAttribute{"fqdn", "fqdn"}, part, block);
    from.put(TerraformAttribute{"ip_addresses", "ipAddresses"}, part, block);
  }
  if (from.size("private_dns_zone_group") == 0) return;
  const std::string block = "private_dns_zone_group/0";
  std::string name = from.text(block + "/name");
  if (name.empty()) name = "default";
  PlannedObject& group = estate.add("Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
                                    fmt::format("{}/privateDnsZoneGroups/{}", id, name),
                                    from.resource().pointer + "#group", from.resource().created);
  group.arm.set_place(from.place(block));
  ArmValue list;
  from.put_list(block + "/private_dns_zone_ids", list, "privateDnsZoneId");
  ArmValue& configs = group.arm.at("properties/privateDnsZoneConfigs");
  configs.make_list();
  configs.set_place(from.place(block + "/private_dns_zone_ids"));
  for (std::size_t i = 0; i < list.size(); ++i)
    configs.add().at("properties/privateDnsZoneId").set_text(list[i].text("privateDnsZoneId"));
}

void put_rules(const TerraformObject& from, ArmValue& list, std::string_view block,
               std::span<const TerraformAttribute> attributes) {
  list.make_list();
  list.set_place(from.place(block));
  for (std::size_t i = 0; i < from.size(block); ++i) {
    ArmValue& part = list.add();
    const std::string at = fmt::format("{}/{}", block, i);
    part.set_place(from.place(at));
    from.put(attributes, part, at);
  }
}

void translate_record(const TerraformObject& from, PlannedEstate& estate, const std::string& id) {
  PlannedObject& object = add(from, estate, "Microsoft.Network/privateDnsZones/A", id);
  ArmValue addresses;
  from.put_list("records", addresses, "ipv4Address");
  ArmValue& list = object.arm.at("properties/aRecords");
  list = addresses;
}

PlannedObject* find_object(PlannedEstate& estate, const ResourceId& id) {
  const auto found = std::ranges::find_if(
      estate.objects, [&](const PlannedObject& object) { return object.id() == id; });
  return found == estate.objects.end() ? nullptr : &*found;
}

}  // namespace

bool translate_network(const TerraformObject& from, PlannedEstate& estate, const std::string& id) {
  const std::string& type = from.resource().type;
  if (type == "azurerm_virtual_network") {
    translate_vnet(from, estate, id);
  } else if (type == "azurerm_subnet") {
    put_subnet(from, add(from, estate, "Microsoft.Network/virtualNetworks/subnets", id).arm, "");
  } else if (type == "azurerm_virtual_network_peering") {
    if (from.text("remote_virtual_network_id").empty()) {
      estate.vnets_with_unread_peerings.push_back(ResourceId(id).parent());
      return true;
    }
    from.put(kPeering,
             add(from, estate, "Microsoft.Network/virtualNetworks/virtualNetworkPeerings", id).arm);
  } else if (type == "azurerm_private_dns_zone") {
    add(from, estate, "Microsoft.Network/privateDnsZones", id);
  } else if (type == "azurerm_private_dns_zone_virtual_network_link") {
    if (from.text("virtual_network_id").empty()) {
      estate.zones_with_unread_links.push_back(ResourceId(id).parent());
      estate.remark("plan-value-unknown",
                    fmt::format("{}: virtual_network_id is known only after apply and does not "
                                "come from a resource of the plan; the link is not used",
                                from.resource().address));
      return true;
    }
    from.put(kLink,
             add(from, estate, "Microsoft.Network/privateDnsZones/virtualNetworkLinks", id).arm);
  } else if (type == "azurerm_private_dns_a_record") {
    translate_record(from, estate, id);
  } else if (type == "azurerm_private_endpoint") {
    translate_endpoint(from, estate, id);
  } else if (type == "azurerm_network_security_group") {
    // Rules that are not known could deny: then nothing is said of the group.
    if (from.is_unknown("security_rule") && from.resource().data) return true;
    put_rules(from,
              add(from, estate, "Microsoft.Network/networkSecurityGroups", id)
                  .arm.at("properties/securityRules"),
              "security_rule", kRule);
  } else if (type == "azurerm_route_table") {
    put_rules(from,
              add(from, estate, "Microsoft.Network/routeTables", id).arm.at("properties/routes"),
              "route", kRoute);
  } else {
    return false;
  }
  return true;
}

void join_network(const TerraformPlan& plan, PlannedEstate& estate) {
  // Of an existing subnet others may have said what the plan does not.
  for (PlannedObject& object : estate.objects) {
    if (object.created || !object.is("Microsoft.Network/virtualNetworks/subnets") ||
        object.pointer.starts_with("/prior_state"))
      continue;
    for (const std::string_view field :
         {"properties/networkSecurityGroup/id", "properties/routeTable/id"}) {
      if (!object.arm.has(field)) object.arm.at(field).set_text(kUnknownId);
    }
  }
  struct Association {
    std::string_view type, attribute, field;
  };
  constexpr Association kAssociations[] = {
      {"azurerm_subnet_network_security_group_association", "network_security_group_id",
       "properties/networkSecurityGroup/id"},
      {"azurerm_subnet_route_table_association", "route_table_id", "properties/routeTable/id"},
      {"azurerm_subnet_nat_gateway_association", "nat_gateway_id", "properties/natGateway/id"},
  };
  for (const TerraformResource& resource : plan.resources()) {
    const TerraformObject from(plan, resource);
    const auto* association = std::ranges::find(kAssociations, resource.type, &Association::type);
    if (association != std::end(kAssociations)) {
      PlannedObject* subnet = find_object(estate, ResourceId(from.text("subnet_id")));
      if (subnet == nullptr) continue;
      std::string id = from.text(association->attribute);
      if (id.empty()) id = kUnknownId;
      subnet->arm.at(association->field).set_text(id, from.place(association->attribute));
      continue;
    }
    const bool rule = resource.type == "azurerm_network_security_rule";
    if (rule || resource.type == "azurerm_route") {
      const std::string parent =
          fmt::format("/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/{}/{}",
                      plan.subscription_of(resource), from.text("resource_group_name"),
                      rule ? "networkSecurityGroups" : "routeTables",
                      from.text(rule ? "network_security_group_name" : "route_table_name"));
      PlannedObject* object = find_object(estate, ResourceId(parent));
      if (object == nullptr) continue;
      ArmValue& part =
          object->arm.at(rule ? "properties/securityRules" : "properties/routes").add();
      part.set_place({resource.pointer});
      if (rule)
        from.put(kRule, part);
      else
        from.put(kRoute, part);
    }
    if (resource.type == "azurerm_virtual_network_dns_servers") {
      PlannedObject* vnet = find_object(estate, ResourceId(from.text("virtual_network_id")));
      if (vnet == nullptr) continue;
      ArmValue servers;
      if (!from.put_list("dns_servers", servers)) servers.add().set_text(kUnknownValue);
      vnet->arm.at("properties/dhcpOptions/dnsServers") = servers;
    }
  }
}

}  // namespace acr
