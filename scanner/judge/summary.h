// What follows from a report's results: order, counts, what is complete, the exit code. The same
// for a run and for a report that is read again.
#pragma once

#include "judge/judge.h"

namespace acr {

// Results: gravest first, then by check, subject and discriminator. Pulls: failing ones first, then
// broken before unexplained before unknown before working.
void put_in_order(Report& report);

// Counts, completeness, exit code and threshold. A scope with a result that matters and is unknown
// becomes partial.
void summarise(Report& report, const JudgeOptions& options);

// Does the result fail the run? Open, at or above the threshold, and new where only that counts.
bool counts(const Report& report, const Result& result);

// The threshold and the treatment of incomplete runs, as a finished report shows them. A report
// that is complete does not show the second.
JudgeOptions options_of(const Report& report);

}  // namespace acr
