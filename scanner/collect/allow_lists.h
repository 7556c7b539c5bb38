// Lists of allowed images among admission rules: constraints of Gatekeeper, policies of Kyverno and
// assignments of Azure Policy.
#pragma once

#include <string_view>

#include "collect/absorb.h"

namespace acr {

// One admission rule of a cluster; `text` has kTextPadding readable bytes behind it. A rule that
// lists no images leaves nothing behind.
simdjson::error_code absorb_admission_rule(AbsorbContext& context, std::string_view text,
                                           std::string_view kind, const Origin& origin);

}  // namespace acr
