#include "collect/terraform_object.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {

namespace {

using Way = TerraformAttribute::Way;

// The ids that resources will have. "{group}" is the resource group's providers; what stands in
// braces else is an attribute.
struct IdPattern {
  std::string_view type, pattern;
};
constexpr IdPattern kIds[] = {
    {"azurerm_resource_group", "/subscriptions/{subscription}/resourceGroups/{name}"},
    {"azurerm_subscription", "/subscriptions/{subscription}"},
    {"azurerm_container_registry", "{group}/Microsoft.ContainerRegistry/registries/{name}"},
    {"azurerm_kubernetes_cluster", "{group}/Microsoft.ContainerService/managedClusters/{name}"},
    {"azurerm_kubernetes_cluster_node_pool", "{kubernetes_cluster_id}/agentPools/{name}"},
    {"azurerm_nat_gateway", "{group}/Microsoft.Network/natGateways/{name}"},
    {"azurerm_network_security_group", "{group}/Microsoft.Network/networkSecurityGroups/{name}"},
    {"azurerm_private_dns_a_record",
     "{group}/Microsoft.Network/privateDnsZones/{zone_name}/A/{name}"},
    {"azurerm_private_dns_zone", "{group}/Microsoft.Network/privateDnsZones/{name}"},
    {"azurerm_private_dns_zone_virtual_network_link",
     "{group}/Microsoft.Network/privateDnsZones/{private_dns_zone_name}/virtualNetworkLinks/"
     "{name}"},
    {"azurerm_private_endpoint", "{group}/Microsoft.Network/privateEndpoints/{name}"},
    {"azurerm_public_ip", "{group}/Microsoft.Network/publicIPAddresses/{name}"},
    {"azurerm_role_definition",
     "{scope}/providers/Microsoft.Authorization/roleDefinitions/{role_definition_id}"},
    {"azurerm_route_table", "{group}/Microsoft.Network/routeTables/{name}"},
    {"azurerm_subnet",
     "{group}/Microsoft.Network/virtualNetworks/{virtual_network_name}/subnets/{name}"},
    {"azurerm_user_assigned_identity",
     "{group}/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"},
    {"azurerm_virtual_network", "{group}/Microsoft.Network/virtualNetworks/{name}"},
    {"azurerm_virtual_network_peering",
     "{group}/Microsoft.Network/virtualNetworks/{virtual_network_name}/virtualNetworkPeerings/"
     "{name}"},
};

// "Microsoft.Network/virtualNetworks/subnets" below an id of a virtual network, or of a group.
std::string azapi_id(const std::string& parent, std::string_view type, const std::string& name) {
  type = type.substr(0, type.find('@'));
  if (parent.empty() || name.empty() || !type.contains('/')) return {};
  const ResourceId above(parent);
  const std::string above_type = above.type();
  const std::string low = lower(type);
  if (!above_type.empty() && low.starts_with(above_type + "/"))
    return fmt::format("{}/{}/{}", parent, type.substr(above_type.size() + 1), name);
  return fmt::format("{}/providers/{}/{}", parent, type, name);
}

}  // namespace

