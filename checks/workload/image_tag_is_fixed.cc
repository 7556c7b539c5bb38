#include <fmt/format.h>

#include "container_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "021f8078-41a0-40e6-81b6-c6597da9f3ee"},
                                 {"CKV", "CKV_K8S_14"},
                                 {"Trivy", "KSV-0013"},
                                 {"Terrascan", "AC_K8S_0068"},
                                 {"Kubescape", "C-0075"},
                                 {"Popeye", "POP-100"},
                                 {"Popeye", "POP-101"},
                                 {"kube-linter", "latest-tag"},
                                 {"kube-score", "container-image-tag"},
                                 {"Polaris", "tagNotSpecified"},
                                 {"Kyverno", "disallow-latest-tag"},
                                 {"Gatekeeper", "K8sDisallowedTags"}};

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const std::string& image = container.source->container.image;
  std::vector<Evidence> evidence{cite_image(estate, container)};
  const ImageReference& reference = *container.reference;
  if (!reference.digest.empty())
    return pass("the image is named by its digest", std::move(evidence), Basis::kubernetes_api);
  if (reference.tag != "latest") {
    return pass(fmt::format("the image has tag {}", reference.tag), std::move(evidence),
                Basis::kubernetes_api);
  }
  const bool written = image.ends_with(":latest");
  return fail(fmt::format("the image {}, which names another image after every push",
                          written ? "has tag latest" : "has no tag, so it is latest"),
              std::move(evidence), Basis::kubernetes_api, {});
}

}  // namespace

extern const Check image_tag_is_fixed;
const Check image_tag_is_fixed{
    .id = "image-tag-is-fixed",
    .title = "The image has a tag of its own or a digest",
    .problem = "The image has the tag latest, or none",
    .severity = Severity::low,
    .why =
        "Which image \"latest\" is depends on the moment of the pull: two nodes run two versions, "
        "a "
        "roll-back pulls what it should undo, and nobody can say what ran yesterday.",
    .reads =
        "the image of each container of a workload's template; the namespaces that Azure manages "
        "are left out, and so is the placeholder \"auto\", which Istio replaces",
    .repair =
        "Low risk: name the version in the workload. Which one that is, the registry's list of "
        "tags "
        "tells. Needs edit rights in the namespace; the pods are made anew.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-image-tag-version",
    .controls = kControls,
    .features = "F-086 F-095",
    .judge = &judge};

}  // namespace acr
