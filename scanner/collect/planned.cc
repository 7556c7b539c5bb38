#include "collect/planned.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "collect/arm.h"
#include "estate/login_server.h"

namespace acr {

namespace {

constexpr std::string_view kRegistry = "Microsoft.ContainerRegistry/registries";
constexpr std::string_view kReplication = "Microsoft.ContainerRegistry/registries/replications";
constexpr std::string_view kCluster = "Microsoft.ContainerService/managedClusters";
constexpr std::string_view kEndpoint = "Microsoft.Network/privateEndpoints";
constexpr std::string_view kZoneGroup = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups";
constexpr std::string_view kZone = "Microsoft.Network/privateDnsZones";
constexpr std::string_view kLink = "Microsoft.Network/privateDnsZones/virtualNetworkLinks";
constexpr std::string_view kRecord = "Microsoft.Network/privateDnsZones/A";
constexpr std::string_view kNic = "Microsoft.Network/networkInterfaces";
constexpr std::string_view kVnet = "Microsoft.Network/virtualNetworks";
constexpr std::string_view kIdentity = "Microsoft.ManagedIdentity/userAssignedIdentities";
constexpr std::string_view kPeering = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings";

// The subscription, group and provider of an id, for a sibling of another type.
std::string in_group_of(const ResourceId& id) {
  return fmt::format("/subscriptions/{}/resourceGroups/{}/providers", id.subscription(),
                     id.resource_group());
}

std::string place_of(const PlannedObject& object) {
  return object.pointer.substr(0, object.pointer.find('#'));
}

class Completion {
 public:
  explicit Completion(PlannedEstate& estate) : estate_(estate) {}

  void run() {
    const std::size_t given = estate_.objects.size();
    for (PlannedObject& object : estate_.objects)
      if (object.is(kIdentity)) complete_user_assigned(object);
    for (std::size_t i = 0; i < given; ++i) {
      PlannedObject& object = estate_.objects[i];
      if (object.is(kRegistry)) complete_registry(object), add_home(object);
      if (object.is(kCluster)) complete_cluster(object), add_managed_vnet(object);
      if (object.is(kPeering)) complete_peering(object);
      if (object.is(kVnet)) complete_vnet(object);
      if (object.is(kEndpoint)) complete_endpoint(object);
    }
    for (std::size_t i = 0; i < given; ++i)
      if (estate_.objects[i].is(kZoneGroup)) write_records(i);
    for (PlannedObject& object : estate_.objects)
      if (object.is(kZone) && object.created) count_children(object);
    bool all_new = true, any = false;
    for (const PlannedObject& object : estate_.objects) {
      if (!object.is(kCluster)) continue;
      any = true;
      all_new = all_new && object.created &&
                object.arm.text("properties/identityProfile/kubeletidentity/objectId")
                    .starts_with("known-after-apply:");
    }
    estate_.plan.tells_all_assignments = any && all_new && !estate_.unread_assignment;
  }

 private:
  template <class Visit>
  void each(std::string_view type, Visit visit) {
    for (PlannedObject& object : estate_.objects)
      if (object.is(type)) visit(object);
  }

  const PlannedObject* find(const ResourceId& id) const {
    const auto found = std::ranges::find_if(
        estate_.objects, [&](const PlannedObject& object) { return object.id() == id; });
    return found == estate_.objects.end() ? nullptr : &*found;
  }

  void complete_registry(PlannedObject& registry) {
    ArmValue& properties = registry.arm.member("properties");
    const ResourceId id = registry.id();
    if (properties.text("loginServer").empty())
      properties.member("loginServer")
          .set_text(lower(id.name()) + ".azurecr.io", {place_of(registry)});
    // What Azure has that the plan does not show, it has not told: of an existing registry others
    // may have made connections and changed the mode.
    if (!registry.created) {
      if (!properties.has("roleAssignmentMode"))
        properties.member("roleAssignmentMode").set_text(kUnknownValue);
      return;
    }
    for (const std::string_view name : {"adminUserEnabled", "dataEndpointEnabled"})
      if (!properties.has(name)) properties.member(name).set_flag(false, {place_of(registry)});
    if (properties.has("networkRuleSet") && properties.find("networkRuleSet")->is_object() &&
        !properties.has("networkRuleSet/virtualNetworkRules"))
      properties.at("networkRuleSet/virtualNetworkRules").make_list();
    if (estate_.unread_endpoint || properties.has("privateEndpointConnections")) return;
    ArmValue& connections = properties.member("privateEndpointConnections");
    connections.make_list();
    each(kEndpoint, [&](PlannedObject& endpoint) {
      for (const std::string_view list : {"properties/privateLinkServiceConnections",
                                          "properties/manualPrivateLinkServiceConnections"}) {
        const ArmValue* parts = endpoint.arm.find(list);
        for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i) {
          const ArmValue& part = (*parts)[i];
          if (ResourceId(part.text("properties/privateLinkServiceId")) != id) continue;
          ArmValue& connection = connections.add();
          connection.set_place({place_of(endpoint)});
          connection.member("id").set_text(
              fmt::format("{}/privateEndpointConnections/{}", id.text(), endpoint.id().name()));
          connection.at("properties/privateEndpoint/id").set_text(endpoint.id().text());
          connection.at("properties/privateLinkServiceConnectionState/status")
              .set_text(list.contains("manual") ? "Pending" : "Approved");
        }
      }
    });
  }

