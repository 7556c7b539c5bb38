// azapi's resources: ARM's own form in Terraform. Source:
// https://registry.terraform.io/providers/Azure/azapi/latest/docs
#include <algorithm>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/terraform_object.h"

namespace acr {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

// The values that are known only after apply: what references tell, else that they are unknown.
void fill_unknown(const TerraformPlan& plan, const TerraformResource& resource, element unknown,
                  ArmValue& to, std::string_view name, int depth) {
  bool all = false;
  if (unknown.get_bool().get(all) == simdjson::SUCCESS) {
    if (!all) return;
    const std::string low = lower(name);
    std::optional<TerraformPlan::Resolved> found;
    if (low == "principalid") {
      found = plan.resolve_ending(resource, "body",
                                  {".principal_id", ".object_id", ".principalId", ".objectId"});
    } else if (low == "id" || low.ends_with("id")) {
      found = plan.resolve_ending(resource, "body", {".id", ".role_definition_resource_id"});
    }
    const bool id = low.ends_with("id") && low != "principalid" && low != "clientid";
    to.set_text(found ? std::string_view(found->text)
                : id  ? kUnknownId
                      : kUnknownValue,
                {fmt::format("{}/values/body", resource.pointer)});
    return;
  }
  object map;
  simdjson::dom::array list;
  if (depth > 32) return;
  if (unknown.get_object().get(map) == simdjson::SUCCESS) {
    for (const auto [key, value] : map) {
      bool no = true;
      if (value.get_bool().get(no) == simdjson::SUCCESS && !no) continue;
      fill_unknown(plan, resource, value, to.member(key), key, depth + 1);
    }
  } else if (unknown.get_array().get(list) == simdjson::SUCCESS) {
    std::size_t index = 0;
    for (const element value : list) {
      if (index < to.size() && to.is_list())
        fill_unknown(plan, resource, value, to[index], name, depth + 1);
      ++index;
    }
  }
}

// The body as it will be: an object, or JSON in a text.
ArmValue read_body(const TerraformPlan& plan, const TerraformResource& resource) {
  ArmValue body;
  const std::string place = fmt::format("{}/values/body", resource.pointer);
  const auto known = TerraformPlan::value(resource, "body");
  if (known && known->is_string()) {
    const std::string_view text = known->get_string().value_unsafe();
    simdjson::dom::parser parser;
    element inner;
    if (text.size() < (std::size_t{4} << 20) &&
        parser.allocate(text.size(), 64) == simdjson::SUCCESS &&
        parser.parse(simdjson::padded_string(text)).get(inner) == simdjson::SUCCESS)
      body.set(inner, {place});
    return body;
  }
  if (known) body.set(*known, {place, true});
  element unknown;
  if (resource.unknown && (*resource.unknown)["body"].get(unknown) == simdjson::SUCCESS &&
      !unknown.is_bool())
    fill_unknown(plan, resource, unknown, body, "", 0);
  return body;
}

void put_identity(const TerraformPlan& plan, const TerraformObject& from, ArmValue& arm) {
  if (from.size("identity") == 0) return;
  constexpr TerraformAttribute kIdentity[] = {{"type", "identity/type"},
                                              {"tenant_id", "identity/tenantId"}};
  from.put(kIdentity, arm, "identity/0");
  const std::string principal = from.text("identity/0/principal_id");
  if (!principal.empty())
    arm.at("identity/principalId").set_text(principal, from.place("identity/0/principal_id"));
  for (const auto& value : plan.resolve_list(from.resource(), "identity/0/identity_ids").values)
    arm.at("identity/userAssignedIdentities").member(value.text).make_object();
}

bool is_read(std::string_view type) {
  return kind_of_type(type).has_value();
}

}  // namespace

void translate_azapi(const TerraformPlan& plan, const TerraformObject& from,
                     PlannedEstate& estate) {
  const TerraformResource& resource = from.resource();
  std::string type = from.text("type");
  type = type.substr(0, type.find('@'));
  if (!is_read(type) || resource.type == "azapi_resource_action") return;
  const bool update = resource.type == "azapi_update_resource";
  std::string id = update ? from.text("resource_id") : std::string{};
  if (id.empty()) id = plan.id_of(resource);
  const bool assignment = same_text(type, "Microsoft.Authorization/roleAssignments");
  if (id.empty()) {
    estate.unread_assignment |= assignment;
    estate.remark("plan-value-unknown",
                  fmt::format("{}: its parent is known only after apply and does not come from a "
                              "resource of the plan; it is not used",
                              resource.address));
    return;
  }
  ArmValue body = read_body(plan, resource);
  if (!body.is_object() && body.size() == 0 && !update && !resource.data) return;
  if (update) {
    const auto found = std::ranges::find_if(
        estate.objects, [&](const PlannedObject& object) { return object.id() == ResourceId(id); });
    // What it changes is not in the plan: a part would look like the whole.
    if (found == estate.objects.end()) {
      estate.remark("plan-value-unknown",
                    fmt::format("{} changes a resource that is not in the plan: give that as well",
                                resource.address));
      return;
    }
    found->arm.merge(body);
    return;
  }
  PlannedObject& object = estate.add(type, id, resource.pointer, resource.created);
  from.put(TerraformAttribute{"location", "location"}, object.arm);
  put_identity(plan, from, object.arm);
  object.arm.merge(body);
  if (!assignment) return;
  const ArmValue& properties = object.arm.member("properties");
  const std::string principal = properties.text("principalId");
  if (principal.empty() || properties.text("roleDefinitionId") == kUnknownId ||
      properties.text("roleDefinitionId").empty()) {
    estate.unread_assignment = true;
    return;
  }
  if (principal.starts_with("known-after-apply:") && properties.text("principalType").empty())
    object.arm.at("properties/principalType").set_text("ServicePrincipal");
}

}  // namespace acr
