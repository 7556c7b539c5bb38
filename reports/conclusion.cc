#include "reports/conclusion.h"

#include <fmt/format.h>

#include "reports/layout.h"

namespace acr {

std::uint64_t grave_findings(const Report& report) {
  if (report.fail_on_nothing) return 0;
  const auto& counts = report.summary.fail_by_severity;
  std::uint64_t grave = 0;
  for (auto s = static_cast<std::size_t>(report.fail_on); s < std::size(counts); ++s)
    grave += counts[s];
  return grave;
}

std::string conclusion(const Report& report) {
  const Summary& sum = report.summary;
  if (report.command == "why") {
    std::uint64_t broken = 0, open = 0;
    for (const auto& pull : report.pulls) {
      broken += pull.diagnosis == PullReport::Diagnosis::broken;
      open += pull.diagnosis == PullReport::Diagnosis::unexplained ||
              pull.diagnosis == PullReport::Diagnosis::unknown;
    }
    std::string text = fmt::format("{} with a known cause", count_of(broken, "broken pull"));
    if (open > 0) text += fmt::format("; {} not explained or not known", open);
    if (!sum.complete && open == 0) text += "; the input is not complete";
    return text;
  }
  std::string text = count_of(sum.fail, "finding");
  if (report.fail_on_nothing) {
    text += ", none of them counts (--fail-on none)";
  } else {
    text += fmt::format(", {} at or above {}", grave_findings(report), to_string(report.fail_on));
  }
  if (sum.unknown > 0) text += fmt::format("; {} not judged", count_of(sum.unknown, "result"));
  if (!sum.complete && sum.unknown == 0) text += "; the input is not complete";
  return text;
}

}  // namespace acr
