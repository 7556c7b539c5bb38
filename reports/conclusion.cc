#include "reports/conclusion.h"

#include <fmt/format.h>

#include <algorithm>

#include "judge/summary.h"
#include "reports/layout.h"

namespace acr {

std::uint64_t grave_findings(const Report& report) {
  return static_cast<std::uint64_t>(std::ranges::count_if(
      report.results, [&](const Result& result) { return counts(report, result); }));
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
    if (report.fail_on_new) text += fmt::format(" and new ({} not new)", sum.fail - sum.fail_new);
  }
  if (sum.suppressed > 0) text += fmt::format("; {} accepted", sum.suppressed);
  if (sum.unknown > 0) text += fmt::format("; {} not judged", count_of(sum.unknown, "result"));
  if (!sum.complete && sum.unknown == 0) text += "; the input is not complete";
  return text;
}

}  // namespace acr
