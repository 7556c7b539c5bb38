#include "collect/arm.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "collect/graph.h"

namespace acr {
namespace {

using simdjson::dom::element;

// What every resource may carry whatever its type: a generic list holds nothing else. az prints
// "provisioningState" there too.
constexpr std::array<std::string_view, 21> kGenericFields{
    "id",          "name",           "type",
    "location",    "tags",           "resourcegroup",
    "sku",         "subscriptionid", "tenantid",
    "kind",        "identity",       "plan",
    "etag",        "zones",          "systemdata",
    "managedby",   "properties",     "extendedlocation",
    "createdtime", "changedtime",    "provisioningstate"};

// A type we read. `markers`: in the flattened form one of these fields must be there, else the
// object is a projection or an entry of a generic list, and reading it would turn "not told" into
// "none" (a virtual network without DNS servers, a security group without rules).
struct TypeReader {
  std::string_view type;  // lower case
  Kind kind;
  void (*read)(AbsorbContext&, const AzureObject&);
  std::array<std::string_view, 2> markers;
  bool bare = false;  // worth reading without a body as well: its facts can be gaps
};

constexpr TypeReader kReaders[] = {
    {"microsoft.authorization/denyassignments",
     Kind::deny_assignment,
     read_deny_assignment,
     {"permissions"}},
    {"microsoft.authorization/locks", Kind::lock, read_lock, {"level"}},
    {"microsoft.authorization/policyassignments",
     Kind::policy_assignment,
     read_policy_assignment,
     {"policyDefinitionId"}},
    {"microsoft.authorization/roleassignments",
     Kind::role_assignment,
     read_role_assignment,
     {"principalId"}},
    {"microsoft.authorization/roledefinitions",
     Kind::role_definition,
     read_role_definition,
     {"permissions"}},
    {"microsoft.compute/virtualmachinescalesets",
     Kind::scale_set,
     read_scale_set,
     {"virtualMachineProfile", "identity"}},
    {"microsoft.containerregistry/registries", Kind::registry, read_registry, {}, true},
    {"microsoft.containerregistry/registries/cacherules",
     Kind::cache_rule,
     read_cache_rule,
     {"sourceRepository"}},
    {"microsoft.containerregistry/registries/credentialsets",
     Kind::credential_set,
     read_credential_set,
     {"authCredentials"}},
    {"microsoft.containerregistry/registries/privateendpointconnections",
     Kind::endpoint_connection,
     read_endpoint_connection,
     {"privateLinkServiceConnectionState"}},
    {"microsoft.containerregistry/registries/replications",
     Kind::replication,
     read_replication,
     {},
     true},
    {"microsoft.containerregistry/registries/scopemaps",
     Kind::scope_map,
     read_scope_map,
     {"actions"}},
    {"microsoft.containerregistry/registries/listusages",
     Kind::registry_usage,
     read_usage,
     {"currentValue"}},
    {"microsoft.containerregistry/registries/tasks",
     Kind::registry_task,
     read_registry_task,
     {"step", "trigger"}},
    {"microsoft.containerregistry/registries/tokens",
     Kind::registry_token,
     read_registry_token,
     {"status", "credentials"}},
    {"microsoft.containerservice/managedclusters", Kind::cluster, read_cluster, {}, true},
    {"microsoft.containerservice/managedclusters/agentpools",
     Kind::node_pool,
     read_node_pool,
     {"osType", "mode"}},
    {"microsoft.insights/diagnosticsettings",
     Kind::diagnostic_setting,
     read_diagnostic_setting,
     {"logs", "metrics"}},
    {"microsoft.managedidentity/userassignedidentities/federatedidentitycredentials",
     Kind::federated_credential,
     read_federated_credential,
     {"issuer"}},
    {"microsoft.managedidentity/userassignedidentities",
     Kind::user_assigned_identity,
     read_user_assigned_identity,
     {"principalId"}},
    {"microsoft.network/loadbalancers",
     Kind::load_balancer,
     read_load_balancer,
     {"frontendIPConfigurations"}},
    {"microsoft.network/natgateways",
     Kind::nat_gateway,
     read_nat_gateway,
     {"publicIpAddresses", "idleTimeoutInMinutes"}},
    {"microsoft.network/networkinterfaces", Kind::nic, read_nic, {"ipConfigurations"}},
    {"microsoft.network/networksecuritygroups",
     Kind::nsg,
     read_nsg,
     {"securityRules", "defaultSecurityRules"}},
    {"microsoft.network/privatednszones", Kind::private_dns_zone, read_private_dns_zone, {}, true},
    {"microsoft.network/privatednszones/a", Kind::record_set, read_record_set, {"aRecords"}},
    {"microsoft.network/privatednszones/virtualnetworklinks",
     Kind::zone_link,
     read_zone_link,
     {"virtualNetwork"}},
    {"microsoft.network/privateendpoints",
     Kind::private_endpoint,
     read_private_endpoint,
     {"privateLinkServiceConnections", "target"}},
    {"microsoft.network/privateendpoints/privatednszonegroups",
     Kind::dns_zone_group,
     read_zone_group,
     {"privateDnsZoneConfigs"}},
    // The example of the REST specification puts the group below a private link service.
    {"microsoft.network/privatelinkservices/privatednszonegroups",
     Kind::dns_zone_group,
     read_zone_group,
     {"privateDnsZoneConfigs"}},
    {"microsoft.network/publicipaddresses",
     Kind::public_ip,
     read_public_ip,
     {"ipAddress", "publicIPAllocationMethod"}},
    {"microsoft.network/routetables", Kind::route_table, read_route_table, {"routes"}},
    {"microsoft.network/virtualnetworks", Kind::vnet, read_vnet, {"addressSpace"}},
    {"microsoft.network/virtualnetworks/subnets",
     Kind::subnet,
     read_subnet,
     {"addressPrefix", "addressPrefixes"}},
    {"microsoft.network/virtualnetworks/virtualnetworkpeerings",
     Kind::peering,
     read_peering,
     {"peeringState"}},
    {"microsoft.resources/subscriptions", Kind::subscription, read_subscription, {"tenantId"}},
    {"microsoft.security/assessments", Kind::assessment, read_assessment, {"status"}},
    {"microsoft.security/pricings", Kind::defender_plan, read_defender_plan, {"pricingTier"}},
};

const TypeReader* find_reader(std::string_view type) {
  const auto* found = std::ranges::find(kReaders, type, &TypeReader::type);
  return found == std::end(kReaders) ? nullptr : found;
}

// Objects that lost their type and id on the way (az --query, a hand-cut file).
const TypeReader* find_reader_by_shape(const AzureObject& object) {
  if (object.has("loginServer") && object.has("adminUserEnabled")) {
    return find_reader("microsoft.containerregistry/registries");
  }
  if (object.has_list("agentPoolProfiles") &&
      (object.has("nodeResourceGroup") || object.has("kubernetesVersion"))) {
    return find_reader("microsoft.containerservice/managedclusters");
  }
  // A quota names its registry only by the request that it answered.
  if (object.has("currentValue") && object.has("limit") && object.has("name"))
    return find_reader("microsoft.containerregistry/registries/listusages");
  // `az account` names the subscription by its bare id; ARM's own list gives no type.
  const bool account =
      object.has("homeTenantId") && (object.has("cloudName") || object.has("environmentName"));
  const bool subscription = object.has("subscriptionId") && object.has("displayName");
  if (object.has("tenantId") && (account || subscription)) {
    return find_reader("microsoft.resources/subscriptions");
  }
  return nullptr;
}

bool is_readable(const TypeReader& reader, const AzureObject& object) {
  if (reader.bare) return true;
  if (object.nested()) return object.has_body();
  return std::ranges::any_of(reader.markers, [&](std::string_view marker) {
    return !marker.empty() && object.has(marker);
  });
}

// {"resource": "<id>", "tokens": […]}: the list that a command with --query says to be that
// resource's. What az prints of an empty list does not say whose it is.
std::optional<Kind> absorb_child_list(AbsorbContext& context, const AzureObject& object) {
  struct Child {
    std::string_view member, type;
  };
  constexpr Child kChildren[] = {
      {"cacheRules", "microsoft.containerregistry/registries/cacherules"},
      {"credentialSets", "microsoft.containerregistry/registries/credentialsets"},
      {"federatedCredentials",
       "microsoft.managedidentity/userassignedidentities/federatedidentitycredentials"},
      {"diagnosticSettings", "microsoft.insights/diagnosticsettings"},
      {"locks", "microsoft.authorization/locks"},
      {"replications", "microsoft.containerregistry/registries/replications"},
      {"scopeMaps", "microsoft.containerregistry/registries/scopemaps"},
      {"tasks", "microsoft.containerregistry/registries/tasks"},
      {"tokens", "microsoft.containerregistry/registries/tokens"},
      {"usages", "microsoft.containerregistry/registries/listusages"},
      {"zoneGroups", "microsoft.network/privateendpoints/privatednszonegroups"},
  };
  const ResourceId parent(object.text("resource"));
  if (!parent.key().starts_with("/subscriptions/")) return std::nullopt;
  for (const Child& child : kChildren) {
    if (!object.has_list(child.member)) continue;
    const TypeReader& reader = *find_reader(child.type);
    const std::vector<AzureObject> parts = object.objects(child.member);
    Origin place = object.origin();
    place.pointer = pointer_step(place.pointer, child.member);
    context.estate.child_lists.push_back({parent, reader.kind, std::move(place), parts.size()});
    for (const AzureObject& part : parts) reader.read(context, part);
    return reader.kind;
  }
  return std::nullopt;
}

}  // namespace

std::string cut_text(std::string_view text, std::size_t limit) {
  if (text.size() <= limit) return std::string(text);
  constexpr std::string_view mark = "…";
  std::size_t end = limit - mark.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  std::string result(text.substr(0, end));
  return result += mark;
}

std::string pointer_step(std::string_view pointer, std::string_view key) {
  std::string result(pointer);
  result += '/';
  for (const char c : key) {
    if (c == '~') {
      result += "~0";
    } else if (c == '/') {
      result += "~1";
    } else {
      result += c;
    }
  }
  return result;
}

AzureObject::AzureObject(element value, Origin origin) : origin_(std::move(origin)) {
  origin_.nested = false;
  if (value.get(outer_) != simdjson::SUCCESS) return;
  known_ = true;
  for (const auto& [key, member] : outer_) {
    if (key == "properties" && member.get(properties_) == simdjson::SUCCESS) {
      origin_.nested = true;
      return;
    }
  }
}

bool AzureObject::has_body() const {
  if (!known_) return false;
  if (nested()) return properties_.begin() != properties_.end();
  return std::ranges::any_of(outer_, [](const auto& field) {
    return !field.value.is_null() &&
           std::ranges::find(kGenericFields, lower(field.key)) == kGenericFields.end();
  });
}

std::optional<AzureObject::Field> AzureObject::find(std::string_view name) const {
  if (!known_) return std::nullopt;
  const auto search = [name](const simdjson::dom::object& object, bool below) {
    std::optional<Field> found;
    for (const auto& [key, value] : object) {
      if (key.size() != name.size() || value.is_null()) continue;
      if (key == name) return std::optional<Field>{{value, key, below}};
      if (!found && same_text(key, name)) found = Field{value, key, below};
    }
    return found;
  };
  if (nested()) {
    if (auto found = search(properties_, true)) return found;
  }
  return search(outer_, false);
}

Origin AzureObject::origin_of(const Field& field) const {
  const std::string parent = origin_.pointer + (field.below_properties ? "/properties" : "");
  return {origin_.document, pointer_step(parent, field.key), false};
}

bool AzureObject::is_unknown(std::string_view name) const {
  const auto field = find(name);
  std::string_view value;
  return field && field->value.get(value) == simdjson::SUCCESS && value == kUnknownValue;
}

std::string AzureObject::text(std::string_view name, std::size_t limit) const {
  const auto field = find(name);
  std::string_view value;
  if (!field || field->value.get(value) != simdjson::SUCCESS || value == kUnknownValue) return {};
  return cut_text(value, limit);
}

std::optional<bool> AzureObject::flag(std::string_view name) const {
  const auto field = find(name);
  bool value = false;
  if (!field || field->value.get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

std::optional<std::int64_t> AzureObject::number(std::string_view name) const {
  const auto field = find(name);
  std::int64_t value = 0;
  if (!field || field->value.get(value) != simdjson::SUCCESS) return std::nullopt;
  return value;
}

bool AzureObject::has_list(std::string_view name) const {
  const auto field = find(name);
  return field && field->value.is_array();
}

std::vector<std::string> AzureObject::texts(std::string_view name) const {
  std::vector<std::string> result;
  const auto field = find(name);
  simdjson::dom::array list;
  if (!field || field->value.get(list) != simdjson::SUCCESS) return result;
  for (const element item : list) {
    std::string_view value;
    if (item.get(value) == simdjson::SUCCESS) result.push_back(cut_text(value, kTextBytes));
  }
  return result;
}

AzureObject AzureObject::object(std::string_view name) const {
  const auto field = find(name);
  if (!field) return {};
  return {field->value, origin_of(*field)};
}

std::vector<AzureObject> AzureObject::objects(std::string_view name) const {
  std::vector<AzureObject> result;
  const auto field = find(name);
  simdjson::dom::array list;
  if (!field || field->value.get(list) != simdjson::SUCCESS) return result;
  const Origin origin = origin_of(*field);
  std::size_t index = 0;
  for (const element item : list) {
    AzureObject part(item, {origin.document, fmt::format("{}/{}", origin.pointer, index++), false});
    if (part.known()) result.push_back(std::move(part));
  }
  return result;
}

std::vector<std::pair<std::string, AzureObject>> AzureObject::members(std::string_view name) const {
  std::vector<std::pair<std::string, AzureObject>> result;
  const auto field = find(name);
  simdjson::dom::object map;
  if (!field || field->value.get(map) != simdjson::SUCCESS) return result;
  const Origin origin = origin_of(*field);
  for (const auto& [key, value] : map) {
    AzureObject part(value, {origin.document, pointer_step(origin.pointer, key), false});
    if (part.known()) result.emplace_back(cut_text(key, kTextBytes), std::move(part));
  }
  return result;
}

std::vector<std::pair<std::string, std::string>> AzureObject::entries(std::string_view name) const {
  std::vector<std::pair<std::string, std::string>> result;
  const auto field = find(name);
  simdjson::dom::object map;
  if (!field || field->value.get(map) != simdjson::SUCCESS) return result;
  for (const auto& [key, value] : map) {
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS)
      result.emplace_back(cut_text(key, kTextBytes), cut_text(text, kTextBytes));
  }
  return result;
}

Setting AzureObject::setting(std::string_view path, bool whole) const {
  Setting setting;
  setting.path = path;
  setting.origin = origin_;
  if (whole) setting.state = Setting::State::absent;
  AzureObject object = *this;
  for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
       slash = path.find('/')) {
    if (object.is_unknown(path.substr(0, slash))) {
      setting.state = Setting::State::untold;
      return setting;
    }
    object = object.object(path.substr(0, slash));
    path.remove_prefix(slash + 1);
  }
  const auto field = object.find(path);
  if (!field) return setting;
  if (object.is_unknown(path)) {
    setting.state = Setting::State::untold;
    return setting;
  }
  setting.state = Setting::State::given;
  setting.origin = object.origin_of(*field);
  std::string_view text;
  if (field->value.get(text) == simdjson::SUCCESS) {
    setting.value = cut_text(text, kTextBytes);
  } else {
    setting.value = cut_text(simdjson::minify(field->value), kSettingBytes);
  }
  return setting;
}

ResourceId AzureObject::reference(std::string_view name) const {
  return object(name).id();
}

std::vector<ResourceId> AzureObject::references(std::string_view name) const {
  std::vector<ResourceId> result;
  for (const AzureObject& part : objects(name)) {
    if (ResourceId id = part.id(); !id.empty()) result.push_back(std::move(id));
  }
  return result;
}

bool AzureObject::has_prefixed(std::string_view prefix) const {
  return known_ && std::ranges::any_of(outer_, [prefix](const auto& field) {
           return field.key.starts_with(prefix);
         });
}

std::string AzureObject::outer_text(std::string_view name) const {
  if (!known_) return {};
  for (const auto& [key, value] : outer_) {
    std::string_view found;
    if (same_text(key, name) && value.get(found) == simdjson::SUCCESS)
      return cut_text(found, kTextBytes);
  }
  return {};
}

std::string AzureObject::name() const {
  std::string own = outer_text("name");
  if (own.empty()) return std::string(id().name());
  // A generic list names a child "parent/child".
  if (const std::size_t slash = own.rfind('/'); slash != std::string::npos) own.erase(0, slash + 1);
  return own;
}

std::string AzureObject::location() const {
  std::string result = lower(outer_text("location"));
  std::erase(result, ' ');
  return result;
}

std::string type_of(const AzureObject& object) {
  // Resource Graph queries reuse the column for other things ("BuiltInRole").
  std::string type = lower(object.outer_text("type"));
  if (type.find('/') != std::string::npos && find_reader(type) != nullptr) return type;
  std::string from_id = object.id().type();
  if (find_reader(from_id) != nullptr || type.find('/') == std::string::npos) return from_id;
  return type;
}

std::optional<Kind> kind_of_type(std::string_view type) {
  const TypeReader* reader = find_reader(lower(type));
  if (reader == nullptr) return std::nullopt;
  return reader->kind;
}

std::optional<Kind> absorb_azure(AbsorbContext& context, element value, Origin origin) {
  const AzureObject object(value, std::move(origin));
  if (!object.known()) return std::nullopt;
  const TypeReader* reader = find_reader(type_of(object));
  if (reader == nullptr) {
    if (const auto kind = absorb_child_list(context, object)) return kind;
    if (const auto kind = absorb_graph(context, object)) return kind;
    reader = find_reader_by_shape(object);
  }
  if (reader == nullptr) return std::nullopt;
  // A Resource Graph query that expands the peerings gives rows under the VNet's id.
  if (reader->kind == Kind::vnet && !object.nested() && object.has("peer") && object.has("state")) {
    read_peering_row(context, object);
    return Kind::peering;
  }
  if (!is_readable(*reader, object)) return std::nullopt;
  reader->read(context, object);
  return reader->kind;
}

}  // namespace acr
