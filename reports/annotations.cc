#include "reports/annotations.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "reports/causes.h"
#include "reports/conclusion.h"
#include "reports/escape.h"

namespace acr {
namespace {

using Level = Annotation::Level;

Level level_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
    case Severity::high:
      return Level::error;
    case Severity::medium:
      return Level::warning;
    case Severity::low:
      break;
  }
  return Level::notice;
}

std::string capitals(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string first_of(const std::vector<std::string>& commands) {
  return commands.empty() ? std::string() : clean_lines(commands.front());
}

Annotation of_result(const Result& result) {
  std::string title = clean(result.subject->name);
  if (!result.subject->container.empty())
    title += fmt::format(" [{}]", clean(result.subject->container));
  return {
      level_of(result.severity()),
      std::string(result.check->id),
      std::move(title),
      fmt::format("[{}] {}", capitals(to_string(result.severity())), clean(result.verdict->reason)),
      first_of(result.verdict->fix),
      result.place};
}

std::vector<Annotation> of_scan(const Report& report) {
  std::vector<Annotation> all;
  for (const bool symptoms : {false, true}) {
    for (const auto& result : report.results) {
      if (result.is_open() && (result.check->link == Link::symptom) == symptoms)
        all.push_back(of_result(result));
    }
  }
  return all;
}

std::vector<Annotation> of_why(const Report& report) {
  std::vector<Annotation> all;
  for (const PullGroup& group : group_by_cause(report)) {
    const PullReport& pull = *group.front();
    std::string title = name_of_pull(pull);
    if (group.size() > 1) title += fmt::format(" and {} more", group.size() - 1);
    if (const ChainLink* cause = pull.cause()) {
      all.push_back({Level::error, std::string(cause->check->id), std::move(title),
                     "[CAUSE] " + clean(cause->verdict->reason), first_of(cause->verdict->fix)});
    } else if (pull.diagnosis == PullReport::Diagnosis::unexplained) {
      all.push_back({Level::error,
                     "unexplained",
                     std::move(title),
                     "[UNEXPLAINED] cannot pull, and no link is known to be broken",
                     {}});
    }
  }
  return all;
}

}  // namespace

Annotations annotate(const Report& report, bool has_notices) {
  std::vector<Annotation> all = report.command == "why" ? of_why(report) : of_scan(report);
  for (Annotation& annotation : all) {
    if (!has_notices && annotation.level == Level::notice) annotation.level = Level::warning;
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Annotation& a, const Annotation& b) { return a.level < b.level; });
  Annotations out;
  out.total = all.size();
  // One notice stays free for what sums up.
  std::array<std::size_t, 3> room{kAnnotations, kAnnotations, kAnnotations - 1};
  if (!report.summary.complete) {
    out.shown.push_back({Level::warning,
                         "incomplete",
                         "not all was judged",
                         "something that matters is not known: " + conclusion(report),
                         {}});
    --room[static_cast<std::size_t>(Level::warning)];
  }
  for (Annotation& annotation : all) {
    std::size_t& free = room[static_cast<std::size_t>(annotation.level)];
    if (free == 0) {
      ++out.left;
    } else {
      --free;
      out.shown.push_back(std::move(annotation));
    }
  }
  std::stable_sort(out.shown.begin(), out.shown.end(),
                   [](const Annotation& a, const Annotation& b) { return a.level < b.level; });
  return out;
}

}  // namespace acr
