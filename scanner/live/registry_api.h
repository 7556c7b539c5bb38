// What is asked of a registry's data plane, as values. distribution's API and, for tokens, Azure's
// OAuth endpoints (github.com/Azure/acr docs/AAD-OAuth.md).
#pragma once

#include <cstddef>
#include <expected>
#include <functional>
#include <string>
#include <string_view>

#include "live/call.h"
#include "live/challenge.h"
#include "live/token.h"

namespace acr {

// For the audience of registries.
struct EntraToken {
  Secret text;
  std::string tenant;  // may be empty
};
// Obtains a token and hands it, or why there is none, to its argument: once, at once or while the
// loop runs.
using AskEntraToken =
    std::function<void(std::function<void(std::expected<EntraToken, TokenError>)>)>;

// As much of a blob as is asked for: enough to have a small one whole.
inline constexpr std::size_t kBlobBytes = std::size_t{256} << 10;

// The registry is an authority ("contoso.azurecr.io", "localhost:5000"), the repository and
// reference (tag or digest) are of the grammar of image references.
Call ping_call(const std::string& registry);
extern const std::string_view kManifestTypes;  // the media types that manifests have, for Accept
Call manifest_call(const std::string& registry, std::string_view repository,
                   std::string_view reference, const Secret& authorization);
// Of a list or a description: no more than a page of names.
Call read_call(const std::string& url, std::string_view accept, const Secret& authorization);
Call blob_call(const std::string& registry, std::string_view repository, std::string_view digest,
               const Secret& authorization);
// Where a blob was redirected to: without a credential, the URL itself is signed.
Call redirected_blob_call(std::string location);

// An Entra token for a registry's refresh token. The caller has asked may_receive_credential().
Call exchange_call(const TokenService& service, std::string_view tenant, const Secret& entra_token);
// What a token is to allow: "repository:shop/cart:pull".
std::string pull_scope(std::string_view repository);
// Access tokens: with a refresh token, or for pulling with "Basic …" or (empty) nothing.
Call refresh_call(const TokenService& service, std::string_view scope, const Secret& refresh_token);
Call access_call(const TokenService& service, std::string_view repository,
                 const Secret& authorization);

}  // namespace acr
