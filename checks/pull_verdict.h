// What the checks on pull secrets share.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "check.h"
#include "estate/credentials.h"

namespace acr {

// Answers that hold for every check on pull secrets: the pod names none, its account is not in the
// input, its cluster is not known. nullopt: judge on.
std::optional<Verdict> unless_secrets(const Estate& estate, const Pull& pull);

// A secret is at fault: is that a fault of the pull? Not where the node's own credential serves,
// and not where the image was pulled all the same.
struct Need {
  Tri needed = Tri::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
};
Need need_of_secret(const Estate& estate, const Pull& pull);

// Turns a fault into the verdict that the need for the secret calls for.
Verdict fault(const Need& need, std::string reason, std::vector<Evidence> evidence, Basis basis,
              std::vector<std::string> fix);

}  // namespace acr
