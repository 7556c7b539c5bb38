// azurerm's registries, clusters and identities. Source of the attributes:
// https://registry.terraform.io/providers/hashicorp/azurerm/latest/docs, versions 3 and 4.
#include <algorithm>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/terraform_object.h"

namespace acr {

namespace {

using Way = TerraformAttribute::Way;

constexpr TerraformAttribute kRegistry[] = {
    {"location", "location"},
    {"sku", "sku/name"},
    {"login_server", "properties/loginServer"},
    {"admin_enabled", "properties/adminUserEnabled"},
    {"public_network_access_enabled", "properties/publicNetworkAccess", Way::enabled},
    {"anonymous_pull_enabled", "properties/anonymousPullEnabled"},
    {"data_endpoint_enabled", "properties/dataEndpointEnabled"},
    {"data_endpoint_host_names", "properties/dataEndpointHostNames"},
    {"role_assignment_mode", "properties/roleAssignmentMode"},
    {"network_rule_bypass_option", "properties/networkRuleBypassOptions"},
    {"export_policy_enabled", "properties/policies/exportPolicy/status", Way::status},
    {"quarantine_policy_enabled", "properties/policies/quarantinePolicy/status", Way::status},
    {"trust_policy_enabled", "properties/policies/trustPolicy/status", Way::status},
    {"trust_policy/0/enabled", "properties/policies/trustPolicy/status", Way::status},
    {"retention_policy/0/enabled", "properties/policies/retentionPolicy/status", Way::status},
    {"retention_policy/0/days", "properties/policies/retentionPolicy/days"},
    {"zone_redundancy_enabled", "properties/zoneRedundancy", Way::enabled},
    {"identity/0/type", "identity/type"},
    {"identity/0/principal_id", "identity/principalId"},
    {"identity/0/tenant_id", "identity/tenantId"},
};

constexpr TerraformAttribute kEncryption[] = {
    {"key_vault_key_id", "keyVaultProperties/keyIdentifier"},
    {"identity_client_id", "keyVaultProperties/identity"},
};

// What a default pool and a pool of its own have in common.
constexpr TerraformAttribute kPool[] = {
    {"name", "name"},
    {"vm_size", "vmSize"},
    {"os_sku", "osSKU"},
    {"node_count", "count"},
    {"enable_auto_scaling", "enableAutoScaling"},
    {"auto_scaling_enabled", "enableAutoScaling"},
    {"min_count", "minCount"},
    {"max_count", "maxCount"},
    {"vnet_subnet_id", "vnetSubnetID", Way::id},
    {"node_labels", "nodeLabels"},
    {"node_taints", "nodeTaints"},
    {"orchestrator_version", "orchestratorVersion"},
    {"enable_node_public_ip", "enableNodePublicIP"},
    {"node_public_ip_enabled", "enableNodePublicIP"},
    {"node_public_ip_prefix_id", "nodePublicIPPrefixID"},
};

constexpr TerraformAttribute kOwnPool[] = {
    {"mode", "mode"},
    {"os_type", "osType"},
    {"priority", "scaleSetPriority"},
};

constexpr TerraformAttribute kCluster[] = {
    {"location", "location"},
    {"sku_tier", "sku/tier"},
    {"kubernetes_version", "properties/kubernetesVersion"},
    {"current_kubernetes_version", "properties/currentKubernetesVersion"},
    {"node_resource_group", "properties/nodeResourceGroup"},
    {"service_principal/0/client_id", "properties/servicePrincipalProfile/clientId"},
    {"identity/0/type", "identity/type"},
    {"identity/0/tenant_id", "identity/tenantId"},
    {"azure_active_directory_role_based_access_control/0/azure_rbac_enabled",
     "properties/aadProfile/enableAzureRBAC"},
    {"azure_active_directory_role_based_access_control", "properties/aadProfile/managed",
     Way::present},
    {"azure_active_directory_role_based_access_control/0/tenant_id",
     "properties/aadProfile/tenantID"},
    {"azure_policy_enabled", "properties/addonProfiles/azurepolicy/enabled"},
    {"oms_agent", "properties/addonProfiles/omsagent/enabled", Way::present},
    {"aci_connector_linux", "properties/addonProfiles/aciConnectorLinux/enabled", Way::present},
    {"api_server_access_profile/0/authorized_ip_ranges",
     "properties/apiServerAccessProfile/authorizedIPRanges"},
    {"api_server_authorized_ip_ranges", "properties/apiServerAccessProfile/authorizedIPRanges"},
    {"run_command_enabled", "properties/apiServerAccessProfile/disableRunCommand", Way::inverted},
    {"private_cluster_enabled", "properties/apiServerAccessProfile/enablePrivateCluster"},
    {"private_cluster_public_fqdn_enabled",
     "properties/apiServerAccessProfile/enablePrivateClusterPublicFQDN"},
    {"automatic_channel_upgrade", "properties/autoUpgradeProfile/upgradeChannel"},
    {"automatic_upgrade_channel", "properties/autoUpgradeProfile/upgradeChannel"},
    {"node_os_channel_upgrade", "properties/autoUpgradeProfile/nodeOSUpgradeChannel"},
    {"node_os_upgrade_channel", "properties/autoUpgradeProfile/nodeOSUpgradeChannel"},
    {"bootstrap_profile/0/artifact_source", "properties/bootstrapProfile/artifactSource"},
    {"bootstrap_profile/0/container_registry_id", "properties/bootstrapProfile/containerRegistryId",
     Way::id},
    {"local_account_disabled", "properties/disableLocalAccounts"},
    {"role_based_access_control_enabled", "properties/enableRBAC"},
    {"network_profile/0/network_plugin", "properties/networkProfile/networkPlugin"},
    {"network_profile/0/network_policy", "properties/networkProfile/networkPolicy"},
    {"network_profile/0/outbound_type", "properties/networkProfile/outboundType"},
    {"network_profile/0/load_balancer_profile/0/effective_outbound_ips",
     "properties/networkProfile/effectiveOutboundIPs"},
    {"node_provisioning_profile/0/mode", "properties/nodeProvisioningProfile/mode"},
    {"oidc_issuer_enabled", "properties/oidcIssuerProfile/enabled"},
    {"microsoft_defender", "properties/securityProfile/defender/securityMonitoring/enabled",
     Way::present},
    {"image_cleaner_enabled", "properties/securityProfile/imageCleaner/enabled"},
    {"workload_identity_enabled", "properties/securityProfile/workloadIdentity/enabled"},
    {"http_proxy_config/0/https_proxy", "properties/httpProxyConfig/httpsProxy"},
    {"http_proxy_config/0/no_proxy", "properties/httpProxyConfig/noProxy"},
};

constexpr TerraformAttribute kAssignment[] = {
    {"role_definition_name", "properties/roleDefinitionName"},
    {"condition", "properties/condition"},
};

// {"<id>": {"principalId": …}}, of identities that the plan knows.
void put_identities(const TerraformPlan& plan, const TerraformObject& from, ArmValue& arm) {
  const auto list = plan.resolve_list(from.resource(), "identity/0/identity_ids");
  if (list.values.empty()) return;
  ArmValue& assigned = arm.at("identity/userAssignedIdentities");
  assigned.make_object();
  assigned.set_place(from.place("identity/0/identity_ids"));
  for (const auto& value : list.values) assigned.member(value.text).make_object();
}

void put_network_rules(const TerraformObject& from, ArmValue& properties) {
  const std::string_view set = "network_rule_set";
  if (from.is_unknown(set) && !from.has(set)) {
    properties.member("networkRuleSet").set_text(kUnknownValue, from.place(set));
    return;
  }
  if (from.size(set) == 0) return;
  ArmValue& rules = properties.member("networkRuleSet");
  rules.set_place(from.place(set));
  from.put(TerraformAttribute{"network_rule_set/0/default_action", "defaultAction"}, rules);
  struct List {
    std::string_view block, to, attribute, name;
  };
  for (const List& list : {List{"ip_rule", "ipRules", "ip_range", "value"},
                           List{"virtual_network", "virtualNetworkRules", "subnet_id", "id"}}) {
    const std::string block = fmt::format("network_rule_set/0/{}", list.block);
    if (from.is_unknown(block)) {
      rules.member(list.to).set_text(kUnknownValue, from.place(block));
      continue;
    }
    if (!from.has(block)) continue;
    ArmValue& parts = rules.member(list.to);
    parts.make_list();
    parts.set_place(from.place(block));
    for (std::size_t i = 0; i < from.size(block); ++i)
      from.put(TerraformAttribute{list.attribute, list.name, Way::id}, parts.add(),
               fmt::format("{}/{}", block, i));
  }
}

void put_kubelet_identity(const TerraformObject& from, ArmValue& properties, const ResourceId& id) {
  // An old cluster's nodes pull as its service principal.
  if (from.size("service_principal") > 0) return;
  const TerraformResource& resource = from.resource();
  ArmValue& kubelet = properties.at("identityProfile/kubeletidentity");
  kubelet.set_place(from.place("kubelet_identity"));
  from.put(TerraformAttribute{"kubelet_identity/0/client_id", "clientId"}, kubelet);
  std::string object_id = from.text("kubelet_identity/0/object_id");
  if (object_id.empty() && from.is_unknown("kubelet_identity/0/object_id"))
    object_id = known_after_apply(resource.address, "kubelet_identity[0].object_id");
  if (!object_id.empty())
    kubelet.member("objectId").set_text(object_id, from.place("kubelet_identity/0/object_id"));
  std::string own = from.text("kubelet_identity/0/user_assigned_identity_id");
  if (own.empty() && resource.created)
    own = fmt::format(
        "/subscriptions/{}/resourceGroups/{}/providers/"
        "Microsoft.ManagedIdentity/userAssignedIdentities/{}-agentpool",
        id.subscription(),
        properties.text("nodeResourceGroup").empty() ? std::string(id.resource_group())
                                                     : properties.text("nodeResourceGroup"),
        id.name());
  if (!own.empty()) kubelet.member("resourceId").set_text(own);
}

}  // namespace

void translate_registry(const TerraformObject& from, PlannedEstate& estate, std::string id) {
  const TerraformResource& resource = from.resource();
  PlannedObject& object =
      estate.add("Microsoft.ContainerRegistry/registries", id, resource.pointer, resource.created);
  ArmValue& arm = object.arm;
  ArmValue& properties = arm.member("properties");
  from.put(kRegistry, arm);
  put_network_rules(from, properties);
  if (const ArmValue* principal = arm.find("identity/principalId");
      principal != nullptr && principal->own_text() == kUnknownValue &&
      lower(from.text("identity/0/type")).contains("systemassigned"))
    arm.at("identity/principalId")
        .set_text(known_after_apply(resource.address, "identity[0].principal_id"),
                  from.place("identity/0/principal_id"));
  if (const auto days = TerraformPlan::value(resource, "retention_policy_in_days")) {
    std::int64_t number = 0;
    if (days->get_int64().get(number) == simdjson::SUCCESS)
      properties.at("policies/retentionPolicy/status")
          .set_text(number > 0 ? "enabled" : "disabled", from.place("retention_policy_in_days"));
  }
  if (from.size("encryption") > 0) {
    ArmValue& encryption = properties.member("encryption");
    encryption.set_place(from.place("encryption"));
    encryption.member("status").set_text(
        from.flag("encryption/0/enabled").value_or(true) ? "enabled" : "disabled");
    from.put(kEncryption, encryption, "encryption/0");
  }
  if (from.is_unknown("georeplications") && !from.has("georeplications"))
    estate.registries_with_unread_replicas.emplace_back(id);
  constexpr std::size_t kMostRegions = 200;
  for (std::size_t i = 0; i < std::min(from.size("georeplications"), kMostRegions); ++i) {
    const std::string block = fmt::format("georeplications/{}", i);
    const std::string location = from.text(block + "/location");
    PlannedObject& replica =
        estate.add("Microsoft.ContainerRegistry/registries/replications",
                   fmt::format("{}/replications/{}", id, location),
                   fmt::format("{}#{}", resource.pointer, block), resource.created);
    replica.arm.set_place(from.place(block));
    replica.arm.member("location").set_text(location);
    from.put(TerraformAttribute{"regional_endpoint_enabled", "regionEndpointEnabled"},
             replica.arm.member("properties"), block);
  }
}

void translate_cluster(const TerraformPlan& plan, const TerraformObject& from,
                       PlannedEstate& estate, const std::string& id) {
  const TerraformResource& resource = from.resource();
  PlannedObject& object = estate.add("Microsoft.ContainerService/managedClusters", id,
                                     resource.pointer, resource.created);
  ArmValue& arm = object.arm;
  ArmValue& properties = arm.member("properties");
  from.put(kCluster, arm);
  arm.at("sku/name").set_text("Base", from.place("sku_tier"));
  if (const ArmValue* group = properties.find("nodeResourceGroup");
      group != nullptr && group->own_text() == kUnknownValue) {
    std::string region = lower(from.text("location"));
    std::erase(region, ' ');
    properties.member("nodeResourceGroup")
        .set_text(fmt::format("MC_{}_{}_{}", ResourceId(id).resource_group(), ResourceId(id).name(),
                              region),
                  from.place("node_resource_group"));
  }
  if (from.size("network_profile") > 0)
    properties.member("networkProfile").set_place(from.place("network_profile/0"));
  std::string principal = from.text("identity/0/principal_id");
  if (principal.empty() && lower(from.text("identity/0/type")).contains("systemassigned") &&
      resource.created)
    principal = known_after_apply(resource.address, "identity[0].principal_id");
  if (!principal.empty())
    arm.at("identity/principalId").set_text(principal, from.place("identity/0/principal_id"));
  put_identities(plan, from, arm);
  put_kubelet_identity(from, properties, ResourceId(id));

  ArmValue& pools = properties.member("agentPoolProfiles");
  pools.make_list();
  pools.set_place(from.place("default_node_pool"));
  if (from.size("default_node_pool") > 0) {
    ArmValue& pool = pools.add();
    pool.set_place(from.place("default_node_pool/0"));
    from.put(kPool, pool, "default_node_pool/0");
    pool.member("mode").set_text("System");
    pool.member("osType").set_text("Linux");
    if (from.flag("default_node_pool/0/only_critical_addons_enabled").value_or(false))
      pool.member("nodeTaints")
          .add()
          .set_text("CriticalAddonsOnly=true:NoSchedule",
                    from.place("default_node_pool/0/only_critical_addons_enabled"));
  }
}

void translate_node_pool(const TerraformObject& from, PlannedEstate& estate,
                         const std::string& id) {
  const TerraformResource& resource = from.resource();
  PlannedObject& object = estate.add("Microsoft.ContainerService/managedClusters/agentPools", id,
                                     resource.pointer, resource.created);
  from.put(kPool, object.arm.member("properties"));
  from.put(kOwnPool, object.arm.member("properties"));
}

void translate_role_assignment(const TerraformObject& from, PlannedEstate& estate) {
  const TerraformResource& resource = from.resource();
  const auto scope = from.resolve("scope");
  const auto principal = from.resolve("principal_id");
  std::string role = from.text("role_definition_id");
  const std::string name = from.text("role_definition_name");
  if (!scope || !scope->text.starts_with('/') || !principal || (role.empty() && name.empty())) {
    estate.unread_assignment = true;
    estate.remark("plan-value-unknown",
                  fmt::format("{}: {} is known only after apply and does not come from a resource "
                              "of the plan; the role assignment is not used",
                              resource.address,
                              !principal                     ? "principal_id"
                              : role.empty() && name.empty() ? "the role"
                                                             : "scope"));
    return;
  }
  std::string own = from.text("name");
  if (own.empty()) own = resource.address;
  PlannedObject& object =
      estate.add("Microsoft.Authorization/roleAssignments",
                 fmt::format("{}/providers/Microsoft.Authorization/roleAssignments/{}",
                             scope->text == "/" ? "" : scope->text, own),
                 resource.pointer, resource.created);
  ArmValue& properties = object.arm.member("properties");
  properties.member("scope").set_text(scope->text, from.place("scope"));
  properties.member("principalId").set_text(principal->text, from.place("principal_id"));
  from.put(kAssignment, object.arm);
  if (!role.empty())
    properties.member("roleDefinitionId").set_text(role, from.place("role_definition_id"));
  // The type is Azure's to tell, unless the plan shows whose id it is.
  std::string type = from.text("principal_type");
  if (const TerraformResource* whose = from.origin("principal_id"); type.empty() && whose) {
    const std::string& of = whose->type;
    if (of == "azuread_group") type = "Group";
    if (of == "azuread_user") type = "User";
    if (of.starts_with("azurerm_") || of.starts_with("azapi_") || of == "azuread_service_principal")
      type = "ServicePrincipal";
  }
  if (!type.empty())
    properties.member("principalType").set_text(type, from.place("principal_type"));
}

namespace {

void translate_identity(const TerraformObject& from, PlannedEstate& estate, const std::string& id) {
  const TerraformResource& resource = from.resource();
  PlannedObject& object = estate.add("Microsoft.ManagedIdentity/userAssignedIdentities", id,
                                     resource.pointer, resource.created);
  for (const auto& [from_name, to] :
       {std::pair{"principal_id", "principalId"}, std::pair{"client_id", "clientId"}}) {
    std::string value = from.text(from_name);
    if (value.empty() && from.is_unknown(from_name))
      value = known_after_apply(resource.address, from_name);
    if (!value.empty())
      object.arm.member("properties").member(to).set_text(value, from.place(from_name));
  }
}

void translate_role_definition(const TerraformObject& from, PlannedEstate& estate,
                               const std::string& id) {
  const TerraformResource& resource = from.resource();
  if (from.is_unknown("permissions")) return;
  PlannedObject& object =
      estate.add("Microsoft.Authorization/roleDefinitions", id, resource.pointer, resource.created);
  ArmValue& properties = object.arm.member("properties");
  from.put(TerraformAttribute{"name", "roleName"}, properties);
  properties.member("type").set_text(
      resource.data && from.text("type") == "BuiltInRole" ? "BuiltInRole" : "CustomRole");
  ArmValue& permissions = properties.member("permissions");
  permissions.make_list();
  permissions.set_place(from.place("permissions"));
  constexpr TerraformAttribute kLists[] = {{"actions", "actions"},
                                           {"not_actions", "notActions"},
                                           {"data_actions", "dataActions"},
                                           {"not_data_actions", "notDataActions"}};
  for (std::size_t i = 0; i < from.size("permissions"); ++i)
    from.put(kLists, permissions.add(), fmt::format("permissions/{}", i));
}

// A principal of Microsoft Entra, in Graph's form.
void translate_service_principal(const TerraformObject& from, PlannedEstate& estate) {
  const TerraformResource& resource = from.resource();
  std::string app = from.text("client_id");
  if (app.empty()) app = from.text("application_id");
  const std::string object_id = from.text("object_id");
  if (app.empty() || object_id.empty()) return;
  PlannedObject& object = estate.add("", object_id, resource.pointer, resource.created);
  object.arm.member("@odata.type").set_text("#microsoft.graph.servicePrincipal");
  object.arm.member("appId").set_text(app, from.place("client_id"));
  from.put(TerraformAttribute{"account_enabled", "accountEnabled"}, object.arm);
  from.put(TerraformAttribute{"display_name", "displayName"}, object.arm);
}

}  // namespace

void TerraformTranslation::translate(const TerraformResource& resource) {
  const TerraformObject from(plan_, resource);
  const std::string& type = resource.type;
  std::string shown = resource.address;
  if (!resource.module.empty()) {
    std::string own = shown.substr(std::min(shown.size(), resource.module.size() + 1));
    shown = fmt::format("{} ({})", own, resource.module);
  }
  estate_.plan.resources.emplace(resource.pointer, std::move(shown));
  if (type == "azurerm_role_assignment") return translate_role_assignment(from, estate_);
  if (type.starts_with("azapi_")) return translate_azapi(plan_, from, estate_);
  if (type == "azuread_service_principal") return translate_service_principal(from, estate_);
  std::string id = plan_.id_of(resource);
  if (id.empty()) return;
  if (type == "azurerm_container_registry") {
    translate_registry(from, estate_, std::move(id));
  } else if (type == "azurerm_kubernetes_cluster") {
    translate_cluster(plan_, from, estate_, id);
  } else if (type == "azurerm_kubernetes_cluster_node_pool") {
    translate_node_pool(from, estate_, id);
  } else if (type == "azurerm_user_assigned_identity") {
    translate_identity(from, estate_, id);
  } else if (type == "azurerm_role_definition") {
    translate_role_definition(from, estate_, id);
  } else {
    translate_network(from, estate_, id);
  }
}

void TerraformTranslation::run() {
  // What changes a resource comes after it.
  std::vector<const TerraformResource*> order;
  order.reserve(plan_.resources().size());
  for (const TerraformResource& resource : plan_.resources()) order.push_back(&resource);
  std::ranges::stable_partition(order, [](const TerraformResource* resource) {
    return resource->type != "azapi_update_resource";
  });
  for (const TerraformResource* each : order) {
    const TerraformResource& resource = *each;
    if (estate_.objects.size() >= PlannedEstate::kMostObjects) {
      estate_.unread_assignment = estate_.unread_endpoint = true;
      estate_.remarks.push_back(
          {Remark::Level::warning,
           "document-too-large",
           fmt::format("more than {} resources are planned; the rest is not read",
                       PlannedEstate::kMostObjects),
           {}});
      break;
    }
    translate(resource);
  }
  join_network(plan_, estate_);
}

}  // namespace acr
