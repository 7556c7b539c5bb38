// What stays the same when a finding is found again: the key of baselines and of alert systems.
#pragma once

#include <string>
#include <string_view>

#include "judge/report.h"

namespace acr {

// The first 32 hex digits of sha256(check 0x1F subject 0x1F discriminator), the subject's id in
// lower case and without trailing slashes. Never in it: severity, text, pod, node, digest, time.
std::string fingerprint(std::string_view check, std::string_view subject_id,
                        std::string_view discriminator);

// The result's own fingerprint, or what it must be where the result has none.
std::string fingerprint(const Result& result);

}  // namespace acr
