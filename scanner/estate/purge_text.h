// The "acr purge" commands among the steps of a registry task. They are all that is read of the
// steps, and all that a recording keeps: anything may stand beside them.
#pragma once

#include <string_view>
#include <vector>

namespace acr {

// As they stand in `steps` (YAML): each from "acr purge" to the end of its command, without those
// in comments.
std::vector<std::string_view> purge_texts(std::string_view steps);

}  // namespace acr
