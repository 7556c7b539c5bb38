#include "judge/merge.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "judge/reach.h"
#include "judge/summary.h"

namespace acr {
namespace {

using Seen = std::set<std::string>;

// Checks of one id are one check, whichever report they came with.
class CheckIds {
 public:
  const Check* operator()(const Check* check) {
    return known_.emplace(check->id, check).first->second;
  }

 private:
  std::map<std::string_view, const Check*> known_;
};

// The parts of `from` that no newer report had are moved to `into`; the others stay.
template <class T, class KeyOf>
void take(std::vector<T>& into, std::vector<T>& from, Seen& seen, KeyOf key_of) {
  Seen own;
  std::vector<T> left;
  for (T& item : from) {
    std::string key = key_of(item);
    if (seen.contains(key)) {
      left.push_back(std::move(item));
    } else {
      own.insert(std::move(key));
      into.push_back(std::move(item));
    }
  }
  from = std::move(left);
  seen.merge(own);
}

std::string key_of(const SubjectRef& subject) {
  return fmt::format("{}\x1f{}\x1f{}", subject.scope, subject.id, subject.discriminator);
}

JudgeOptions strictest(const std::vector<Report>& reports) {
  JudgeOptions strict = options_of(reports.front());
  bool passed = false, refused = false;
  for (const Report& report : reports) {
    const JudgeOptions options = options_of(report);
    if (options.fail_on && (!strict.fail_on || *options.fail_on < *strict.fail_on))
      strict.fail_on = options.fail_on;
    passed = passed || options.incomplete_is_ok;
    refused = refused || report.summary.exit_code == 3;
  }
  strict.incomplete_is_ok = passed && !refused;
  return strict;
}

}  // namespace

std::expected<Report, std::string> merge(std::vector<Report> reports) {
  if (reports.size() == 1) return std::move(reports.front());
  const std::size_t count = reports.size();
  // The newest first; of the same second, the last first.
  std::reverse(reports.begin(), reports.end());
  std::stable_sort(reports.begin(), reports.end(),
                   [](const Report& a, const Report& b) { return a.started_at > b.started_at; });
  const JudgeOptions options = strictest(reports);
  const Instant newest = reports.front().started_at, oldest = reports.back().started_at;

  Report merged;
  merged.command = reports.front().command;
  merged.mode = reports.front().mode;
  merged.version = reports.front().version;
  merged.started_at = oldest;
  CheckIds check_of;
  Seen scopes, checks, results, pulls, notifications;
  std::vector<std::shared_ptr<const void>> keeps;
  bool unnamed = false;  // two clusters without a name may have passed for one
  for (Report& report : reports) {
    if (report.command != merged.command)
      return std::unexpected(std::string("a report of why and one of scan cannot be merged"));
    keeps.push_back(report.keeps);
    for (const Check*& check : report.checks) check = check_of(check);
    for (Result& result : report.results) result.check = check_of(result.check);
    for (PullReport& pull : report.pulls)
      for (ChainLink& link : pull.chain) link.check = check_of(link.check);
    take(merged.scopes, report.scopes, scopes, [](const Scope& scope) { return scope.id; });
    take(merged.checks, report.checks, checks,
         [](const Check* check) { return std::string(check->id); });
    take(merged.results, report.results, results,
         [](const Result& result) { return result.fingerprint; });
    take(merged.pulls, report.pulls, pulls,
         [](const PullReport& pull) { return key_of(*pull.subject); });
    unnamed = unnamed || std::any_of(report.pulls.begin(), report.pulls.end(),
                                     [](const PullReport& p) { return p.subject->scope.empty(); });
    take(merged.notifications, report.notifications, notifications, [](const Notification& note) {
      return fmt::format("{}\x1f{}\x1f{}", note.code, note.source, note.text);
    });
  }
  merged.keeps = std::make_shared<const decltype(keeps)>(std::move(keeps));
  merged.notifications.push_back(
      {Notification::Level::note,
       "merged",
       fmt::format("{} reports are one here, of runs from {} to {}: what several of them hold is "
                   "told as the newest run has it",
                   count, format_time(oldest), format_time(newest)),
       {}});
  if (unnamed) {
    merged.notifications.push_back(
        {Notification::Level::warning,
         "merged-unnamed-cluster",
         "several reports tell of pulls of a cluster without a name; if it is not one and the "
         "same, "
         "pulls are missing here: scan with the cluster's own documents (az aks show)",
         {}});
  }
  // Those that `why` was not asked about count too, and are not in its report: what each of its
  // runs told stays.
  if (merged.command == "scan") {
    Reaches reaches;
    for (const PullReport& pull : merged.pulls) reaches.add(pull);
    for (PullReport& pull : merged.pulls) reaches.tell(pull);
  }
  put_in_order(merged);
  summarise(merged, options);
  return merged;
}

}  // namespace acr
