// Writing a JSON string.
#pragma once

#include <string>
#include <string_view>

namespace acr {

// The text in quotes.
std::string json_text(std::string_view text);

}  // namespace acr
