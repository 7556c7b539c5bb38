// The notifications of a report as people read them: what many documents have in common, once.
#pragma once

#include <string>
#include <vector>

#include "judge/report.h"

namespace acr {

struct GatheredNote {
  Notification::Level level = Notification::Level::note;
  std::string text;  // clean; "pods.json and 10 more: the answer is no JSON"
};

// What the policy file and annotations say in vain, or no more: clean, in order.
std::vector<std::string> notes_on_exceptions(const Report& report);

// Of all others, in the order of the first of each. Without those of Level::note, and those that
// say the same of other documents as one; `all`: every one as it is.
std::vector<GatheredNote> gather_notes(const Report& report, bool all);

}  // namespace acr
