#include "container_verdict.h"

#include <fmt/format.h>

#include "estate/command.h"

namespace acr {

Evidence cite_image(const Estate& estate, const WorkloadContainer& container) {
  const ContainerImage& image = container.source->container;
  return cite_container(estate, container,
                        image.kind == ContainerKind::image_volume ? "image/reference" : "image",
                        image.image);
}

std::optional<Verdict> unless_named(const Estate& estate, const WorkloadContainer& container) {
  const ContainerImage& image = container.source->container;
  std::vector<Evidence> evidence{cite_image(estate, container)};
  // A template may leave the image to whatever fills it in later.
  if (image.image.empty()) {
    return unknown(fmt::format("container {} names no image yet", image.name), std::move(evidence),
                   {fmt::format("kubectl get pods --namespace {} --output json",
                                quote(container.source->name_space))});
  }
  // Istio's placeholder, no image of docker.io: the injector puts its proxy there.
  if (image.image == "auto") {
    return not_applicable(container.source->from_template
                              ? "Istio names the image when the pod is made"
                              : "the image is still \"auto\": Istio was to name it, and did not",
                          std::move(evidence));
  }
  if (!container.reference)
    return not_applicable(fmt::format("image \"{}\" is not a valid reference", image.image),
                          std::move(evidence));
  return std::nullopt;
}

int cluster_index(const Estate& estate, const WorkloadContainer& container) {
  return container.cluster == nullptr
             ? -1
             : static_cast<int>(container.cluster - estate.clusters.data());
}

std::string full_name(const ImageReference& reference) {
  return lower(fmt::format("{}/{}", reference.domain, reference.path));
}

bool is_within(std::string_view image, std::string_view place) {
  while (place.ends_with('/')) place.remove_suffix(1);
  if (place.empty() || !image.starts_with(place)) return false;
  return image.size() == place.size() || image[place.size()] == '/';
}

}  // namespace acr
