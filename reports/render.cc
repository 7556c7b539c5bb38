#include "reports/render.h"

namespace acr {

std::string render_instant(Instant instant) {
  return format_time(instant);
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
