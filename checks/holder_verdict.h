// What the checks of who may do what to a registry share.
#pragma once

#include <string_view>

#include "check.h"
#include "estate/access.h"

namespace acr {

// The role assignments of the registry were not given, or not all of them.
Verdict unknown_assignments(const Estate& estate, const Registry& registry);

// Fails where principals of this type ("User", "ServicePrincipal") hold the right by an assignment
// of their own. Left out: Owner and Contributor above the registry's resource group.
Verdict judge_holders(const Estate& estate, const Registry& registry, const RegistryRight& right,
                      std::string_view type, std::string_view one, std::string_view many);

}  // namespace acr
