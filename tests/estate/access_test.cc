#include "estate/access.h"

#include <gtest/gtest.h>

#include <algorithm>

#include <fmt/format.h>

#include "estate/builtin_roles.h"

namespace acr {
namespace {

using State = PullRight::State;
using Effect = Grant::Effect;

constexpr const char* kSubscription = "/subscriptions/5ab0";
constexpr const char* kGroupScope = "/subscriptions/5ab0/resourceGroups/rg";
constexpr const char* kRegistryScope =
    "/subscriptions/5ab0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/"
    "contoso";
constexpr const char* kOtherRegistryScope =
    "/subscriptions/5ab0/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/"
    "fabrikam";
constexpr const char* kOid = "11111111-aaaa-4aaa-8aaa-111111111111";
constexpr const char* kOtherOid = "22222222-bbbb-4bbb-8bbb-222222222222";
constexpr const char* kGroup = "33333333-cccc-4ccc-8ccc-333333333333";
constexpr const char* kOwner = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";
constexpr const char* kCustom = "99999999-dddd-4ddd-8ddd-999999999999";
const std::string kAcrPull(kAcrPullGuid);
const std::string kReader(kRepositoryReaderGuid);

// An estate built by hand; every document gets a name.
struct Builder {
  Estate estate;

  std::uint32_t document(std::string source, std::string url = {}) {
    Document document;
    document.source = std::move(source);
    document.request_url = std::move(url);
    estate.documents.push_back(std::move(document));
    return static_cast<std::uint32_t>(estate.documents.size() - 1);
  }

  Registry registry(Fact<bool> abac = false) {
    Registry registry;
    registry.id = ResourceId(kRegistryScope);
    registry.name = "contoso";
    registry.abac_mode = std::move(abac);
    return registry;
  }

  struct Entry {
    std::string principal, role, scope;
    std::string type = "ServicePrincipal";
    std::string condition = {}, principal_name = {};
  };

  // A list of role assignments, as az prints it.
  std::uint32_t assignments(std::vector<Entry> entries, std::string source = "roles.json",
                            std::string url = {}) {
    const std::uint32_t number = document(std::move(source), std::move(url));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      RoleAssignment assignment;
      assignment.origin = {number, fmt::format("/{}", i)};
      assignment.id =
          ResourceId(fmt::format("{}/providers/Microsoft.Authorization/roleAssignments/{}-{}",
                                 entries[i].scope, number, i));
      assignment.principal_id = entries[i].principal;
      assignment.principal_name = entries[i].principal_name;
      assignment.principal_type = entries[i].type;
      assignment.role_id = entries[i].role;
      assignment.scope = ResourceId(entries[i].scope);
      assignment.condition = entries[i].condition;
      estate.role_assignments.push_back(std::move(assignment));
    }
    estate.listings.push_back({Kind::role_assignment, {number, ""}, entries.size(), true, ""});
    return number;
  }

  void definition(std::string guid, std::string name, Permission permission, bool custom = true) {
    RoleDefinition role;
    role.origin = {document(name + ".json"), "/0"};
    role.guid = std::move(guid);
    role.name = std::move(name);
    role.custom = custom;
    role.permissions.push_back(std::move(permission));
    estate.role_definitions.push_back(std::move(role));
  }

  void member(std::string group, std::string member) {
    estate.memberships.push_back(
        {{document("members.json"), "/0"}, std::move(group), std::move(member)});
  }

  DenyAssignment& deny(std::string scope, std::string principal,
                       std::string type = "ServicePrincipal") {
    DenyAssignment deny;
    deny.origin = {document("deny.json"), "/value/0", true};
    deny.name = "lock";
    deny.id = ResourceId(scope + "/providers/Microsoft.Authorization/denyAssignments/d");
    deny.scope = ResourceId(scope);
    deny.permissions.push_back({{"*"}, {}, {"*"}, {}});
    deny.principals.push_back({std::move(principal), std::move(type)});
    estate.deny_assignments.push_back(std::move(deny));
    return estate.deny_assignments.back();
  }

