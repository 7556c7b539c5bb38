#include "defender_verdict.h"

#include <algorithm>

namespace acr {

const DefenderPlan* containers_plan(const Estate& estate, std::string_view subscription) {
  const auto found = std::ranges::find_if(estate.defender_plans, [&](const DefenderPlan& plan) {
    return same_text(plan.name, "Containers") && same_text(plan.subscription, subscription);
  });
  return found == estate.defender_plans.end() ? nullptr : &*found;
}

}  // namespace acr
