// The canonical JSON, read back: what `-o json` printed is a Report again, so that every format can
// be had of it without judging anew.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "judge/report.h"

namespace acr {

// Longer texts are no reports of ours but an attempt to fill the memory.
inline constexpr std::size_t kLongestReport = std::size_t{1} << 30;

// Texts are cleaned, whatever wrote them. Checks are as the report tells them, so that a report of
// another version keeps its words; those that only stand in a chain come from the catalogue.
// Members that are not known are passed over (schemaVersion 1.x only ever adds some). Counts, order
// and exit code follow from the results, whatever the report claims. The error is one clause, with
// the JSON pointer of the culprit: "/results/3/outcome is 'maybe'; …".
std::expected<Report, std::string> read_report(std::string_view json);

}  // namespace acr
