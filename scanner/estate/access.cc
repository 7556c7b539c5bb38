#include "estate/access.h"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "estate/builtin_roles.h"
#include "estate/command.h"

namespace acr {
namespace {

using Effect = Grant::Effect;
using State = PullRight::State;

constexpr std::string_view kRegistryNamespace = "microsoft.containerregistry/";
constexpr std::string_view kRegistries = "/providers/microsoft.containerregistry/registries/";
constexpr std::string_view kManagementGroups = "/providers/microsoft.management/managementgroups/";
constexpr std::string_view kAssignments = "/providers/microsoft.authorization/roleassignments";
constexpr std::string_view kEveryone = "00000000-0000-0000-0000-000000000000";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

bool any_matches(const std::vector<std::string>& patterns, std::string_view action) {
  return std::ranges::any_of(
      patterns, [action](const std::string& pattern) { return action_matches(pattern, action); });
}

bool permits(const Permission& permission, std::string_view action, bool data) {
  return any_matches(data ? permission.data_actions : permission.actions, action) &&
         !any_matches(data ? permission.not_data_actions : permission.not_actions, action);
}

bool role_permits(const RoleDefinition& role, std::string_view action, bool data) {
  return std::ranges::any_of(role.permissions, [=](const Permission& permission) {
    return permits(permission, action, data);
  });
}

// Registries honour `Microsoft.ContainerRegistry/*/read` in a custom role only in tenants with ARM
// private link (ACR documentation on custom roles); a named action or a wider pattern always
// counts.
bool rests_on_registry_wildcard(const RoleDefinition& role, std::string_view action, bool data) {
  if (!role.custom) return false;
  for (const Permission& permission : role.permissions) {
    if (!permits(permission, action, data)) continue;
    for (const std::string& pattern : data ? permission.data_actions : permission.actions) {
      const bool wildcard_within = pattern.find('*') != std::string::npos &&
                                   lower(trim(pattern)).starts_with(kRegistryNamespace);
      if (!wildcard_within && action_matches(pattern, action)) return false;
    }
  }
  return true;
}

void add_once(std::vector<Evidence>& to, Evidence evidence) {
  if (std::ranges::find(to, evidence) == to.end()) to.push_back(std::move(evidence));
}

void add_once(std::vector<std::string>& to, std::string text) {
  if (std::ranges::find(to, text) == to.end()) to.push_back(std::move(text));
}

// The groups that are known to hold a principal, directly or through other groups, each with the
// membership that led to it.
using Groups = std::map<std::string, const GroupMembership*>;

Groups groups_of(const Estate& estate, std::string_view object_id) {
  Groups groups;
  if (object_id.empty() || estate.memberships.empty()) return groups;
  std::unordered_multimap<std::string, const GroupMembership*> by_member;
  for (const GroupMembership& edge : estate.memberships) {
    by_member.emplace(lower(edge.member_id), &edge);
  }
  std::vector<std::string> open{lower(object_id)};
  while (!open.empty()) {
    const std::string member = std::move(open.back());
    open.pop_back();
    const auto [first, last] = by_member.equal_range(member);
    for (auto it = first; it != last; ++it) {
      std::string group = lower(it->second->group_id);
      if (groups.emplace(group, it->second).second) open.push_back(std::move(group));
    }
  }
  return groups;
}

// The whole list of the groups that hold a principal (Graph's transitiveMemberOf), where it was
// given: a group that it lacks does not hold the principal.
const Listing* find_group_list(const Estate& estate, std::string_view object_id) {
  if (object_id.empty()) return nullptr;
  const std::string path =
      fmt::format("/serviceprincipals/{}/transitivememberof", lower(object_id));
  for (const Listing& listing : estate.listings) {
    if (listing.kind != Kind::group_membership || !listing.list) continue;
    const std::string url = lower(estate.documents[listing.origin.document].request_url);
    if (url.substr(0, url.find('?')).ends_with(path)) return &listing;
  }
  return nullptr;
}

// Everything one question is about, so that the steps below stay short.
struct Question {
  const Estate& estate;
  const Principal& principal;
  const Registry& registry;
  std::string_view repository;
  bool abac, pulled;
  Groups groups;
  const Listing* group_list;  // nullptr: there may be more groups
  std::string_view action = abac ? kPullDataAction : kPullAction;
};

const RoleDefinition* definition_of(const Estate& estate, const RoleAssignment& assignment) {
  if (!assignment.role_id.empty()) return estate.role_definition(assignment.role_id);
  // A plan may name the role only by name.
  const auto is_named = [&assignment](const RoleDefinition& role) {
    return !role.name.empty() && same_text(role.name, assignment.role_name);
  };
  const auto given = std::ranges::find_if(estate.role_definitions, is_named);
  if (given != estate.role_definitions.end()) return &*given;
  const auto builtin = std::ranges::find_if(builtin_roles(), is_named);
  return builtin == builtin_roles().end() ? nullptr : &*builtin;
}

Effect weigh(const Question& q, const RoleAssignment& assignment, const RoleDefinition* role) {
  if (!role) return Effect::role_unknown;
  if (!role_permits(*role, q.action, q.abac)) {
    const std::string_view other = q.abac ? kPullAction : kPullDataAction;
    return role_permits(*role, other, !q.abac) ? Effect::ignored_in_mode : Effect::none;
  }
  switch (evaluate_condition(assignment.condition, q.action, q.repository)) {
    case Tri::no:
      return Effect::condition_excludes;
    case Tri::unknown:
      return Effect::condition_unknown;
    case Tri::yes:
      break;
  }
  return rests_on_registry_wildcard(*role, q.action, q.abac) ? Effect::wildcard_uncertain
                                                             : Effect::grants;
}

bool may_grant(Effect effect) {
  return effect == Effect::grants || effect == Effect::condition_unknown ||
         effect == Effect::role_unknown || effect == Effect::wildcard_uncertain;
}

bool is_direct(const Question& q, const RoleAssignment& assignment) {
  if (!q.principal.object_id.empty())
    return same_text(assignment.principal_id, q.principal.object_id);
  return !q.principal.app_id.empty() && same_text(assignment.principal_name, q.principal.app_id);
}

// Where only the application is known: may this assignment be its service principal's all the same?
// az shows a principal by one of its names, which need not be the application's id, or not at all.
bool may_be_direct(const Question& q, const RoleAssignment& assignment) {
  if (!q.principal.object_id.empty() || same_text(assignment.principal_type, "User")) return false;
  const std::string& name = assignment.principal_name;
  return !is_guid(name) || same_text(name, assignment.principal_id);
}

std::string role_text(const Grant& grant) {
  if (grant.role && !grant.role->name.empty()) return grant.role->name;
  if (!grant.assignment->role_name.empty()) return grant.assignment->role_name;
  return "role " + grant.assignment->role_id;
}

std::string scope_text(const Registry& registry, const ResourceId& scope) {
  if (scope == registry.id) return "the registry";
  if (scope.key() == "/") return "the root scope";
  if (scope.key().starts_with(kManagementGroups)) {
    return fmt::format("management group {}", scope.name());
  }
  if (!scope.resource_group().empty()) {
    return fmt::format("resource group {}", scope.resource_group());
  }
  return "the subscription";
}

Evidence cite_assignment(const Estate& estate, const Grant& grant) {
  return estate.cite(grant.assignment->origin, "roleDefinitionId",
                     fmt::format("{} -> {}", role_text(grant), grant.assignment->principal_id));
}

// The definition, where the answer would be another without the document that holds it: a built-in
// role is known anyway.
void cite_definition(const Question& q, const Grant& grant, std::vector<Evidence>& evidence) {
  if (!grant.role || !grant.role->origin.known()) return;
  const RoleDefinition* builtin = builtin_role(grant.role->guid);
  if (builtin && weigh(q, *grant.assignment, builtin) == weigh(q, *grant.assignment, grant.role)) {
    return;
  }
  add_once(evidence, q.estate.cite(grant.role->origin, "permissions", grant.role->name));
}

void cite_membership(const Question& q, const std::string& group, std::vector<Evidence>& evidence) {
  std::string at = lower(group);
  for (auto step = q.groups.find(at); step != q.groups.end(); step = q.groups.find(at)) {
    const GroupMembership& edge = *step->second;
    add_once(evidence,
             q.estate.cite(edge.origin, "",
                           fmt::format("group {} holds {}", edge.group_id, edge.member_id)));
    at = lower(edge.member_id);
    if (same_text(at, q.principal.object_id)) return;
  }
}

std::string member_check(const Question& q, std::string_view group) {
  const std::string member =
      q.principal.object_id.empty()
          ? fmt::format("\"$(az ad sp show --id {} --query id --output tsv)\"",
                        quote(q.principal.app_id))
          : quote(q.principal.object_id);
  return fmt::format("az ad group member check --group {} --member-id {}", quote(group), member);
}

std::string show_by_id(const ResourceId& id) {
  return fmt::format("az rest --method get --url {}",
                     quote(fmt::format("{}?api-version=2022-04-01", id.text())));
}

// Is the principal among those of a deny assignment? `groups_in_doubt` collects the groups that
// could still hold it; `memberships` what a yes rests on.
Tri is_among(const Question& q, const std::vector<DenyAssignment::Principal>& principals,
             std::vector<std::string>& groups_in_doubt, std::vector<Evidence>& memberships) {
  Tri result = Tri::no;
  for (const auto& candidate : principals) {
    if (candidate.id == kEveryone ||
        (!q.principal.object_id.empty() && same_text(candidate.id, q.principal.object_id))) {
      return Tri::yes;
    }
  }
  for (const auto& candidate : principals) {
    if (q.groups.contains(lower(candidate.id))) {
      cite_membership(q, candidate.id, memberships);
      return Tri::yes;
    }
    if (q.principal.object_id.empty() || same_text(candidate.type, "Group")) result = Tri::unknown;
    if (same_text(candidate.type, "Group")) add_once(groups_in_doubt, candidate.id);
  }
  return result;
}

struct Denial {
  const DenyAssignment* deny = nullptr;
  Tri applies = Tri::no;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
};

Denial weigh_deny(const Question& q, const DenyAssignment& deny) {
  Denial denial{.deny = &deny, .applies = Tri::no, .evidence = {}, .supply = {}};
  const bool in_scope = deny.not_for_child_scopes ? deny.scope == q.registry.id
                                                  : covers_scope(deny.scope, q.registry.id);
  const bool matches = std::ranges::any_of(deny.permissions, [&q](const Permission& permission) {
    return permits(permission, q.action, q.abac);
  });
  if (!in_scope || !matches) return denial;

  std::vector<std::string> in_doubt;
  std::vector<Evidence> exclusion;
  const Tri named = is_among(q, deny.principals, in_doubt, denial.evidence);
  if (named == Tri::no) return denial;
  const Tri excluded = is_among(q, deny.excluded, in_doubt, exclusion);
  if (excluded == Tri::yes) return denial;
  const Tri condition = evaluate_condition(deny.condition, q.action, q.repository);
  if (condition == Tri::no) return denial;

  const bool certain = named == Tri::yes && excluded == Tri::no && condition == Tri::yes;
  denial.applies = certain ? Tri::yes : Tri::unknown;
  denial.evidence.insert(
      denial.evidence.begin(),
      q.estate.cite(deny.origin, "permissions", fmt::format("{} denies {}", deny.name, q.action)));
  if (!certain) {
    for (const std::string& group : in_doubt) denial.supply.push_back(member_check(q, group));
    if (denial.supply.empty()) denial.supply.push_back(show_by_id(deny.id));
  }
  return denial;
}

// The registry a scope is or lies below; empty when there is none.
std::string_view registry_part(const ResourceId& scope) {
  const std::string_view key = scope.key();
  const std::size_t start = key.find(kRegistries);
  if (start == std::string_view::npos) return {};
  return key.substr(0, key.find('/', start + kRegistries.size()));
}

// Does a list asked for under this URL hold all assignments that count for the registry?
bool url_covers(std::string_view url, const Registry& registry, std::string_view object_id) {
  const std::string text = lower(url);
  const std::size_t question = std::min(text.find('?'), text.size());
  const std::size_t end = text.rfind(kAssignments, question);
  const std::size_t host = text.find("://");
  const std::size_t path = text.find('/', host == std::string::npos ? 0 : host + 3);
  if (end == std::string::npos || path > end) return false;
  const ResourceId scope(path == end ? std::string_view("/")
                                     : std::string_view(text).substr(path, end - path));
  const std::string_view query = std::string_view(text).substr(question);
  // A list filtered by principal answers for that principal only, and atScope() leaves out what is
  // assigned below the scope asked for.
  if (query.find("principalid") != std::string_view::npos ||
      query.find("assignedto") != std::string_view::npos) {
    if (object_id.empty() || query.find(lower(object_id)) == std::string_view::npos) return false;
  }
  if (scope == registry.id) return true;
  return query.find("atscope") == std::string_view::npos && scope.contains(registry.id);
}

// Where the entries of one list lie, seen from one registry.
struct ScopeTally {
  bool at_registry = false;         // on it, or below it
  bool inherited = false;           // above it
  bool own_subscription = false;    // in its subscription, above it or beside it
  bool other_subscription = false;  // in another one
  bool elsewhere = false;           // beside it, on something that is no registry
  bool other_registries = false;    // beside it, on several registries
  std::string_view other_registry;  // beside it, on this registry

