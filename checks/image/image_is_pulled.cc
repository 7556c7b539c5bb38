#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"

namespace acr {

extern const Check image_names_known_registry, image_platform_matches_node,
    kubelet_identity_can_pull, registry_accepts_cluster_network;

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  if (pull.failing > 0) {
    std::vector<Evidence> evidence;
    std::string reason = pull.pod_count > 1 ? fmt::format("{} of {} pods wait for the image",
                                                          pull.failing, pull.pod_count)
                                            : std::string("the pod waits for the image");
    if (pull.symptom) {
      reason += fmt::format(": {}", pull.symptom->reason);
      evidence.push_back(
          estate.cite(pull.symptom->origin, "",
                      pull.symptom->message.empty() ? pull.symptom->reason : pull.symptom->message,
                      Basis::observed));
    } else {
      evidence.push_back(estate.cite(pull.origin, "", "waiting", Basis::observed));
    }
    return fail(std::move(reason), std::move(evidence), Basis::observed, {});
  }
  if (pull.pulled > 0) {
    return pass(pull.pod_count > 1
                    ? fmt::format("{} of {} pods run with the image", pull.pulled, pull.pod_count)
                    : std::string("the image was pulled"),
                {estate.cite(pull.origin, "", "imageID reported", Basis::observed)},
                Basis::observed);
  }
  return unknown("no pod has reported about this image", {cite_image(estate, pull)},
                 {fmt::format("kubectl get pods {} --output json",
                              pull.name_space.empty() ? std::string("--all-namespaces")
                                                      : "--namespace " + quote(pull.name_space))});
}

}  // namespace

extern const Check image_is_pulled;
const Check image_is_pulled{
    .id = "image-is-pulled",
    .title = "The image is pulled",
    .problem = "The image is not pulled",
    .severity = Severity::high,
    .link = Link::symptom,
    .why =
        "This is the symptom: a container waits with ErrImagePull, ImagePullBackOff or one of "
        "their kin. "
        "The cause is the first broken link of the pull path.",
    .reads = "the container statuses of pods, and events about their pulls",
    .repair =
        "Repair the cause; the kubelet tries again by itself, at the latest after five minutes.",
    .reference = "https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff",
    .controls = {},
    .features = "F-096 F-097 F-098 B-23 B-25",
    .after = {&image_names_known_registry, &registry_accepts_cluster_network,
              &kubelet_identity_can_pull, &image_platform_matches_node},
    .judge = &judge};

}  // namespace acr
