#include "judge/summary.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace acr {
namespace {

bool matters(const Result& result, const JudgeOptions& options) {
  return result.verdict->outcome == Outcome::unknown && result.check->link != Link::symptom &&
         (!result.check->corroborates || result.verdict->in_the_way) && options.fail_on &&
         result.severity() >= *options.fail_on;
}

// Results are heavy to move: their places are sorted, and each moves once.
template <class T, class Less>
void sort_by_place(std::vector<T>& items, Less less) {
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return less(items[a], items[b]); });
  std::vector<T> ordered;
  ordered.reserve(items.size());
  for (const std::size_t place : places) ordered.push_back(std::move(items[place]));
  items = std::move(ordered);
}

void count(Summary& summary, const Result& result) {
  switch (result.verdict->outcome) {
    case Outcome::pass:
      ++summary.pass;
      break;
    case Outcome::fail:
      if (result.suppression) {
        ++summary.suppressed;
        break;
      }
      ++summary.fail;
      ++summary.fail_by_severity[static_cast<std::size_t>(result.severity())];
      summary.fail_new += result.since == Result::Since::is_new;
      break;
    case Outcome::unknown:
      ++summary.unknown;
      break;
    case Outcome::not_applicable:
      ++summary.not_applicable;
      break;
  }
}

bool any(const Report& report, PullReport::Diagnosis diagnosis) {
  return std::any_of(report.pulls.begin(), report.pulls.end(),
                     [&](const PullReport& pull) { return pull.diagnosis == diagnosis; });
}

bool has_findings(const Report& report) {
  if (report.command == "why") return any(report, PullReport::Diagnosis::broken);
  return std::ranges::any_of(report.results,
                             [&](const Result& result) { return counts(report, result); });
}

}  // namespace

bool counts(const Report& report, const Result& result) {
  return result.is_open() && !report.fail_on_nothing && result.severity() >= report.fail_on &&
         (!report.fail_on_new || result.since == Result::Since::is_new);
}

void put_in_order(Report& report) {
  sort_by_place(report.results, [](const Result& a, const Result& b) {
    const Severity of_a = a.severity(), of_b = b.severity();
    return std::tie(of_b, a.check->id, a.subject->id, a.subject->discriminator) <
           std::tie(of_a, b.check->id, b.subject->id, b.subject->discriminator);
  });
  const auto order = [](const PullReport& p) {
    // Broken and unexplained first; among them those that fail now.
    using Diagnosis = PullReport::Diagnosis;
    const int diagnosis = p.diagnosis == Diagnosis::broken        ? 0
                          : p.diagnosis == Diagnosis::unexplained ? 1
                          : p.diagnosis == Diagnosis::unknown     ? 2
                                                                  : 3;
    return std::tuple(p.failing == 0, diagnosis, std::string_view(p.subject->id),
                      std::string_view(p.subject->discriminator));
  };
  sort_by_place(report.pulls,
                [&](const PullReport& a, const PullReport& b) { return order(a) < order(b); });
}

void summarise(Report& report, const JudgeOptions& options) {
  std::map<std::string_view, Scope*> scopes;
  for (Scope& scope : report.scopes) scopes[scope.id] = &scope;
  Summary& summary = report.summary = {};
  bool unjudged = false;
  for (const Result& result : report.results) {
    count(summary, result);
    if (!matters(result, options)) continue;
    unjudged = true;
    const auto scope = scopes.find(result.subject->scope);
    if (scope != scopes.end() && scope->second->status == "complete")
      scope->second->status = "partial";
  }
  // Whether a pull pulls does not depend on links that a successful pull left unproven.
  if (report.command == "why") {
    unjudged = any(report, PullReport::Diagnosis::unexplained) ||
               any(report, PullReport::Diagnosis::unknown);
  }
  const bool damaged =
      std::any_of(report.notifications.begin(), report.notifications.end(),
                  [](const Notification& n) { return n.level != Notification::Level::note; });
  summary.complete = !unjudged && !damaged;
  report.fail_on_nothing = !options.fail_on;
  if (options.fail_on) report.fail_on = *options.fail_on;
  report.fail_on_new = options.fail_on_new;
  if (has_findings(report))
    summary.exit_code = 1;
  else if (!summary.complete && !options.incomplete_is_ok)
    summary.exit_code = 3;
}

JudgeOptions options_of(const Report& report) {
  JudgeOptions options;
  if (report.fail_on_nothing)
    options.fail_on.reset();
  else
    options.fail_on = report.fail_on;
  options.fail_on_new = report.fail_on_new;
  options.incomplete_is_ok = !report.summary.complete && report.summary.exit_code == 0;
  return options;
}

}  // namespace acr
