// What a registry's data plane answers, and what az prints of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

#include "collect/absorb.h"

namespace acr {

// A URL of a registry's data plane, taken apart. Paths: /v2/<repository>/manifests/<reference>,
// /v2/<repository>/tags/list, /v2/_catalog, /acr/v1/_catalog, /acr/v1/<repository>,
// …/_tags[/<tag>], …/_manifests[/<digest>].
struct RegistryRequest {
  enum class What { none, catalog, repository, tags, tag, manifests, manifest, content };
  What what = What::none;
  std::string host, repository, reference;
};
RegistryRequest registry_request(std::string_view url);

// Where a Link header ("</acr/v1/…?last=x&n=100>; rel=\"next\"") leads from `url`; empty where it
// names no next page.
std::string next_page(std::string_view url, std::string_view link);

// Reads a repository, a tag, a manifest, or a list of them; a manifest as the registry serves it
// (`raw` are its bytes); the registry's "not found" to a recorded request. Lists that do not name
// their registry and repository are read only when the request does.
std::optional<Kind> absorb_image(AbsorbContext& context, simdjson::dom::element element,
                                 std::string_view raw, const Origin& origin);

// One name of a list of repositories that was recorded as a bare list of strings.
bool absorb_repository_name(AbsorbContext& context, std::string_view raw, const Origin& origin);

}  // namespace acr
