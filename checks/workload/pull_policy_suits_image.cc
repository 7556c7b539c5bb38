#include <fmt/format.h>

#include "container_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "50c83470-d2f0-4dda-a716-1938a4825f62"},
                                 {"CKV", "CKV_K8S_15"},
                                 {"KICS", "caa3479d-885d-4882-9aac-95e5e78ef5c2"},
                                 {"Kubescape", "C-0075"},
                                 {"kube-score", "container-image-pull-policy"},
                                 {"Polaris", "pullPolicyNotAlways"},
                                 {"Kyverno", "imagepullpolicy-always"}};

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const ContainerImage& image = container.source->container;
  const ImageReference& reference = *container.reference;
  const std::string_view policy = image.pull_policy.empty() ? default_pull_policy(image.image)
                                                            : std::string_view(image.pull_policy);
  const std::string_view leaf =
      image.kind == ContainerKind::image_volume ? "image/pullPolicy" : "imagePullPolicy";
  std::vector<Evidence> evidence{cite_image(estate, container)};
  if (!image.pull_policy.empty())
    evidence.push_back(cite_container(estate, container, leaf, image.pull_policy));
  const bool moves = reference.digest.empty() && reference.tag == "latest";
  if (policy == "Never") {
    return fail(
        "imagePullPolicy is Never: a node that does not have the image yet never gets it, and the "
        "pod waits with ErrImageNeverPull",
        std::move(evidence), Basis::kubernetes_api, {});
  }
  if (policy == "IfNotPresent" && moves) {
    return fail(
        "imagePullPolicy is IfNotPresent and the tag is latest: each node keeps the latest of the "
        "day it first pulled",
        std::move(evidence), Basis::kubernetes_api, {});
  }
  if (policy == "Always") {
    return pass(reference.digest.empty()
                    ? "every start asks the registry which image the tag names, and pulls only "
                      "what the node lacks"
                    : "every start asks the registry for the digest, which changes nothing but "
                      "that the node must be permitted to",
                std::move(evidence), Basis::kubernetes_api);
  }
  return pass(
      reference.digest.empty()
          ? fmt::format("nodes keep tag {} once they have it, and pull it when they do not",
                        reference.tag)
          : std::string("nodes keep the digest once they have it, and pull it when they do not"),
      std::move(evidence), Basis::kubernetes_api);
}

}  // namespace

extern const Check pull_policy_suits_image;
const Check pull_policy_suits_image{
    .id = "pull-policy-suits-image",
    .title = "The pull policy does what the image's name needs",
    .problem = "The pull policy keeps nodes from the image that is meant",
    .severity = Severity::low,
    .why =
        "Some rules demand Always and others forbid it; no cluster can please both. Always is no "
        "fault: layers that a node has are not pulled again, and the registry is asked who may use "
        "them. Two others are: Never leaves new nodes without the image, and IfNotPresent with "
        "latest leaves every node with another version.",
    .reads =
        "imagePullPolicy of each container of a workload, or what Kubernetes makes of its absence: "
        "Always for latest, else IfNotPresent",
    .repair =
        "Low risk: leave imagePullPolicy out, or name a version or digest. Needs edit rights in "
        "the namespace; the pods are made anew.",
    .reference = "https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy",
    .controls = kControls,
    .features = "F-088",
    .judge = &judge};

}  // namespace acr
