#include "live/azure_sources.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace acr {
namespace {

using Variables = std::map<std::string, std::string, std::less<>>;

// Kind and reason of each source, one a line.
std::string describe(Variables variables, AuthChoice choice = AuthChoice::automatic) {
  const Environment environment(std::move(variables));
  std::string text;
  for (const CredentialSource& source :
       credential_sources(environment, choose_cloud(environment), choice))
    text += fmt::format("{}{}{}\n", to_string(source.kind),
                        source.missing.empty() ? "" : ": " + source.missing,
                        source.deliberate ? " !" : "");
  return text;
}

TEST(AzureCloud, ByNameAndByAuthority) {
  EXPECT_EQ(find_cloud("azurecloud")->arm, "https://management.azure.com");
  EXPECT_EQ(find_cloud("AzureUSGovernmentCloud"), find_cloud("AzureUSGovernment"));
  EXPECT_EQ(find_cloud("elsewhere"), nullptr);
  const auto chosen = [](Variables variables) {
    return choose_cloud(Environment(std::move(variables))).name;
  };
  EXPECT_EQ(chosen({}), "AzureCloud");
  EXPECT_EQ(chosen({{"AZURE_CLOUD", "AzureChinaCloud"}}), "AzureChinaCloud");
  EXPECT_EQ(chosen({{"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"}}),
            "AzureUSGovernment");
  EXPECT_EQ(chosen({{"AZURE_AUTHORITY_HOST", "login.chinacloudapi.cn"}}), "AzureChinaCloud");
  EXPECT_EQ(chosen({{"AZURE_CLOUD", "AzureCloud"},
                    {"AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us/"}}),
            "AzureCloud");
}

TEST(AzureCloud, Audiences) {
  const AzureCloud& cloud = *find_cloud("AzureUSGovernment");
  EXPECT_EQ(resource_of(cloud, Audience::arm), "https://management.usgovcloudapi.net/");
  EXPECT_EQ(scope_of(cloud, Audience::arm), "https://management.usgovcloudapi.net/.default");
  EXPECT_EQ(scope_of(cloud, Audience::graph), "https://graph.microsoft.us/.default");
  EXPECT_EQ(resource_of(cloud, Audience::registry), "https://containerregistry.azure.net");
  EXPECT_EQ(scope_of(cloud, Audience::registry), "https://containerregistry.azure.net/.default");
}

TEST(Sources, NothingSetUp) {
  EXPECT_EQ(
      describe({}),
      "environment (client secret): AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET are "
      "not set\n"
      "workload identity: AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_FEDERATED_TOKEN_FILE are "
      "not set\n"
      "managed identity (IMDS)\naz\nazd\n");
}

TEST(Sources, SecretBeforeCertificate) {
  Variables variables{{"AZURE_TENANT_ID", "t"},
                      {"AZURE_CLIENT_ID", "c"},
                      {"AZURE_CLIENT_CERTIFICATE_PATH", "/cert"},
                      {"AZURE_CLIENT_SEND_CERTIFICATE_CHAIN", "True"}};
  EXPECT_EQ(describe(variables, AuthChoice::environment), "environment (client certificate) !\n");
  const Environment environment(variables);
  EXPECT_TRUE(
      credential_sources(environment, azure_clouds()[0], AuthChoice::environment)[0].send_chain);
  variables["AZURE_CLIENT_SECRET"] = "s";
  EXPECT_EQ(describe(variables, AuthChoice::environment), "environment (client secret) !\n");
}

TEST(Sources, WhatGoesIntoUrlsIsLookedAt) {
  Variables variables{
      {"AZURE_TENANT_ID", "t/../x"}, {"AZURE_CLIENT_ID", "c"}, {"AZURE_CLIENT_SECRET", "s"}};
  EXPECT_EQ(describe(variables, AuthChoice::environment),
            "environment (client secret): AZURE_TENANT_ID is neither a GUID nor a domain\n");
  variables["AZURE_TENANT_ID"] = "contoso.onmicrosoft.com";
  variables["AZURE_CLIENT_ID"] = "a&b";
  EXPECT_EQ(describe(variables, AuthChoice::environment),
            "environment (client secret): AZURE_CLIENT_ID is no GUID\n");
  variables["AZURE_CLIENT_ID"] = "c";
  for (const char* authority :
       {"http://login.microsoftonline.com", "https://me@h", "https://h/path", "https://"}) {
    variables["AZURE_AUTHORITY_HOST"] = authority;
    EXPECT_EQ(describe(variables, AuthChoice::environment),
              "environment (client secret): AZURE_AUTHORITY_HOST is no https address of a host\n")
        << authority;
  }
}

TEST(Sources, ManagedIdentityByItsHost) {
  const auto one = [](Variables variables) {
    return describe(std::move(variables), AuthChoice::managed_identity);
  };
  EXPECT_EQ(one({{"IDENTITY_ENDPOINT", "http://localhost:1/msi"}, {"IDENTITY_HEADER", "h"}}),
            "managed identity (App Service)\n");
  EXPECT_EQ(
      one({{"IDENTITY_ENDPOINT", "http://10.0.0.1/msi"},
           {"IDENTITY_HEADER", "h"},
           {"IDENTITY_SERVER_THUMBPRINT", "x"}}),
      "managed identity (App Service): Service Fabric's identity endpoint is not supported\n");
  EXPECT_EQ(one({{"IDENTITY_ENDPOINT", "http://localhost:40342/x"}, {"IMDS_ENDPOINT", "y"}}),
            "managed identity (Azure Arc)\n");
  EXPECT_EQ(one({{"MSI_ENDPOINT", "http://127.0.0.1/msi"}, {"MSI_SECRET", "s"}}),
            "managed identity (App Service)\n");
  EXPECT_EQ(one({{"MSI_ENDPOINT", "http://localhost:50342/oauth2/token"}}),
            "managed identity (Cloud Shell)\n");
  EXPECT_EQ(one({}), "managed identity (IMDS)\n");
  for (const char* endpoint : {"http://example.com/msi", "http://8.8.8.8/", "ftp://localhost/",
                               "http://localhost@example.com/", "http://localhost/?x=", "nonsense"})
    EXPECT_EQ(
        one({{"IDENTITY_ENDPOINT", endpoint}, {"IDENTITY_HEADER", "h"}}),
        "managed identity (App Service): its endpoint is neither https nor an address of this "
        "host or network\n")
        << endpoint;
  EXPECT_EQ(one({{"IDENTITY_ENDPOINT", "http://localhost"}, {"IDENTITY_HEADER", "a\r\nb"}}),
            "managed identity (App Service): its secret cannot stand in a header\n");
}

TEST(Sources, ChosenAndNarrowed) {
  EXPECT_EQ(parse_auth("workload-identity"), AuthChoice::workload_identity);
  EXPECT_EQ(parse_auth("auto"), AuthChoice::automatic);
  EXPECT_EQ(parse_auth("Auto"), std::nullopt);
  EXPECT_EQ(describe({}, AuthChoice::azd), "azd\n");
  EXPECT_EQ(describe({{"AZURE_TOKEN_CREDENTIALS", "dev"}}), "az\nazd\n");
  EXPECT_EQ(describe({{"AZURE_TOKEN_CREDENTIALS", "AzureCLICredential"}}), "az\n");
  EXPECT_EQ(describe({{"AZURE_TOKEN_CREDENTIALS", "dev"}}, AuthChoice::managed_identity),
            "managed identity (IMDS)\n")
      << "--auth is stronger";
}

}  // namespace
}  // namespace acr
