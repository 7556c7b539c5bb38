#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "estate/command.h"
#include "image_verdict.h"

namespace acr {

extern const Check image_names_known_registry;

namespace {

constexpr std::array kNotFound{PullErrorClass::image_tag_not_found,
                               PullErrorClass::image_repo_not_found};

std::string nearest(const Presence& presence) {
  if (presence.nearest.empty()) return {};
  return fmt::format("; nearest: {}", fmt::join(presence.nearest, ", "));
}

// The registry answered the node itself.
const PullSymptom* registry_answer(const Pull& pull, const ImageView& image) {
  const PullSymptom* symptom = message_about(pull, image, kNotFound);
  return symptom && symptom->error.furthest >= PullStage::authorized ? symptom : nullptr;
}

// Not there, and a cache rule would fetch it: then the fault is at its upstream.
Verdict judge_cached(const Estate& estate, const Pull& pull, const ImageView& image,
                     const CacheRule& rule, std::string reason, std::vector<Evidence> evidence,
                     bool missing) {
  const std::string source = rule.source_of(image.repository);
  evidence.push_back(estate.cite(rule.origin, "sourceRepository", rule.source));
  reason += fmt::format("; cache rule {} fetches it from {}", rule.name, source);
  std::vector<std::string> supply{
      fmt::format("docker buildx imagetools inspect {}",
                  quote(fmt::format("{}{}{}", source, image.by_digest ? "@" : ":",
                                    image.by_digest ? image.digest : image.tag)))};
  if (!rule.credential_set.empty()) {
    const CredentialSet* set = estate.images.credential_set(rule.credential_set);
    if (!set) {
      supply.push_back(fmt::format("az acr credential-set show --registry {} --name {}",
                                   quote(pull.registry->name), quote(rule.credential_set.name())));
      return unknown(reason + fmt::format(", and the health of credential set {} is not known",
                                          rule.credential_set.name()),
                     std::move(evidence), std::move(supply));
    }
    for (std::size_t i = 0; i < set->health.size(); ++i) {
      const CredentialSet::Health& health = set->health[i];
      if (health.status.empty()) continue;
      evidence.push_back(
          estate.cite(set->origin, fmt::format("authCredentials/{}/credentialHealth/status", i),
                      health.code.empty() ? health.status
                                          : fmt::format("{} ({})", health.status, health.code)));
      if (same_text(health.status, "Healthy")) continue;
      reason +=
          fmt::format(" with credential set {}, which is {}{}", set->name, lower(health.status),
                      health.code.empty() ? "" : fmt::format(" ({})", health.code));
      if (missing) return fail(std::move(reason), std::move(evidence), Basis::arm, {});
      return unknown(std::move(reason), std::move(evidence), std::move(supply));
    }
  }
  return unknown(reason + ", whose content is not in the input", std::move(evidence),
                 std::move(supply));
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_in_registry(estate, pull)) return *verdict;
  const ImageView image = view_of(estate, pull);
  const Presence presence = find_image(estate, pull, image);
  const PullSymptom* answer = registry_answer(pull, image);

  std::vector<Evidence> evidence = together(cite_subject(estate, pull), presence.evidence);
  if (answer) evidence.push_back(cite_message(estate, *answer));

