// Several reports as one: shards of an estate, clusters, vantages.
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "judge/judge.h"

namespace acr {

// What is in several reports, by fingerprint (results), subject (pulls), id (scopes, checks) or
// text (notifications), is there once, as the newest run has it; of runs that began in the same
// second, the one given last. Nothing is dropped because a newer run lacks it: reports of shards
// lack each other's parts. Counts, order, completeness and exit code follow from what is left, as
// in a run. The threshold is the strictest of all, and incomplete runs may pass only where they did
// before. The report is as old as its oldest part. The error is one clause: `why` and `scan` answer
// different questions and are not merged. Preconditions: at least one report; results carry
// fingerprints.
std::expected<Report, std::string> merge(std::vector<Report> reports);

}  // namespace acr
