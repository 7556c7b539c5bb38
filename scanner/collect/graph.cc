#include "collect/graph.h"

#include <fmt/format.h>

namespace acr {
namespace {

using Object = DirectoryObject;

std::string_view request_url(const AbsorbContext& context, const AzureObject& object) {
  const auto& documents = context.estate.documents;
  const std::uint32_t index = object.origin().document;
  return index < documents.size() ? std::string_view(documents[index].request_url)
                                  : std::string_view{};
}

// Is `word` the last part of this OData type or context ("#microsoft.graph.group",
// "…/$metadata#applications/$entity", "…#applications(id,appId)")?
bool odata_names(std::string_view text, std::string_view word) {
  std::size_t at = text.rfind('#');
  if (at == std::string_view::npos) return false;
  ++at;
  constexpr std::string_view prefix = "microsoft.graph.";
  if (text.substr(at).starts_with(prefix)) at += prefix.size();
  const std::string_view rest = text.substr(at);
  if (rest.size() < word.size() || !same_text(rest.substr(0, word.size()), word)) return false;
  return rest.size() == word.size() || rest[word.size()] == '/' || rest[word.size()] == '(';
}

// "/v1.0/servicePrincipals/ID/transitiveMemberOf/…" -> ID and what follows it; for a collection
// too.
struct UrlObject {
  std::string_view id, relation;
};
std::optional<UrlObject> find_in_url(std::string_view url, std::string_view collection) {
  url = url.substr(0, url.find('?'));
  const std::size_t at = lower(url).find(collection);  // lower() keeps positions: ASCII only
  if (at == std::string::npos) return std::nullopt;
  url.remove_prefix(at + collection.size());
  if (!url.empty() && url.front() != '/' && url.front() != '(') return std::nullopt;
  if (!url.starts_with('/')) return UrlObject{};
  url.remove_prefix(1);
  UrlObject found;
  found.id = url.substr(0, url.find('/'));
  if (found.id.size() < url.size()) {
    url.remove_prefix(found.id.size() + 1);
    found.relation = url.substr(0, url.find('/'));
  }
  return found;
}

bool is_member_of(std::string_view relation) {
  return same_text(relation, "transitiveMemberOf") || same_text(relation, "memberOf");
}

std::optional<GroupMembership> read_membership(std::string_view url, const AzureObject& object) {
  const std::string id = object.outer_text("id");
  if (id.empty() || url.empty()) return std::nullopt;
  for (const std::string_view collection : {"/serviceprincipals", "/users", "/directoryobjects"}) {
    const auto found = find_in_url(url, collection);
    if (!found || found->id.empty() || !is_member_of(found->relation)) continue;
    // Directory roles and administrative units are listed as well. The objects of a cast
    // ("…/microsoft.graph.group") do not repeat their type.
    const std::string type = object.outer_text("@odata.type");
    if (!type.empty() && !odata_names(type, "group")) return std::nullopt;
    if (type.empty() && !lower(url).contains("/microsoft.graph.group")) return std::nullopt;
    return GroupMembership{object.origin(), id, std::string(found->id)};
  }
  const auto group = find_in_url(url, "/groups");
  if (group && !group->id.empty() &&
      (same_text(group->relation, "members") || same_text(group->relation, "transitiveMembers"))) {
    return GroupMembership{object.origin(), std::string(group->id), id};
  }
  return std::nullopt;
}

// Without a type, the fields tell: only service principals have the first four, only applications
// the next three. Credentials alone mean an application: that is where secrets live.
std::optional<Object::Kind> directory_kind(std::string_view url, const AzureObject& object) {
  for (const std::string_view field : {"@odata.type", "@odata.context"}) {
    const std::string text = object.outer_text(field);
    if (odata_names(text, "servicePrincipal") || odata_names(text, "servicePrincipals")) {
      return Object::Kind::service_principal;
    }
    if (odata_names(text, "application") || odata_names(text, "applications"))
      return Object::Kind::application;
  }
  if (!object.has("appId")) return std::nullopt;
  for (const std::string_view field : {"servicePrincipalType", "servicePrincipalNames",
                                       "accountEnabled", "appOwnerOrganizationId"}) {
    if (object.has(field)) return Object::Kind::service_principal;
  }
  if (find_in_url(url, "/serviceprincipals")) return Object::Kind::service_principal;
  for (const std::string_view field : {"signInAudience", "identifierUris", "publisherDomain"}) {
    if (object.has(field)) return Object::Kind::application;
  }
  if (find_in_url(url, "/applications") || object.has_list("passwordCredentials"))
    return Object::Kind::application;
  return std::nullopt;
}

std::string first_text(const AzureObject& object, std::string_view name,
                       std::string_view old_name) {
  std::string value = object.outer_text(name);
  return value.empty() ? object.outer_text(old_name) : value;
}

// Names and end dates: neither "secretText" nor "hint" nor "key".
Fact<std::vector<Object::Credential>> read_credentials(const AzureObject& object,
                                                       std::string_view field) {
  if (!object.has_list(field)) {
    return std::unexpected(
        Gap{Gap::Why::not_collected, fmt::format("the document has no {}", field), {}});
  }
  std::vector<Object::Credential> credentials;
  for (const AzureObject& part : object.objects(field)) {
    credentials.push_back(
        {part.outer_text("displayName"), first_text(part, "endDateTime", "endDate")});
  }
  return credentials;
}

// Older az prints the word.
bool is_enabled(const AzureObject& object) {
  return object.flag("accountEnabled")
      .value_or(!same_text(object.outer_text("accountEnabled"), "false"));
}

}  // namespace

std::optional<Kind> absorb_graph(AbsorbContext& context, const AzureObject& object) {
  const std::string_view url = request_url(context, object);
  if (auto membership = read_membership(url, object)) {
    context.estate.memberships.push_back(std::move(*membership));
    return Kind::group_membership;
  }
  const auto kind = directory_kind(url, object);
  if (!kind) return std::nullopt;
  Object result;
  result.kind = *kind;
  result.origin = object.origin();
  result.object_id = first_text(object, "id", "objectId");
  result.app_id = object.outer_text("appId");
  if (result.object_id.empty() && result.app_id.empty()) return std::nullopt;
  result.display_name = object.outer_text("displayName");
  result.enabled = is_enabled(object);
  result.passwords = read_credentials(object, "passwordCredentials");
  result.certificates = read_credentials(object, "keyCredentials");
  context.estate.directory_objects.push_back(std::move(result));
  return *kind == Object::Kind::service_principal ? Kind::service_principal : Kind::application;
}

std::string_view unread_graph_object(const AzureObject& object) {
  const std::string type = object.outer_text("@odata.type");
  if (odata_names(type, "group")) return "directory groups, whose members are not told";
  if (odata_names(type, "user")) return "directory users";
  if (odata_names(type, "directoryRole") || odata_names(type, "administrativeUnit")) {
    return "directory roles and administrative units";
  }
  if (object.has("issuer") && object.has("subject") && object.has_list("audiences"))
    return "federated credentials";
  if (object.has("keyId") && (object.has("endDateTime") || object.has("endDate"))) {
    return "credentials that do not name their application";
  }
  if (object.has_list("groupTypes") || object.has("securityEnabled")) {
    return "directory groups, whose members are not told";
  }
  if (object.has("userPrincipalName")) return "directory users";
  if (object.has_list("ids") && object.has_list("types")) return "Microsoft Graph request bodies";
  if (!type.empty() || (object.has("displayName") && (object.has("id") || object.has("appId")))) {
    return "directory objects of a kind that they do not name";
  }
  return {};
}

}  // namespace acr
