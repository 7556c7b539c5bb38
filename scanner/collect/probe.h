// The answer of `acr-doctor probe -o json`, as an input (docs/probe.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "collect/absorb.h"

namespace acr {

// False when the element is no probe. Steps that are not understood are remarks.
bool absorb_probe(AbsorbContext& context, simdjson::dom::element element, const Origin& origin);

}  // namespace acr
