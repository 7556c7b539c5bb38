// Azure's built-in roles that matter for pulling images. Facts: all built-in roles of August 2026
// that match the pull action or data action, and the roles people mistake for them.
#pragma once

#include <span>
#include <string_view>

#include "estate/identity.h"

namespace acr {

// Sorted by guid; permissions cut to the actions that concern container registries.
std::span<const RoleDefinition> builtin_roles();
const RoleDefinition* builtin_role(std::string_view guid);

inline constexpr std::string_view kAcrPullGuid = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
inline constexpr std::string_view kRepositoryReaderGuid = "b93aa761-3e63-49ed-ac28-beffa264f7ac";

}  // namespace acr
