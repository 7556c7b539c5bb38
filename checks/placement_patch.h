// Patches to the part of a workload that decides where its pods may run.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/landing.h"

namespace acr {

// "kubectl patch deploy/cart … --type json" with these changes. nullopt where the workload cannot
// be patched (a bare pod, a Job, an owner of another kind), or where a name is not one that
// Kubernetes would take.
std::optional<std::string> patch_command(const Pull& pull,
                                         const std::vector<PlacementChange>& changes);

// The same, to keep the pods off virtual nodes and to no longer ask for them.
std::optional<std::string> leave_virtual_nodes_command(const Pull& pull);

}  // namespace acr
