// Which cluster can pull from which registry, as far as the report tells.
#pragma once

#include <map>
#include <string>

#include "judge/report.h"

namespace acr {

// A later state outweighs an earlier one.
enum class CanPull { nothing, yes, unsure, no };
struct PullCell {
  CanPull state = CanPull::nothing;
  const Check* cause = nullptr;  // where the state is `no`
};
using PullMatrix = std::map<std::string, std::map<std::string, PullCell>>;  // cluster, registry

// Names are clean.
PullMatrix who_can_pull(const Report& report);

// Every pull of a cluster works.
bool is_healthy(const std::map<std::string, PullCell>& row);

}  // namespace acr
