// What the checks on observations share: what nodes of the pull's cluster have shown, by the
// message of a pull that failed, by a probe within the cluster or by an image that arrived. What
// another machine sees counts for none of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "estate/access.h"
#include "estate/observation.h"

namespace acr {

struct Sight {
  Tri works = Tri::unknown;  // unknown: nothing was seen
  std::string reason;        // a clause
  std::vector<Evidence> evidence;
};

// Did the pull come as far as `stage`? Its message decides: `failure`, where the check read one in
// it, or the stage that it shows. Then the newest probe, then an image that arrived; a probe that
// met something else than the message is told beside it.
Sight see(const Estate& estate, const Pull& pull, PullStage stage, const Sight& probe,
          std::optional<Sight> failure = std::nullopt);
// The message says that it failed: the sight of it.
Sight see_failure(const Estate& estate, const Pull& pull);
// What a probe within the cluster saw of a step; `layers`: at the host that serves layers.
Sight see_probe(const Estate& estate, const Pull& pull, Observation::Step step,
                bool layers = false);

// Answers that hold for every such check: no valid reference, another kind of registry.
std::optional<Verdict> unless_observable(const Pull& pull);
// What worked, worked. A failure counts as one of the registry's only when that registry is known
// to exist: a message alone does not tell a closed way from a name that was typed wrong.
Verdict verdict_of(const Estate& estate, const Pull& pull, const Sight& sight);

}  // namespace acr
