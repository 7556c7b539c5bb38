#include <fmt/format.h>

#include <algorithm>

#include "container_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "febd0533-8e55-448f-b837-bd0e06f16469"},
                                 {"Trivy", "KSV-0125"},
                                 {"Trivy", "KSV-0032"},
                                 {"Trivy", "KSV-0034"},
                                 {"CIS AKS", "5.1.4"},
                                 {"Kubescape", "C-0001"},
                                 {"Kubescape", "C-0078"},
                                 {"Popeye", "POP-113"},
                                 {"Gatekeeper", "K8sAllowedRepos"},
                                 {"Gatekeeper", "K8sAllowedReposv2"},
                                 {"Kyverno", "restrict-image-registries"}};

// Other spellings of one host, as references spell them once they are normalised.
std::string normalised(std::string_view place) {
  constexpr std::string_view kOldHub = "index.docker.io";
  if (is_within(place, kOldHub)) return fmt::format("docker.io{}", place.substr(kOldHub.size()));
  return std::string(place);
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  const auto& approved = estate.expects.approved_registries;
  if (approved.empty()) {
    return not_applicable(
        "nobody said which registries are approved: acr-doctor.yaml names them under expects, "
        "approved-registries");
  }
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  std::vector<Evidence> evidence{cite_image(estate, container)};
  const std::string image = full_name(*container.reference);
  for (const std::string& place : approved) {
    if (!is_within(image, normalised(place))) continue;
    return pass(fmt::format("{} comes from {}, which is approved", image, place),
                std::move(evidence), Basis::kubernetes_api);
  }
  const Registry* registry = estate.registry_by_host(container.reference->domain);
  return fail(fmt::format("{} comes from {}{}, which is not among the {} approved {}", image,
                          lower(container.reference->domain),
                          registry == nullptr ? ""
                                              : fmt::format(" (registry {} of {})", registry->name,
                                                            registry->id.resource_group()),
                          approved.size(), approved.size() == 1 ? "registry" : "registries"),
              std::move(evidence), Basis::kubernetes_api, {});
}

}  // namespace

extern const Check image_comes_from_approved_registry;
const Check image_comes_from_approved_registry{
    .id = "image-comes-from-approved-registry",
    .title = "The image comes from an approved registry",
    .problem = "The image comes from a registry that is not approved",
    .severity = Severity::medium,
    .why =
        "Whoever can push to a registry decides what runs in the clusters that pull from it. An "
        "approved registry has owners, scans and a network of one's own; the internet has none of "
        "these.",
    .reads =
        "the image of each container of a workload, and approved-registries of the policy file: "
        "hosts, or a host and whole steps of its path. A host counts only as a whole, so neither "
        "evil.example/contoso.azurecr.io/x nor contoso.azurecr.io.evil.example/x is of "
        "contoso.azurecr.io, and other people's azurecr.io registries are not approved with it",
    .repair =
        "Low risk: copy the image with az acr import, or let a cache rule fetch it, and name the "
        "copy in the workload; or approve the registry. Needs edit rights in the namespace; the "
        "pods are made anew.",
    .reference =
        "https://learn.microsoft.com/azure/aks/"
        "operator-best-practices-container-image-management",
    .controls = kControls,
    .features = "F-089",
    .judge = &judge};

}  // namespace acr
