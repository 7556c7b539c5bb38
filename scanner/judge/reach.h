// How far a cause reaches.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "judge/report.h"

namespace acr {

// What the pulls with one cause add up to: all of them are added, then each is told.
class Reaches {
 public:
  void add(const PullReport& pull);
  void tell(PullReport& pull) const;

 private:
  struct Tally {
    Reach reach;
    std::set<std::string> workloads, namespaces, clusters;
  };
  using Key = std::pair<const Check*, std::string>;
  // One cause is one repair; a fault without a command is known by what it says.
  static Key key_of(const ChainLink& cause);

  std::map<Key, Tally> tallies_;
};

}  // namespace acr
