#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace acr {

// The candidate that `word` was most likely meant to be: fewest edits (insert, drop, replace, swap
// of neighbours), at most a third of the word and one; ties go to the first. None when nothing is
// near.
std::optional<std::string> nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace acr
