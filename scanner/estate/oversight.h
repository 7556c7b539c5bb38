// What watches over a resource from outside it: diagnostic settings, locks, Microsoft Defender.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"

namespace acr {

// Microsoft.Insights/diagnosticSettings: where a resource's logs go to.
struct DiagnosticSetting {
  struct Log {
    std::string category, group;  // one of the two
    bool enabled = false;
  };
  Origin origin;
  ResourceId id, resource;
  std::string name;
  bool has_target = false;  // a workspace, storage account, event hub or partner
  std::vector<Log> logs;
};

// Microsoft.Authorization/locks, on a resource, its group or its subscription.
struct ResourceLock {
  Origin origin;
  ResourceId id, scope;
  std::string name, level;  // CanNotDelete, ReadOnly
};

// Microsoft.Security/pricings, of one subscription.
struct DefenderPlan {
  struct Extension {
    std::string name;
    bool enabled = false;
  };
  Origin origin;
  ResourceId id;
  std::string subscription, name, tier;  // Free, Standard
  std::vector<Extension> extensions;
};

// Microsoft.Security/assessments: what Defender found out about one resource.
struct Assessment {
  Origin origin;
  ResourceId id, resource;
  std::string key, title, status, cause;  // status: Healthy, Unhealthy, NotApplicable
};

}  // namespace acr
