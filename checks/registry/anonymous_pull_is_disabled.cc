#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "9f2dea28-e834-476c-99c5-3507b4728395"},
                                 {"Azure Policy", "cced2946-b08a-44fe-9fd9-e4ed8a779897"},
                                 {"PSRule", "Azure.ACR.AnonymousAccess"},
                                 {"PSRule", "AZR-000401"},
                                 {"APRL", "03f4a7d8-c5b4-7842-8e6e-14997a34842b"},
                                 {"CKV", "CKV_AZURE_138"},
                                 {"CloudSploit", "acrAnonymousPullAccessEnabled"},
                                 {"ACR review checklist", "A02.04"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (!registry.anonymous_pull_enabled)
    return unknown_field(estate, registry, "anonymousPullEnabled");
  const bool on = *registry.anonymous_pull_enabled;
  std::vector<Evidence> evidence{
      estate.cite(registry.origin, "anonymousPullEnabled", on ? "true" : "false")};
  if (!on) return pass("the registry allows no anonymous pull", std::move(evidence), Basis::arm);
  const Exposure exposure = exposure_of(estate, registry);
  const std::string_view who = exposure.state == Exposure::State::open ? "everybody on the internet"
                               : exposure.state == Exposure::State::unknown
                                   ? "everybody who reaches the registry"
                                   : "everybody in a network that is let in";
  return fail(fmt::format("{} may pull every image without a credential", who),
              together(std::move(evidence), exposure.evidence), Basis::arm,
              {update_command(registry, "--anonymous-pull-enabled false")});
}

}  // namespace

extern const Check anonymous_pull_is_disabled;
const Check anonymous_pull_is_disabled{
    .id = "anonymous-pull-is-disabled",
    .title = "The registry asks everybody for a credential",
    .problem = "The registry lets strangers pull",
    .severity = Severity::high,
    .why =
        "With anonymous pull everyone who reaches the registry downloads every image of it, and "
        "with the images the code, the configuration and whatever secret somebody built in. It "
        "holds for all repositories, whatever roles and tokens say.",
    .reads = "anonymousPullEnabled of the registry",
    .repair =
        "Medium risk: clients that pull without a credential fail from then on, clusters without "
        "AcrPull among them. acr-doctor why shows what a pull rests on. Needs Contributor on the "
        "registry; takes effect within minutes.",
    .reference = "https://learn.microsoft.com/azure/container-registry/anonymous-pull-access",
    .controls = kControls,
    .features = "F-048",
    .judge = &judge};

}  // namespace acr
