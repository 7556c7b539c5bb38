#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Steampipe", "container_registry_use_virtual_service_endpoint"}};

std::vector<std::string> remove_rules(const Registry& registry) {
  std::vector<std::string> commands;
  for (const std::string& address : registry.network_rules->ip_rules)
    commands.push_back(
        fmt::format("az acr network-rule remove --subscription {} --name {} --ip-address {}",
                    quote(registry.id.subscription()), quote(registry.name), quote(address)));
  for (const ResourceId& subnet : registry.network_rules->subnet_rules)
    commands.push_back(
        fmt::format("az acr network-rule remove --subscription {} --name {} --subnet {}",
                    quote(registry.id.subscription()), quote(registry.name), quote(subnet.text())));
  return commands;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "network rules")) return *std::move(verdict);
  if (!registry.network_rules) return unknown_field(estate, registry, "networkRuleSet");
  const NetworkRules& rules = *registry.network_rules;
  const std::size_t count = rules.ip_rules.size() + rules.subnet_rules.size();
  std::vector<Evidence> evidence{
      estate.cite(registry.origin, "networkRuleSet",
                  fmt::format("{} for addresses, {} for subnets", rules.ip_rules.size(),
                              rules.subnet_rules.size()))};
  if (count == 0) return not_applicable("the registry shows no network rules", std::move(evidence));
  const Exposure exposure = exposure_of(estate, registry);
  evidence = together(std::move(evidence), exposure.evidence);
  if (exposure.state == Exposure::State::unknown)
    return unknown_field(estate, registry, "publicNetworkAccess");
  if (exposure.state == Exposure::State::closed)
    return fail(
        fmt::format(
            "the registry's network rules ({}) do nothing: public network access is disabled",
            count),
        std::move(evidence), Basis::arm, remove_rules(registry));
  if (exposure.state == Exposure::State::open)
    return fail(fmt::format("the registry's network rules ({}) do nothing: the default action lets "
                            "every network in",
                            count),
                std::move(evidence), Basis::arm, remove_rules(registry));
  if (!rules.subnet_rules.empty() && !connections_with(registry, "Approved").empty()) {
    evidence.push_back(estate.cite(registry.origin, "privateEndpointConnections", "approved"));
    return fail(fmt::format("the registry's rules for subnets ({}) do nothing: a registry with a "
                            "private endpoint takes none",
                            rules.subnet_rules.size()),
                std::move(evidence), Basis::arm, {});
  }
  return pass("network access is limited by the registry's rules", std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check network_rules_take_effect;
const Check network_rules_take_effect{
    .id = "network-rules-take-effect",
    .title = "The registry's network rules decide who may ask",
    .problem = "The registry has network rules that decide nothing",
    .severity = Severity::low,
    .why =
        "Rules that do nothing look like protection. They count only where public network access "
        "is enabled and the default action is Deny; and rules for subnets do not work beside "
        "private endpoints.",
    .reads = "publicNetworkAccess, networkRuleSet and privateEndpointConnections of the registry",
    .repair =
        "Low risk: remove rules that do nothing, or make them count with the default action Deny, "
        "which turns everybody else away. Needs Contributor on the registry.",
    .reference = "https://learn.microsoft.com/azure/container-registry/container-registry-vnet",
    .controls = kControls,
    .features = "F-037 B-46",
    .judge = &judge};

}  // namespace acr
