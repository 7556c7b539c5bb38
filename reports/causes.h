// Pulls that are one story, and what all formats say of them alike.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "judge/report.h"

namespace acr {

// Never empty.
using PullGroup = std::vector<const PullReport*>;

// Pulls with the same cause in the same words, or with nothing known of the same links; in the
// report's order.
std::vector<PullGroup> group_by_cause(const Report& report);

// A check that would only back up what others found, and could not: no line's worth, unless the
// pull is unexplained and every question counts.
bool is_unseen(const PullReport& pull, const ChainLink& link);

// Checks of one link of the path that say the same are told once: the one at `index` says what an
// earlier one said.
bool is_said_already(const PullReport& pull, std::size_t index);

// How we know: "configuration", "observed"; empty for Basis::none.
std::string_view basis_words(Basis basis);

// What the verdict rests on, each piece once: "document#/pointer", and the value seen there; clean.
// Of a broken pull, what shows its faults; of any other, all.
std::vector<std::pair<std::string, std::string>> evidence_of(const PullReport& pull);

// Commands that supply what is not known. It matters where no cause is known, and where it stands
// before the cause. None for a pull that works.
std::vector<std::string> supply_of(const PullReport& pull);

// "1 of 3 pods cannot pull".
std::string pods_of(const PullReport& pull);

// "shop/deploy/cart", or the image where no workload asks for it; clean.
std::string name_of_pull(const PullReport& pull);

}  // namespace acr
