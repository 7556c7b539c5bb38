#include "reports/causes.h"

#include <map>
#include <string_view>
#include <utility>

#include "reports/escape.h"

namespace acr {

std::vector<PullGroup> group_by_cause(const Report& report) {
  std::vector<PullGroup> groups;
  std::map<std::string, std::size_t> places;
  for (const auto& pull : report.pulls) {
    std::string key(to_string(pull.diagnosis));
    const auto add = [&key](std::string_view text) { key.append("\x1F").append(text); };
    if (const ChainLink* cause = pull.cause()) {
      add(cause->check->id);
      add(cause->verdict->reason);
    } else {
      add(pull.subject->cluster);
      add(pull.subject->registry);
      for (const auto& link : pull.chain) {
        if (link.role != ChainLink::Role::unknown || is_unseen(pull, link)) continue;
        add(link.check->id);
        add(link.verdict->reason);
      }
    }
    const auto [place, is_new] = places.emplace(std::move(key), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(&pull);
  }
  return groups;
}

bool is_unseen(const PullReport& pull, const ChainLink& link) {
  return link.role == ChainLink::Role::unknown && link.check->corroborates &&
         !link.verdict->in_the_way &&
         (pull.diagnosis != PullReport::Diagnosis::unexplained || link.verdict->evidence.empty());
}

std::string name_of_pull(const PullReport& pull) {
  const SubjectRef& subject = pull.subject;
  if (!subject.name_space.empty() && !subject.workload.empty()) {
    return clean(subject.name_space) + "/" + clean(subject.workload);
  }
  return clean(subject.name.empty() ? subject.image : subject.name);
}

}  // namespace acr