  // Azure lists the region that a Premium registry is made in among its replicas.
  void add_home(const PlannedObject& registry) {
    const ResourceId& id = registry.id();
    const std::string region = compact_region(registry.arm.text("location"));
    const auto& unread = estate_.registries_with_unread_replicas;
    if (!registry.created || region.empty() ||
        !same_text(registry.arm.text("sku/name"), "Premium") ||
        std::ranges::find(unread, id) != unread.end())
      return;
    PlannedObject& home =
        estate_.add(kReplication, fmt::format("{}/replications/{}", id.text(), region),
                    registry.pointer + "#home", true);
    home.arm.member("location").set_text(region, {place_of(registry)});
  }

  void complete_cluster(PlannedObject& cluster) {
    ArmValue& properties = cluster.arm.member("properties");
    const ResourceId id = cluster.id();
    if (properties.text("nodeResourceGroup").empty())
      properties.member("nodeResourceGroup")
          .set_text(fmt::format("MC_{}_{}_{}", id.resource_group(), id.name(),
                                compact_region(cluster.arm.text("location"))),
                    {place_of(cluster)});
    if (!properties.has("agentPoolProfiles")) properties.member("agentPoolProfiles").make_list();
    if (!properties.has("networkProfile")) {
      // A network profile that the plan leaves to the provider.
      for (const std::string_view name : {"networkPlugin", "networkPolicy", "outboundType"})
        properties.member("networkProfile").member(name).set_text(kUnknownValue);
    }
    complete_identity(cluster);
    if (!properties.text("servicePrincipalProfile/clientId").empty()) return;
    if (cluster.arm.has("identity"))
      properties.at("servicePrincipalProfile/clientId").set_text("msi", {place_of(cluster)});
    if (properties.has("identityProfile")) return;
    if (!cluster.created) return;  // it has one, and the plan does not show which
    ArmValue& kubelet = properties.at("identityProfile/kubeletidentity");
    kubelet.set_place({place_of(cluster)});
    kubelet.member("objectId")
        .set_text(known_after_apply(short_name(id), "identityProfile.kubeletidentity.objectId"));
    kubelet.member("resourceId")
        .set_text(fmt::format("/subscriptions/{}/resourceGroups/{}/providers/"
                              "Microsoft.ManagedIdentity/userAssignedIdentities/{}-agentpool",
                              id.subscription(), properties.text("nodeResourceGroup"), id.name()));
  }

  // A new cluster whose pools name no subnet gets a VNet of its own, which answers names as Azure
  // does, is peered with none and linked to no zone.
  void add_managed_vnet(const PlannedObject& cluster) {
    const ArmValue* pools = cluster.arm.find("properties/agentPoolProfiles");
    bool managed = false;
    for (std::size_t i = 0; pools != nullptr && i < pools->size(); ++i)
      managed |= !(*pools)[i].has("vnetSubnetID");
    if (!managed || !cluster.created) return;
    const std::string id = fmt::format(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/virtualNetworks/"
        "aks-vnet-known-after-apply",
        cluster.id().subscription(), cluster.arm.text("properties/nodeResourceGroup"));
    PlannedObject& vnet = estate_.add(kVnet, id, cluster.pointer + "#vnet", true);
    vnet.arm.member("location").set_text(cluster.arm.text("location"), {place_of(cluster)});
    ArmValue& subnet = vnet.arm.at("properties/subnets").add();
    subnet.member("id").set_text(id + "/subnets/aks-subnet");
    subnet.member("name").set_text("aks-subnet");
    // AKS puts a security group there, and in some clusters a route table.
    for (const std::string_view field :
         {"properties/networkSecurityGroup/id", "properties/routeTable/id"})
      subnet.at(field).set_text(kUnknownId);
  }

