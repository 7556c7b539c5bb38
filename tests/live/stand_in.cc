#include "live/stand_in.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>

#include "support/rest_form.h"

namespace acr::test {
namespace {

using nlohmann::json;

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}
std::string text_of(const json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Response reply(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}
Response error(int status, const std::string& code, const std::string& message) {
  return reply(status, json{{"error", {{"code", code}, {"message", message}}}}.dump());
}
Response answer_with(const json& body) {
  return reply(200, body.dump());
}

// "/subscriptions/s/providers/Microsoft.X/y" -> the scope before the last provider, and its type.
struct Path {
  std::string scope, type, rest;  // rest: behind the type
};
Path split(const std::string& path) {
  Path result;
  const std::size_t at = path.rfind("/providers/");
  if (at == std::string::npos) return {path, "", ""};
  result.scope = path.substr(0, at);
  const std::string rest = path.substr(at + 11);
  const std::size_t first = rest.find('/'), second = rest.find('/', first + 1);
  result.type = rest.substr(0, second);
  if (second != std::string::npos) result.rest = rest.substr(second);
  return result;
}

// Of a query for subscriptions: all resources, those of a name, or the registry of a login server.
bool is_asked_for(const json& resource, const std::string& query) {
  const std::string type = lower(text_of(resource, "type"));
  if (const std::string_view field = "loginServer =~ "; query.contains(field)) {
    const json& properties = resource.contains("properties") ? resource["properties"] : resource;
    return query.contains(std::string(field) + '\'' + text_of(properties, "loginServer") + '\'');
  }
  if (!query.contains("name in~")) return true;
  const std::size_t at = query.find("type =~ '" + type + "' and name in~ (");
  if (at == std::string::npos) return false;
  const std::string names = query.substr(at, query.find("))", at) - at + 1);
  return names.contains('\'' + text_of(resource, "name") + '\'');
}

// What an API server says where it has nothing to show.
Response status(int code, const char* reason, const std::string& message) {
  return reply(code, json{{"kind", "Status"},
                          {"apiVersion", "v1"},
                          {"metadata", json::object()},
                          {"status", "Failure"},
                          {"message", message},
                          {"reason", reason},
                          {"code", code}}
                         .dump());
}

// "type=x,metadata.name!=y": every server knows the fields of metadata, and each kind its own.
bool is_selected(const json& object, const std::string& selector) {
  std::size_t from = 0;
  while (from < selector.size()) {
    const std::size_t end = std::min(selector.find(',', from), selector.size());
    const std::string term = selector.substr(from, end - from);
    from = end + 1;
    const std::size_t sign = std::min(term.find_first_of("!="), term.size());
    const bool wanted = term[sign] != '!';
    const std::string value = term.substr(std::min(term.find_last_of('=') + 1, term.size()));
    std::string pointer = '/' + term.substr(0, sign);
    std::ranges::replace(pointer, '.', '/');
    const json found = object.value(json::json_pointer(pointer), json(""));
    if ((found == value) != wanted) return false;
  }
  return true;
}

}  // namespace

void StandIn::read(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") files.insert(entry.path());
  for (const auto& file : files) {
    std::ifstream stream(file);
    // A refusal that was redirected to a file is no document.
    if (const json document = json::parse(stream, nullptr, false); !document.is_discarded())
      add(document);
  }
}

void StandIn::add(const json& document) {
  if (document.is_array()) {
    for (const json& item : document) add(item);
  } else if (document.contains("items")) {
    for (const json& item : document["items"]) add(item);
  } else if (document.contains("value") && document["value"].is_array()) {
    for (const json& item : document["value"]) add(item);
  } else if (document.contains("apiVersion")) {
    install_kube_resource(served_, document);
    objects_.push_back(document);
  } else if (document.contains("id")) {
    json resource = document.contains("properties") ? document : rest_form(document);
    if (lower(text_of(resource, "type")) == "microsoft.authorization/roleassignments")
      return add_assignment(std::move(resource));
    resources_.push_back(std::move(resource));
  }
}

// az looks up what principals and roles are called; an assignment itself holds their ids only.
void StandIn::add_assignment(json assignment) {
  json& properties = assignment["properties"];
  const std::string role = text_of(properties, "roleDefinitionId");
  if (const std::string name = text_of(properties, "roleDefinitionName"); !name.empty())
    built_in_roles_.push_back({{"id", role},
                               {"name", role.substr(role.rfind('/') + 1)},
                               {"type", "Microsoft.Authorization/roleDefinitions"},
                               {"properties", {{"roleName", name}, {"type", "BuiltInRole"}}}});
  if (const std::string name = text_of(properties, "principalName"); !name.empty())
    principals_[text_of(properties, "principalId")] = name;
  properties.erase("roleDefinitionName");
  properties.erase("principalName");
  resources_.push_back(std::move(assignment));
}

void StandIn::instead(std::string part, std::function<Response(const Request&)> answer) {
  instead_.emplace_back(std::move(part), std::move(answer));
}

std::vector<std::string> StandIn::subscriptions() const {
  std::set<std::string> found;
  for (const json& resource : resources_) {
    const std::string id = lower(text_of(resource, "id"));
    if (id.starts_with("/subscriptions/")) found.insert(id.substr(15, 36));
  }
  return {found.begin(), found.end()};
}

Response StandIn::answer(const Request& request) {
  for (const auto& [part, answer] : instead_)
    if (request.target.contains(part)) return answer(request);
  return usual(request);
}

Response StandIn::usual(const Request& request) const {
  Response response;
  if (request.header("authorization") != "Bearer " + options_.token) {
    response = error(401, "InvalidAuthenticationToken", "The access token is invalid.");
  } else if (request.path.starts_with("/api")) {
    response = kubernetes(request);
  } else if (request.path.starts_with("/v1.0/")) {
    response = graph(request);
  } else if (request.method == "POST") {
    response = resource_graph(request);
  } else {
    response = arm(request);
  }
  response.latency = options_.latency;
  return response;
}

json StandIn::subscription(const std::string& id) const {
  return {{"id", "/subscriptions/" + id},
          {"subscriptionId", id},
          {"displayName", "subscription " + id.substr(0, 4)},
          {"state", "Enabled"},
          {"tenantId", options_.tenant},
          {"authorizationSource", "RoleBased"},
          {"managedByTenants", json::array()},
          {"subscriptionPolicies", {{"quotaId", "EnterpriseAgreement_2014-09-01"}}}};
}

// Of a subscription, by type and name: "resourceType eq 'x' and name eq 'y'", as far as az asks.
Response StandIn::resources(const Request& request) const {
  const std::string below = lower(request.path.substr(0, request.path.rfind('/') + 1));
  const auto filter = request.query.find("$filter");
  const std::string wanted = filter == request.query.end() ? "" : lower(filter->second);
  const auto named = [&](const char* field, const json& resource, const char* member) {
    const std::size_t at = wanted.find(std::string(field) + " eq '");
    if (at == std::string::npos) return true;
    const std::size_t open = wanted.find('\'', at) + 1;
    return wanted.substr(open, wanted.find('\'', open) - open) == lower(text_of(resource, member));
  };
  json value = json::array();
  for (const json& resource : resources_) {
    if (!lower(text_of(resource, "id")).starts_with(below) ||
        !named("resourcetype", resource, "type") || !named("name", resource, "name"))
      continue;
    json row;
    for (const char* field : {"id", "name", "type", "location"})
      if (resource.contains(field)) row[field] = resource[field];
    value.push_back(std::move(row));
  }
  return answer_with({{"value", value}});
}

// Names of principals are Microsoft Graph's to tell; Resource Manager knows their ids.
Response StandIn::graph(const Request& request) const {
  const json body = json::parse(request.body, nullptr, false);
  json value = json::array();
  if (request.path.ends_with("/directoryObjects/getByIds") && body.contains("ids")) {
    for (const json& id : body["ids"])
      if (const auto known = principals_.find(id.get<std::string>()); known != principals_.end())
        value.push_back({{"@odata.type", "#microsoft.graph.servicePrincipal"},
                         {"id", id},
                         {"displayName", known->second},
                         {"servicePrincipalNames", {known->second}}});
    return answer_with({{"value", value}});
  }
  // Nobody is in any group.
  if (request.path.ends_with("/transitiveMemberOf")) return answer_with({{"value", value}});
  // The one filter there is: "appId eq 'x'".
  const bool applications = request.path.ends_with("/applications");
  const auto filter = request.query.find("$filter");
  bool any = false;
  for (const json& object : resources_) {
    if (!object.contains("appId") || object.contains("servicePrincipalType") == applications)
      continue;
    any = true;
    if (filter == request.query.end() ||
        filter->second.contains('\'' + text_of(object, "appId") + '\''))
      value.push_back(object);
  }
  return any ? answer_with({{"value", value}})
             : error(403, "Authorization_RequestDenied",
                     "Insufficient privileges to complete the operation.");
}

Response StandIn::arm(const Request& request) const {
  if (!request.query.contains("api-version"))
    return error(400, "MissingApiVersionParameter", "The api-version query parameter is required");
  const std::string path = lower(request.path);
  const Path asked = split(path);
  if (path == "/subscriptions") {
    json value = json::array();
    for (const std::string& id : subscriptions()) value.push_back(subscription(id));
    return answer_with({{"value", value}, {"count", {{"type", "Total"}, {"value", value.size()}}}});
  }
  if (path == "/tenants")
    return answer_with(
        {{"value", {{{"id", "/tenants/" + options_.tenant}, {"tenantId", options_.tenant}}}}});
  if (path.ends_with("/resources") && asked.type.empty()) return resources(request);
  if (asked.type.empty()) {
    const std::string id = path.substr(std::min<std::size_t>(15, path.size()));
    return answer_with(subscription(id));
  }
  // One resource.
  for (const json& resource : resources_)
    if (lower(text_of(resource, "id")) == path) return answer_with(resource);

  const bool authorization = asked.type.starts_with("microsoft.authorization/");
  std::string type = asked.type;
  std::string parent = asked.scope + "/";
  if (!asked.rest.empty()) {  // "/registries/x" + "/replications": children
    const std::size_t slash = asked.rest.rfind('/');
    type += asked.rest.substr(slash);
    parent = path.substr(0, path.rfind('/')) + "/";
    if (slash == 0) return error(404, "ResourceNotFound", "The Resource was not found.");
  }
  json value = json::array();
  if (type == "microsoft.authorization/roledefinitions" && !request.target.contains("CustomRole"))
    for (const json& role : built_in_roles_) value.push_back(role);
  for (const json& resource : resources_) {
    const std::string id = lower(text_of(resource, "id"));
    if (lower(text_of(resource, "type")) != type) continue;
    // Assignments are listed above and below the scope; with atScope() not below.
    const std::string scope = lower(authorization && resource.contains("properties")
                                        ? text_of(resource["properties"], "scope")
                                        : std::string());
    const bool above = authorization && (asked.scope + "/").starts_with(scope + "/");
    const bool below =
        id.starts_with(parent) || (authorization && (scope + "/").starts_with(asked.scope + "/"));
    const bool only_above = request.target.contains("atScope");
    if (scope == "/" || above || (below && !only_above)) value.push_back(resource);
  }
  const std::size_t from =
      request.query.contains("$skiptoken") ? std::stoul(request.query.at("$skiptoken")) : 0;
  json body = {{"value", json::array()}};
  for (std::size_t i = from; i < std::min(from + options_.page, value.size()); ++i)
    body["value"].push_back(value[i]);
  if (from + options_.page < value.size())
    body["nextLink"] = base + request.path + "?api-version=" + request.query.at("api-version") +
                       "&%24skiptoken=" + std::to_string(from + options_.page);
  return answer_with(body);
}

Response StandIn::resource_graph(const Request& request) const {
  const json query = json::parse(request.body, nullptr, false);
  const std::string text = query.is_object() ? text_of(query, "query") : std::string();
  if (text.empty()) return error(400, "BadRequest", "Please provide a query");
  json rows = json::array();
  if (text.contains("summarize")) {
    std::set<std::string> found;
    for (const json& resource : resources_) {
      const std::string id = lower(text_of(resource, "id"));
      if (id.starts_with("/subscriptions/") && is_asked_for(resource, text))
        found.insert(id.substr(15, 36));
    }
    for (const std::string& id : found) rows.push_back({{"subscriptionId", id}});
  } else {
    for (json row : resources_) {
      const std::string type = lower(text_of(row, "type"));
      if (!text.contains("'" + type + "'")) continue;
      row["type"] = type;
      rows.push_back(std::move(row));
    }
  }
  return answer_with({{"totalRecords", rows.size()},
                      {"count", rows.size()},
                      {"data", rows},
                      {"resultTruncated", "false"}});
}

// Those in which something is.
std::vector<json> StandIn::namespaces() const {
  std::set<std::string> names;
  for (const json& object : objects_) {
    const std::string name = text_of(object["metadata"], "namespace");
    if (!name.empty()) names.insert(name);
  }
  std::vector<json> objects;
  for (const std::string& name : names)
    objects.push_back(
        {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", name}}}});
  return objects;
}

Response StandIn::kubernetes(const Request& request) const {
  if (auto document = kube_discovery(served_, request.path)) return answer_with(*document);
  std::string path = request.path, name_space, name;
  if (const std::size_t at = path.find("/namespaces/"); at != std::string::npos) {
    const std::size_t end = path.find('/', at + 12);
    if (end != std::string::npos) {
      name_space = path.substr(at + 12, end - at - 12);
      path.erase(at, end - at);
    }
  }
  const KubeResource* resource = find_kube_resource(served_, path.substr(path.rfind('/') + 1));
  if (resource == nullptr) {  // one object: "/api/v1/pods/cart"
    name = path.substr(path.rfind('/') + 1);
    path.erase(path.rfind('/'));
    resource = find_kube_resource(served_, path.substr(path.rfind('/') + 1));
  }
  if (resource == nullptr)
    return status(404, "NotFound", "the server could not find the requested resource");
  const auto selector = request.query.find("fieldSelector");
  json items = json::array();
  for (json object : resource->kind == std::string("Namespace") ? namespaces() : objects_) {
    if (text_of(object, "kind") != resource->kind) continue;
    if (!name_space.empty() && text_of(object["metadata"], "namespace") != name_space) continue;
    if (!name.empty() && text_of(object["metadata"], "name") == name) return answer_with(object);
    if (selector != request.query.end() && !is_selected(object, selector->second)) continue;
    object.erase("kind");
    object.erase("apiVersion");
    items.push_back(std::move(object));
  }
  if (!name.empty())
    return status(404, "NotFound", resource->plural + " \"" + name + "\" not found");
  const std::size_t limit =
      request.query.contains("limit") ? std::stoul(request.query.at("limit")) : items.size();
  const std::size_t from =
      request.query.contains("continue") ? std::stoul(request.query.at("continue")) : 0;
  json page = json::array();
  for (std::size_t i = from; i < std::min(from + limit, items.size()); ++i)
    page.push_back(items[i]);
  json metadata = {{"resourceVersion", "4711"}};
  if (from + limit < items.size()) metadata["continue"] = std::to_string(from + limit);
  return answer_with({{"kind", resource->kind + "List"},
                      {"apiVersion", resource->api_version()},
                      {"metadata", metadata},
                      {"items", page}});
}

}  // namespace acr::test
