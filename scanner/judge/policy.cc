#include "judge/policy.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "estate/resource_id.h"
#include "judge/report.h"

namespace acr {
namespace {

constexpr std::chrono::days kSoon{14};

bool fits(const std::string& glob, std::string_view text) {
  return fnmatch(glob.c_str(), std::string(text).c_str(), FNM_CASEFOLD) == 0;
}

bool fits_any(const std::vector<std::string>& globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return fits(glob, text); });
}

bool fits(const Exception& exception, const Result& result) {
  return fits(exception.check, result.check->id) &&
         (fits(exception.resource, result.subject->id) ||
          fits(exception.resource, result.subject->name));
}

void note(Report& report, std::string_view code, std::string text, const std::string& source) {
  report.notifications.push_back(
      {Notification::Level::note, std::string(code), std::move(text), source});
}

// "exception for admin-user-disabled on contosodev (team-a)"
std::string name_of(const Exception& exception) {
  return fmt::format("the exception for {} on {} ({})", exception.check, exception.resource,
                     exception.owner);
}

}  // namespace

bool is_selected(const Check& check, const Policy& policy) {
  return (policy.only.empty() || fits_any(policy.only, check.id)) &&
         !fits_any(policy.skip, check.id);
}

std::string format_day(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

void apply_policy(const Policy& policy, Report& report) {
  struct Use {
    std::size_t results = 0;
    bool ran = false;  // a check that it is about
  };
  std::vector<Use> uses(policy.exceptions.size());
  std::vector<std::shared_ptr<const Suppression>> suppressions;
  suppressions.reserve(policy.exceptions.size());
  for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
    const Exception& exception = policy.exceptions[i];
    suppressions.push_back(std::make_shared<const Suppression>(
        Suppression{exception.reason, exception.owner, exception.ticket,
                    format_day(exception.expires), exception.source}));
    uses[i].ran = std::ranges::any_of(
        report.checks, [&](const Check* check) { return fits(exception.check, check->id); });
  }
  const auto is_over = [&](const Exception& exception) {
    return report.started_at >= exception.expires + std::chrono::days(1);
  };
  for (Result& result : report.results) {
    if (const auto severity = policy.severity.find(result.check->id);
        severity != policy.severity.end())
      result.decided = severity->second;
    if (result.verdict->outcome != Outcome::fail) continue;
    for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
      const Exception& exception = policy.exceptions[i];
      if (!fits(exception, result)) continue;
      ++uses[i].results;
      if (is_over(exception)) continue;
      result.suppression = suppressions[i];
      break;
    }
  }
  for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
    const Exception& exception = policy.exceptions[i];
    if (uses[i].results == 0) {
      if (uses[i].ran)
        note(report, "exception-unused", name_of(exception) + " fits no finding", exception.source);
    } else if (is_over(exception)) {
      note(report, "exception-expired",
           fmt::format("{} ended on {}: {} found again", name_of(exception),
                       format_day(exception.expires),
                       uses[i].results == 1 ? "what it accepted is"
                                            : fmt::format("{} findings are", uses[i].results)),
           exception.source);
    } else if (exception.expires - report.started_at < kSoon) {
      note(report, "exception-ends-soon",
           fmt::format("{} ends on {}", name_of(exception), format_day(exception.expires)),
           exception.source);
    }
  }
}

}  // namespace acr
