// Whether a registry's quotas have room left.
#pragma once

#include <string_view>

#include "check.h"

namespace acr {

// Fails where as much of one of the chosen quotas is used as the policy names.
Verdict judge_usage(const Estate& estate, const Registry& registry,
                    bool (*chosen)(std::string_view name));

}  // namespace acr
