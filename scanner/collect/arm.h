// One reader's view of an Azure object, whatever form it came in: ARM REST (fields below
// "properties"), az (flattened, at each level on its own) or a Resource Graph row (either, with
// added columns).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <simdjson.h>

#include "collect/absorb.h"
#include "estate/estate.h"

namespace acr {

// Longer strings of the outside world are cut and end in "…", so that a cut id names nothing and a
// cut condition does not evaluate.
inline constexpr std::size_t kTextBytes = 4096;
inline constexpr std::size_t kConditionBytes = 8192;
inline constexpr std::size_t kSettingBytes = 512;  // of an object or list
std::string cut_text(std::string_view text, std::size_t limit);

// A JSON object and its place. Absent, null and of the wrong type are one and the same: no value.
// Names are compared exactly first and then without regard to case, because az, ARM and its older
// versions disagree ("vnetSubnetID", "vnetSubnetId").
class AzureObject {
 public:
  AzureObject() = default;  // no object: every field is absent
  AzureObject(simdjson::dom::element element, Origin origin);

  bool known() const { return known_; }
  bool nested() const { return origin_.nested; }
  const Origin& origin() const { return origin_; }
  // False where the object is a bare entry of a generic list: an id, a name, tags, and nothing of
  // its own.
  bool has_body() const;

  // A field of the resource: below "properties" when there is such an object, else, or when it is
  // not there, beside it.
  bool has(std::string_view field) const { return find(field).has_value(); }
  // The field is there, and a plan says that its value is known only after it was applied.
  bool is_unknown(std::string_view field) const;
  std::string text(std::string_view field, std::size_t limit = kTextBytes) const;
  std::optional<bool> flag(std::string_view field) const;
  std::optional<std::int64_t> number(std::string_view field) const;
  bool has_list(std::string_view field) const;
  std::vector<std::string> texts(std::string_view field) const;
  AzureObject object(std::string_view field) const;
  std::vector<AzureObject> objects(std::string_view field) const;
  // The members of a field that is a map of objects.
  std::vector<std::pair<std::string, AzureObject>> members(std::string_view field) const;
  // The members of a field that is a map of strings.
  std::vector<std::pair<std::string, std::string>> entries(std::string_view field) const;
  // {"subnet": {"id": …}} and [{"id": …}, …].
  ResourceId reference(std::string_view field) const;
  std::vector<ResourceId> references(std::string_view field) const;

  // The field at a path of names ("autoUpgradeProfile/upgradeChannel"), as it stands there.
  // `whole`: the resource shows all its fields, so one that is not there is absent.
  Setting setting(std::string_view path, bool whole) const;

  // Resource Graph names an unnamed column of "properties.a.b" "properties_a_b".
  bool has_prefixed(std::string_view prefix) const;

  // A field that ARM keeps beside "properties": id, name, type, location, sku, identity.
  std::string outer_text(std::string_view field) const;
  ResourceId id() const { return ResourceId(outer_text("id")); }
  std::string name() const;      // without the names of parents
  std::string location() const;  // "West Europe" and "westeurope" are one: the latter

 private:
  struct Field {
    simdjson::dom::element value;
    std::string_view key;  // as spelled in the document
    bool below_properties = false;
  };
  std::optional<Field> find(std::string_view field) const;
  Origin origin_of(const Field& field) const;

  bool known_ = false;
  simdjson::dom::object outer_, properties_;
  Origin origin_;
};

// "…/name/with~slash" as one more step of a JSON pointer.
std::string pointer_step(std::string_view pointer, std::string_view key);

// The kind of object that this type path names ("microsoft.network/virtualnetworks/subnets", any
// case), if it is one that we read.
std::optional<Kind> kind_of_type(std::string_view type);
// Lower-case type path of an object, from `type` or else from its id; empty when neither tells.
std::string type_of(const AzureObject& object);

// The readers. Each pushes what the object says into the estate.
void read_registry(AbsorbContext& context, const AzureObject& object);
void read_replication(AbsorbContext& context, const AzureObject& object);
void read_endpoint_connection(AbsorbContext& context, const AzureObject& object);
void read_registry_token(AbsorbContext& context, const AzureObject& object);
void read_cache_rule(AbsorbContext& context, const AzureObject& object);      // images.cc
void read_credential_set(AbsorbContext& context, const AzureObject& object);  // images.cc
void read_scope_map(AbsorbContext& context, const AzureObject& object);
// Of the registry that the recorded request names, or that its list says it is of.
void read_usage(AbsorbContext& context, const AzureObject& object);
void read_registry_task(AbsorbContext& context, const AzureObject& object);
void read_federated_credential(AbsorbContext& context, const AzureObject& object);
void read_policy_assignment(AbsorbContext& context, const AzureObject& object);  // allow_lists.cc
void read_diagnostic_setting(AbsorbContext& context, const AzureObject& object);
void read_lock(AbsorbContext& context, const AzureObject& object);
void read_defender_plan(AbsorbContext& context, const AzureObject& object);
void read_assessment(AbsorbContext& context, const AzureObject& object);
void read_cluster(AbsorbContext& context, const AzureObject& object);
void read_node_pool(AbsorbContext& context, const AzureObject& object);
void read_user_assigned_identity(AbsorbContext& context, const AzureObject& object);
void read_scale_set(AbsorbContext& context, const AzureObject& object);
void read_subscription(AbsorbContext& context, const AzureObject& object);
void read_role_assignment(AbsorbContext& context, const AzureObject& object);
void read_role_definition(AbsorbContext& context, const AzureObject& object);
void read_deny_assignment(AbsorbContext& context, const AzureObject& object);
void read_vnet(AbsorbContext& context, const AzureObject& object);
void read_subnet(AbsorbContext& context, const AzureObject& object);
void read_peering(AbsorbContext& context, const AzureObject& object);
void read_peering_row(AbsorbContext& context, const AzureObject& object);
void read_private_endpoint(AbsorbContext& context, const AzureObject& object);
void read_nic(AbsorbContext& context, const AzureObject& object);
void read_public_ip(AbsorbContext& context, const AzureObject& object);
void read_load_balancer(AbsorbContext& context, const AzureObject& object);
void read_nat_gateway(AbsorbContext& context, const AzureObject& object);
void read_nsg(AbsorbContext& context, const AzureObject& object);
void read_route_table(AbsorbContext& context, const AzureObject& object);
void read_zone_group(AbsorbContext& context, const AzureObject& object);
void read_private_dns_zone(AbsorbContext& context, const AzureObject& object);
void read_zone_link(AbsorbContext& context, const AzureObject& object);
void read_record_set(AbsorbContext& context, const AzureObject& object);

}  // namespace acr
