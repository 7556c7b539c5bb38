// Commands printed for people to paste. Every value from outside goes through quote().
#pragma once

#include <string>
#include <string_view>

#include "estate/resource_id.h"

namespace acr {

// One shell word, whatever the text: plain when it is harmless, single-quoted otherwise; control
// characters are dropped.
std::string quote(std::string_view text);

// "--subscription S --resource-group G" for a resource.
std::string in_group(const ResourceId& id);

}  // namespace acr
