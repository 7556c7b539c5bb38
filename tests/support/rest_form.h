// az's flattened resources in the form that ARM itself answers.
#pragma once

#include <nlohmann/json.hpp>

#include <map>
#include <set>
#include <string>

namespace acr::test {

// What ARM keeps beside "properties"; az prints it at the same level as the properties themselves.
inline bool stays_outside(const std::string& key) {
  static const std::set<std::string> outside{
      "id",    "name",      "type",     "location",   "tags",
      "sku",   "etag",      "identity", "systemData", "kind",
      "zones", "managedBy", "plan",     "scale",      "extendedLocation"};
  return outside.contains(key);
}

// A resource, or a resource within one (subnets, peerings, connections): az flattens each. Links to
// other resources hold nothing but an id and stay as they are.
inline bool is_resource(const nlohmann::json& value) {
  return value.is_object() && value.contains("id") && value["id"].is_string() &&
         value["id"].get<std::string>().starts_with('/') && value.size() > 1 &&
         !value.contains("properties") && !value.contains("apiVersion");
}

// az writes every name in one way; Resource Manager does not. Of the names in the fixtures these
// differ (the attribute maps of az's own models).
inline std::string rest_name(const std::string& key, const std::string& within) {
  static const std::map<std::string, std::string> names{
      {"azureAdAuthenticationAsArmPolicy", "azureADAuthenticationAsArmPolicy"},
      {"azurePortalFqdn", "azurePortalFQDN"},
      {"dnsServiceIp", "dnsServiceIP"},
      {"enableAzureRbac", "enableAzureRBAC"},
      {"enableFips", "enableFIPS"},
      {"enableNodePublicIp", "enableNodePublicIP"},
      {"enableRbac", "enableRBAC"},
      {"ipAddressOrRange", "value"},
      {"issuerUrl", "issuerURL"},
      {"osDiskSizeGb", "osDiskSizeGB"},
      {"osSku", "osSKU"},
      {"podSubnetId", "podSubnetID"},
      {"privateFqdn", "privateFQDN"},
      {"vnetSubnetId", "vnetSubnetID"}};
  if (key == "tenantId" && within == "aadProfile") return "tenantID";
  const auto found = names.find(key);
  return found == names.end() ? key : found->second;
}

inline nlohmann::json rest_form(const nlohmann::json& value, const std::string& within = {}) {
  using nlohmann::json;
  if (value.is_array()) {
    json list = json::array();
    for (const json& item : value) list.push_back(rest_form(item, within));
    return list;
  }
  if (!value.is_object()) return value;
  json outer = json::object(), inner = json::object();
  const bool resource = is_resource(value);
  for (const auto& [key, member] : value.items()) {
    if (resource && key == "resourceGroup") continue;  // az adds it
    json& to = resource && !stays_outside(key) ? inner : outer;
    to[rest_name(key, within)] = rest_form(member, key);
  }
  if (resource) outer["properties"] = std::move(inner);
  return outer;
}

}  // namespace acr::test
