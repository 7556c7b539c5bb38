// What the checks on containers as people declare them share.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "check.h"

namespace acr {

// The image where the pod spec names it.
Evidence cite_image(const Estate& estate, const WorkloadContainer& container);

// Answers that hold for every check on a container's image: none is named yet, Istio is to name it,
// it is no valid reference. nullopt: judge on.
std::optional<Verdict> unless_named(const Estate& estate, const WorkloadContainer& container);

// Index of the container's cluster in `estate.clusters`, or -1: nothing tells which one.
int cluster_index(const Estate& estate, const WorkloadContainer& container);

// "host/path" of an image in lower case: "docker.io/library/nginx" of "nginx:1.25".
std::string full_name(const ImageReference& reference);

// Is the image in this place: a host, or a host and whole steps of a path? "docker.io/library"
// holds docker.io/library/nginx; "contoso.azurecr.io" holds nothing of contoso.azurecr.io.evil.com.
bool is_within(std::string_view image, std::string_view place);

}  // namespace acr
