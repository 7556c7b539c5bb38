#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "d0793b48-0edc-4296-a390-4c75d1bdfd71"},
                                 {"PSRule", "Azure.ACR.Firewall"},
                                 {"PSRule", "AZR-000402"},
                                 {"Steampipe", "container_registry_restrict_public_access"},
                                 {"Mondoo", "mondoo-azure-security-acr-network-default-deny"},
                                 {"MCSB", "NS-2"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "network rules")) return *std::move(verdict);
  Exposure exposure = exposure_of(estate, registry);
  switch (exposure.state) {
    case Exposure::State::unknown:
      return unknown_field(estate, registry, "publicNetworkAccess and networkRuleSet");
    case Exposure::State::closed:
      return pass("public network access is disabled", std::move(exposure.evidence), Basis::arm);
    case Exposure::State::restricted:
      return pass("public network access is limited to chosen networks",
                  std::move(exposure.evidence), Basis::arm);
    case Exposure::State::open:
      break;
  }
  const std::size_t rules = registry.network_rules ? registry.network_rules->ip_rules.size() +
                                                         registry.network_rules->subnet_rules.size()
                                                   : 0;
  const std::size_t endpoints = connections_with(registry, "Approved").size();
  if (rules + endpoints == 0)
    return fail(
        "every network may ask the registry; to deny them now would cut off every client, because "
        "no network rule and no private endpoint lets anybody in",
        std::move(exposure.evidence), Basis::arm, {});
  return fail(fmt::format("every network may ask the registry; after the change only those of {} "
                          "network rule{} and {} approved private endpoint{} may",
                          rules, rules == 1 ? "" : "s", endpoints, endpoints == 1 ? "" : "s"),
              std::move(exposure.evidence), Basis::arm,
              {update_command(registry, "--default-action Deny")});
}

}  // namespace

extern const Check registry_is_closed_to_most_networks;
const Check registry_is_closed_to_most_networks{
    .id = "registry-is-closed-to-most-networks",
    .title = "The registry's public endpoint does not answer every network",
    .problem = "The registry's public endpoint answers every network",
    .severity = Severity::medium,
    .why =
        "A stolen password or token works from anywhere in the world while every network is let "
        "in. Either of two switches closes that: public network access, or the default action of "
        "the network rules. One of them is enough.",
    .reads = "publicNetworkAccess and networkRuleSet of the registry, together",
    .repair =
        "High risk: clients that are not let in fail from then on, clusters, pipelines and people "
        "alike. Give the clusters a private endpoint or add their outgoing addresses first. Needs "
        "Contributor on the registry; takes effect within minutes.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-access-selected-networks",
    .controls = kControls,
    .features = "F-036",
    .judge = &judge};

}  // namespace acr
