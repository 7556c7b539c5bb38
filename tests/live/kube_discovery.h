// What an API server tells of its resources, as kubectl asks for it before it asks for anything.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace acr::test {

struct KubeResource {
  std::string group, version, plural, kind;  // group: empty for the core
  bool in_namespace;

  std::string api_version() const;  // "v1", "apps/v1"
};
using KubeResources = std::vector<KubeResource>;

// Those of every server, as far as somebody asks for them.
KubeResources usual_kube_resources();
// An object of a kind that the cluster's owner has installed: its resource joins the others.
void install_kube_resource(KubeResources& served, const nlohmann::json& object);

const KubeResource* find_kube_resource(const KubeResources& served, const std::string& plural);

// The document at "/api", "/apis", "/api/v1", "/apis/apps" or "/apis/apps/v1".
std::optional<nlohmann::json> kube_discovery(const KubeResources& served, const std::string& path);

}  // namespace acr::test
