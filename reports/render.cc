#include "reports/render.h"

#include <fmt/format.h>

#include <chrono>

namespace acr {

std::string render_instant(Instant instant) {
  using namespace std::chrono;
  const auto day = floor<days>(instant);
  const year_month_day date{day};
  const hh_mm_ss time{instant - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

std::string_view level_name(Notification::Level level) {
  switch (level) {
    case Notification::Level::note:
      return "note";
    case Notification::Level::warning:
      return "warning";
    case Notification::Level::error:
      return "error";
  }
  return "error";
}

}  // namespace acr
