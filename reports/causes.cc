#include "reports/causes.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/escape.h"
#include "reports/layout.h"

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

bool is_said_already(const PullReport& pull, std::size_t index) {
  const ChainLink& link = pull.chain[index];
  if (link.verdict->reason.empty() || link.role == ChainLink::Role::cause) return false;
  return std::any_of(pull.chain.begin(), pull.chain.begin() + static_cast<std::ptrdiff_t>(index),
                     [&link](const ChainLink& other) {
                       return other.check->link == link.check->link && other.role == link.role &&
                              other.verdict->reason == link.verdict->reason;
                     });
}

std::string_view basis_words(Basis basis) {
  switch (basis) {
    case Basis::none:
      return "";
    case Basis::resolved:
      return "the reference";
    case Basis::kubernetes_api:
      return "Kubernetes API";
    case Basis::configuration:
      return "configuration";
    case Basis::arm:
      return "ARM";
    case Basis::observed:
      return "observed";
    case Basis::caller:
      return "your identity";
    case Basis::denied:
      return "access denied";
  }
  return "";
}

std::vector<std::pair<std::string, std::string>> evidence_of(const PullReport& pull) {
  std::vector<std::pair<std::string, std::string>> rows;
  const auto add = [&rows](const Verdict& verdict) {
    for (const auto& item : verdict.evidence) {
      std::string place = clean(item.source);
      if (!item.pointer.empty()) place += "#" + clean(item.pointer);
      std::pair row{std::move(place), clean(item.value)};
      if (std::find(rows.begin(), rows.end(), row) == rows.end()) rows.push_back(std::move(row));
    }
  };
  if (const ChainLink* cause = pull.cause()) {
    add(cause->verdict);
    for (const ChainLink* link : pull.also()) add(link->verdict);
  } else {
    for (const auto& link : pull.chain) {
      if (link.role != ChainLink::Role::not_applicable) add(link.verdict);
    }
  }
  return rows;
}

std::vector<std::string> supply_of(const PullReport& pull) {
  std::vector<std::string> commands;
  if (pull.diagnosis == PullReport::Diagnosis::pulls) return commands;
  for (const auto& link : pull.chain) {
    if (link.role == ChainLink::Role::cause) break;
    if (link.role != ChainLink::Role::unknown || is_unseen(pull, link)) continue;
    for (const auto& command : link.verdict->supply) {
      if (std::find(commands.begin(), commands.end(), command) == commands.end())
        commands.push_back(command);
    }
  }
  return commands;
}

std::string pods_of(const PullReport& pull) {
  if (pull.pod_count == 0) return "no pods";
  if (pull.failing == 0) return count_of(pull.pod_count, "pod");
  return fmt::format("{} of {} cannot pull", pull.failing, count_of(pull.pod_count, "pod"));
}

std::string name_of_pull(const PullReport& pull) {
  const SubjectRef& subject = pull.subject;
  if (!subject.name_space.empty() && !subject.workload.empty()) {
    return clean(subject.name_space) + "/" + clean(subject.workload);
  }
  return clean(subject.name.empty() ? subject.image : subject.name);
}

}  // namespace acr