  // The ids of the cluster's own identity.
  void complete_identity(PlannedObject& cluster) {
    if (!cluster.arm.has("identity")) return;
    ArmValue& identity = cluster.arm.member("identity");
    if (lower(identity.text("type")).contains("systemassigned") && cluster.created &&
        identity.text("principalId").empty())
      identity.member("principalId")
          .set_text(known_after_apply(short_name(cluster.id()), "identity.principalId"),
                    {place_of(cluster)});
    if (!identity.has("userAssignedIdentities")) return;
    ArmValue& assigned = identity.member("userAssignedIdentities");
    for (std::size_t i = 0; assigned.is_object() && i < assigned.size(); ++i) {
      const PlannedObject* own = find(ResourceId(assigned.name_of(i)));
      if (own == nullptr) continue;
      for (const std::string_view name : {"principalId", "clientId"}) {
        const std::string value = own->arm.text(fmt::format("properties/{}", name));
        if (!value.empty() && assigned[i].text(name).empty())
          assigned[i].member(name).set_text(value);
      }
    }
  }

  void complete_user_assigned(PlannedObject& identity) {
    if (!identity.created || !identity.arm.text("properties/principalId").empty()) return;
    for (const std::string_view name : {"principalId", "clientId"})
      identity.arm.at("properties")
          .member(name)
          .set_text(known_after_apply(short_name(identity.id()), name), {place_of(identity)});
  }

  static std::string compact_region(std::string region) {
    region = lower(region);
    std::erase(region, ' ');
    return region;
  }

  // Both halves connect; one alone waits for the other. Whether an existing VNet elsewhere has the
  // other half is not told.
  void complete_peering(PlannedObject& peering) {
    if (!peering.arm.text("properties/peeringState").empty()) return;
    const ResourceId local = peering.id().parent();
    const ResourceId remote(peering.arm.text("properties/remoteVirtualNetwork/id"));
    bool back = false;
    each(kPeering, [&](PlannedObject& other) {
      back |= other.id().parent() == remote &&
              ResourceId(other.arm.text("properties/remoteVirtualNetwork/id")) == local;
    });
    const PlannedObject* vnet = find(remote);
    if (!back && (vnet == nullptr || !vnet->created)) return;
    peering.arm.at("properties/peeringState")
        .set_text(back ? "Connected" : "Initiated", {place_of(peering)});
  }

  // A target in one's own hands is approved at once.
  void complete_endpoint(PlannedObject& endpoint) {
    for (const std::string_view list : {"properties/privateLinkServiceConnections",
                                        "properties/manualPrivateLinkServiceConnections"}) {
      if (!endpoint.arm.has(list)) continue;
      ArmValue& parts = endpoint.arm.at(list);
      for (std::size_t i = 0; parts.is_list() && i < parts.size(); ++i) {
        if (parts[i].has("properties/privateLinkServiceConnectionState/status")) continue;
        parts[i]
            .at("properties/privateLinkServiceConnectionState/status")
            .set_text(list.contains("manual") ? "Pending" : "Approved", {place_of(endpoint)});
      }
    }
  }

  void complete_vnet(PlannedObject& vnet) {
    if (const ArmValue* given = vnet.arm.find("properties/subnets"); given && given->is_list()) {
      ArmValue& subnets = vnet.arm.at("properties/subnets");
      for (std::size_t i = 0; i < subnets.size(); ++i) {
        if (subnets[i].text("id").empty() && !subnets[i].text("name").empty())
          subnets[i].member("id").set_text(
              fmt::format("{}/subnets/{}", vnet.id().text(), subnets[i].text("name")),
              {place_of(vnet)});
      }
    }
    const bool unread = std::ranges::find(estate_.vnets_with_unread_peerings, vnet.id()) !=
                        estate_.vnets_with_unread_peerings.end();
    if ((!vnet.created || unread) && !vnet.arm.has("properties/virtualNetworkPeerings"))
      vnet.arm.at("properties/virtualNetworkPeerings").set_text(kUnknownValue);
  }