  PullRight right(Fact<bool> abac = false, std::string_view repository = "shop/cart",
                  Principal principal = {kOid, "", "kubelet"}) {
    estate.link();
    return pull_right(estate, principal, registry(std::move(abac)), repository, true);
  }
};

std::vector<std::string> sources(const PullRight& right) {
  std::vector<std::string> names;
  for (const Evidence& evidence : right.evidence) names.push_back(evidence.source);
  return names;
}

bool says(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(ActionMatches, IsWholeAndWithoutCase) {
  const std::tuple<const char*, const char*, bool> cases[] = {
      {"*", "a/b/c", true},
      {"*/read", "Microsoft.ContainerRegistry/registries/pull/READ", true},
      {"*/read", "a/reads", false},
      {"Microsoft.*/registries/*/read", "microsoft.containerregistry/registries/pull/read", true},
      {"Microsoft.ContainerRegistry/registries/pull",
       "Microsoft.ContainerRegistry/registries/pull/read", false},
      {" a/read ", "a/read", true},
      {"a**b", "ab", true},
      {"*a*b*", "xxaxxbxx", true},
      {"*a*b", "bba", false},
      {"", "a", false},
  };
  for (const auto& [pattern, action, expected] : cases) {
    EXPECT_EQ(action_matches(pattern, action), expected) << pattern;
  }
}

TEST(GrantsAction, SubtractsWithinOnePermissionOnly) {
  RoleDefinition role;
  role.permissions = {{{"*"}, {"*/read"}, {}, {}}, {{"a/read"}, {}, {"d/read"}, {"d/*"}}};
  EXPECT_TRUE(grants_action(role, "a/write"));
  EXPECT_TRUE(grants_action(role, "a/read"));
  EXPECT_FALSE(grants_action(role, "b/read"));
  EXPECT_FALSE(grants_data_action(role, "d/read"));
  EXPECT_FALSE(grants_data_action(role, "a/read"));
  EXPECT_FALSE(grants_action(RoleDefinition{}, "a/read"));
}

TEST(CoversScope, FollowsTheHierarchy) {
  const ResourceId registry(kRegistryScope);
  for (const char* scope :
       {"/", "/providers/Microsoft.Management/managementGroups/mg", kSubscription,
        "/SUBSCRIPTIONS/5AB0/resourcegroups/RG", kRegistryScope}) {
    EXPECT_TRUE(covers_scope(ResourceId(scope), registry)) << scope;
  }
  for (const char* scope :
       {"", "/subscriptions/5ab", "/subscriptions/5ab0/resourceGroups/r", kOtherRegistryScope}) {
    EXPECT_FALSE(covers_scope(ResourceId(scope), registry)) << scope;
  }
}

TEST(PullRight, GrantedByAcrPullOnTheRegistry) {
  Builder b;
  b.assignments({{kOtherOid, kOwner, kSubscription},
                 {"11111111-AAAA-4AAA-8AAA-111111111111", kAcrPull, kRegistryScope}});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::granted);
  ASSERT_EQ(right.evidence.size(), 1u);
  EXPECT_EQ(right.evidence[0].source, "roles.json");
  EXPECT_EQ(right.evidence[0].pointer, "/1/roleDefinitionId");
  EXPECT_EQ(right.evidence[0].value, "AcrPull -> 11111111-AAAA-4AAA-8AAA-111111111111");
  ASSERT_EQ(right.others.size(), 1u);
  EXPECT_EQ(right.others[0].role->name, "Owner");
}

TEST(PullRight, InheritedFromEveryScopeAbove) {
  for (const char* scope : {"/", "/providers/Microsoft.Management/managementGroups/mg",
                            kSubscription, kGroupScope, kRegistryScope}) {
    Builder b;
    b.assignments({{kOid, kAcrPull, scope}});
    EXPECT_EQ(b.right().state, State::granted) << scope;
  }
}

TEST(PullRight, NotGrantedCitesTheListAndNothingElse) {
  Builder b;
  b.document("unrelated.json");
  b.assignments({{kOtherOid, kAcrPull, kRegistryScope},
                 {kOid, "c2f4ef07-c644-48eb-af81-4b1b4947fb11", kRegistryScope}});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::not_granted);
  EXPECT_EQ(sources(right), std::vector<std::string>{"roles.json"});
  EXPECT_EQ(right.reason,
            "none of the 2 role assignments in roles.json grants "
            "Microsoft.ContainerRegistry/registries/pull/read to it");
  ASSERT_EQ(right.others.size(), 1u);
  EXPECT_EQ(right.others[0].assignment->principal_id, kOtherOid);
  ASSERT_EQ(right.grants.size(), 1u);
  EXPECT_EQ(right.grants[0].effect, Effect::none);
}

