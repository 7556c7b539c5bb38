#include <fmt/format.h>

#include <array>

#include "estate/command.h"
#include "image_verdict.h"

namespace acr {

extern const Check image_exists;

namespace {

constexpr std::string_view kQuarantine = "quarantinePolicy";
constexpr std::array kQuarantined{PullErrorClass::image_quarantined};

// One of the three things that a lock can sit on.
struct Part {
  std::string what;    // "tag 1.4.2"
  std::string target;  // for az: "--image shop/cart:1.4.2"
  const Origin* origin = nullptr;
  const ImageState* state = nullptr;  // nullptr: not in the input
  std::string supply;
};

// "a, b and c".
std::string join_words(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    text += i == 0 ? "" : i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::vector<Part> parts_of(const Pull& pull, const ImageView& image) {
  std::vector<Part> parts;
  const auto add = [&parts](Part part, const auto* described) {
    if (described && described->state.read_enabled) {
      part.origin = &described->origin;
      part.state = &described->state;
    }
    parts.push_back(std::move(part));
  };
  add({.what = "repository " + image.repository,
       .target = "--repository " + quote(image.repository),
       .supply = show_repository(pull, image)},
      image.described);
  if (!image.by_digest) {
    add({.what = fmt::format("tag {}", image.tag),
         .target = "--image " + quote(image.name()),
         .supply = show_tag(pull, image)},
        image.tagged);
  }
  add({.what = image.digest.empty() ? std::string("its manifest")
                                    : fmt::format("manifest {:.19}…", image.digest),
       .target = "--image " + quote(fmt::format("{}@{}", image.repository, image.digest)),
       .supply = list_manifests(pull, image)},
      image.manifest);
  return parts;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_in_registry(estate, pull)) return *verdict;
  const ImageView image = view_of(estate, pull);
  const Presence presence = find_image(estate, pull, image);
  std::vector<Evidence> evidence = cite_subject(estate, pull);
  if (presence.state == Presence::State::missing)
    return not_applicable(presence.reason, together(std::move(evidence), presence.evidence));

  std::vector<std::string> locked, fix, supply, missing;
  const Part* held = nullptr;
  const auto parts = parts_of(pull, image);
  for (const Part& part : parts) {
    if (!part.state) {
      missing.push_back(part.what);
      supply.push_back(part.supply);
      continue;
    }
    const bool readable = *part.state->read_enabled;
    evidence.push_back(estate.cite(*part.origin, "changeableAttributes/readEnabled",
                                   readable ? "true" : "false", Basis::caller));
    if (!readable) {
      locked.push_back(part.what);
      fix.push_back(fmt::format("az acr repository update{} --name {} {} --read-enabled true",
                                subscription_of(pull), quote(pull.registry->name), part.target));
    }
    const std::string& state = part.state->quarantine_state;
    if (!state.empty() && !same_text(state, "Passed") && !held) {
      held = &part;
      evidence.push_back(
          estate.cite(*part.origin, "changeableAttributes/quarantineState", state, Basis::caller));
    }
  }
  if (!locked.empty()) {
    return fail(fmt::format("reading is switched off for {}", join_words(locked)),
                std::move(evidence), Basis::caller, std::move(fix));
  }
  const auto quarantine = policy_of(*pull.registry, kQuarantine);
  if (held && quarantine == "enabled") {
    evidence.push_back(cite_policy(estate, *pull.registry, kQuarantine, *quarantine));
    return fail(fmt::format("{} has the quarantine state {}, and registry {} lets nodes pull only "
                            "what has passed",
                            held->what, held->state->quarantine_state, pull.registry->name),
                std::move(evidence), Basis::caller, {});
  }
  if (held && !quarantine) {
    return unknown(
        fmt::format("{} has the quarantine state {}, and whether registry {} enforces it is not "
                    "in the input",
                    held->what, held->state->quarantine_state, pull.registry->name),
        std::move(evidence),
        {fmt::format("az acr show --name {} --output json", quote(pull.registry->name))});
  }
  if (const PullSymptom* message = message_about(pull, image, kQuarantined)) {
    evidence.push_back(cite_message(estate, *message));
    return unknown(
        "the registry refused the image as quarantined, which nothing else in the input "
        "confirms",
        std::move(evidence), {list_manifests(pull, image)});
  }
  if (missing.empty()) {
    return pass(fmt::format("{} may be read", image.name()), std::move(evidence), Basis::caller);
  }
  if (has_arrived(pull)) return pass_pulled(estate, pull);
  if (const PullSymptom* read = read_manifest(pull, image)) {
    return pass(fmt::format("a node read the manifest of {}", image.name()),
                together(cite_subject(estate, pull), {cite_message(estate, *read)}),
                Basis::observed);
  }
  return unknown(fmt::format("whether {} may be read is not in the input",
                             missing.size() == parts.size() ? image.name() : join_words(missing)),
                 std::move(evidence), std::move(supply));
}

}  // namespace

extern const Check image_is_readable;
const Check image_is_readable{
    .id = "image-is-readable",
    .title = "The image may be read",
    .problem = "Reading the image is locked, or it is held in quarantine",
    .severity = Severity::high,
    .link = Link::image,
    .step = 2,
    .corroborates = true,
    .why =
        "A repository, a tag or a manifest with readEnabled false refuses every pull, whatever the "
        "roles; the portal still lists it. With the quarantine policy on, an image that has not "
        "passed its scan looks like one that is not there.",
    .reads =
        "changeableAttributes of the repository, the tag and the manifest; the registry's "
        "quarantine policy",
    .repair =
        "Ask why it was locked, then switch reading on again; that needs a right to write metadata "
        "(AcrPush, in ABAC mode Container Registry Repository Writer) and works at once. From "
        "quarantine an image is released by the scanner that holds it (role AcrQuarantineWriter).",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-image-lock",
    .controls = {},
    .features = "F-100 B-29",
    .after = {&image_exists},
    .judge = &judge};

}  // namespace acr
