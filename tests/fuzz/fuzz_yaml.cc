// Any bytes as YAML: what is converted is JSON (or was not UTF-8), and every place found lies in
// the text.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include <simdjson.h>

#include "collect/position.h"
#include "collect/yaml.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const acr::YamlLimits limits{std::size_t{1} << 16, 64};
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) +
                     static_cast<std::size_t>(std::count(text.begin(), text.end(), '\r')) + 1;
  for (const acr::YamlPart& part : acr::split_yaml(text)) {
    const auto json = acr::yaml_to_json(part, limits);
    if (json) {
      if (json->size() > limits.bytes) std::abort();
      simdjson::dom::parser parser;
      const auto error = parser.parse(simdjson::padded_string(*json)).error();
      if (error && error != simdjson::UTF8_ERROR) std::abort();
      const auto position = acr::nearest_position(part, "/kind");
      if (!position || position->line > lines) std::abort();
    }
  }
  return 0;
}
