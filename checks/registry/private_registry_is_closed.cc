#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Registry& registry) {
  const auto& expected = estate.expects.private_registries;
  const auto found = std::ranges::find_if(expected, [&](const std::string& glob) {
    return fnmatch(glob.c_str(), registry.name.c_str(), FNM_CASEFOLD) == 0;
  });
  if (found == expected.end()) {
    return not_applicable(
        expected.empty()
            ? "nobody said which registries are to be private: acr-doctor.yaml names them under "
              "expects, private-registries"
            : "the registry is not among those that are to be private");
  }
  Exposure exposure = exposure_of(estate, registry);
  const NetworkRules rules = registry.network_rules.value_or(NetworkRules{});
  switch (exposure.state) {
    case Exposure::State::unknown:
      return unknown_field(estate, registry, "publicNetworkAccess and networkRuleSet");
    case Exposure::State::closed:
      return pass("public network access is disabled, as the registry is to be private",
                  std::move(exposure.evidence), Basis::arm);
    case Exposure::State::restricted:
      if (rules.ip_rules.empty()) {
        return pass("no public address is let in, as the registry is to be private",
                    std::move(exposure.evidence), Basis::arm);
      }
      exposure.evidence.push_back(
          estate.cite(registry.origin, "networkRuleSet/ipRules", rules.ip_rules.front()));
      break;
    case Exposure::State::open:
      break;
  }
  std::string reach = "every network";
  if (exposure.state == Exposure::State::restricted) {
    reach = fmt::format("{} public address range{}", rules.ip_rules.size(),
                        rules.ip_rules.size() == 1 ? "" : "s");
  }
  // To close it is safe only for those who come by a private endpoint.
  const bool has_endpoint = !connections_with(registry, "Approved").empty();
  return fail(
      fmt::format("the registry is to be private ({}), and {} may ask it{}", *found, reach,
                  has_endpoint ? "" : "; it has no approved private endpoint to leave open"),
      std::move(exposure.evidence), Basis::arm,
      has_endpoint ? std::vector{update_command(registry, "--public-network-enabled false")}
                   : std::vector<std::string>{});
}

}  // namespace

extern const Check private_registry_is_closed;
const Check private_registry_is_closed{
    .id = "private-registry-is-closed",
    .title = "A registry that is to be private answers no public network",
    .problem = "A registry that is to be private answers public networks",
    .severity = Severity::high,
    .why =
        "Somebody decided that this registry is for private networks only. A switch that was "
        "opened for an afternoon and forgotten leaves its images to whoever has a credential, from "
        "anywhere.",
    .reads =
        "publicNetworkAccess and networkRuleSet of the registry, and private-registries of the "
        "policy file",
    .repair =
        "High risk: clients that do not come by a private endpoint fail from then on. Look first "
        "who they are. Needs Contributor on the registry; takes effect within minutes.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-private-endpoints#disable-public-access",
    .controls = {},
    .features = "F-036",
    .judge = &judge};

}  // namespace acr
