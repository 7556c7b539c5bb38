// What the checks of a registry's own configuration share.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "check.h"

namespace acr {

// The registry's tier has no such feature: `feature` is a noun, "retention of untagged manifests".
// Also where the tier is not known. nullopt: the registry is Premium.
std::optional<Verdict> unless_premium(const Estate& estate, const Registry& registry,
                                      std::string_view feature);

// The registry's document does not show this.
Verdict unknown_field(const Estate& estate, const Registry& registry, std::string_view what);

// "az acr update --subscription S --name N OPTIONS".
std::string update_command(const Registry& registry, std::string_view options);
// "az acr COMMAND --subscription S --registry N OPTIONS".
std::string registry_command(const Registry& registry, std::string_view command,
                             std::string_view options);

// A list of what belongs to the registry was not given: the verdict says so, or that it was
// refused, and which command makes a list that says whose it is.
Verdict unknown_list(const Estate& estate, const Registry& registry, Kind kind);
// The same for any resource, and for a subscription's locks and Defender plans.
std::string list_command(const ResourceId& resource, Kind kind);
Verdict unknown_list(const Estate& estate, const ResourceId& resource, std::string_view name,
                     Kind kind);

// A check of one field.
struct RegistryRule {
  std::string_view path;
  std::initializer_list<std::string_view> good;  // values, compared without regard to case
  bool good_if_absent = false;                   // whether Azure's default is good
  std::string_view holds, broken;                // sentences
};
// The fix is the caller's: the commands differ too much.
Verdict judge_rule(const Estate& estate, const Registry& registry, const RegistryRule& rule,
                   std::vector<std::string> fix);

// How the outside reaches the registry.
struct Exposure {
  enum class State { unknown, open, restricted, closed };
  State state = State::unknown;  // restricted: by network rules; closed: private endpoints only
  std::vector<Evidence> evidence;
};
Exposure exposure_of(const Estate& estate, const Registry& registry);

// The user-assigned identity of the registry with this client id, or nullptr.
const Registry::OwnIdentity* find_identity(const Registry& registry, std::string_view client_id);

// Connections with this status.
std::vector<const EndpointConnection*> connections_with(const Registry& registry,
                                                        std::string_view status);

}  // namespace acr
