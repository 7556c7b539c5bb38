#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "container_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Kubescape", "C-0253"},
                                 {"Kyverno", "restrict-deprecated-registry"}};

struct Withdrawn {
  std::string_view place, what, instead;
};

// Of each the announcement:
// kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement and
// 2023/03/10/image-registry-redirect; github.com/kubernetes-sigs/kubebuilder/discussions/3907;
// github.com/bitnami/containers/issues/83267
constexpr Withdrawn kWithdrawn[] = {
    {"k8s.gcr.io", "gets no image since 3 April 2023 and is to be switched off", "registry.k8s.io"},
    {"gcr.io/google-containers", "is the old name of k8s.gcr.io, which is to be switched off",
     "registry.k8s.io"},
    {"gcr.io/google_containers", "is the old name of k8s.gcr.io, which is to be switched off",
     "registry.k8s.io"},
    {"gcr.io/kubebuilder", "is not kept up since Google's registry ended on 18 March 2025",
     "quay.io/brancz for kube-rbac-proxy"},
    {"docker.io/bitnami", "lost its versions on 29 September 2025",
     "docker.io/bitnamilegacy, which gets no updates, or images of the projects themselves"},
};

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  std::vector<Evidence> evidence{cite_image(estate, container)};
  const std::string image = full_name(*container.reference);
  const auto* found = std::ranges::find_if(
      kWithdrawn, [&](const Withdrawn& each) { return is_within(image, each.place); });
  if (found == std::end(kWithdrawn)) {
    return pass(fmt::format("{} is not known to be withdrawn", container.reference->domain),
                std::move(evidence), Basis::kubernetes_api);
  }
  return fail(fmt::format("{} {}: use {}", found->place, found->what, found->instead),
              std::move(evidence), Basis::kubernetes_api, {});
}

}  // namespace

extern const Check image_registry_is_in_service;
const Check image_registry_is_in_service{
    .id = "image-registry-is-in-service",
    .title = "The image comes from a place that is still kept up",
    .problem = "The image comes from a place that was withdrawn",
    .severity = Severity::medium,
    .why =
        "A withdrawn registry serves old images until the day it does not. That day is noticed "
        "when a node is replaced, and by then the image is nowhere.",
    .reads =
        "the image of each container of a workload, and a short list of registries whose owners "
        "announced their end",
    .repair =
        "Low risk: name the image's new place, or copy it into your registry with az acr import "
        "while it can still be had. Needs edit rights in the namespace; the pods are made anew.",
    .reference = "https://kubernetes.io/blog/2023/02/06/k8s-gcr-io-freeze-announcement/",
    .controls = kControls,
    .features = "F-090",
    .judge = &judge};

}  // namespace acr
