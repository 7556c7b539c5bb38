// Which features of a registry exclude each other, or need one another: said once, so that no check
// asks for what the registry cannot have beside what it has.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "estate/access.h"

namespace acr {

enum class RegistryFeature {
  customer_key,
  soft_delete,
  retention,
  geo_replication,
  artifact_cache,
  artifact_streaming,
  subnet_rules,
  private_endpoint,
  trusted_services,
  public_access,
  exports_disabled,
  arm_tokens_refused,
  bootstrap,  // an isolated cluster makes its nodes from this registry
  content_trust,
};
std::string_view to_string(RegistryFeature feature);  // "soft delete"

// `wanted` cannot be, or does nothing, while `present` is.
struct Conflict {
  RegistryFeature wanted, present;
  std::string_view because;  // a clause: "soft delete does not work on …"
  std::string_view source;   // URL
};
std::span<const Conflict> conflicts();

// Does the registry have the feature, as far as the input shows?
struct Presence {
  Tri has = Tri::unknown;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;  // on unknown
};
Presence presence_of(const Estate& estate, const Registry& registry, RegistryFeature feature);

// What stands against `wanted` on this registry. `yes`: a conflict is there, and `because` names
// it; `unknown`: whether one is there is not known.
struct Objection {
  Tri stands = Tri::no;
  std::string because;
  std::vector<Evidence> evidence;  // on no: what showed that none is there
  std::vector<std::string> supply;
};
Objection objection_to(const Estate& estate, const Registry& registry, RegistryFeature wanted);

// The verdict on a feature that is off: not applicable where something excludes it, open where that
// is not known, else the failure as given, resting on what showed that nothing stands against it.
Verdict recommend(const Estate& estate, const Registry& registry, RegistryFeature wanted,
                  Verdict failure);

}  // namespace acr
