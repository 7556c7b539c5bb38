// Whether a resource's logs are kept, from its diagnostic settings.
#pragma once

#include <initializer_list>
#include <string_view>

#include "check.h"

namespace acr {

// Passes where some setting with a target has one of the categories or the groups audit or allLogs
// switched on. `name` is the resource for people, `whose` its possessive: "the registry's".
Verdict judge_logs(const Estate& estate, const ResourceId& resource, std::string_view name,
                   std::initializer_list<std::string_view> categories, std::string_view whose);

}  // namespace acr
