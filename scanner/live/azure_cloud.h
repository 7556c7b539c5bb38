// The Azure clouds as data. Source: cloud-provider-azure pkg/azclient/cloud.go and azcore/cloud.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "live/environment.h"
#include "live/exchange.h"

namespace acr {

struct AzureCloud {
  std::string_view name;       // as az names it: "AzureCloud"
  std::string_view sdk_name;   // as SDKs do: "AzurePublicCloud"
  std::string_view authority;  // "https://login.microsoftonline.com"; no slash at the end, as below
  std::string_view arm;
  std::string_view graph;
  std::string_view registry_suffix;  // "azurecr.io"
};

std::string_view service_of(Audience audience);  // "Azure Resource Manager", …

std::span<const AzureCloud> azure_clouds();  // the public one first

// By either name or "AzureUSGovernmentCloud", whatever the case.
const AzureCloud* find_cloud(std::string_view name);
// AZURE_CLOUD or AZURE_ENVIRONMENT, else whose authority AZURE_AUTHORITY_HOST is, else the public
// one.
const AzureCloud& choose_cloud(const Environment& environment);

// What a token is asked for: the `resource` of managed identities and az, the `scope` of Entra's v2
// endpoint. Container Registry and the API servers of AKS have one audience in every cloud.
std::string resource_of(const AzureCloud& cloud, Audience audience);
std::string scope_of(const AzureCloud& cloud, Audience audience);

}  // namespace acr
