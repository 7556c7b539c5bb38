#include "estate/resource_id.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

constexpr std::string_view kRecord =
    "/subscriptions/0A/resourcegroups/Rg-Dns/providers/Microsoft.Network/privateDnsZones/"
    "privatelink.azurecr.io/A/contoso";

TEST(ResourceId, ComparesWithoutCaseAndTrailingSlash) {
  EXPECT_EQ(ResourceId("/subscriptions/S/resourceGroups/RG"),
            ResourceId("/Subscriptions/s/resourcegroups/rg//"));
  EXPECT_NE(ResourceId("/subscriptions/s/resourceGroups/rg"),
            ResourceId("/subscriptions/s/resourceGroups/rg2"));
  EXPECT_EQ(ResourceId("/subscriptions/S/").text(), "/subscriptions/S");
}

TEST(ResourceId, TellsTheRootFromNoId) {
  EXPECT_TRUE(ResourceId().empty());
  EXPECT_TRUE(ResourceId("").empty());
  EXPECT_FALSE(ResourceId("/").empty());
  EXPECT_EQ(ResourceId("///"), ResourceId("/"));
}

TEST(ResourceId, NamesItsParts) {
  const ResourceId record(kRecord);
  EXPECT_EQ(record.subscription(), "0A");
  EXPECT_EQ(record.resource_group(), "Rg-Dns");
  EXPECT_EQ(record.name(), "contoso");
  EXPECT_EQ(record.type(), "microsoft.network/privatednszones/a");
  EXPECT_EQ(record.parent(),
            ResourceId("/subscriptions/0A/resourceGroups/Rg-Dns/providers/"
                       "Microsoft.Network/privateDnsZones/privatelink.azurecr.io"));
  EXPECT_EQ(record.parent().parent(), ResourceId("/subscriptions/0A/resourceGroups/Rg-Dns"));
}

TEST(ResourceId, ReadsExtensionResourcesByTheirOwnProvider) {
  const ResourceId assignment(
      "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r"
      "/providers/Microsoft.Authorization/roleAssignments/x");
  EXPECT_EQ(assignment.type(), "microsoft.authorization/roleassignments");
  EXPECT_EQ(assignment.parent().type(), "microsoft.containerregistry/registries");
}

TEST(ResourceId, LeavesAbsentPartsEmpty) {
  for (const char* text : {"", "/", "x", "/providers", "/providers/", "/subscriptions",
                           "subscriptions", "/resourceGroups/g"}) {
    const ResourceId id(text);
    EXPECT_EQ(id.subscription(), "") << text;
    EXPECT_EQ(id.resource_group(), "") << text;
    EXPECT_EQ(id.type(), "") << text;
    EXPECT_TRUE(id.parent().empty()) << text;
  }
  EXPECT_EQ(ResourceId("/subscriptions/s").resource_group(), "");
}

TEST(ResourceId, ContainsByWholeSegments) {
  const ResourceId group("/subscriptions/s/resourceGroups/rg");
  EXPECT_TRUE(group.contains(group));
  EXPECT_TRUE(group.contains(ResourceId("/subscriptions/S/resourcegroups/RG/providers/x/y/z")));
  EXPECT_FALSE(group.contains(ResourceId("/subscriptions/s/resourceGroups/rg2/providers/x/y/z")));
  EXPECT_FALSE(group.contains(ResourceId("/subscriptions/s")));
  EXPECT_TRUE(ResourceId("/").contains(group));
  EXPECT_FALSE(ResourceId().contains(group));
  EXPECT_FALSE(group.contains(ResourceId()));
}

TEST(SameText, IsAsciiOnly) {
  EXPECT_TRUE(same_text("AzureCR.io", "azurecr.IO"));
  EXPECT_FALSE(same_text("azurecr", "azurecr."));
  EXPECT_FALSE(same_text("\xC3\x84", "\xC3\xA4"));  // Ä, ä
  EXPECT_EQ(lower("A@Z[\xC3\x84"), "a@z[\xC3\x84");
}

}  // namespace
}  // namespace acr
