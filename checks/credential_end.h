// How long something lasts, in words.
#pragma once

#include <string>

#include "estate/time.h"

namespace acr {

// "in 12 days", "in 1 day", "in 5 hours", "within the hour"; of the past "over".
std::string in_words(Instant now, Instant end);

}  // namespace acr
