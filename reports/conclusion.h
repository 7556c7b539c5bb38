// A whole run in a clause; the same in every format that has one.
#pragma once

#include <cstdint>
#include <string>

#include "judge/report.h"

namespace acr {

// Findings that fail the run: at or above --fail-on.
std::uint64_t grave_findings(const Report& report);

// `scan`: "3 findings, 2 at or above high; 4 results not judged".
// `why`: "2 broken pulls with a known cause; 1 not explained or not known".
std::string conclusion(const Report& report);

}  // namespace acr
