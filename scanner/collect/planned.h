// Resources that do not exist yet, as ARM will show them: what Terraform plans and ARM templates
// have in common.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/arm_value.h"
#include "collect/collect.h"
#include "estate/resource_id.h"

namespace acr {

struct PlannedObject {
  ArmValue arm;          // with "id" and "type"
  std::string pointer;   // in the document
  bool created = false;  // it does not exist yet: what the plan does not give it, it does not have
  std::string type;      // as in `arm`
  ResourceId resource;   // likewise
  const ResourceId& id() const { return resource; }
  bool is(std::string_view wanted) const { return same_text(type, wanted); }
};

struct PlannedEstate {
  Plan plan;
  std::deque<PlannedObject> objects;  // keeps addresses
  std::vector<Remark> remarks;        // without source
  // Something of this kind could not be read, so that what is there may not be all.
  bool unread_assignment = false, unread_endpoint = false;
  std::vector<ResourceId> registries_with_unread_replicas;
  std::vector<ResourceId> zones_with_unread_links, vnets_with_unread_peerings;

  static constexpr std::size_t kMostObjects = 5'000;
  static constexpr std::size_t kMostRemarks = 20;
  PlannedObject& add(std::string_view type, std::string_view id, std::string pointer, bool created);
  void remark(std::string code, std::string text);
};

// The group that a template is deployed to, which it does not name.
inline constexpr std::string_view kDeploymentGroup = "resource-group-of-the-deployment";
std::string short_name(const ResourceId& id);  // "rg-aks/aks-prod"
// "known-after-apply:azurerm_kubernetes_cluster.main.identity[0].principal_id": stands for an id
// that Azure gives, wherever the plan speaks of it.
std::string known_after_apply(std::string_view resource, std::string_view attribute);

// Adds what Azure adds by itself: the registry's login server and connections, the cluster's
// kubelet identity, the addresses and records of private endpoints, the state of peerings.
void complete(PlannedEstate& estate);

}  // namespace acr
