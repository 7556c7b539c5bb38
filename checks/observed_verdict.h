// What the checks on observations share: what nodes of the pull's cluster have shown themselves, by
// the message of a pull that failed or by an image that arrived. What another machine sees counts
// for none of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "estate/access.h"

namespace acr {

struct Sight {
  Tri works = Tri::unknown;  // unknown: nothing was seen
  std::string reason;        // a clause
  std::vector<Evidence> evidence;
};

// Did the pull's message come as far as `stage` at the login server? An image that arrived did.
Sight see_stage(const Estate& estate, const Pull& pull, PullStage stage);
// The message says that it failed: the sight of it.
Sight see_failure(const Estate& estate, const Pull& pull);

// Is this the host of layers: a dedicated data endpoint or the storage behind a registry?
bool is_data_host(std::string_view host);

// Answers that hold for every such check: no valid reference, another kind of registry.
std::optional<Verdict> unless_observable(const Pull& pull);
// What worked, worked. A failure counts as one of the registry's only when that registry is known
// to exist: a message alone does not tell a closed way from a name that was typed wrong.
Verdict verdict_of(const Estate& estate, const Pull& pull, const Sight& sight);

}  // namespace acr