  if (presence.state == Presence::State::there) {
    if (!answer) return pass(presence.reason, std::move(evidence), Basis::caller);
    // Documents and messages have no common clock: which of them is the older one is not known.
    return unknown(presence.reason +
                       ", yet the registry answered the node that it is not there: "
                       "pushed since then, or the manifest behind it is gone",
                   std::move(evidence),
                   {list_manifests(pull, image), show_repository(pull, image)});
  }
  if (presence.state == Presence::State::dangling && !answer) {
    return unknown(presence.reason + ": gone, or not listed", std::move(evidence),
                   {show_manifest(pull, image)});
  }
  const bool missing =
      presence.state == Presence::State::missing || presence.state == Presence::State::dangling;
  if (!missing && has_arrived(pull)) return pass_pulled(estate, pull);
  if (const PullSymptom* read = read_manifest(pull, image); read && !missing) {
    return pass(fmt::format("a node read the manifest of {}", image.name()),
                together(cite_subject(estate, pull), {cite_message(estate, *read)}),
                Basis::observed);
  }
  std::string reason =
      missing  ? presence.reason
      : answer ? fmt::format("the registry answered the node that {} is not there", image.name())
               : fmt::format("nothing in the input tells whether registry {} has {}",
                             pull.registry->name, image.name());
  if (const CacheRule* rule = estate.images.rule_for(pull.registry->id, image.repository)) {
    return judge_cached(estate, pull, image, *rule, std::move(reason), std::move(evidence),
                        missing || answer != nullptr);
  }
  if (!missing && !answer) {
    if (!image.facts->tag_lists.empty() && !image.by_digest) {
      const ImageList& list = *image.facts->tag_lists.front();
      evidence.push_back(
          estate.cite(list.origin, "", counted(list.count, Kind::image_tag), Basis::caller));
      reason = fmt::format(
          "the {} in the input may not be all of repository {}, and {} is not "
          "among them",
          counted(image.facts->tags.size(), Kind::image_tag), image.repository, image.tag);
    }
    if (const Refusal* unanswered = find_unanswered(estate, image)) {
      reason += fmt::format(": {}", unanswered->says());
      evidence.push_back(
          estate.cite(unanswered->origin, "", unanswered->action, unanswered->basis()));
    }
    return unknown(std::move(reason), std::move(evidence),
                   {show_tag(pull, image), show_repository(pull, image),
                    image.by_digest ? list_manifests(pull, image) : list_tags(pull, image)});
  }
  // To readers without the role for it, and to nodes, an image in quarantine is not there.
  constexpr std::string_view kQuarantine = "quarantinePolicy";
  if (const auto quarantine = policy_of(*pull.registry, kQuarantine); quarantine == "enabled") {
    evidence.push_back(cite_policy(estate, *pull.registry, kQuarantine, *quarantine));
    return unknown(reason + ", or it is held in quarantine", std::move(evidence),
                   {list_manifests(pull, image)});
  }
  // A tag whose listing is switched off is in no list.
  if (has_arrived(pull)) {
    evidence.push_back(estate.cite(pull.origin, "", "imageID reported", Basis::observed));
    return unknown(
        fmt::format("{}, yet a node pulled it: deleted since then, or not listed", reason),
        std::move(evidence), {show_tag(pull, image)});
  }
  reason += nearest(presence);
  constexpr std::string_view kSoftDelete = "softDeletePolicy";
  if (const auto kept = policy_of(*pull.registry, kSoftDelete); kept == "enabled") {
    evidence.push_back(cite_policy(estate, *pull.registry, kSoftDelete, *kept));
    reason += fmt::format(
        "; if it was deleted, the registry may still keep it (az acr manifest "
        "list-deleted --registry {} --name {})",
        quote(pull.registry->name), quote(image.repository));
  }
  return fail(
      std::move(reason), std::move(evidence), missing ? Basis::caller : Basis::observed,
      presence.corrected ? set_image(pull, *presence.corrected) : std::vector<std::string>{});
}

}  // namespace

extern const Check image_exists;
const Check image_exists{
    .id = "image-exists",
    .title = "The registry has the image",
    .problem = "The registry does not have the image",
    .severity = Severity::high,
    .link = Link::image,
    .step = 1,
    .corroborates = true,
    .why =
        "A tag that was never pushed, was purged, or is mistyped ends in \"not found\"; old "
        "runtimes and callers without rights get a 401 for it instead. A digest outlives its tag "
        "only as long as no purge and no retention policy takes the untagged manifest.",
    .reads =
        "tags, manifests and repositories as the registry lists them; cache rules and their "
        "credential sets; the registry's answer in the pull's message; the registry's quarantine "
        "and soft delete policies",
    .repair =
        "Correct the image in the workload (edit rights in the namespace), or push it (AcrPush on "
        "the registry). Where soft delete is enabled, az acr manifest restore brings a deleted "
        "image back. A cache rule needs an upstream that has the image, and a credential set whose "
        "key vault secrets the registry may read.",
    .reference =
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/"
        "cannot-pull-image-from-acr-to-aks-cluster",
    .controls = {},
    .features = "F-099 F-100 B-29",
    .after = {&image_names_known_registry},
    .judge = &judge};

}  // namespace acr
