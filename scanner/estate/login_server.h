// Azure Container Registry host names.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace acr {

// The host suffixes of a cloud's registries. Source: cloud-provider-azure pkg/azclient/cloud.go.
struct RegistryCloud {
  std::string_view name;          // "AzurePublicCloud"
  std::string_view suffix;        // "azurecr.io"
  std::string_view private_zone;  // "privatelink.azurecr.io"
};
std::span<const RegistryCloud> registry_clouds();

// The cloud whose suffix ends `host` (case-insensitive, label boundary, a port is no hindrance), or
// nullptr. A bare suffix is no host of a registry.
const RegistryCloud* cloud_of(std::string_view host);

// The first label of a login server: "contoso" of contoso.azurecr.io, "contoso-a1b2" of a registry
// with a domain name label scope. Record sets in the private zone start with it.
std::string_view registry_label(std::string_view login_server);

// Does the AKS credential provider configuration make the kubelet call the provider for this
// repository (no tag, no digest)? Patterns: AgentBaker cse_config.sh.
bool aks_provider_matches(std::string_view repository);

// The login server the acr-credential-provider asks a token for, or empty:
// parseACRLoginServerFromImage of cloud-provider-azure. `environment_suffix` is the cloud's
// ContainerRegistryDNSSuffix.
std::string provider_login_server(std::string_view image, std::string_view environment_suffix);

// The candidate most alike to `host`, if it is alike enough to be a typing error: at most two
// edits, the same label under another cloud's suffix, or a label that lacks (or has) the hash of a
// domain name label scope. Ties go to the first in order.
std::optional<std::string> nearest_host(std::string_view host,
                                        std::span<const std::string> candidates);

}  // namespace acr
