// What the checks about Microsoft Defender share.
#pragma once

#include <string_view>

#include "check.h"

namespace acr {

// The plan that scans images and watches clusters; nullptr when the input does not show it. The
// plan of registries alone was retired in its favour.
const DefenderPlan* containers_plan(const Estate& estate, std::string_view subscription);

}  // namespace acr
