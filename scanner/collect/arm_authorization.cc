// Microsoft.Authorization and the identities it speaks of.
#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {
namespace {

std::string last_segment(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return lower(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

// Some built-in roles carry stray blanks: "Microsoft.Network/virtualNetworks/read ".
std::vector<std::string> read_actions(const AzureObject& permission, std::string_view field) {
  std::vector<std::string> actions = permission.texts(field);
  for (std::string& action : actions) {
    action.erase(action.find_last_not_of(' ') + 1);
    action.erase(0, action.find_first_not_of(' '));
  }
  return actions;
}

std::vector<Permission> read_permissions(const AzureObject& object) {
  std::vector<Permission> permissions;
  for (const AzureObject& part : object.objects("permissions")) {
    permissions.push_back({read_actions(part, "actions"), read_actions(part, "notActions"),
                           read_actions(part, "dataActions"),
                           read_actions(part, "notDataActions")});
  }
  return permissions;
}

// The scope an assignment says, or the one its id lies in; nullopt where neither tells. An absent
// scope must not become "/", which grants everywhere.
std::optional<ResourceId> read_scope(const AzureObject& object) {
  if (const std::string scope = object.text("scope"); !scope.empty()) return ResourceId(scope);
  const ResourceId id = object.id();
  const std::size_t end = id.key().rfind("/providers/microsoft.authorization/");
  if (end == std::string::npos) return std::nullopt;
  return end == 0 ? ResourceId("/") : ResourceId(id.text().substr(0, end));
}

void say_without_scope(AbsorbContext& context, const AzureObject& object, std::string_view what) {
  const Origin& origin = object.origin();
  context.remark(
      {Remark::Level::warning, "object-incomplete",
       fmt::format("{}: the {} has neither a scope nor an id that holds one; it is not used",
                   origin.pointer.empty() ? "/" : origin.pointer, what),
       context.estate.source(origin)});
}

std::vector<DenyAssignment::Principal> read_principals(const AzureObject& object,
                                                       std::string_view field) {
  std::vector<DenyAssignment::Principal> principals;
  for (const AzureObject& part : object.objects(field)) {
    principals.push_back({part.text("id"), part.text("type")});
  }
  return principals;
}

}  // namespace

void read_user_assigned_identity(AbsorbContext& context, const AzureObject& object) {
  context.estate.user_assigned_identities.push_back(
      {object.origin(), object.id(), object.text("clientId"), object.text("principalId")});
}

void read_federated_credential(AbsorbContext& context, const AzureObject& object) {
  context.estate.federated_credentials.push_back({object.origin(), object.id(),
                                                  object.text("issuer"), object.text("subject"),
                                                  object.texts("audiences")});
}

void read_subscription(AbsorbContext& context, const AzureObject& object) {
  std::string id = object.outer_text("id");
  if (!id.starts_with('/')) id = fmt::format("/subscriptions/{}", id);
  context.estate.subscriptions.push_back(
      {object.origin(), ResourceId(id), object.text("tenantId")});
}

void read_role_assignment(AbsorbContext& context, const AzureObject& object) {
  auto scope = read_scope(object);
  if (!scope) return say_without_scope(context, object, "role assignment");
  RoleAssignment assignment;
  assignment.origin = object.origin();
  assignment.id = object.id();
  assignment.principal_id = object.text("principalId");
  assignment.principal_name = object.text("principalName");
  assignment.principal_type = object.text("principalType");
  assignment.role_id = last_segment(object.text("roleDefinitionId"));
  assignment.role_name = object.text("roleDefinitionName");
  assignment.scope = std::move(*scope);
  assignment.condition = object.text("condition", kConditionBytes);
  assignment.created_on = object.text("createdOn");
  if (assignment.created_on.empty()) assignment.created_on = object.text("createdDateTime");
  context.estate.role_assignments.push_back(std::move(assignment));
}

void read_role_definition(AbsorbContext& context, const AzureObject& object) {
  RoleDefinition role;
  role.origin = object.origin();
  role.guid = last_segment(object.id().text());
  if (role.guid.empty()) role.guid = lower(object.name());
  role.name = object.text("roleName");
  // REST and Resource Graph: "type" among the properties; az: "roleType".
  role.custom = same_text(object.text("roleType"), "CustomRole") ||
                same_text(object.text("type"), "CustomRole");
  role.permissions = read_permissions(object);
  context.estate.role_definitions.push_back(std::move(role));
}

void read_deny_assignment(AbsorbContext& context, const AzureObject& object) {
  auto scope = read_scope(object);
  if (!scope) return say_without_scope(context, object, "deny assignment");
  DenyAssignment deny;
  deny.origin = object.origin();
  deny.id = object.id();
  deny.name = object.text("denyAssignmentName");
  deny.scope = std::move(*scope);
  deny.not_for_child_scopes = object.flag("doNotApplyToChildScopes").value_or(false);
  deny.permissions = read_permissions(object);
  deny.principals = read_principals(object, "principals");
  deny.excluded = read_principals(object, "excludePrincipals");
  deny.condition = object.text("condition", kConditionBytes);
  context.estate.deny_assignments.push_back(std::move(deny));
}

}  // namespace acr
