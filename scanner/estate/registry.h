// Registries and their children, as ARM describes them (Microsoft.ContainerRegistry).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"
#include "estate/setting.h"

namespace acr {

struct Replication {
  Origin origin;
  ResourceId id;
  std::string location;  // compact form: "westeurope"
  bool region_endpoint_enabled = true;
  std::string provisioning_state;      // Succeeded, Creating, Failed, …
  std::string status, status_message;  // "Ready", "Syncing"; empty when absent
};

// A connection seen from the registry's side; the endpoint itself may be in a foreign subscription.
struct EndpointConnection {
  Origin origin;
  ResourceId id;
  ResourceId private_endpoint;
  std::string status;  // Approved, Pending, Rejected, Disconnected; empty when absent
  std::string actions_required;
};

struct NetworkRules {
  std::string default_action;            // Allow or Deny; "Allow" where ARM sends no networkRuleSet
  std::vector<std::string> ip_rules;     // CIDRs or single addresses as given
  std::vector<ResourceId> subnet_rules;  // virtualNetworkRules
  bool subnet_rules_visible =
      false;  // newer api-versions hide virtualNetworkRules: absent is not empty
};

struct RegistryToken {
  struct Password {
    std::string name;
    std::string expiry;  // RFC 3339, empty = never
  };
  Origin origin;
  ResourceId id;
  std::string name;
  bool enabled = true;
  ResourceId scope_map;
  std::vector<Password> passwords;
};

// What tokens may do: "repositories/shop/*/content/read", "gateway/edge/config/read".
struct ScopeMap {
  Origin origin;
  ResourceId id;
  std::string name;
  std::vector<std::string> actions;
};

// One quota of a registry.
struct RegistryUsage {
  Origin origin;
  ResourceId registry;
  std::string name, unit;  // Size, Webhooks, Geo-replications, IPRules, …; Bytes, Count
  std::int64_t used = 0;
  std::optional<std::int64_t> limit;  // nullopt: none
};

// What a registry runs by itself: az acr task.
struct RegistryTask {
  Origin origin;
  ResourceId id;
  std::string name;
  bool enabled = true;
  std::vector<std::string> schedules;  // of its timers that are on: "0 1 * * Sun"
  Fact<std::string> steps;             // as YAML; a gap where they lie in a source repository
};

struct Registry {
  Origin origin;
  ResourceId id;
  std::string name;
  std::string login_server;  // as given; compare without regard to case
  std::string location;
  std::string sku;        // Basic, Standard, Premium, …
  std::string tenant_id;  // empty when the document does not say

  // Gaps where the body had no properties (generic lists, Resource Graph projections).
  Fact<bool> admin_user_enabled;
  Fact<bool> public_network_access;  // true = Enabled
  Fact<NetworkRules> network_rules;
  Fact<bool> anonymous_pull_enabled;
  Fact<bool> abac_mode;  // roleAssignmentMode == AbacRepositoryPermissions
  Fact<bool> data_endpoint_enabled;
  Fact<std::vector<std::string>> data_endpoints;  // dataEndpointHostNames
  Fact<std::vector<EndpointConnection>> connections;
  std::string provisioning_state;
  // policies: name -> status as ARM sends it ("quarantinePolicy" -> "enabled").
  std::vector<std::pair<std::string, std::string>> policies;
  // What the registry itself has, to read its key with.
  struct OwnIdentity {
    ResourceId id;
    std::string client_id;
  };
  std::vector<OwnIdentity> identities;
  bool has_system_identity = false;
  bool whole = false;  // the document is no projection: what it leaves out has its default
  Settings settings;   // of the document; arm_registry.cc lists the paths
};

}  // namespace acr
