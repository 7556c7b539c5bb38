// What should have been judged and could not be read.
#pragma once

#include <span>
#include <vector>

#include "estate/estate.h"
#include "judge/report.h"

namespace acr {

// Of what a run judges: a list of these that was refused may hide one that is broken.
inline constexpr Kind kOfScan[]{Kind::registry, Kind::cluster, Kind::pod, Kind::workload};
inline constexpr Kind kOfPulls[]{Kind::pod, Kind::workload};

// A warning for each refused or failed request for a list of these kinds. Without those whose
// document `said` warns of already; where `name_space` is given, only those that it needs.
std::vector<Notification> find_unread(const Estate& estate, std::span<const Kind> kinds,
                                      const std::vector<Notification>& said,
                                      std::string_view name_space = {});

}  // namespace acr
