// Microsoft Graph objects: service principals, applications, group memberships.
#pragma once

#include "collect/arm.h"

namespace acr {

// Members of a group can only be attributed through the request URL of a recorded answer: the
// objects themselves do not name the other end.
std::optional<Kind> absorb_graph(AbsorbContext& context, const AzureObject& object);

// A word for Graph objects that are left out on purpose, or empty.
std::string_view unread_graph_object(const AzureObject& object);

}  // namespace acr
