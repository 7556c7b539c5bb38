#include "live/azure_cloud.h"

#include <array>

#include "estate/resource_id.h"
#include "live/kube_server.h"

namespace acr {
namespace {

constexpr std::array<AzureCloud, 3> kClouds{{
    {.name = "AzureCloud",
     .sdk_name = "AzurePublicCloud",
     .authority = "https://login.microsoftonline.com",
     .arm = "https://management.azure.com",
     .graph = "https://graph.microsoft.com",
     .registry_suffix = "azurecr.io"},
    {.name = "AzureUSGovernment",
     .sdk_name = "AzureUSGovernmentCloud",
     .authority = "https://login.microsoftonline.us",
     .arm = "https://management.usgovcloudapi.net",
     .graph = "https://graph.microsoft.us",
     .registry_suffix = "azurecr.us"},
    {.name = "AzureChinaCloud",
     .sdk_name = "AzureChina",
     .authority = "https://login.chinacloudapi.cn",
     .arm = "https://management.chinacloudapi.cn",
     .graph = "https://microsoftgraph.chinacloudapi.cn",
     .registry_suffix = "azurecr.cn"},
}};

}  // namespace

std::string_view service_of(Audience audience) {
  switch (audience) {
    case Audience::arm:
      return "Azure Resource Manager";
    case Audience::graph:
      return "Microsoft Graph";
    case Audience::registry:
      return "Azure Container Registry";
    case Audience::kubernetes:
      return "Azure Kubernetes Service";
  }
  return {};
}

std::span<const AzureCloud> azure_clouds() {
  return kClouds;
}

const AzureCloud* find_cloud(std::string_view name) {
  const std::string wanted = lower(name);
  for (const AzureCloud& cloud : kClouds)
    if (wanted == lower(cloud.name) || wanted == lower(cloud.sdk_name)) return &cloud;
  return nullptr;
}

const AzureCloud& choose_cloud(const Environment& environment) {
  for (const std::string_view variable : {"AZURE_CLOUD", "AZURE_ENVIRONMENT"})
    if (const AzureCloud* cloud = find_cloud(environment.get(variable))) return *cloud;
  const std::string_view authority = environment.get("AZURE_AUTHORITY_HOST");
  const std::string host = lower(authority.find("://") == std::string_view::npos
                                     ? authority.substr(0, authority.find('/'))
                                     : host_of_url(authority));
  for (const AzureCloud& cloud : kClouds)
    if (host == host_of_url(cloud.authority)) return cloud;
  return kClouds[0];
}

std::string resource_of(const AzureCloud& cloud, Audience audience) {
  switch (audience) {
    case Audience::arm:
      return std::string(cloud.arm) + "/";
    case Audience::graph:
      return std::string(cloud.graph);
    case Audience::registry:
      return "https://containerregistry.azure.net";
    case Audience::kubernetes:
      return "6dae42f8-4368-4678-94ff-3960e28e3630";  // the application "Azure Kubernetes Service"
  }
  return {};
}

std::string scope_of(const AzureCloud& cloud, Audience audience) {
  const std::string resource = resource_of(cloud, audience);
  return resource + (resource.ends_with('/') ? ".default" : "/.default");
}

}  // namespace acr