TEST(PullRight, SaysWhenNothingIsScopedToTheRegistry) {
  Builder b;
  b.assignments({{kOtherOid, kOwner, kSubscription, "User"}});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::not_granted);
  EXPECT_TRUE(says(right.reason, "none of them is scoped to the registry itself")) << right.reason;
}

TEST(PullRight, UnknownWithoutACoveringList) {
  Builder b;
  PullRight right = b.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.reason, "no role assignments of contoso were given");
  ASSERT_EQ(right.supply.size(), 1u);
  EXPECT_EQ(right.supply[0], fmt::format("az role assignment list --scope {} --include-inherited "
                                         "--output json",
                                         kRegistryScope));
  EXPECT_TRUE(right.evidence.empty());

  Builder other;
  other.assignments({{kOtherOid, kAcrPull, "/subscriptions/ffff"}});
  right = other.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(sources(right), std::vector<std::string>{"roles.json"});
}

TEST(PullRight, UnknownCitesTheRefusal) {
  Builder b;
  const std::uint32_t number = b.document("roles.err");
  b.estate.refusals.push_back({{number, ""},
                               Kind::role_assignment,
                               "Microsoft.Authorization/roleAssignments/read",
                               kRegistryScope,
                               ""});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.reason,
            "the role assignments of contoso could not be read: "
            "Microsoft.Authorization/roleAssignments/read was refused");
  ASSERT_EQ(right.evidence.size(), 1u);
  EXPECT_EQ(right.evidence[0].source, "roles.err");
  EXPECT_EQ(right.evidence[0].basis, Basis::denied);
}

TEST(PullRight, RolesCountInTheirModeOnly) {
  struct Case {
    const std::string role;
    bool abac;
    State state;
    const char* word;
  };
  for (const Case& c : {
           Case{kAcrPull, false, State::granted, "AcrPull on the registry grants"},
           Case{kAcrPull, true, State::not_granted, "does not count on a registry in ABAC mode"},
           Case{kReader, true, State::granted, "Container Registry Repository Reader on"},
           Case{kReader, false, State::not_granted, "does not count on a registry in legacy mode"},
           Case{kOwner, true, State::not_granted, "does not count on a registry in ABAC mode"},
       }) {
    Builder b;
    b.assignments({{kOid, c.role, kRegistryScope}});
    const PullRight right = b.right(c.abac);
    EXPECT_EQ(right.state, c.state) << c.role << c.abac;
    EXPECT_TRUE(says(right.reason, c.word)) << right.reason;
    ASSERT_EQ(right.grants.size(), 1u);
    EXPECT_EQ(right.grants[0].effect,
              c.state == State::granted ? Effect::grants : Effect::ignored_in_mode);
  }
}

