// What is kept of Kubernetes objects, as tables of members.
#pragma once

#include <simdjson.h>

#include "live/exchange.h"
#include "live/json_copy.h"

namespace acr {

// Writes the answer of an API server to `copy`: an object, or a list of objects in their order.
void reduce_kubernetes(const Request& request, simdjson::ondemand::document& document,
                       JsonCopy& copy);

}  // namespace acr
