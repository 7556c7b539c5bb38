#include "judge/baseline.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "judge/fingerprint.h"

namespace acr {

void compare(const Report& baseline, Report& report) {
  using Since = Result::Since;
  report.compared = true;
  report.absent.clear();
  std::map<std::string, const Result*> before;
  for (const Result& result : baseline.results)
    if (result.verdict->outcome == Outcome::fail) before.emplace(fingerprint(result), &result);

  std::map<std::string_view, const Check*> ran;
  for (const Check* check : report.checks) ran.emplace(check->id, check);
  std::set<std::string_view> whole;  // scopes
  for (const Scope& scope : report.scopes)
    if (scope.status == "complete") whole.insert(scope.id);

  std::set<std::string> now;  // that were looked at
  for (Result& result : report.results) {
    std::string print = fingerprint(result);
    const auto found = before.find(print);
    if (result.verdict->outcome == Outcome::fail) {
      const bool same = found != before.end() && found->second->severity() == result.severity() &&
                        found->second->verdict->reason == result.verdict->reason;
      result.since = found == before.end() ? Since::is_new
                     : same                ? Since::unchanged
                                           : Since::updated;
    } else if (found != before.end() && result.verdict->outcome != Outcome::unknown) {
      report.absent.push_back(*found->second);
    }
    now.insert(std::move(print));
  }
  std::size_t unseen = 0;
  for (const auto& [print, result] : before) {
    if (now.contains(print)) {
      continue;
    }
    if (ran.contains(result->check->id) && whole.contains(result->subject->scope))
      report.absent.push_back(*result);
    else
      ++unseen;
  }
  for (const Result& result : report.results)
    unseen += result.verdict->outcome == Outcome::unknown && before.contains(fingerprint(result));
  for (Result& result : report.absent) {
    result.since = Since::absent;
    // The baseline's own checks may be gone before this report is.
    result.check = ran.at(result.check->id);
  }
  std::ranges::sort(report.absent, [](const Result& a, const Result& b) {
    return std::tie(a.check->id, a.subject->id, a.subject->discriminator) <
           std::tie(b.check->id, b.subject->id, b.subject->discriminator);
  });
  if (unseen > 0) {
    report.notifications.push_back(
        {Notification::Level::note,
         "baseline-not-rechecked",
         fmt::format("{} of the baseline's findings could not be looked at again", unseen),
         {}});
  }
}

}  // namespace acr