TEST(PullRight, AnUnknownModeMattersOnlyWhereTheModesDisagree) {
  const std::string importer = "577a9874-89fd-4f24-9dbd-b5034d0ad23a";
  Builder agree;
  agree.assignments({{kOid, importer, kRegistryScope}});
  EXPECT_EQ(agree.right(Fact<bool>()).state, State::granted);

  Builder none;
  none.assignments({{kOtherOid, kAcrPull, kRegistryScope}});
  EXPECT_EQ(none.right(Fact<bool>()).state, State::not_granted);

  Builder disagree;
  disagree.assignments({{kOid, kAcrPull, kRegistryScope}});
  const PullRight right = disagree.right(Fact<bool>());
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.supply,
            std::vector<std::string>{"az acr show --name contoso --query roleAssignmentMode"});
  EXPECT_EQ(sources(right), (std::vector<std::string>{"roles.json", "roles.json"}));
}

TEST(PullRight, AnUnknownModeAsksForAllThatIsMissing) {
  Builder b;
  b.assignments({{kGroup, kReader, kRegistryScope, "Group"}});
  const PullRight right = b.right(Fact<bool>());
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_TRUE(says(right.reason, kGroup)) << right.reason;
  EXPECT_EQ(right.supply,
            (std::vector<std::string>{
                fmt::format("az ad group member check --group {} --member-id {}", kGroup, kOid),
                "az acr show --name contoso --query roleAssignmentMode"}));
}

TEST(PullRight, ConditionsDecideByRepository) {
  const std::string condition =
      "@Request[Microsoft.ContainerRegistry/registries/repositories:name] "
      "StringStartsWithIgnoreCase 'shop/'";
  const std::tuple<std::string, std::string, State, Effect> cases[] = {
      {condition, "shop/cart", State::granted, Effect::grants},
      {condition, "web", State::not_granted, Effect::condition_excludes},
      {condition, "", State::unknown, Effect::condition_unknown},
      {"@Environment[isPrivateLink] BoolEquals true", "shop/cart", State::unknown,
       Effect::condition_unknown},
  };
  for (const auto& [text, repository, state, effect] : cases) {
    Builder b;
    b.assignments({{kOid, kReader, kRegistryScope, "ServicePrincipal", text}});
    const PullRight right = b.right(true, repository);
    EXPECT_EQ(right.state, state) << repository;
    EXPECT_EQ(right.grants.at(0).effect, effect) << repository;
    EXPECT_EQ(right.supply.empty(), state != State::unknown);
  }
}

// Owner is commonly assigned with a condition on whom it may grant roles to.
TEST(PullRight, AConditionOnOtherActionsDoesNotHinder) {
  Builder b;
  b.assignments({{kOid, kOwner, kSubscription, "ServicePrincipal",
                  "(!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})) OR "
                  "(@Request[Microsoft.Authorization/roleAssignments:RoleDefinitionId] "
                  "ForAnyOfAnyValues:GuidEquals {7f951dda-4ed3-4680-a7ca-43fe172d538d})"}});
  EXPECT_EQ(b.right().state, State::granted);
}

TEST(PullRight, CustomRoles) {
  const std::tuple<Permission, State, Effect> cases[] = {
      {{{"Microsoft.ContainerRegistry/registries/pull/read"}, {}, {}, {}},
       State::granted,
       Effect::grants},
      {{{"*/read"}, {}, {}, {}}, State::granted, Effect::grants},
      {{{"Microsoft.ContainerRegistry/*/read"}, {}, {}, {}},
       State::unknown,
       Effect::wildcard_uncertain},
      {{{"*"}, {"Microsoft.ContainerRegistry/registries/pull/*"}, {}, {}},
       State::not_granted,
       Effect::none},
  };
  for (const auto& [permission, state, effect] : cases) {
    Builder b;
    b.definition(kCustom, "puller", permission);
    b.assignments({{kOid, kCustom, kRegistryScope}});
    const PullRight right = b.right();
    EXPECT_EQ(right.state, state) << right.reason;
    EXPECT_EQ(right.grants.at(0).effect, effect);
    // Without the definition the answer would be another.
    EXPECT_EQ(std::ranges::count(sources(right), "puller.json"), 1);
  }
  // The same wildcard in a built-in role is Azure's own and counts.
  Builder b;
  b.assignments({{kOid, "b78c5d69-af96-48a3-bf8d-a8b4d589de94", kRegistryScope}});
  EXPECT_EQ(b.right().state, State::granted);
}

