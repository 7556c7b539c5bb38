// What people declare to be run: one container of a workload, for the checks of manifests.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "estate/estate.h"

namespace acr {

// A container of a workload's pod template; where the template was not given, of the pods made of
// it. Ephemeral containers are people at work, and no part of it.
struct WorkloadContainer {
  const Cluster* cluster = nullptr;  // nullptr: nothing tells which cluster
  const PodClass* source = nullptr;
  std::string workload;  // "deploy/cart"; "pod/cart" of pods without an owner
  std::expected<ImageReference, ReferenceError> reference;

  WorkloadContainer() : reference(std::unexpect) {}
};

// In the order of clusters, namespaces and workloads. Two images of one container, in pods of a
// roll-out without a template, are two. Pointers go into `estate`.
std::vector<WorkloadContainer> workload_containers(const Estate& estate);

// Evidence for a field of the container: `field` is relative to it ("image"); empty: the container.
Evidence cite_container(const Estate& estate, const WorkloadContainer& container,
                        std::string_view field, std::string value);
// Evidence for a field of the pod spec around it ("automountServiceAccountToken").
Evidence cite_pod_spec(const Estate& estate, const WorkloadContainer& container,
                       std::string_view field, std::string value);

}  // namespace acr
