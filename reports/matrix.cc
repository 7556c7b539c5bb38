#include "reports/matrix.h"

#include <algorithm>

#include "reports/escape.h"

namespace acr {
namespace {

void note(PullMatrix& matrix, const SubjectRef& subject, CanPull state,
          const Check* cause = nullptr) {
  if (subject.cluster.empty() || subject.registry.empty()) return;
  PullCell& cell = matrix[clean(subject.cluster)][clean(subject.registry)];
  if (state > cell.state) cell = {state, cause};
}

}  // namespace

PullMatrix who_can_pull(const Report& report) {
  PullMatrix matrix;
  for (const auto& pull : report.pulls) {
    if (const ChainLink* cause = pull.cause()) {
      note(matrix, pull.subject, CanPull::no, cause->check);
    } else {
      const bool pulls = pull.diagnosis == PullReport::Diagnosis::pulls;
      note(matrix, pull.subject, pulls ? CanPull::yes : CanPull::unsure);
    }
  }
  for (const auto& result : report.results) {
    if (result.subject->kind != "attachment" || result.check->link == Link::none) continue;
    switch (result.verdict->outcome) {
      case Outcome::pass:
        note(matrix, result.subject, CanPull::yes);
        break;
      case Outcome::fail:
        note(matrix, result.subject, CanPull::no, result.check);
        break;
      case Outcome::unknown:
        if (!result.check->corroborates) note(matrix, result.subject, CanPull::unsure);
        break;
      case Outcome::not_applicable:
        break;
    }
  }
  return matrix;
}

bool is_healthy(const std::map<std::string, PullCell>& row) {
  return std::all_of(row.begin(), row.end(),
                     [](const auto& entry) { return entry.second.state == CanPull::yes; });
}

}  // namespace acr
