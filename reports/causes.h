// Pulls that are one story, and what all formats say of them alike.
#pragma once

#include <string>
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

// "shop/deploy/cart", or the image where no workload asks for it; clean.
std::string name_of_pull(const PullReport& pull);

}  // namespace acr
