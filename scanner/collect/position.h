// From a JSON pointer to the line and column in the text that it was read from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/yaml.h"

namespace acr {

// The names and indices of an RFC 6901 pointer; nullopt where it is none.
std::optional<std::vector<std::string>> pointer_steps(std::string_view pointer);

// As yaml_position, of JSON text; `document` counts the values of a text that holds several.
std::optional<TextPosition> json_position(std::string_view text, std::uint32_t document,
                                          std::string_view pointer);

bool is_json(std::string_view text);  // by its first character; else it is YAML

// Of the longest part of a pointer that leads to something: what is not there is missing where it
// would have stood. Of JSON or YAML text, whichever it is.
std::optional<TextPosition> nearest_position(const YamlPart& part, std::string_view pointer);
std::optional<TextPosition> nearest_position(std::string_view text, std::uint32_t document,
                                             std::string_view pointer);

}  // namespace acr
