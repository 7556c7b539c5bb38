// What has changed since an earlier report, by fingerprint.
#pragma once

#include "judge/report.h"

namespace acr {

// Puts on every failed result whether the baseline holds it, and lists what failed there and fails
// no more. That takes a proof: the result is there and does not fail, or its check ran over a scope
// that was wholly seen. Of the others a note tells how many were not looked at again. Precondition:
// the scopes' states are known (summarise()).
void compare(const Report& baseline, Report& report);

}  // namespace acr