TEST(PullRight, AnUnknownRoleLeavesItOpen) {
  Builder b;
  b.assignments({{kOid, kCustom, kRegistryScope}});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.grants.at(0).effect, Effect::role_unknown);
  EXPECT_EQ(right.supply,
            std::vector<std::string>{fmt::format("az role definition list --name {}", kCustom)});

  // A role of somebody else does not matter.
  Builder other;
  other.assignments({{kOtherOid, kCustom, kRegistryScope}});
  EXPECT_EQ(other.right().state, State::not_granted);
}

TEST(PullRight, ABuiltinDefinitionOfTheInputIsNoEvidence) {
  Builder b;
  b.definition(kAcrPull, "AcrPull",
               {{"Microsoft.ContainerRegistry/registries/pull/read"}, {}, {}, {}}, false);
  b.assignments({{kOid, kAcrPull, kRegistryScope}});
  EXPECT_EQ(sources(b.right()), std::vector<std::string>{"roles.json"});
}

TEST(PullRight, TheWholeListOfItsGroupsRulesOthersOut) {
  Builder b;
  b.assignments({{kGroup, kAcrPull, kRegistryScope, "Group"}});
  const std::string graph = "https://graph.microsoft.com/v1.0/servicePrincipals/";
  const auto list =
      b.document("groups.json", fmt::format("{}{}/transitiveMemberOf?$top=999", graph, kOid));
  b.estate.listings.push_back({Kind::group_membership, {list, ""}, 0, true, ""});
  const PullRight right = b.right();
  EXPECT_EQ(right.state, State::not_granted);
  EXPECT_EQ(sources(right), (std::vector<std::string>{"roles.json", "groups.json"}));

  b.estate.listings.back().list = false;  // there are more pages
  EXPECT_EQ(b.right().state, State::unknown);
  b.estate.listings.back().list = true;
  b.estate.documents[list].request_url = graph + "another/transitiveMemberOf";
  EXPECT_EQ(b.right().state, State::unknown);
}

TEST(PullRight, GroupsCountWhenMembershipIsKnown) {
  Builder unknown;
  unknown.assignments({{kGroup, kAcrPull, kRegistryScope, "Group"}});
  PullRight right = unknown.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.group_grants.size(), 1u);
  EXPECT_EQ(right.supply, std::vector<std::string>{fmt::format(
                              "az ad group member check --group {} --member-id {}", kGroup, kOid)});

  Builder transitive;
  transitive.assignments({{kGroup, kAcrPull, kRegistryScope, "Group"}});
  transitive.member(kGroup, "inner");
  transitive.member("INNER", kOid);
  transitive.member(kOid, kGroup);  // a cycle must end
  right = transitive.right();
  EXPECT_EQ(right.state, State::granted);
  EXPECT_TRUE(right.grants.at(0).through_group);
  EXPECT_EQ(right.evidence.size(), 3u);  // the assignment and both memberships

  Builder direct;
  direct.assignments({{kGroup, kAcrPull, kRegistryScope, "Group"}, {kOid, kAcrPull, kGroupScope}});
  EXPECT_EQ(direct.right().state, State::granted);

  Builder harmless;
  harmless.assignments({{kGroup, "c2f4ef07-c644-48eb-af81-4b1b4947fb11", kRegistryScope, "Group"}});
  EXPECT_EQ(harmless.right().state, State::not_granted);
}

