#include "live/environment.h"

#include <unistd.h>

#include "live/secret.h"

namespace acr {

Environment::~Environment() {
  for (auto& [name, value] : values_) wipe(value);
}

std::string_view Environment::get(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::string_view{} : std::string_view(found->second);
}

void Environment::set(std::string_view name, std::string_view value) {
  std::string& place = values_[std::string(name)];
  wipe(place);
  place = value;
}

std::vector<std::string> Environment::lines() const {
  std::vector<std::string> lines;
  lines.reserve(values_.size());
  for (const auto& [name, value] : values_) {
    std::string& line = lines.emplace_back();
    line.reserve(name.size() + 1 + value.size());
    line.append(name).append("=").append(value);
  }
  return lines;
}

Environment read_environment() {
  std::map<std::string, std::string, std::less<>> values;
  for (char** line = environ; line != nullptr && *line != nullptr; ++line) {
    const std::string_view text = *line;
    const std::size_t equals = text.find('=');
    // The first of equal names counts, as for getenv.
    if (equals != std::string_view::npos && equals > 0)
      values.try_emplace(std::string(text.substr(0, equals)), text.substr(equals + 1));
  }
  return Environment(std::move(values));
}

}  // namespace acr
