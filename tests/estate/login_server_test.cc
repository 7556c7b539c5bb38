#include "estate/login_server.h"

#include <gtest/gtest.h>

#include <array>

namespace acr {
namespace {

TEST(CloudOf, MatchesSuffixesAtLabels) {
  const std::pair<const char*, const char*> cases[] = {
      {"contoso.azurecr.io", "AzurePublicCloud"},
      {"Contoso.AZURECR.IO", "AzurePublicCloud"},
      {"contoso.azurecr.io:443", "AzurePublicCloud"},
      {"contoso.westeurope.data.azurecr.io", "AzurePublicCloud"},
      {"contoso.azurecr.us", "AzureUSGovernment"},
      {"contoso.azurecr.cn", "AzureChinaCloud"},
      {"contoso.azurecr.de", "AzureGermanCloud"},
      {"azurecr.io", ""},
      {".azurecr.io.evil.example", ""},
      {"contosoazurecr.io", ""},
      {"contoso.azurecr.io.example", ""},
      {"docker.io", ""},
      {"", ""},
  };
  for (const auto& [host, name] : cases) {
    const RegistryCloud* cloud = cloud_of(host);
    EXPECT_EQ(cloud ? cloud->name : "", name) << host;
  }
}

TEST(RegistryClouds, HaveAPrivateZoneWhereTheyLive) {
  EXPECT_EQ(registry_clouds().size(), 4u);
  EXPECT_EQ(cloud_of("a.azurecr.cn")->private_zone, "privatelink.azurecr.cn");
  EXPECT_EQ(cloud_of("a.azurecr.de")->private_zone, "");
}

TEST(RegistryLabel, IsTheFirstLabel) {
  EXPECT_EQ(registry_label("contoso-a1b2.azurecr.io"), "contoso-a1b2");
  EXPECT_EQ(registry_label("contoso"), "contoso");
  EXPECT_EQ(registry_label(""), "");
}

TEST(AksProvider, IsCalledForItsPatternsOnly) {
  for (const char* repository : {"contoso.azurecr.io/a", "contoso-x1.azurecr.cn/a/b",
                                 "contoso.westeurope.geo.azurecr.us/a", "Contoso.azurecr.de/a"}) {
    EXPECT_TRUE(aks_provider_matches(repository)) << repository;
  }
  for (const char* repository :
       {"contoso.AZURECR.io/a", "contoso.azurecr.io:443/a", "contoso.westeurope.data.azurecr.io/a",
        "azurecr.io/a", "mcr.microsoft.com/a", "docker.io/library/contoso.azurecr.io", ""}) {
    EXPECT_FALSE(aks_provider_matches(repository)) << repository;
  }
}

TEST(ProviderLoginServer, FollowsTheProvider) {
  struct Case {
    const char *image, *suffix, *server;
  };
  for (const Case& c : {
           Case{"contoso.azurecr.io/a", "", "contoso.azurecr.io"},
           Case{"contoso.azurecr.cn/a", "azurecr.io", "contoso.azurecr.cn"},
           Case{"con-toso.azurecr.io/a", "azurecr.io", "con-toso.azurecr.io"},
           Case{"con-toso.azurecr.io/a", "", ""},
           Case{"con-toso.azurecr.cn/a", "azurecr.io", ""},
           Case{"a.b.azurecr.io/c", "azurecr.io", "a.b.azurecr.io"},
           Case{"x.example/mirror.azurecr.io-a", "azurecr.io", "x.example/mirror.azurecr.io"},
           Case{"docker.io/library/a", "azurecr.io", ""},
           Case{"", "azurecr.io", ""},
       }) {
    EXPECT_EQ(provider_login_server(c.image, c.suffix), c.server) << c.image;
  }
}

TEST(NearestHost, FindsTypingErrorsOnly) {
  const std::array<std::string, 4> hosts = {"contoso.azurecr.io", "contosodev.azurecr.io",
                                            "fabrikam.azurecr.io", "wide-a1b2c3d4.azurecr.io"};
  const std::pair<std::string, const char*> cases[] = {
      {"contso.azurecr.io", "contoso.azurecr.io"},        // one letter left out
      {"conotso.azurecr.io", "contoso.azurecr.io"},       // two swapped
      {"CONTOSO.azurecr.io", "contoso.azurecr.io"},       // case only
      {"contosode.azurecr.io", "contosodev.azurecr.io"},  // nearer than the shorter name
      {"fabrikam.azurecr.cn", "fabrikam.azurecr.io"},     // another cloud
      {"fabrikam.westeurope.data.azurecr.cn", "fabrikam.azurecr.io"},
      {"wide.azurecr.io", "wide-a1b2c3d4.azurecr.io"},  // the hash is missing
      {"fabrikam.example", ""},
      {"litware.azurecr.io", ""},
      {"", ""},
      {std::string(100000, 'a'), ""},
  };
  for (const auto& [host, nearest] : cases) {
    EXPECT_EQ(nearest_host(host, hosts).value_or(""), nearest) << host.substr(0, 60);
  }
  const std::array<std::string, 2> ties = {"ab1.azurecr.io", "ab2.azurecr.io"};
  EXPECT_EQ(nearest_host("ab3.azurecr.io", ties), "ab1.azurecr.io");
}

}  // namespace
}  // namespace acr
