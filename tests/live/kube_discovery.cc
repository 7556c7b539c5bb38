#include "live/kube_discovery.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <string_view>

namespace acr::test {
namespace {

using nlohmann::json;

const KubeResources kUsual{
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

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

json short_names(std::string_view plural) {
  constexpr std::pair<std::string_view, const char*> kShort[] = {
      {"nodes", "no"},           {"namespaces", "ns"}, {"pods", "po"},
      {"serviceaccounts", "sa"}, {"events", "ev"},     {"deployments", "deploy"},
      {"statefulsets", "sts"},   {"daemonsets", "ds"}, {"cronjobs", "cj"}};
  for (const auto& [name, letters] : kShort)
    if (name == plural) return json::array({letters});
  return json::array();
}

json describe_group(const std::string& name, const std::string& version_name) {
  const json version = {{"groupVersion", name + '/' + version_name}, {"version", version_name}};
  return {{"name", name}, {"versions", {version}}, {"preferredVersion", version}};
}

json list_resources(const KubeResources& served, const std::string& group_version) {
  json resources = json::array();
  for (const KubeResource& each : served) {
    if (each.api_version() != group_version) continue;
    resources.push_back({{"name", each.plural},
                         {"singularName", lower(each.kind)},
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
  return group.empty() ? version : group + '/' + version;
}

KubeResources usual_kube_resources() {
  return kUsual;
}

void install_kube_resource(KubeResources& served, const json& object) {
  const std::string api_version = object.value("apiVersion", ""), kind = object.value("kind", "");
  const std::size_t slash = api_version.find('/');
  const std::string group = api_version.substr(0, slash);
  const bool constraint = group == "constraints.gatekeeper.sh";
  if (!constraint && group != "kyverno.io") return;
  const std::string plural = constraint                ? lower(kind)
                             : kind == "ClusterPolicy" ? "clusterpolicies"
                                                       : "policies";
  if (find_kube_resource(served, plural) != nullptr) return;
  served.push_back({group, api_version.substr(slash + 1), plural, kind,
                    object.contains("metadata") && object["metadata"].contains("namespace")});
}

const KubeResource* find_kube_resource(const KubeResources& served, const std::string& plural) {
  const auto found =
      std::ranges::find_if(served, [&](const KubeResource& each) { return each.plural == plural; });
  return found == served.end() ? nullptr : &*found;
}

std::optional<json> kube_discovery(const KubeResources& served, const std::string& path) {
  if (path == "/api")
    return json{{"kind", "APIVersions"},
                {"versions", {"v1"}},
                {"serverAddressByClientCIDRs", json::array()}};
  if (path == "/api/v1") return list_resources(served, "v1");
  std::map<std::string, std::string> versions;  // by group
  for (const KubeResource& each : served)
    if (!each.group.empty()) versions.emplace(each.group, each.version);
  json groups = json::array();
  for (const auto& [name, version] : versions) {
    if (path == "/apis/" + name) {
      json group = describe_group(name, version);
      group["kind"] = "APIGroup";
      group["apiVersion"] = "v1";
      return group;
    }
    if (path == "/apis/" + name + '/' + version)
      return list_resources(served, name + '/' + version);
    groups.push_back(describe_group(name, version));
  }
  if (path == "/apis")
    return json{{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", groups}};
  return std::nullopt;
}

}  // namespace acr::test
