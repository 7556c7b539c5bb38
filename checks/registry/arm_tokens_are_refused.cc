#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "node_image_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "42781ec6-6127-4c30-bdfa-fb423a0047d3"},
                                 {"Azure Policy", "785596ed-054f-41bc-aaec-7f3d0ba05725"},
                                 {"ACR review checklist", "A02.07"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  const Setting& policy = registry.settings["policies/azureADAuthenticationAsArmPolicy/status"];
  if (!policy.known())
    return unknown_field(estate, registry, "policies/azureADAuthenticationAsArmPolicy");
  std::vector<Evidence> evidence{estate.cite(policy)};
  const OldNodes old = old_nodes(estate, registry);
  if (policy.given() && same_text(policy.value, "disabled"))
    return pass("tokens made for Azure Resource Manager are refused", std::move(evidence),
                Basis::arm);
  evidence = together(std::move(evidence), old.evidence);
  const bool safe = old.pools.empty();
  return recommend(
      estate, registry, RegistryFeature::arm_tokens_refused,
      fail(safe ? std::string("tokens made for Azure Resource Manager are accepted; refused, they "
                              "keep out whoever still sends them")
                : fmt::format("tokens made for Azure Resource Manager are accepted; to refuse them "
                              "now would stop pulls of {}, whose node image still sends them",
                              old.pools),
           std::move(evidence), Basis::arm,
           safe ? std::vector{registry_command(registry, "config authentication-as-arm update",
                                               "--status disabled")}
                : std::vector<std::string>{}));
}

}  // namespace

extern const Check arm_tokens_are_refused;
const Check arm_tokens_are_refused{
    .id = "arm-tokens-are-refused",
    .title = "The registry takes tokens made for registries only",
    .problem = "The registry takes tokens made for all of Azure",
    .severity = Severity::low,
    .why =
        "A token for Azure Resource Manager that leaks from any program can be exchanged for "
        "access to the registry. Nodes with images from before the spring of 2025 send such "
        "tokens, so to refuse them too early stops every pull there.",
    .reads =
        "policies/azureADAuthenticationAsArmPolicy of the registry, and the node images of the "
        "clusters in the input",
    .repair =
        "High risk: whoever still sends tokens for Azure Resource Manager can no longer sign in: "
        "nodes with old images, older CLI versions, some pipelines. Upgrade the node images first. "
        "Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-disable-authentication-as-arm",
    .controls = kControls,
    .features = "F-050 B-17",
    .judge = &judge};

}  // namespace acr
