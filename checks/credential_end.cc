#include "credential_end.h"

#include <fmt/format.h>

namespace acr {

std::string in_words(Instant now, Instant end) {
  const auto left = end - now;
  if (left <= left.zero()) return "over";
  const auto days = std::chrono::floor<std::chrono::days>(left).count();
  if (days > 0) return fmt::format("in {} day{}", days, days == 1 ? "" : "s");
  const auto hours = std::chrono::floor<std::chrono::hours>(left).count();
  if (hours > 0) return fmt::format("in {} hour{}", hours, hours == 1 ? "" : "s");
  return "within the hour";
}

}  // namespace acr
