// What an API server tells of its resources, as kubectl asks for it before it asks for anything.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace acr::test {

struct KubeResource {
  const char *group, *version, *plural, *kind;  // group: empty for the core
  bool in_namespace;

  std::string api_version() const;  // "v1", "apps/v1"
};

const KubeResource* find_kube_resource(const std::string& plural);

// The document at "/api", "/apis", "/api/v1", "/apis/apps" or "/apis/apps/v1".
std::optional<nlohmann::json> kube_discovery(const std::string& path);

}  // namespace acr::test
