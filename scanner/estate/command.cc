#include "estate/command.h"

#include <fmt/format.h>

#include <algorithm>

namespace acr {

std::string quote(std::string_view text) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._/:@,+=").contains(c);
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return std::string(text);
  std::string quoted = "'";
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) continue;
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string in_group(const ResourceId& id) {
  return fmt::format("--subscription {} --resource-group {}", quote(id.subscription()),
                     quote(id.resource_group()));
}

}  // namespace acr
