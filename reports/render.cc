#include "reports/render.h"

#include "reports/escape.h"

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

std::string version_of(const Report& report) {
  return report.version.empty() ? ACR_VERSION : clean(report.version);
}

}  // namespace acr
