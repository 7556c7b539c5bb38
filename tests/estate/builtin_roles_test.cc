#include "estate/builtin_roles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "estate/access.h"

namespace acr {
namespace {

TEST(BuiltinRoles, AreSortedAndUnique) {
  const auto roles = builtin_roles();
  EXPECT_TRUE(std::ranges::is_sorted(roles, {}, &RoleDefinition::guid));
  std::set<std::string> guids, names;
  for (const RoleDefinition& role : roles) {
    EXPECT_EQ(role.guid.size(), 36u) << role.name;
    EXPECT_FALSE(role.custom);
    EXPECT_FALSE(role.origin.known());
    EXPECT_TRUE(guids.insert(role.guid).second) << role.guid;
    EXPECT_TRUE(names.insert(role.name).second) << role.name;
    EXPECT_EQ(builtin_role(role.guid), &role);
  }
}

// The counts of the catalogue of 22 August 2026.
TEST(BuiltinRoles, GrantPullAsCounted) {
  const auto roles = builtin_roles();
  EXPECT_EQ(
      std::ranges::count_if(roles, [](const auto& r) { return grants_action(r, kPullAction); }),
      24);
  EXPECT_EQ(std::ranges::count_if(
                roles, [](const auto& r) { return grants_data_action(r, kPullDataAction); }),
            6);
}

TEST(BuiltinRoles, KeepTheModesApart) {
  struct Case {
    const char* guid;
    bool legacy, abac;
  };
  for (const Case& c : {
           Case{"7f951dda-4ed3-4680-a7ca-43fe172d538d", true, false},   // AcrPull
           Case{"8E3AF657-A8FF-443C-A75C-2FE8C4BCB635", true, false},   // Owner
           Case{"b93aa761-3e63-49ed-ac28-beffa264f7ac", false, true},   // Repository Reader
           Case{"577a9874-89fd-4f24-9dbd-b5034d0ad23a", true, true},    // Data Importer
           Case{"bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7", false, false},  // Catalog Lister
           Case{"c2f4ef07-c644-48eb-af81-4b1b4947fb11", false, false},  // AcrDelete
           Case{"69b07be0-09bf-439a-b9a6-e73de851bd59", false, false},  // Configuration Reader
       }) {
    const RoleDefinition* role = builtin_role(c.guid);
    ASSERT_NE(role, nullptr) << c.guid;
    EXPECT_EQ(grants_action(*role, kPullAction), c.legacy) << role->name;
    EXPECT_EQ(grants_data_action(*role, kPullDataAction), c.abac) << role->name;
  }
  EXPECT_EQ(builtin_role("00000000-0000-0000-0000-000000000000"), nullptr);
  EXPECT_EQ(builtin_role(""), nullptr);
  EXPECT_EQ(builtin_role(kAcrPullGuid)->name, "AcrPull");
  EXPECT_EQ(builtin_role(kRepositoryReaderGuid)->name, "Container Registry Repository Reader");
}

}  // namespace
}  // namespace acr
