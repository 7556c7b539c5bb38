#include "reports/gaps.h"

#include <algorithm>
#include <map>

#include "reports/escape.h"

namespace acr {
namespace {

// The command without what names its subject: the same is missing of many registries.
std::string shape_of(std::string command, const SubjectRef& subject) {
  for (const std::string& name : {subject.id, subject.registry, subject.cluster, subject.name}) {
    if (name.empty()) continue;
    for (std::size_t at = command.find(name); at != std::string::npos; at = command.find(name, at))
      command.replace(at, name.size(), "\x1A");
  }
  return command;
}

}  // namespace

std::vector<Gaps> group_by_gap(const Report& report, bool every) {
  std::vector<Gaps> groups;
  std::map<std::string, std::size_t> places;
  std::map<std::string, bool> seen;
  for (const auto& result : report.results) {
    const Verdict& verdict = result.verdict;
    if (verdict.outcome != Outcome::unknown || (result.check->corroborates && !every)) continue;
    std::string key;
    const bool off_path = result.check->link == Link::none;
    for (const auto& command : verdict.supply)
      key += (off_path ? shape_of(command, result.subject) : command) + '\x1F';
    if (off_path && !key.empty()) key += "off the path";
    if (key.empty()) key = '\x1F' + verdict.reason;
    const auto [place, is_new] = places.emplace(key, groups.size());
    if (is_new)
      groups.push_back({clean(verdict.reason), verdict.supply, {}, 0, 0, 0, off_path, false});
    Gaps& group = groups[place->second];
    group.denied |= verdict.basis == Basis::denied;
    ++group.results;
    if (seen.emplace(key + '\x1E' + verdict.reason, true).second) ++group.reasons;
    std::string command = key + '\x1D';
    if (!verdict.supply.empty()) command += verdict.supply.front();
    if (seen.emplace(std::move(command), true).second) ++group.commands;
    if (std::find(group.checks.begin(), group.checks.end(), result.check->id) ==
        group.checks.end()) {
      group.checks.push_back(result.check->id);
    }
  }
  return groups;
}

}  // namespace acr
