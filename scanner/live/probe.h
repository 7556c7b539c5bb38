// One machine's way to a registry, step by step: name, connection, certificate, challenge, token,
// manifest, first bytes of a blob. What was met is a Probe (estate/observation.h); docs/probe.md
// describes it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estate/observation.h"
#include "live/docker_login.h"
#include "live/loop.h"
#include "live/registry_api.h"

namespace acr {

struct ProbeRequest {
  std::string registry;               // "contoso.azurecr.io", "localhost:5000"
  std::string repository, reference;  // empty: the way to the registry only
  Instant at{};
  Vantage vantage;
  std::vector<std::string> servers;  // DNS; empty: the system's
  const TlsTrust* trust = nullptr;   // nullptr: the system's authorities; outlives the run
  // At most one of the two; without one the image is asked for anonymously.
  std::optional<DockerLogin> login;
  AskEntraToken entra;
  Milliseconds deadline{60'000};  // the loop's own: connections are given up well before
};

// Runs the loop until nothing is left to try. A step that cannot be tried is absent; a step that
// failed ends its branch. No failure of the outside world is an error.
Probe run_probe(Loop& loop, ProbeRequest request);

}  // namespace acr