TEST(PullRight, DenyAssignmentsWin) {
  const auto with_grant = [] {
    Builder b;
    b.assignments({{kOid, kAcrPull, kRegistryScope}});
    return b;
  };
  Builder direct = with_grant();
  direct.deny(kGroupScope, kOid);
  PullRight right = direct.right();
  EXPECT_EQ(right.state, State::denied);
  ASSERT_NE(right.denied_by, nullptr);
  EXPECT_EQ(sources(right), std::vector<std::string>{"deny.json"});
  EXPECT_EQ(right.evidence[0].pointer, "/value/0/properties/permissions");

  Builder everyone = with_grant();
  everyone.deny(kSubscription, "00000000-0000-0000-0000-000000000000", "SystemDefined");
  EXPECT_EQ(everyone.right().state, State::denied);

  Builder excluded = with_grant();
  excluded.deny(kSubscription, "00000000-0000-0000-0000-000000000000")
      .excluded.push_back({kOid, ""});
  EXPECT_EQ(excluded.right().state, State::granted);

  Builder elsewhere = with_grant();
  elsewhere.deny(kOtherRegistryScope, kOid);
  EXPECT_EQ(elsewhere.right().state, State::granted);

  Builder not_for_children = with_grant();
  not_for_children.deny(kGroupScope, kOid).not_for_child_scopes = true;
  EXPECT_EQ(not_for_children.right().state, State::granted);

  Builder here_only = with_grant();
  here_only.deny(kRegistryScope, kOid).not_for_child_scopes = true;
  EXPECT_EQ(here_only.right().state, State::denied);

  Builder other_action = with_grant();
  other_action.deny(kRegistryScope, kOid).permissions = {{{"*/write", "*/delete"}, {}, {"*"}, {}}};
  EXPECT_EQ(other_action.right().state, State::granted);

  Builder conditional = with_grant();
  conditional.deny(kRegistryScope, kOid).condition = "@Environment[x] Later 'y'";
  right = conditional.right();
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(sources(right), (std::vector<std::string>{"roles.json", "deny.json"}));
  EXPECT_FALSE(right.supply.empty());

  Builder group = with_grant();
  group.deny(kRegistryScope, kGroup, "Group");
  EXPECT_EQ(group.right().state, State::unknown);

  Builder member = with_grant();
  member.deny(kRegistryScope, kGroup, "Group");
  member.member(kGroup, kOid);
  EXPECT_EQ(member.right().state, State::denied);
}

TEST(PullRight, AnApplicationIsFoundByItsName) {
  const Principal application{"", "app-1", "ci"};
  Builder named;
  named.assignments({{kOtherOid, kAcrPull, kRegistryScope, "ServicePrincipal", "", "APP-1"}});
  EXPECT_EQ(named.right(false, "a", application).state, State::granted);

  Builder another;
  another.assignments({{kOtherOid, kAcrPull, kRegistryScope, "ServicePrincipal", "",
                        "5b1c7f0e-3a52-4d1b-9c68-0f2e4d6a8b13"}});
  EXPECT_EQ(another.right(false, "a", application).state, State::not_granted);

  // az may print another of its names than the application's id.
  Builder renamed;
  renamed.assignments({{kOtherOid, kAcrPull, kRegistryScope, "ServicePrincipal", "", "http://ci"}});
  EXPECT_EQ(renamed.right(false, "a", application).state, State::unknown);

  // REST prints no names: absence proves nothing.
  Builder nameless;
  nameless.assignments({{kOtherOid, kAcrPull, kRegistryScope}});
  const PullRight right = nameless.right(false, "a", application);
  EXPECT_EQ(right.state, State::unknown);
  EXPECT_EQ(right.supply, std::vector<std::string>{"az ad sp show --id app-1 --output json"});

  Builder nobody;
  nobody.assignments({{kOtherOid, kAcrPull, kRegistryScope, "ServicePrincipal", "", ""}});
  EXPECT_EQ(nobody.right(false, "a", {}).state, State::unknown);
}

