// What nobody could judge, by what is lacking.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "judge/report.h"

namespace acr {

// Results that nobody could judge, for one and the same lack.
struct Gaps {
  std::string reason;  // of the first
  std::vector<std::string> supply;
  std::vector<std::string_view> checks;
  std::size_t results = 0, reasons = 0, commands = 0;
  bool off_path = false, denied = false;  // of a check off the pull path; a refusal is the lack
};

// Checks that only back up what others found are left out unless `every`.
std::vector<Gaps> group_by_gap(const Report& report, bool every);

}  // namespace acr
