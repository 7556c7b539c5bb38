// Lists of allowed images among admission rules: constraints of Gatekeeper, policies of Kyverno and
// assignments of Azure Policy.
#pragma once

#include <string_view>

#include "collect/absorb.h"

namespace acr {

// Every constraint is of a kind of its own, which a template of the cluster defines.
constexpr std::string_view kConstraintGroup = "constraints.gatekeeper.sh";
constexpr std::string_view kKyvernoGroup = "kyverno.io";

// Is this a kind of constraint whose lists of images are understood? Templates are anybody's, and
// so are the names of their parameters.
bool lists_images(std::string_view constraint_kind);

// An answer of the API server's discovery (kind APIGroupList, or APIResourceList of the
// constraints) that knows of nothing which could list images; `text` as below.
bool proves_no_rules(std::string_view text);

// One admission rule of a cluster; `text` has kTextPadding readable bytes behind it. A rule that
// lists no images leaves nothing behind.
simdjson::error_code absorb_admission_rule(AbsorbContext& context, std::string_view text,
                                           std::string_view kind, const Origin& origin);

}  // namespace acr
