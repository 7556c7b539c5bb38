// What other tools judge and users ask for, row by row, and what became of each row here: the
// checks that answer it name it (Check::features); what no check answers is decided here, once.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "check.h"

namespace acr {

enum class Decision {
  checks,          // answered by the checks that name the row
  elsewhere,       // answered by another part of the program
  obsolete,        // Azure no longer has it, or has it always
  contradictory,   // other tools ask for opposites, or it breaks pulls
  not_observable,  // no read access shows it
  out_of_scope,    // not between a registry and a cluster
};
std::string_view to_string(Decision decision);

struct Feature {
  std::string_view id;    // "F-059"
  std::string_view what;  // "the registry is zone-redundant"
  Decision decision = Decision::checks;
  std::string_view reason = {};        // one sentence; empty where checks say all
  std::vector<Control> controls = {};  // of other catalogues, that no check answers
};
// In the order of their ids, F before B.
std::span<const Feature> features();

// The checks that name the row.
std::vector<const Check*> checks_of(const Feature& feature);

// What answers to a name of another catalogue ("CKV_AZURE_137", "dc921057"), in any case: of an id
// that is a GUID its first eight digits suffice.
struct Answers {
  std::vector<const Check*> checks;
  std::vector<const Feature*> decisions;
};
Answers find_control(std::string_view id);

}  // namespace acr
