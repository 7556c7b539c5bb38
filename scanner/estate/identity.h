// Who may do what: role assignments, role definitions, deny assignments (Microsoft.Authorization)
// and the directory objects behind them (Microsoft Graph).
#pragma once

#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"

namespace acr {

struct RoleAssignment {
  Origin origin;
  ResourceId id;
  std::string principal_id;    // object id
  std::string principal_name;  // az prints it; for a service principal its app id
  std::string principal_type;  // ServicePrincipal, Group, User, …; empty when absent
  std::string role_id;         // GUID of the definition, lower case
  std::string role_name;       // az prints it; empty otherwise
  ResourceId scope;            // "/" becomes the empty id's root, see covers_scope
  std::string condition;       // ABAC expression; empty = none
  std::string created_on;      // RFC 3339 or empty
};

struct Permission {
  std::vector<std::string> actions, not_actions, data_actions, not_data_actions;
};

struct RoleDefinition {
  Origin origin;  // unknown for the built-in table
  std::string guid;
  std::string name;
  bool custom = false;
  std::vector<Permission> permissions;
};

struct DenyAssignment {
  struct Principal {
    std::string id, type;
  };
  Origin origin;
  ResourceId id;
  std::string name;
  ResourceId scope;
  bool not_for_child_scopes = false;
  std::vector<Permission> permissions;
  std::vector<Principal> principals, excluded;
  std::string condition;
};

// Microsoft.ManagedIdentity/userAssignedIdentities.
struct UserAssignedIdentity {
  Origin origin;
  ResourceId id;
  std::string client_id, object_id;
};

// Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials: whose tokens the
// identity takes for its own.
struct FederatedCredential {
  Origin origin;
  ResourceId id;  // its parent is the identity
  std::string issuer, subject;
  std::vector<std::string> audiences;
};

// A service principal or application. Secrets of an application live on the application object.
struct DirectoryObject {
  enum class Kind { service_principal, application };
  struct Credential {
    std::string display_name;
    std::string end;  // RFC 3339
  };
  Kind kind = Kind::service_principal;
  Origin origin;
  std::string object_id, app_id, display_name;
  bool enabled = true;
  Fact<std::vector<Credential>> passwords;
  Fact<std::vector<Credential>> certificates;
};

// Members of a group, or the groups of a principal: one edge.
struct GroupMembership {
  Origin origin;
  std::string group_id, member_id;
};

}  // namespace acr
