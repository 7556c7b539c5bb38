#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  std::vector<Evidence> evidence{cite_image(estate, pull)};
  // A template may leave the image to whatever fills it in later.
  if (pull.image.empty()) {
    return unknown(fmt::format("container {} names no image yet", pull.container),
                   std::move(evidence),
                   {fmt::format("kubectl get pods --namespace {} --output json",
                                quote(pull.name_space.empty() ? "default" : pull.name_space))});
  }
  if (pull.reference)
    return pass(fmt::format("{} is a valid reference", pull.reference->canonical()),
                std::move(evidence), Basis::resolved);

  // Two mistakes have an unambiguous repair: upper case in the repository, and blanks around.
  std::vector<std::string> fix;
  std::string repaired = pull.image;
  while (!repaired.empty() &&
         (repaired.front() == ' ' || repaired.front() == '\t' || repaired.front() == '\n'))
    repaired.erase(0, 1);
  while (!repaired.empty() &&
         (repaired.back() == ' ' || repaired.back() == '\t' || repaired.back() == '\n'))
    repaired.pop_back();
  const std::size_t name_end = std::min(
      repaired.find('@'), repaired.find(':', std::min(repaired.rfind('/'), repaired.size())));
  repaired = lower(repaired.substr(0, name_end)) +
             (name_end < repaired.size() ? repaired.substr(name_end) : std::string{});
  if (repaired != pull.image && parse_image(repaired)) fix = set_image(pull, repaired);
  return fail(fmt::format("image \"{}\" is not a valid reference: {}", pull.image,
                          pull.reference.error().text),
              std::move(evidence), Basis::resolved, std::move(fix));
}

}  // namespace

extern const Check image_reference_is_valid;
const Check image_reference_is_valid{
    .id = "image-reference-is-valid",
    .title = "The image reference is valid",
    .problem = "The image reference is not valid",
    .severity = Severity::high,
    .link = Link::reference,
    .step = 1,
    .why =
        "The kubelet refuses a reference outside the grammar before it asks any registry: the "
        "container "
        "waits with InvalidImageName. Upper case in the repository and blanks around the image are "
        "the usual mistakes.",
    .reads = "the image of each container",
    .repair =
        "Low risk: correct the image in the workload. Needs edit rights in the namespace; the pods "
        "are made anew.",
    .reference = "https://pkg.go.dev/github.com/distribution/reference",
    .controls = {},
    .features = "F-091 B-26",
    .after = {},
    .judge = &judge};

}  // namespace acr
