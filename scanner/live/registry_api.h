// What is asked of a registry's data plane, as values. distribution's API and, for tokens, Azure's
// OAuth endpoints (github.com/Azure/acr docs/AAD-OAuth.md).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "live/call.h"
#include "live/challenge.h"

namespace acr {

// As much of a blob as is asked for: enough to have a small one whole.
inline constexpr std::size_t kBlobBytes = std::size_t{256} << 10;

// The registry is an authority ("contoso.azurecr.io", "localhost:5000"), the repository and
// reference (tag or digest) are of the grammar of image references.
Call ping_call(const std::string& registry);
Call manifest_call(const std::string& registry, std::string_view repository,
                   std::string_view reference, const Secret& authorization);
Call blob_call(const std::string& registry, std::string_view repository, std::string_view digest,
               const Secret& authorization);
// Where a blob was redirected to: without a credential, the URL itself is signed.
Call redirected_blob_call(std::string location);

// An Entra token for a registry's refresh token. The caller has asked may_receive_credential().
Call exchange_call(const TokenService& service, std::string_view tenant, const Secret& entra_token);
// Access tokens, for pulling one repository: with a refresh token, or with "Basic …" or (empty)
// nothing.
Call refresh_call(const TokenService& service, std::string_view repository,
                  const Secret& refresh_token);
Call access_call(const TokenService& service, std::string_view repository,
                 const Secret& authorization);

}  // namespace acr
