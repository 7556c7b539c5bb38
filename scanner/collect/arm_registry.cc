// Microsoft.ContainerRegistry. Each api-version leaves out other fields: absent is not false.
#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/docker_config.h"

namespace acr {
namespace {

Gap not_in_document(std::string_view what) {
  return {Gap::Why::not_collected, fmt::format("the registry document has no {}", what), {}};
}

// A switch that ARM sends as one of two words. `absent` is its value where the registry's full
// document leaves it out; nullopt: then it is not known.
struct Switch {
  std::string_view field;
  std::string_view on, off;
  std::optional<bool> absent;
};

Gap known_after_apply(std::string_view what) {
  return {Gap::Why::not_collected, fmt::format("{} is known only after apply", what), {}};
}

Fact<bool> read_switch(const AzureObject& object, const Switch& which, bool full) {
  if (object.is_unknown(which.field)) return std::unexpected(known_after_apply(which.field));
  const std::string value = object.text(which.field);
  if (same_text(value, which.on)) return true;
  if (same_text(value, which.off)) return false;
  if (!value.empty()) {
    return std::unexpected(
        Gap{Gap::Why::malformed,
            fmt::format("{} has the value \"{}\"", which.field, cut_text(value, 80)),
            {}});
  }
  if (full && which.absent) return *which.absent;
  return std::unexpected(not_in_document(which.field));
}

Fact<bool> read_flag(const AzureObject& object, std::string_view field,
                     std::optional<bool> absent) {
  if (object.is_unknown(field)) return std::unexpected(known_after_apply(field));
  if (const auto value = object.flag(field)) return *value;
  if (absent) return *absent;
  return std::unexpected(not_in_document(field));
}

// az calls the values of rules by the names of its SDK.
std::string first_text(const AzureObject& object, std::string_view name, std::string_view az_name) {
  std::string value = object.text(name);
  return value.empty() ? object.text(az_name) : value;
}

Fact<NetworkRules> read_network_rules(const AzureObject& object, bool full) {
  const AzureObject rule_set = object.object("networkRuleSet");
  if (object.is_unknown("networkRuleSet") || rule_set.is_unknown("defaultAction") ||
      rule_set.is_unknown("ipRules"))
    return std::unexpected(known_after_apply("networkRuleSet"));
  if (!rule_set.known()) {
    if (!full) return std::unexpected(not_in_document("networkRuleSet"));
    NetworkRules open;  // Basic and Standard registries have no rules
    open.default_action = "Allow";
    return open;
  }
  NetworkRules rules;
  rules.default_action = rule_set.text("defaultAction");
  if (rules.default_action.empty()) rules.default_action = "Allow";
  for (const AzureObject& rule : rule_set.objects("ipRules")) {
    if (std::string value = first_text(rule, "value", "ipAddressOrRange"); !value.empty()) {
      rules.ip_rules.push_back(std::move(value));
    }
  }
  rules.subnet_rules_visible = rule_set.has_list("virtualNetworkRules");
  for (const AzureObject& rule : rule_set.objects("virtualNetworkRules")) {
    if (std::string id = first_text(rule, "id", "virtualNetworkResourceId"); !id.empty()) {
      rules.subnet_rules.emplace_back(id);
    }
  }
  return rules;
}

EndpointConnection endpoint_connection(const AzureObject& object) {
  EndpointConnection connection;
  connection.origin = object.origin();
  connection.id = object.id();
  connection.private_endpoint = object.reference("privateEndpoint");
  const AzureObject state = object.object("privateLinkServiceConnectionState");
  connection.status = state.text("status");
  connection.actions_required = state.text("actionsRequired");
  return connection;
}

std::vector<std::pair<std::string, std::string>> read_policies(const AzureObject& object) {
  constexpr std::string_view kArmTokens = "azureADAuthenticationAsArmPolicy";
  std::vector<std::pair<std::string, std::string>> policies;
  for (auto& [name, policy] : object.members("policies")) {
    if (same_text(name, kArmTokens)) name = kArmTokens;  // az spells it "azureAdAuthentication…"
    if (std::string status = policy.text("status"); !status.empty()) {
      policies.emplace_back(std::move(name), std::move(status));
    }
  }
  return policies;
}

// "https://…/registries/R/listUsages?x" -> the id of R.
ResourceId registry_of_url(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const std::string low = lower(url);
  const std::size_t begin = low.find("/subscriptions/"), end = low.rfind("/listusages");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  return ResourceId(url.substr(begin, end - begin));
}

constexpr std::size_t kTaskBytes = 65536;  // of the steps of a task, encoded

// The fields that only checks of their own look at.
constexpr std::string_view kSettings[] = {
    "encryption/keyVaultProperties/identity",
    "encryption/keyVaultProperties/keyIdentifier",
    "encryption/keyVaultProperties/keyRotationEnabled",
    "encryption/status",
    "networkRuleBypassOptions",
    "policies/azureADAuthenticationAsArmPolicy/status",
    "policies/exportPolicy/status",
    "policies/quarantinePolicy/status",
    "policies/retentionPolicy/days",
    "policies/retentionPolicy/lastUpdatedTime",
    "policies/retentionPolicy/status",
    "policies/softDeletePolicy/retentionDays",
    "policies/softDeletePolicy/status",
    "policies/trustPolicy/status",
    "provisioningState",
};

}  // namespace

void read_registry(AbsorbContext& context, const AzureObject& object) {
  // A full document leaves out what has its default. A generic list or a projection of some fields
  // looks alike but says nothing about the rest: the two fields every full document has decide.
  const bool full = (object.nested() && object.has_body()) ||
                    (object.has("loginServer") && object.flag("adminUserEnabled").has_value());
  const auto absent_means = [full](bool value) {
    return full ? std::optional(value) : std::nullopt;
  };

  Registry registry;
  registry.origin = object.origin();
  registry.id = object.id();
  registry.name = object.name();
  registry.location = object.location();
  registry.sku = object.object("sku").text("name");
  registry.tenant_id = object.object("identity").text("tenantId");
  if (registry.tenant_id.empty()) registry.tenant_id = object.outer_text("tenantId");
  registry.login_server = object.text("loginServer");
  registry.provisioning_state = object.text("provisioningState");
  registry.admin_user_enabled = read_flag(object, "adminUserEnabled", std::nullopt);
  registry.public_network_access =
      read_switch(object, {"publicNetworkAccess", "Enabled", "Disabled", true}, full);
  registry.network_rules = read_network_rules(object, full);
  registry.anonymous_pull_enabled = read_flag(object, "anonymousPullEnabled", absent_means(false));
  registry.abac_mode = read_switch(
      object,
      {"roleAssignmentMode", "AbacRepositoryPermissions", "LegacyRegistryPermissions", false},
      full);
  registry.data_endpoint_enabled = read_flag(object, "dataEndpointEnabled", std::nullopt);
  if (object.has_list("dataEndpointHostNames")) {
    registry.data_endpoints = object.texts("dataEndpointHostNames");
  } else {
    registry.data_endpoints = std::unexpected(not_in_document("dataEndpointHostNames"));
  }
  if (object.has_list("privateEndpointConnections")) {
    std::vector<EndpointConnection> connections;
    for (const AzureObject& part : object.objects("privateEndpointConnections")) {
      connections.push_back(endpoint_connection(part));
    }
    registry.connections = std::move(connections);
  } else {
    registry.connections = std::unexpected(not_in_document("privateEndpointConnections"));
  }
  registry.policies = read_policies(object);
  const AzureObject identity = object.object("identity");
  registry.has_system_identity = !identity.text("principalId").empty();
  for (const auto& [id, member] : identity.members("userAssignedIdentities"))
    registry.identities.push_back({ResourceId(id), member.text("clientId")});
  registry.whole = full;
  for (const std::string_view path : kSettings) registry.settings.add(object.setting(path, full));
  context.estate.registries.push_back(std::move(registry));
}

void read_replication(AbsorbContext& context, const AzureObject& object) {
  Replication replication;
  replication.origin = object.origin();
  replication.id = object.id();
  replication.location = object.location();
  replication.region_endpoint_enabled = object.flag("regionEndpointEnabled").value_or(true);
  replication.provisioning_state = object.text("provisioningState");
  const AzureObject status = object.object("status");
  replication.status = status.text("displayStatus");
  replication.status_message = status.text("message");
  context.estate.replications.push_back(std::move(replication));
}

void read_endpoint_connection(AbsorbContext& context, const AzureObject& object) {
  context.estate.endpoint_connections.push_back(endpoint_connection(object));
}

// Only names and expiry dates of passwords: az prints the values of new ones.
void read_registry_token(AbsorbContext& context, const AzureObject& object) {
  RegistryToken token;
  token.origin = object.origin();
  token.id = object.id();
  token.name = object.name();
  token.enabled = !same_text(object.text("status"), "disabled");
  token.scope_map = ResourceId(object.text("scopeMapId"));
  for (const AzureObject& password : object.object("credentials").objects("passwords")) {
    token.passwords.push_back({password.text("name"), password.text("expiry")});
  }
  context.estate.registry_tokens.push_back(std::move(token));
}

void read_scope_map(AbsorbContext& context, const AzureObject& object) {
  ScopeMap map;
  map.origin = object.origin();
  map.id = object.id();
  map.name = object.name();
  map.actions = object.texts("actions");
  context.estate.scope_maps.push_back(std::move(map));
}

void read_registry_task(AbsorbContext& context, const AzureObject& object) {
  RegistryTask task;
  task.origin = object.origin();
  task.id = object.id();
  task.name = object.name();
  task.enabled = !same_text(object.text("status"), "Disabled");
  for (const AzureObject& timer : object.object("trigger").objects("timerTriggers")) {
    if (!same_text(timer.text("status"), "Disabled"))
      task.schedules.push_back(timer.text("schedule"));
  }
  const AzureObject step = object.object("step");
  const std::string content = step.text("encodedTaskContent", kTaskBytes);
  auto steps = decode_base64(content, true);
  if (content.empty()) {
    task.steps =
        std::unexpected(Gap{Gap::Why::not_collected, "its steps lie in a source repository", {}});
  } else if (steps) {
    task.steps = *std::move(steps);
  } else {
    task.steps = std::unexpected(Gap{Gap::Why::malformed, "its steps cannot be decoded", {}});
  }
  context.estate.registry_tasks.push_back(std::move(task));
}

void read_usage(AbsorbContext& context, const AzureObject& object) {
  RegistryUsage usage;
  usage.origin = object.origin();
  if (!context.estate.child_lists.empty() &&
      context.estate.child_lists.back().kind == Kind::registry_usage &&
      context.estate.child_lists.back().origin.document == usage.origin.document) {
    usage.registry = context.estate.child_lists.back().parent;
  } else {
    usage.registry = registry_of_url(context.estate.documents[usage.origin.document].request_url);
  }
  if (usage.registry.empty()) {
    // Once for the whole list.
    if (usage.origin.pointer.ends_with("/0")) {
      context.remark({Remark::Level::note, "objects-not-read",
                      "quotas that do not say of which registry they are: az acr show-usage needs "
                      "the --query that scan prints with it",
                      context.estate.source(usage.origin)});
    }
    return;
  }
  usage.name = object.text("name");
  usage.unit = object.text("unit");
  usage.used = object.number("currentValue").value_or(0);
  usage.limit = object.number("limit");
  if (usage.limit && *usage.limit < 0) usage.limit.reset();
  context.estate.registry_usages.push_back(std::move(usage));
}

}  // namespace acr