TEST(Coverage, FollowsTheScopesOfTheList) {
  struct Case {
    std::vector<std::string> scopes;
    bool covered;
  };
  const std::string foreign = "/subscriptions/ffff";
  const std::string mg = "/providers/Microsoft.Management/managementGroups/mg";
  for (const Case& c : {
           Case{{kRegistryScope}, true},
           Case{{std::string(kRegistryScope) + "/x/y"}, true},
           Case{{kOtherRegistryScope, kRegistryScope}, true},
           Case{{kSubscription}, true},
           Case{{"/", mg}, true},
           Case{{kSubscription, std::string(kSubscription) + "/resourceGroups/z"}, true},
           Case{{kSubscription, kOtherRegistryScope}, false},  // made for the other registry
           Case{{kOtherRegistryScope, std::string(kOtherRegistryScope) + "/x/y"}, false},
           Case{{kOtherRegistryScope, std::string(kSubscription) + "/resourceGroups/z"}, true},
           Case{{kOtherRegistryScope, std::string(kOtherRegistryScope) + "2"}, true},
           Case{{foreign}, false},
           Case{{"/", foreign + "/resourceGroups/z"}, false},
           Case{{kSubscription, foreign}, true},
           Case{{}, false},
       }) {
    Builder b;
    std::vector<Builder::Entry> entries;
    for (const std::string& scope : c.scopes) entries.push_back({kOtherOid, kAcrPull, scope});
    b.assignments(entries);
    b.estate.link();
    EXPECT_EQ(assignment_coverage(b.estate, b.registry()).covered, c.covered)
        << fmt::format("{}", fmt::join(c.scopes, " "));
  }
}

TEST(Coverage, FollowsTheUrlOfARecordedExchange) {
  const std::string base = "https://management.azure.com";
  const std::string tail =
      "/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01";
  const std::string oid = kOid;
  const std::pair<std::string, bool> cases[] = {
      {base + kRegistryScope + tail, true},
      {base + kRegistryScope + tail + "&$filter=atScope()", true},
      {base + kGroupScope + tail, true},
      {base + kSubscription + tail, true},
      {base + kSubscription + tail + "&$filter=atScope()", false},
      {base + kOtherRegistryScope + tail, false},
      {base + "/subscriptions/ffff" + tail, false},
      {base + kRegistryScope + tail + "&$filter=assignedTo('" + oid + "')", false},
      {base + kRegistryScope, false},
      {"", true},  // no exchange: the scopes tell
      {"roleAssignments", false},
  };
  for (const auto& [url, covered] : cases) {
    Builder b;
    b.assignments({{kOtherOid, kAcrPull, kRegistryScope}}, "roles.json", url);
    b.estate.link();
    EXPECT_EQ(assignment_coverage(b.estate, b.registry()).covered, covered) << url;
  }
  // Filtered by the principal asked for, an empty answer proves absence.
  Builder b;
  b.assignments({}, "roles.json",
                base + kRegistryScope + tail + "&$filter=atScope()+and+assignedTo('" + oid + "')");
  EXPECT_EQ(b.right().state, State::not_granted);
  EXPECT_EQ(b.right(false, "a", {kOtherOid, "", ""}).state, State::unknown);
}

TEST(Coverage, CountsAndNamesTheCoveringListsOnly) {
  Builder b;
  b.assignments({{kOtherOid, kAcrPull, kRegistryScope}, {kOtherOid, kOwner, kSubscription}},
                "a.json");
  b.assignments({{kOtherOid, kAcrPull, "/subscriptions/ffff"}}, "b.json");
  b.estate.listings.push_back(
      {Kind::role_assignment, {b.document("single.json"), ""}, 1, false, ""});
  b.estate.link();
  const AssignmentCoverage coverage = assignment_coverage(b.estate, b.registry());
  EXPECT_TRUE(coverage.covered);
  EXPECT_TRUE(coverage.seen_at_registry);
  EXPECT_EQ(coverage.assignments, 2u);
  EXPECT_EQ(coverage.lists, "2 role assignments in a.json");
  ASSERT_EQ(coverage.evidence.size(), 1u);
  EXPECT_EQ(coverage.evidence[0].source, "a.json");
}

}  // namespace
}  // namespace acr
