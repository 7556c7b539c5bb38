// What the checks on images share.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "check.h"

namespace acr {

// One pull's image among what is known of its registry.
struct ImageView {
  std::string host, repository;
  std::string tag;     // empty where a digest decides
  std::string digest;  // as pulled, or what the tag leads to; empty when not known
  bool by_digest = false;
  const RepositoryFacts* facts = nullptr;
  const ImageTag* tagged = nullptr;         // the tag itself
  const ImageManifest* manifest = nullptr;  // of `digest`, or else the one that names the tag
  const ImageRepository* described = nullptr;

  std::string name() const;  // "shop/cart:1.4.2", as az takes it
};
ImageView view_of(const Estate& estate, const Pull& pull);

// Answers that hold for every check on images: the reference is not valid, or its registry is not
// known. nullopt: judge on.
std::optional<Verdict> unless_in_registry(const Estate& estate, const Pull& pull);

// For a pull that has arrived: at that time all was well, whatever else is known.
Verdict pass_pulled(const Estate& estate, const Pull& pull);

// The image as the pod names it, and the registry that makes it.
std::vector<Evidence> cite_subject(const Estate& estate, const Pull& pull);

// What the registry's own lists and answers say. `missing` needs a list that is whole; `dangling`
// is a tag whose manifest such a list lacks.
struct Presence {
  enum class State { there, missing, dangling, unknown };
  State state = State::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> nearest;      // names that are there, the most alike first
  std::optional<std::string> corrected;  // the whole image, when one of them is surely meant
};
Presence find_image(const Estate& estate, const Pull& pull, const ImageView& image);

// The question about this image that the registry gave no answer to, or nullptr.
const Refusal* find_unanswered(const Estate& estate, const ImageView& image);

// The message of the pull, when it is about this image and of one of these classes.
const PullSymptom* message_about(const Pull& pull, const ImageView& image,
                                 std::span<const PullErrorClass> classes);

// The message that shows that a node read the image's manifest: it found nothing in it for its own
// platform.
const PullSymptom* read_manifest(const Pull& pull, const ImageView& image);

// The state of a policy of the registry, "enabled"; nullopt where its document does not say.
std::optional<std::string> policy_of(const Registry& registry, std::string_view name);
Evidence cite_policy(const Estate& estate, const Registry& registry, std::string_view name,
                     const std::string& status);

// Commands that supply what is missing. What az prints of tags and manifests does not say of which
// repository they are; their --query adds it.
std::string subscription_of(const Pull& pull);  // " --subscription S", or nothing
std::string show_repository(const Pull& pull, const ImageView& image);
std::string show_tag(const Pull& pull, const ImageView& image);
std::string list_tags(const Pull& pull, const ImageView& image);
std::string list_manifests(const Pull& pull, const ImageView& image);
std::string show_manifest(const Pull& pull, const ImageView& image);

}  // namespace acr
