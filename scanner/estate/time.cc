#include "estate/time.h"

#include <fmt/format.h>

namespace acr {

namespace {

// Reads exactly `digits` decimal digits and moves on.
std::optional<int> take(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !any_of.contains(text.front())) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::optional<Instant> parse_time(std::string_view text) {
  using namespace std::chrono;
  const auto y = take(text, 4);
  if (!y || !skip(text, "-")) return std::nullopt;
  const auto mo = take(text, 2);
  if (!mo || !skip(text, "-")) return std::nullopt;
  const auto d = take(text, 2);
  if (!d || !skip(text, "Tt ")) return std::nullopt;
  const auto h = take(text, 2);
  if (!h || !skip(text, ":")) return std::nullopt;
  const auto mi = take(text, 2);
  if (!mi || !skip(text, ":")) return std::nullopt;
  const auto s = take(text, 2);
  if (!s) return std::nullopt;
  const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)},
                            day{static_cast<unsigned>(*d)}};
  if (!date.ok() || *h > 23 || *mi > 59 || *s > 60) return std::nullopt;
  if (skip(text, ".")) {
    if (!take(text, 1)) return std::nullopt;
    while (take(text, 1)) {
    }
  }
  minutes offset{0};
  if (!skip(text, "Zz") && !text.empty()) {
    const bool west = text.front() == '-';
    if (!skip(text, "+-")) return std::nullopt;
    const auto oh = take(text, 2);
    skip(text, ":");
    const auto om = take(text, 2);
    if (!oh || !om) return std::nullopt;
    offset = (hours{*oh} + minutes{*om}) * (west ? -1 : 1);
  }
  if (!text.empty()) return std::nullopt;
  return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} - offset;
}

std::optional<std::chrono::sys_days> parse_day(std::string_view text) {
  if (text.size() != 10) return std::nullopt;
  const auto time = parse_time(std::string(text) + "T00:00:00Z");
  if (!time) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(*time);
}

std::string format_time(Instant instant) {
  using namespace std::chrono;
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{instant - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace acr
