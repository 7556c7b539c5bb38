// What the owner of the estate expects of it, where that is no fact of the documents: from the
// policy file. Checks judge by it as they judge by facts.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace acr {

struct Expectations {
  // Where images may come from: login servers or hosts, with a path to narrow them
  // ("docker.io/library"), exact, in lower case. Empty: not told, nothing is accused.
  std::vector<std::string> approved_registries;
  // Locations as Azure writes them: "westeurope". Empty: not told.
  std::vector<std::string> approved_regions;
  // Names of registries (globs) that must be closed to public networks.
  std::vector<std::string> private_registries;

  std::chrono::days credential_days_left{30};  // a credential that ends sooner is to be renewed
  int quota_percent = 80;                      // of a limit; what uses more is about to meet it
};

}  // namespace acr
