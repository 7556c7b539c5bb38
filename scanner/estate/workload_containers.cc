#include "estate/workload_containers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <tuple>

#include "estate/pull.h"

namespace acr {

namespace {

// What Azure runs there is not the user's to change; the built-in policies leave them out as well.
constexpr std::array<std::string_view, 7> kManagedNamespaces{
    "kube-system",        "gatekeeper-system", "azure-arc",      "aks-command",
    "app-routing-system", "calico-system",     "tigera-operator"};

bool is_declared(const PodClass& pod) {
  return !pod.mirror && pod.container.kind != ContainerKind::ephemeral &&
         std::ranges::find(kManagedNamespaces, pod.name_space) == kManagedNamespaces.end();
}

std::string workload_of(const PodClass& pod) {
  if (!pod.workload.empty()) return pod.workload;
  return "pod/" + (pod.pods.empty() ? pod.container.name : pod.pods.front());
}

std::string place_of(const WorkloadContainer& container, std::string_view field) {
  const ContainerImage& image = container.source->container;
  return fmt::format("{}/{}/{}{}{}", container.source->spec_path, list_of(image.kind), image.index,
                     field.empty() ? "" : "/", field);
}

}  // namespace

std::vector<WorkloadContainer> workload_containers(const Estate& estate) {
  using Key = std::tuple<int, std::string, std::string, ContainerKind, std::string>;
  std::map<Key, std::vector<const PodClass*>> found;
  for (const PodClass& pod : estate.pod_classes) {
    if (!is_declared(pod)) continue;
    const int cluster = pod.document == Origin::kNone ? -1 : estate.cluster_of(pod.document);
    found[{cluster, pod.name_space, workload_of(pod), pod.container.kind, pod.container.name}]
        .push_back(&pod);
  }
  std::vector<WorkloadContainer> result;
  for (const auto& [key, classes] : found) {
    const bool has_template =
        std::ranges::any_of(classes, [](const PodClass* pod) { return pod->from_template; });
    std::set<std::string_view> images;
    for (const PodClass* pod : classes) {
      if (pod->from_template != has_template || !images.insert(pod->container.image).second)
        continue;
      const int cluster = std::get<0>(key);
      WorkloadContainer container;
      container.cluster =
          cluster < 0 ? nullptr : &estate.clusters[static_cast<std::size_t>(cluster)];
      container.source = pod;
      container.workload = std::get<2>(key);
      container.reference = parse_image(pod->container.image);
      result.push_back(std::move(container));
    }
  }
  return result;
}

Evidence cite_container(const Estate& estate, const WorkloadContainer& container,
                        std::string_view field, std::string value) {
  return estate.cite(container.source->origin, place_of(container, field), std::move(value),
                     Basis::kubernetes_api);
}

Evidence cite_pod_spec(const Estate& estate, const WorkloadContainer& container,
                       std::string_view field, std::string value) {
  return estate.cite(container.source->origin,
                     fmt::format("{}/{}", container.source->spec_path, field), std::move(value),
                     Basis::kubernetes_api);
}

}  // namespace acr
