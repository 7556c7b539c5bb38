#include "live/kube_discovery.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace acr::test {
namespace {

using nlohmann::json;

constexpr KubeResource kServed[] = {
    {"", "v1", "nodes", "Node", false},
    {"", "v1", "namespaces", "Namespace", false},
    {"", "v1", "pods", "Pod", true},
    {"", "v1", "serviceaccounts", "ServiceAccount", true},
    {"", "v1", "secrets", "Secret", true},
    {"", "v1", "events", "Event", true},
    {"apps", "v1", "deployments", "Deployment", true},
    {"apps", "v1", "statefulsets", "StatefulSet", true},
    {"apps", "v1", "daemonsets", "DaemonSet", true},
    {"batch", "v1", "jobs", "Job", true},
    {"batch", "v1", "cronjobs", "CronJob", true},
};
constexpr const char* kGroups[] = {"apps", "batch"};

json short_names(std::string_view plural) {
  constexpr std::pair<std::string_view, const char*> kShort[] = {
      {"nodes", "no"},           {"namespaces", "ns"}, {"pods", "po"},
      {"serviceaccounts", "sa"}, {"events", "ev"},     {"deployments", "deploy"},
      {"statefulsets", "sts"},   {"daemonsets", "ds"}, {"cronjobs", "cj"}};
  for (const auto& [name, letters] : kShort)
    if (name == plural) return json::array({letters});
  return json::array();
}

json describe_group(const std::string& name) {
  const json version = {{"groupVersion", name + "/v1"}, {"version", "v1"}};
  return {{"name", name}, {"versions", {version}}, {"preferredVersion", version}};
}

json list_resources(const std::string& group_version) {
  json resources = json::array();
  for (const KubeResource& each : kServed) {
    if (each.api_version() != group_version) continue;
    std::string singular = each.kind;
    std::ranges::transform(singular, singular.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    resources.push_back({{"name", each.plural},
                         {"singularName", singular},
                         {"namespaced", each.in_namespace},
                         {"kind", each.kind},
                         {"verbs", {"get", "list", "watch"}},
                         {"shortNames", short_names(each.plural)}});
  }
  return {{"kind", "APIResourceList"},
          {"apiVersion", "v1"},
          {"groupVersion", group_version},
          {"resources", resources}};
}

}  // namespace

std::string KubeResource::api_version() const {
  return *group == '\0' ? std::string(version) : std::string(group) + '/' + version;
}

const KubeResource* find_kube_resource(const std::string& plural) {
  const auto found = std::ranges::find_if(
      kServed, [&](const KubeResource& each) { return each.plural == plural; });
  return found == std::end(kServed) ? nullptr : found;
}

std::optional<json> kube_discovery(const std::string& path) {
  if (path == "/api")
    return json{{"kind", "APIVersions"},
                {"versions", {"v1"}},
                {"serverAddressByClientCIDRs", json::array()}};
  if (path == "/api/v1") return list_resources("v1");
  json groups = json::array();
  for (const std::string name : kGroups) {
    if (path == "/apis/" + name) {
      json group = describe_group(name);
      group["kind"] = "APIGroup";
      group["apiVersion"] = "v1";
      return group;
    }
    if (path == "/apis/" + name + "/v1") return list_resources(name + "/v1");
    groups.push_back(describe_group(name));
  }
  if (path == "/apis")
    return json{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", groups}};
  return std::nullopt;
}

}  // namespace acr::test
