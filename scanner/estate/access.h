// Effective permissions: does a principal hold an action on a resource, and which document says so?
// Rules: Microsoft Learn, "Azure role definitions" and "Azure deny assignments"; built-in roles
// from builtin_roles.h.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/estate.h"

namespace acr {

inline constexpr std::string_view kPullAction = "Microsoft.ContainerRegistry/registries/pull/read";
inline constexpr std::string_view kPullDataAction =
    "Microsoft.ContainerRegistry/registries/repositories/content/read";

// How long a role assignment may take to reach every place that asks for it. Source: Microsoft
// Learn, "Troubleshoot Azure RBAC": up to 10 minutes.
inline constexpr std::chrono::minutes kPropagation{10};

// `*` matches any run of characters, "/" included; case-insensitive; whole string.
bool action_matches(std::string_view pattern, std::string_view action);
// Within one permission the not-actions subtract; permissions of a role add up.
bool grants_action(const RoleDefinition& role, std::string_view action);
bool grants_data_action(const RoleDefinition& role, std::string_view action);

// Does an assignment at `scope` apply to `resource`? "/" and management groups apply to all: ARM
// lists only those management groups that are ancestors.
bool covers_scope(const ResourceId& scope, const ResourceId& resource);

// The ABAC condition of an assignment, for one action on one repository. `unknown` for any
// construct this evaluator does not know: never a denial by ignorance.
enum class Tri { no, yes, unknown };
Tri evaluate_condition(std::string_view condition, std::string_view action,
                       std::string_view repository);

// One assignment that matters for a question, with what it does.
struct Grant {
  const RoleAssignment* assignment = nullptr;
  const RoleDefinition* role = nullptr;  // nullptr: the definition is not known
  enum class Effect {
    grants,              // the action is granted
    condition_unknown,   // granted if a condition we cannot evaluate holds
    condition_excludes,  // the condition leaves this repository out
    role_unknown,        // a custom role whose definition is not in the input
    wildcard_uncertain,  // a custom role pulls only by a wildcard in Microsoft.ContainerRegistry
    ignored_in_mode,     // a pull role of the other permission mode (AcrPull on an ABAC registry)
    none,                // applies to the registry, grants no pull
  } effect = Effect::none;
  bool through_group = false;  // principal is a group; membership known
};

// What is known about one principal's right to pull from one registry.
struct PullRight {
  enum class State { granted, denied, not_granted, unknown } state = State::unknown;
  std::vector<Grant> grants;        // this principal's assignments on the registry or above
  std::vector<Grant> group_grants;  // pull grants of groups whose membership is not known
  std::vector<Evidence> ruled_out;  // shows that no group with a pull grant holds the principal
  std::vector<Grant> others;        // pull grants of other principals, for "wrong principal"
  const DenyAssignment* denied_by = nullptr;
  // On granted: when, if that is so recent that registries may not know it yet (kPropagation).
  std::optional<Instant> granted_at;
  std::string reason;               // one clause
  std::vector<Evidence> evidence;   // everything the state rests on
  std::vector<std::string> supply;  // on unknown: what would tell
};

struct Principal {
  std::string object_id;  // may be empty when only the app id is known
  std::string app_id;
  std::string name;  // for messages
};

// `repository` without registry and tag; only ABAC mode looks at it. Empty = any repository.
// `pulled`: this caller has pulled from the registry, so its right comes from somewhere. Only then
// is a group of administrators (Owner, Contributor) with unknown members a reason for doubt: such
// groups stand above nearly every registry, and they hold people.
PullRight pull_right(const Estate& estate, const Principal& principal, const Registry& registry,
                     std::string_view repository, bool pulled);

// What else a principal may do to images, as registries of either mode name it. Source: Microsoft
// Learn, "Azure Container Registry permissions and role assignments reference".
struct RegistryRight {
  std::string_view word;         // "push images"
  std::string_view action;       // in the legacy mode
  std::string_view data_action;  // in ABAC mode; empty: the action counts in both
};
inline constexpr RegistryRight kPushRight{
    "push images", "Microsoft.ContainerRegistry/registries/push/write",
    "Microsoft.ContainerRegistry/registries/repositories/content/write"};
inline constexpr RegistryRight kDeleteRight{
    "delete images", "Microsoft.ContainerRegistry/registries/artifacts/delete",
    "Microsoft.ContainerRegistry/registries/repositories/content/delete"};
inline constexpr RegistryRight kConfigureRight{"configure the registry",
                                               "Microsoft.ContainerRegistry/registries/write", ""};

// Who holds a right on a registry, on all of its repositories or some.
struct Holders {
  std::vector<Grant> grants;
  std::vector<Grant> undecided;  // custom roles whose definition is not in the input
};
// `abac`: the registry's mode. Deny assignments are left out: people do not make them.
Holders holders_of(const Estate& estate, const Registry& registry, const RegistryRight& right,
                   bool abac);
// Owner or Contributor: a role that holds the right because it may do everything.
bool is_administrative(const Grant& grant);
// "AcrPush on the registry", "Contributor on resource group rg-shop".
std::string describe(const Grant& grant, const Registry& registry);
Evidence cite_grant(const Estate& estate, const Grant& grant);

// Do the role assignment lists of the input cover this registry? A list whose entries all sit on
// another registry's chain of scopes does not.
struct AssignmentCoverage {
  bool covered = false;
  std::size_t assignments = 0;     // in the covering lists
  std::vector<Evidence> evidence;  // one a covering list
  std::string lists;               // "14 role assignments in roles.json"
  bool seen_at_registry = false;   // some entry is scoped to the registry itself or below
};
AssignmentCoverage assignment_coverage(const Estate& estate, const Registry& registry);

}  // namespace acr
