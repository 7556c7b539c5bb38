#include "estate/place.h"

#include <fmt/format.h>

namespace acr {

bool Place::in_checkout() const {
  return !file.starts_with('/') && !file.starts_with("../") && file != kStandardInput;
}

std::string to_string(const Place& place) {
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

}  // namespace acr
