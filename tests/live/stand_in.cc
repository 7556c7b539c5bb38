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

struct Listed {
  const char *path, *kind, *list;
};
constexpr Listed kLists[] = {{"nodes", "Node", "NodeList"},
                             {"pods", "Pod", "PodList"},
                             {"serviceaccounts", "ServiceAccount", "ServiceAccountList"},
                             {"secrets", "Secret", "SecretList"},
                             {"events", "Event", "EventList"},
                             {"deployments", "Deployment", "DeploymentList"},
                             {"statefulsets", "StatefulSet", "StatefulSetList"},
                             {"daemonsets", "DaemonSet", "DaemonSetList"},
                             {"jobs", "Job", "JobList"},
                             {"cronjobs", "CronJob", "CronJobList"}};

}  // namespace

void StandIn::read(const std::filesystem::path& folder) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".json") files.insert(entry.path());
  for (const auto& file : files) {
    std::ifstream stream(file);
    add(json::parse(stream));
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
    objects_.push_back(document);
  } else if (document.contains("id")) {
    resources_.push_back(document.contains("properties") ? document : rest_form(document));
  }
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

Response StandIn::arm(const Request& request) const {
  if (!request.query.contains("api-version"))
    return error(400, "MissingApiVersionParameter", "The api-version query parameter is required");
  const std::string path = lower(request.path);
  const Path asked = split(path);
  if (asked.type.empty()) {
    const std::string id = path.substr(std::min<std::size_t>(15, path.size()));
    return answer_with({{"id", request.path}, {"subscriptionId", id}, {"tenantId", "tenant"}});
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

// Microsoft Graph: nobody is in any group.
Response StandIn::graph(const Request& request) {
  if (request.path.ends_with("/transitiveMemberOf")) return answer_with({{"value", json::array()}});
  return error(403, "Authorization_RequestDenied",
               "Insufficient privileges to complete the operation.");
}

Response StandIn::resource_graph(const Request& request) const {
  const json query = json::parse(request.body, nullptr, false);
  const std::string text = query.is_object() ? text_of(query, "query") : std::string();
  if (text.empty()) return error(400, "BadRequest", "Please provide a query");
  json rows = json::array();
  if (text.contains("summarize")) {
    for (const std::string& id : subscriptions()) rows.push_back({{"subscriptionId", id}});
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

Response StandIn::kubernetes(const Request& request) const {
  std::string path = request.path, name_space;
  if (const std::size_t at = path.find("/namespaces/"); at != std::string::npos) {
    const std::size_t end = path.find('/', at + 12);
    name_space = path.substr(at + 12, end - at - 12);
    path.erase(at, end - at);
  }
  const std::string last = path.substr(path.rfind('/') + 1);
  const auto listed =
      std::ranges::find_if(kLists, [&](const Listed& each) { return each.path == last; });
  if (listed == std::end(kLists))
    return reply(404,
                 R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound",)"
                 R"("code":404})");
  json items = json::array();
  for (json object : objects_) {
    if (text_of(object, "kind") != listed->kind) continue;
    if (!name_space.empty() && text_of(object["metadata"], "namespace") != name_space) continue;
    const auto selector = request.query.find("fieldSelector");
    if (selector != request.query.end() && selector->second != "type=" + text_of(object, "type"))
      continue;
    object.erase("kind");
    object.erase("apiVersion");
    items.push_back(std::move(object));
  }
  const std::size_t limit =
      request.query.contains("limit") ? std::stoul(request.query.at("limit")) : items.size();
  const std::size_t from =
      request.query.contains("continue") ? std::stoul(request.query.at("continue")) : 0;
  json page = json::array();
  for (std::size_t i = from; i < std::min(from + limit, items.size()); ++i)
    page.push_back(items[i]);
  json metadata = {{"resourceVersion", "4711"}};
  if (from + limit < items.size()) metadata["continue"] = std::to_string(from + limit);
  const bool core = path.starts_with("/api/v1/");
  const std::string group = core ? "v1" : path.substr(6, path.rfind('/') - 6);
  return answer_with(
      {{"kind", listed->list}, {"apiVersion", group}, {"metadata", metadata}, {"items", page}});
}

}  // namespace acr::test
