#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.ACR.Retention"},
                                 {"PSRule", "AZR-000010"},
                                 {"azqr", "cr-010"},
                                 {"Azure Community Policy", "8b36505e-b96f-4ab9-a5ed-aefd19476d2c"},
                                 {"APRL", "3ef86f16-f65b-c645-9901-7830d6dc3a1b"},
                                 {"CKV", "CKV_AZURE_167"},
                                 {"Steampipe", "container_registry_retention_policy_enabled"},
                                 {"Mondoo", "mondoo-azure-security-acr-retention-policy-enabled"}};

std::size_t pinned_pods(const Estate& estate, const Registry& registry) {
  std::size_t count = 0;
  for (const PodClass& pod : estate.pod_classes) {
    const auto image = parse_reference(pod.container.image);
    if (image && !image->digest.empty() && image->tag.empty() &&
        same_text(image->domain, registry.login_server))
      ++count;
  }
  return count;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "retention policy"))
    return *std::move(verdict);
  Verdict verdict =
      judge_rule(estate, registry,
                 {.path = "policies/retentionPolicy/status",
                  .good = {"enabled"},
                  .holds = "untagged manifests are removed after a time",
                  .broken = "untagged manifests stay forever; removed, they are gone for pods that "
                            "name them by digest"},
                 {registry_command(registry, "config retention update",
                                   "--status enabled --days 30 --type UntaggedManifests")});
  if (verdict.outcome != Outcome::fail) return verdict;
  if (const std::size_t pinned = pinned_pods(estate, registry); pinned > 0) {
    verdict.reason += fmt::format(", as {} container{} of the input do{}", pinned,
                                  pinned == 1 ? "" : "s", pinned == 1 ? "es" : "");
  }
  return recommend(estate, registry, RegistryFeature::retention, std::move(verdict));
}

}  // namespace

extern const Check untagged_manifests_are_removed;
const Check untagged_manifests_are_removed{
    .id = "untagged-manifests-are-removed",
    .title = "Untagged manifests are removed after a time",
    .problem = "Untagged manifests stay forever",
    .severity = Severity::low,
    .why =
        "Every push of a known tag leaves the image before it without a tag. They add up to most "
        "of a registry's storage, and to images with known holes that somebody may still run by "
        "digest.",
    .reads = "policies/retentionPolicy of the registry",
    .repair =
        "Medium risk: untagged manifests are deleted for good after the days given. Pods that name "
        "an image by digest and no tag can no longer pull it, so tag or lock those first. Needs "
        "Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy",
    .controls = kControls,
    .features = "F-060 B-31",
    .judge = &judge};

}  // namespace acr
