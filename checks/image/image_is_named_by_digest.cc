#include <fmt/format.h>

#include "container_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"CKV", "CKV_K8S_43"},
                                 {"KICS", "7c81d34c-8e5a-402b-9798-9f442630e678"},
                                 {"Terrascan", "AC_K8S_0069"},
                                 {"Kubescape", "C-0306"},
                                 {"Kyverno", "require-image-checksum"},
                                 {"Gatekeeper", "K8sImageDigests"}};

// The tag as the registry holds it, or nullptr.
const ImageTag* find_tag(const Estate& estate, const ImageReference& reference) {
  const RepositoryFacts& facts = estate.images.of(lower(reference.domain), reference.path);
  const auto found = facts.tags.find(reference.tag);
  return found == facts.tags.end() ? nullptr : found->second;
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  std::vector<Evidence> evidence{cite_image(estate, container)};
  const ImageReference& reference = *container.reference;
  if (!reference.digest.empty())
    return pass("the image is named by its digest", std::move(evidence), Basis::kubernetes_api);
  const ImageTag* tag = find_tag(estate, reference);
  if (tag != nullptr && tag->state.write_enabled == false) {
    evidence.push_back(estate.cite(tag->origin, "changeableAttributes/writeEnabled", "false"));
    return not_applicable(
        fmt::format("tag {} is locked in the registry, so it goes on naming this image", tag->name),
        std::move(evidence));
  }
  return fail(
      fmt::format("the image is named by tag {}, which the next push may move", reference.tag),
      std::move(evidence), Basis::kubernetes_api, {});
}

}  // namespace

extern const Check image_is_named_by_digest;
const Check image_is_named_by_digest{
    .id = "image-is-named-by-digest",
    .title = "The image is named by its digest",
    .problem = "The image is named by a tag only, which can be moved",
    .severity = Severity::low,
    .why =
        "A tag is a name that whoever may push can give to another image. A digest is the image: "
        "what was tested is what runs, on every node, after every restart.",
    .reads =
        "the image of each container of a workload; of its tag whether the registry locks it "
        "(writeEnabled), where that was given",
    .repair =
        "Low risk: let the pipeline write the digest into the workload (image:tag@sha256:…), or "
        "lock the tag (az acr repository update --write-enabled false). Mind the retention policy: "
        "an image without a tag is removed by it, whoever names its digest.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-image-lock",
    .controls = kControls,
    .features = "F-087",
    .judge = &judge};

}  // namespace acr
