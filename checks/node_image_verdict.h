// What the images of a cluster's nodes can do.
#pragma once

#include <string>
#include <vector>

#include "check.h"

namespace acr {

// Node pools whose image is older than the credential provider that asks for tokens of the
// registry's own audience: April 2025 (kubernetes-sigs/cloud-provider-azure, pull request 8593 of
// 21 March 2025). Pools without a dated image are left out.
struct OldNodes {
  std::string pools;  // "pool user of cluster aks-prod (202411.12.0)"; empty when there are none
  std::vector<std::string> fix;
  std::vector<Evidence> evidence;  // of the images looked at
};
OldNodes old_nodes(const Estate& estate, const Cluster& cluster);
// Of every cluster that may use the registry: all of the input.
OldNodes old_nodes(const Estate& estate, const Registry& registry);

}  // namespace acr