  // A zone group writes a record for the login server and one for each data endpoint. Of addresses
  // that Azure has yet to give, only whose they are is known.
  void write_records(std::size_t group_index) {
    const PlannedObject group = estate_.objects[group_index];
    const ResourceId endpoint_id = group.id().parent();
    const PlannedObject* found = find(endpoint_id);
    if (found == nullptr) return;
    const PlannedObject endpoint = *found;
    const ArmValue* connections = endpoint.arm.find("properties/privateLinkServiceConnections");
    if (connections == nullptr || connections->size() != 1) return;
    const ResourceId target((*connections)[0].text("properties/privateLinkServiceId"));
    const PlannedObject* registry = find(target);
    if (registry == nullptr || !registry->is(kRegistry)) return;

    const std::string label(registry_label(registry->arm.text("properties/loginServer")));
    std::set<std::string> regions{compact_region(registry->arm.text("location"))};
    each(kReplication, [&](PlannedObject& replica) {
      if (replica.id().parent() == target)
        regions.insert(compact_region(replica.arm.text("location")));
    });
    struct Member {
      std::string name, record, address;
    };
    const std::string* called = estate_.plan.resource_at(place_of(endpoint));
    std::vector<Member> members;
    const auto add_member = [&](std::string name, std::string record) {
      std::string address =
          fmt::format("known-after-apply:{}[{}]",
                      called == nullptr ? std::string(endpoint.id().name()) : *called, name);
      members.push_back({std::move(name), std::move(record), std::move(address)});
    };
    add_member("registry", lower(label));
    for (const std::string& region : regions) {
      if (!region.empty())
        add_member("registry_data_" + region, fmt::format("{}.{}.data", lower(label), region));
    }

    const ArmValue* written = endpoint.arm.find("properties/customDnsConfigs");
    const bool known = written != nullptr && written->size() > 0;
    if (!known && !endpoint.arm.has("properties/networkInterfaces")) {
      PlannedObject& nic = estate_.add(kNic,
                                       fmt::format("{}/Microsoft.Network/networkInterfaces/{}.nic",
                                                   in_group_of(endpoint_id), endpoint_id.name()),
                                       endpoint.pointer + "#nic", endpoint.created);
      nic.arm.set_place({place_of(endpoint)});
      nic.arm.at("properties/privateEndpoint/id").set_text(endpoint_id.text());
      for (const Member& member : members) {
        ArmValue& part = nic.arm.at("properties/ipConfigurations").add();
        part.member("name").set_text(member.name);
        part.at("properties/privateIPAddress").set_text(member.address);
        part.at("properties/privateLinkConnectionProperties/requiredMemberName")
            .set_text(member.name);
      }
    }
    const ArmValue* configs = group.arm.find("properties/privateDnsZoneConfigs");
    for (std::size_t i = 0; configs != nullptr && i < configs->size(); ++i) {
      const ResourceId zone((*configs)[i].text("properties/privateDnsZoneId"));
      if (zone.empty() || estate_.objects.size() > 4 * PlannedEstate::kMostObjects) continue;
      for (const Member& member : members) {
        PlannedObject& record =
            estate_.add(kRecord, fmt::format("{}/A/{}", zone.text(), member.record),
                        fmt::format("{}#{}", group.pointer, member.record), group.created);
        record.arm.set_place({place_of(group)});
        record.arm.member("name").set_text(member.record);
        ArmValue& addresses = record.arm.at("properties/aRecords");
        addresses.make_list();
        bool any = false;
        for (std::size_t k = 0; known && k < written->size(); ++k) {
          const ArmValue* list = (*written)[k].find("ipAddresses");
          if (list == nullptr || !(*written)[k].text("fqdn").starts_with(member.record + ".") ||
              (member.name == "registry" && (*written)[k].text("fqdn").contains(".data.")))
            continue;
          for (std::size_t n = 0; n < list->size(); ++n) {
            addresses.add().member("ipv4Address").set_text((*list)[n].own_text());
            any = true;
          }
        }
        if (!any) addresses.add().member("ipv4Address").set_text(member.address);
      }
    }
  }

  void count_children(PlannedObject& zone) {
    const ResourceId id = zone.id();
    std::size_t links = 0, records = 1;  // the start of authority
    each(kLink, [&](PlannedObject& link) { links += link.id().parent() == id; });
    each(kRecord, [&](PlannedObject& record) { records += record.id().parent() == id; });
    if (std::ranges::find(estate_.zones_with_unread_links, id) !=
        estate_.zones_with_unread_links.end())
      ++links;
    zone.arm.at("properties/numberOfVirtualNetworkLinks").set_number(links, {place_of(zone)});
    zone.arm.at("properties/numberOfRecordSets").set_number(records, {place_of(zone)});
  }

  PlannedEstate& estate_;
};

}  // namespace

PlannedObject& PlannedEstate::add(std::string_view type, std::string_view id, std::string pointer,
                                  bool created) {
  PlannedObject& object = objects.emplace_back();
  object.pointer = std::move(pointer);
  object.created = created;
  object.type = type;
  object.resource = ResourceId(id);
  object.arm.member("id").set_text(id);
  object.arm.member("type").set_text(type);
  object.arm.member("name").set_text(ResourceId(id).name());
  object.arm.member("properties").make_object();
  object.arm.set_place({object.pointer.substr(0, object.pointer.find('#'))});
  return object;
}

void PlannedEstate::remark(std::string code, std::string text) {
  if (remarks.size() < kMostRemarks)
    remarks.push_back({Remark::Level::note, std::move(code), std::move(text), {}});
}

std::string short_name(const ResourceId& id) {
  const std::string_view group = id.resource_group();
  if (group.empty() || group == kDeploymentGroup) return std::string(id.name());
  return fmt::format("{}/{}", group, id.name());
}

std::string known_after_apply(std::string_view resource, std::string_view attribute) {
  return fmt::format("known-after-apply:{}.{}", resource, attribute);
}

void complete(PlannedEstate& estate) {
  Completion(estate).run();
}

}  // namespace acr
