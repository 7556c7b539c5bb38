#include "reports/gaps.h"

#include <algorithm>
#include <map>

#include "reports/escape.h"

namespace acr {

std::vector<Gaps> group_by_gap(const Report& report, bool every) {
  std::vector<Gaps> groups;
  std::map<std::string, std::size_t> places;
  std::map<std::string, bool> seen;
  for (const auto& result : report.results) {
    const Verdict& verdict = result.verdict;
    if (verdict.outcome != Outcome::unknown || (result.check->corroborates && !every)) continue;
    std::string key;
    for (const auto& command : verdict.supply) key += command + '\x1F';
    if (key.empty()) key = '\x1F' + verdict.reason;
    const auto [place, is_new] = places.emplace(key, groups.size());
    if (is_new) groups.push_back({clean(verdict.reason), verdict.supply, {}, 0, 0});
    Gaps& group = groups[place->second];
    ++group.results;
    if (seen.emplace(key + '\x1E' + verdict.reason, true).second) ++group.reasons;
    if (std::find(group.checks.begin(), group.checks.end(), result.check->id) ==
        group.checks.end()) {
      group.checks.push_back(result.check->id);
    }
  }
  return groups;
}

}  // namespace acr