  void add(const ResourceId& scope, const ResourceId& registry, const ResourceId& subscription) {
    if (registry.contains(scope)) {
      at_registry = true;
      return;
    }
    own_subscription |= subscription.contains(scope);
    if (covers_scope(scope, registry)) {
      inherited = true;
      return;
    }
    other_subscription |= !subscription.contains(scope);
    if (elsewhere || other_registries) return;  // not made for one other registry: settled
    const std::string_view other = registry_part(scope);
    elsewhere = other.empty();
    other_registries = !elsewhere && !other_registry.empty() && other != other_registry;
    if (!elsewhere) other_registry = other;
  }

  // Was the list made for the registry, or for something that holds it?
  bool covers() const {
    if (at_registry) return true;
    const bool made_for_another = !other_registry.empty() && !other_registries && !elsewhere;
    // "/" and management groups stand in the lists of every subscription: they tell nothing where
    // entries of subscriptions do.
    return !made_for_another && (own_subscription || (inherited && !other_subscription));
  }
};

AssignmentCoverage find_coverage(const Estate& estate, const Registry& registry,
                                 std::string_view object_id) {
  const ResourceId subscription("/subscriptions/" + std::string(registry.id.subscription()));
  std::vector<ScopeTally> tallies(estate.documents.size());
  for (const RoleAssignment& assignment : estate.role_assignments) {
    if (assignment.origin.document >= tallies.size()) continue;
    tallies[assignment.origin.document].add(assignment.scope, registry.id, subscription);
  }
  AssignmentCoverage coverage;
  std::vector<std::uint32_t> covering;
  for (const Listing& listing : estate.listings) {
    const std::uint32_t document = listing.origin.document;
    if (listing.kind != Kind::role_assignment || !listing.list || document >= tallies.size()) {
      continue;
    }
    const std::string& url = estate.documents[document].request_url;
    const auto& plan = estate.documents[document].plan;
    const bool covers = plan          ? plan->tells_all_assignments || tallies[document].covers()
                        : url.empty() ? tallies[document].covers()
                                      : url_covers(url, registry, object_id);
    if (covers) {
      covering.push_back(document);
      coverage.seen_at_registry |= tallies[document].at_registry;
    }
  }
  auto summary = estate.summarise(Kind::role_assignment, covering);
  coverage.covered = !covering.empty();
  coverage.assignments = summary.count;
  coverage.evidence = std::move(summary.evidence);
  coverage.lists = std::move(summary.text);
  return coverage;
}

void sort_grants(const Question& q, PullRight& right) {
  for (const RoleAssignment& assignment : q.estate.role_assignments) {
    if (!covers_scope(assignment.scope, q.registry.id)) continue;
    Grant grant;
    grant.assignment = &assignment;
    grant.role = definition_of(q.estate, assignment);
    grant.effect = weigh(q, assignment, grant.role);
    if (is_direct(q, assignment)) {
      right.grants.push_back(grant);
      continue;
    }
    // Old api-versions leave the type out; then the principal may be a group as well.
    const std::string& type = assignment.principal_type;
    const bool group = type.empty() || lower(type).ends_with("group");
    if (q.groups.contains(lower(assignment.principal_id))) {
      grant.through_group = true;
      right.grants.push_back(grant);
    } else if (group && may_grant(grant.effect)) {
      if (!q.group_list)
        right.group_grants.push_back(grant);
      else if (right.ruled_out.empty())
        right.ruled_out = {q.estate.cite(q.group_list->origin, "",
                                         counted(q.group_list->count, Kind::group_membership))};
    } else if (may_grant(grant.effect) && grant.effect != Effect::role_unknown) {
      right.others.push_back(grant);
    }
  }
}

void cite_grant(const Question& q, const Grant& grant, std::vector<Evidence>& evidence) {
  add_once(evidence, cite_assignment(q.estate, grant));
  cite_definition(q, grant, evidence);
  if (grant.through_group) cite_membership(q, grant.assignment->principal_id, evidence);
}

// One thing that keeps the question open.
struct Doubt {
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
};

std::optional<Doubt> doubt_about(const Question& q, const Grant& grant) {
  Doubt doubt;
  cite_grant(q, grant, doubt.evidence);
  const std::string role = role_text(grant);
  switch (grant.effect) {
    case Effect::role_unknown:
      doubt.reason = fmt::format("what {} permits is not known, and it is assigned to it", role);
      doubt.supply = {
          fmt::format("az role definition list --name {}",
                      quote(grant.assignment->role_id.empty() ? grant.assignment->role_name
                                                              : grant.assignment->role_id))};
      return doubt;
    case Effect::condition_unknown:
      doubt.reason =
          q.repository.empty()
              ? fmt::format("the condition of its {} assignment depends on the repository", role)
              : fmt::format(
                    "the condition of its {} assignment could not be evaluated for repository {}",
                    role, q.repository);
      doubt.supply = {show_by_id(grant.assignment->id)};
      return doubt;
    case Effect::wildcard_uncertain:
      doubt.reason = fmt::format(
          "the custom role {} grants pull only by a wildcard within Microsoft.ContainerRegistry, "
          "which registries honour in some tenants only",
          role);
      return doubt;
    default:
      return std::nullopt;
  }
}

std::vector<Doubt> find_doubts(const Question& q, const PullRight& right,
                               const AssignmentCoverage& coverage) {
  std::vector<Doubt> doubts;
  for (const Grant& grant : right.grants) {
    if (auto doubt = doubt_about(q, grant)) doubts.push_back(std::move(*doubt));
  }
  if (!coverage.covered) {
    Doubt doubt;
    if (const Refusal* refusal = q.estate.refusal(Kind::role_assignment)) {
      doubt.reason = fmt::format("the role assignments of {} could not be read: {}",
                                 q.registry.name, refusal->says());
      doubt.evidence = {q.estate.cite(
          refusal->origin, "", refusal->action + (refusal->failure.empty() ? " refused" : ""),
          refusal->basis())};
    } else if (q.estate.has(Kind::role_assignment)) {
      doubt.reason =
          fmt::format("the lists given ({}) do not cover {}",
                      q.estate.describe_listings(Kind::role_assignment), q.registry.name);
      doubt.evidence = q.estate.cite_listings(Kind::role_assignment);
    } else {
      doubt.reason = fmt::format("no role assignments of {} were given", q.registry.name);
    }
    doubt.supply = {
        fmt::format("az role assignment list --scope {} --include-inherited --output json",
                    quote(q.registry.id.text()))};
    doubts.push_back(std::move(doubt));
  }
  for (const Grant& grant : right.group_grants) {
    const std::string& group = grant.assignment->principal_id;
    if (!q.pulled && is_administrative(grant)) continue;
    Doubt doubt;
    doubt.reason =
        fmt::format("{} is assigned to the group {}, and whether that holds it is not known",
                    role_text(grant), group);
    cite_grant(q, grant, doubt.evidence);
    doubt.supply = {member_check(q, group)};
    if (auto more = doubt_about(q, grant)) {
      for (std::string& command : more->supply) doubt.supply.push_back(std::move(command));
    }
    doubts.push_back(std::move(doubt));
  }
  for (const Grant& grant : right.others) {
    if (!may_be_direct(q, *grant.assignment)) continue;
    Doubt doubt;
    doubt.reason = fmt::format(
        "{} is assigned to {}, and whether that is the object id of application {} is not known",
        role_text(grant), grant.assignment->principal_id, q.principal.app_id);
    cite_grant(q, grant, doubt.evidence);
    doubt.supply = {fmt::format("az ad sp show --id {} --output json", quote(q.principal.app_id))};
    doubts.push_back(std::move(doubt));
  }
  return doubts;
}

// Of "3 role assignments in roles.json", or of "1 role assignment in roles.json".
std::string none_grants(std::string_view lists) {
  if (lists.starts_with("1 ")) return fmt::format("the one {} does not grant", lists.substr(2));
  return fmt::format("none of the {} grants", lists);
}

// Why assignments that a reader would take for pull roles do not help.
std::string explain_misses(const Question& q, const PullRight& right) {
  for (const Grant& grant : right.grants) {
    if (grant.effect == Effect::condition_excludes) {
      return fmt::format("the condition of its {} assignment leaves repository {} out; ",
                         role_text(grant), q.repository);
    }
    if (grant.effect == Effect::ignored_in_mode) {
      return fmt::format("{} is assigned to it, but does not count on a registry in {} mode; ",
                         role_text(grant), q.abac ? "ABAC" : "legacy");
    }
  }
  return {};
}

// When the assignment was made, if that may be too short ago for it to have taken effect.
std::optional<Instant> fresh_since(const Estate& estate, const RoleAssignment& assignment) {
  const auto created = parse_time(assignment.created_on);
  if (!created || *created + kPropagation <= estate.now) return std::nullopt;
  return created;
}

PullRight judge(const Estate& estate, const Principal& principal, const Registry& registry,
                std::string_view repository, bool abac, bool pulled) {
  const Question q{.estate = estate,
                   .principal = principal,
                   .registry = registry,
                   .repository = repository,
                   .abac = abac,
                   .pulled = pulled,
                   .groups = groups_of(estate, principal.object_id),
                   .group_list = find_group_list(estate, principal.object_id)};
  PullRight right;
  if (principal.object_id.empty() && principal.app_id.empty()) {
    right.reason = "the principal is not known";
    return right;
  }
  sort_grants(q, right);

  std::optional<Denial> possible;
  for (const DenyAssignment& deny : estate.deny_assignments) {
    Denial denial = weigh_deny(q, deny);
    if (denial.applies == Tri::yes) {
      right.state = State::denied;
      right.denied_by = &deny;
      right.reason = fmt::format("the deny assignment {} denies {} to it", deny.name, q.action);
      right.evidence = std::move(denial.evidence);
      return right;
    }
    if (denial.applies == Tri::unknown && !possible) possible = std::move(denial);
  }

  // One grant suffices, and the verdict rests on that one: one that has taken effect for sure, and
  // a direct one, where there are such.
  const auto best = [&](bool fresh_too, bool group_too) {
    return std::ranges::find_if(right.grants, [&](const Grant& candidate) {
      return candidate.effect == Effect::grants && (group_too || !candidate.through_group) &&
             (fresh_too || !fresh_since(estate, *candidate.assignment));
    });
  };
  auto grant = right.grants.end();
  for (const auto& [fresh_too, group_too] :
       {std::pair(false, false), {false, true}, {true, false}, {true, true}}) {
    if (grant == right.grants.end()) grant = best(fresh_too, group_too);
  }
  if (grant != right.grants.end()) {
    right.state = State::granted;
    right.granted_at = fresh_since(estate, *grant->assignment);
    right.reason = fmt::format("{} on {} grants {} to {}", role_text(*grant),
                               scope_text(registry, grant->assignment->scope), q.action,
                               grant->through_group ? "a group that holds it" : "it");
    cite_grant(q, *grant, right.evidence);
    if (possible) {
      right.state = State::unknown;
      right.reason = fmt::format("{}, but whether the deny assignment {} applies is not known",
                                 right.reason, possible->deny->name);
      for (Evidence& evidence : possible->evidence) add_once(right.evidence, std::move(evidence));
      right.supply = std::move(possible->supply);
    }
    return right;
  }

  const AssignmentCoverage coverage = find_coverage(estate, registry, principal.object_id);
  for (Doubt& doubt : find_doubts(q, right, coverage)) {
    if (right.reason.empty()) right.reason = std::move(doubt.reason);
    for (Evidence& evidence : doubt.evidence) add_once(right.evidence, std::move(evidence));
    for (std::string& command : doubt.supply) add_once(right.supply, std::move(command));
  }
  if (!right.reason.empty()) return right;

  right.state = State::not_granted;
  right.reason = fmt::format(
      "{}{} {} to it{}", explain_misses(q, right), none_grants(coverage.lists), q.action,
      coverage.seen_at_registry ? "" : "; none of them is scoped to the registry itself");
  for (const Grant& left_out : right.group_grants) {
    const RoleAssignment& assignment = *left_out.assignment;
    right.reason += fmt::format(
        "; {} of group {}, whose members are not in the input, is not counted", role_text(left_out),
        assignment.principal_name.empty() ? assignment.principal_id : assignment.principal_name);
    break;
  }
  right.evidence = coverage.evidence;
  for (const Evidence& evidence : right.ruled_out) add_once(right.evidence, evidence);
  // A custom role that does not pull is known not to only through its definition.
  for (const RoleAssignment& assignment : estate.role_assignments) {
    if (!covers_scope(assignment.scope, registry.id)) continue;
    const Grant weighed{.assignment = &assignment, .role = definition_of(estate, assignment)};
    const std::string& type = assignment.principal_type;
    if (is_direct(q, assignment) || q.groups.contains(lower(assignment.principal_id)) ||
        type.empty() || lower(type).ends_with("group")) {
      cite_definition(q, weighed, right.evidence);
    }
  }
  return right;
}

}  // namespace

bool action_matches(std::string_view pattern, std::string_view action) {
  // Some built-in roles carry stray blanks: "Microsoft.Network/virtualNetworks/read ".
  const std::string glob = lower(trim(pattern)), text = lower(action);
  std::size_t g = 0, t = 0, star = std::string::npos, resume = 0;
  while (t < text.size()) {
    if (g < glob.size() && glob[g] == '*') {
      star = g++;
      resume = t;
    } else if (g < glob.size() && glob[g] == text[t]) {
      ++g;
      ++t;
    } else if (star != std::string::npos) {
      g = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return glob.find_first_not_of('*', g) == std::string::npos;
}

bool grants_action(const RoleDefinition& role, std::string_view action) {
  return role_permits(role, action, false);
}

bool grants_data_action(const RoleDefinition& role, std::string_view action) {
  return role_permits(role, action, true);
}

bool covers_scope(const ResourceId& scope, const ResourceId& resource) {
  return scope.contains(resource) || scope.key().starts_with(kManagementGroups);
}

bool is_administrative(const Grant& grant) {
  if (!grant.role || grant.role->custom) return false;
  return grant.role->name == "Owner" || grant.role->name == "Contributor";
}

std::string describe(const Grant& grant, const Registry& registry) {
  return fmt::format("{} on {}", role_text(grant), scope_text(registry, grant.assignment->scope));
}

Evidence cite_grant(const Estate& estate, const Grant& grant) {
  return cite_assignment(estate, grant);
}

Holders holders_of(const Estate& estate, const Registry& registry, const RegistryRight& right,
                   bool abac) {
  const bool data = abac && !right.data_action.empty();
  const std::string_view action = data ? right.data_action : right.action;
  Holders holders;
  for (const RoleAssignment& assignment : estate.role_assignments) {
    // A role on one repository's scope below the registry counts as well.
    if (!covers_scope(assignment.scope, registry.id) && !registry.id.contains(assignment.scope))
      continue;
    Grant grant{.assignment = &assignment, .role = definition_of(estate, assignment)};
    if (grant.role == nullptr) {
      grant.effect = Effect::role_unknown;
      holders.undecided.push_back(grant);
    } else if (role_permits(*grant.role, action, data) &&
               !(data && evaluate_condition(assignment.condition, action, "") == Tri::no)) {
      grant.effect = Effect::grants;
      holders.grants.push_back(grant);
    }
  }
  return holders;
}

AssignmentCoverage assignment_coverage(const Estate& estate, const Registry& registry) {
  return find_coverage(estate, registry, {});
}

PullRight pull_right(const Estate& estate, const Principal& principal, const Registry& registry,
                     std::string_view repository, bool pulled) {
  if (registry.abac_mode) {
    return judge(estate, principal, registry, repository, *registry.abac_mode, pulled);
  }
  PullRight right = judge(estate, principal, registry, repository, false, pulled);
  PullRight other = judge(estate, principal, registry, repository, true, pulled);
  const bool agreed = right.state == other.state;
  const bool open = right.state == State::unknown || other.state == State::unknown;
  // Where one mode leaves the question open, that is what to ask about first.
  if (open && right.state != State::unknown) std::swap(right, other);
  for (const Evidence& evidence : other.evidence) add_once(right.evidence, evidence);
  for (const std::string& command : other.supply) add_once(right.supply, command);
  if (agreed) return right;

  right.state = State::unknown;
  right.denied_by = nullptr;
  right.supply.push_back(
      fmt::format("az acr show --name {} --query roleAssignmentMode", quote(registry.name)));
  if (!open) {
    right.reason = fmt::format(
        "the role assignment mode of {} is not known, and its roles count in one mode only",
        registry.name);
  }
  return right;
}

}  // namespace acr