std::string TerraformPlan::id_of(const TerraformResource& resource, int depth) const {
  if (const auto known = value(resource, "id")) {
    std::string text = plan_text(*known);
    // A definition's is followed by its scope.
    if (const std::size_t bar = text.find('|'); bar != std::string::npos) text.resize(bar);
    return text;
  }
  const auto attribute = [&](std::string_view name) {
    const auto found = resolve(resource, name, depth + 1);
    return found ? found->text : std::string{};
  };
  if (resource.type.starts_with("azapi_"))
    return azapi_id(attribute("parent_id"), attribute("type"), attribute("name"));
  const auto* found = std::ranges::find(kIds, resource.type, &IdPattern::type);
  if (found == std::end(kIds)) return {};
  std::string id;
  for (std::string_view rest = found->pattern; !rest.empty();) {
    const std::size_t open = rest.find('{');
    id += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    const std::size_t close = rest.find('}', open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    std::string part;
    if (name == "subscription") {
      part = attribute("subscription_id");
      if (part.empty()) part = subscription_of(resource);
    } else if (name == "group") {
      const std::string group = attribute("resource_group_name");
      part = fmt::format("/subscriptions/{}/resourceGroups/{}/providers", subscription_of(resource),
                         group.empty() ? "known-after-apply" : group);
    } else {
      part = attribute(name);
      if (part.empty() && name == "role_definition_id") part = lower(resource.address);
      // Another resource's id that cannot be told leaves this one without.
      if (part.empty() && name.ends_with("_id")) return {};
    }
    id += part.empty() ? "known-after-apply" : part;
  }
  return id;
}

// A value that is known only after apply is not in the document: what would hold it is.
ArmValue::Place TerraformObject::place(std::string_view path) const {
  while (!path.empty() && !TerraformPlan::value(resource_, path)) {
    const std::size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
  }
  if (path.empty()) return {resource_.pointer};
  return {fmt::format("{}/values/{}", resource_.pointer, path)};
}

std::string TerraformObject::text(std::string_view path) const {
  const auto found = plan_.resolve(resource_, path);
  return found ? found->text : std::string{};
}

std::optional<bool> TerraformObject::flag(std::string_view path) const {
  const auto found = TerraformPlan::value(resource_, path);
  bool set = false;
  if (!found || found->get_bool().get(set) != simdjson::SUCCESS) return std::nullopt;
  return set;
}

std::size_t TerraformObject::size(std::string_view path) const {
  const auto found = TerraformPlan::value(resource_, path);
  simdjson::dom::array list;
  return found && found->get_array().get(list) == simdjson::SUCCESS ? list.size() : 0;
}

void TerraformObject::put(std::span<const TerraformAttribute> attributes, ArmValue& to,
                          std::string_view below) const {
  for (const TerraformAttribute& attribute : attributes) put(attribute, to, below);
}

void TerraformObject::put(const TerraformAttribute& attribute, ArmValue& to,
                          std::string_view below) const {
  const std::string path =
      below.empty() ? std::string(attribute.from) : fmt::format("{}/{}", below, attribute.from);
  const ArmValue::Place where = place(path);
  const auto known = TerraformPlan::value(resource_, path);
  if (attribute.way == Way::present) {
    if (is_unknown(path) && !known)
      to.at(attribute.to).set_text(kUnknownValue, where);
    else if (size(path) > 0)
      to.at(attribute.to).set_flag(true, where);
    return;
  }
  if (!known) {
    if (!is_unknown(path)) return;
    const bool text = attribute.way == Way::copy || attribute.way == Way::id;
    const auto found = text ? plan_.resolve(resource_, path) : std::nullopt;
    to.at(attribute.to)
        .set_text(found                      ? std::string_view(found->text)
                  : attribute.way == Way::id ? kUnknownId
                                             : kUnknownValue,
                  where);
    return;
  }
  if (attribute.way == Way::copy || attribute.way == Way::id) {
    if (known->is_string() && plan_text(*known).empty()) return;
    to.at(attribute.to).set(*known, {where.pointer, true});
    return;
  }
  bool set = false;
  if (known->get_bool().get(set) != simdjson::SUCCESS) return;
  if (attribute.way == Way::inverted)
    to.at(attribute.to).set_flag(!set, where);
  else if (attribute.way == Way::enabled)
    to.at(attribute.to).set_text(set ? "Enabled" : "Disabled", where);
  else
    to.at(attribute.to).set_text(set ? "enabled" : "disabled", where);
}

bool TerraformObject::put_list(std::string_view from, ArmValue& to, std::string_view member) const {
  const auto list = plan_.resolve_list(resource_, from);
  to.make_list();
  to.set_place(place(from));
  for (const auto& value : list.values) {
    ArmValue& part = to.add();
    (member.empty() ? part : part.member(member)).set_text(value.text);
  }
  return list.complete;
}

}  // namespace acr
