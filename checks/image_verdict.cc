#include "image_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "estate/command.h"
#include "estate/login_server.h"

namespace acr {
namespace {

constexpr std::size_t kNearest = 3;

std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0U : 1U);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

std::string without_digits(std::string_view text) {
  std::string rest;
  for (const char c : text) {
    if (c < '0' || c > '9') rest += c;
  }
  return rest;
}

// 1.4.2 and 1.4.3 are two versions, latest and lastest one typing error.
bool is_slip(std::string_view wanted, std::string_view there) {
  return edits(wanted, there) <= 2 && std::min(wanted.size(), there.size()) > 3 &&
         without_digits(wanted) != without_digits(there);
}

std::vector<std::string> most_alike(std::string_view wanted, std::vector<std::string> names) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (std::string& name : names) {
    if (name.size() <= 128) ranked.emplace_back(edits(wanted, name), std::move(name));
  }
  std::sort(ranked.begin(), ranked.end(), [](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    return a.second > b.second;  // of versions the higher one
  });
  std::vector<std::string> nearest;
  for (std::size_t i = 0; i < std::min(kNearest, ranked.size()); ++i)
    nearest.push_back(std::move(ranked[i].second));
  return nearest;
}

// A list that is whole, or as long as the repository says.
struct WholeList {
  bool whole = false;
  std::vector<Evidence> evidence;
};
WholeList whole_list(const Estate& estate, const ImageView& image,
                     const std::vector<const ImageList*>& lists, std::size_t known,
                     std::optional<std::int64_t> count, std::string_view field, Kind kind) {
  WholeList result;
  const auto cite = [&](const ImageList& list) {
    result.evidence.push_back(
        estate.cite(list.origin, "", counted(list.count, kind), Basis::caller));
  };
  if (std::ranges::any_of(lists, &ImageList::whole)) {
    result.whole = true;
    // Later pages belong to a list that is whole from its first.
    for (const ImageList* list : lists) {
      if (list->whole || !estate.documents[list->origin.document].request_url.empty()) cite(*list);
    }
    return result;
  }
  if (count && known >= static_cast<std::size_t>(std::max<std::int64_t>(*count, 0))) {
    result.whole = true;
    for (const ImageList* list : lists) cite(*list);
    result.evidence.push_back(
        estate.cite(image.described->origin, field, fmt::format("{}", *count), Basis::caller));
  }
  return result;
}

std::string query(const ImageView& image, std::string_view field) {
  return fmt::format("--query \"{{registry: '{}', imageName: '{}', {}: @}}\" --output json",
                     image.host, image.repository, field);
}

std::optional<std::string> corrected(const Pull& pull, std::string_view wrong,
                                     std::string_view right) {
  const std::size_t at = pull.image.rfind(wrong);
  if (wrong.empty() || at == std::string::npos) return std::nullopt;
  std::string image = pull.image;
  image.replace(at, wrong.size(), right);
  return parse_image(image) ? std::optional(image) : std::nullopt;
}

Presence missing_repository(const Estate& estate, const Pull& pull, const ImageView& image) {
  Presence presence;
  for (const ImageAbsence* absence : image.facts->absences) {
    if (!absence->reference.empty()) continue;
    presence.state = Presence::State::missing;
    presence.reason =
        fmt::format("registry {} has no repository {}", pull.registry->name, image.repository);
    presence.evidence.push_back(estate.cite(absence->origin, "code", absence->code, Basis::caller));
    return presence;
  }
  bool whole = false;
  for (const ImageList& list : estate.images.lists) {
    if (list.what == ImageList::What::repositories && list.host == image.host) {
      whole |= list.whole;
      presence.evidence.push_back(
          estate.cite(list.origin, "", counted(list.count, Kind::repository), Basis::caller));
    }
  }
  if (!whole || image.described) return {};
  std::vector<std::string> names;
  for (const ImageRepository& each : estate.images.repositories) {
    if (each.host == image.host) names.push_back(each.name);
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  presence.state = Presence::State::missing;
  presence.reason = fmt::format("registry {} has no repository {} among its {}",
                                pull.registry->name, image.repository, names.size());
  presence.nearest = most_alike(image.repository, std::move(names));
  if (!presence.nearest.empty() && is_slip(image.repository, presence.nearest.front()))
    presence.corrected = corrected(pull, image.repository, presence.nearest.front());
  return presence;
}

Presence find_digest(const Estate& estate, const ImageView& image) {
  Presence presence;
  const auto there = [&](const Origin& origin, std::string_view field, std::string reason) {
    presence.state = Presence::State::there;
    presence.reason = std::move(reason);
    presence.evidence.push_back(estate.cite(origin, field, image.digest, Basis::caller));
    return presence;
  };
  const std::string held = fmt::format("repository {} holds {}", image.repository, image.digest);
  if (const auto found = image.facts->manifests.find(image.digest);
      found != image.facts->manifests.end())
    return there(found->second->origin, "digest", held);
  for (const auto& [name, tag] : image.facts->tags) {
    if (tag->digest == image.digest)
      return there(tag->origin, "digest", fmt::format("{} as tag {}", held, name));
  }
  if (const auto found = image.facts->contents.find(image.digest);
      found != image.facts->contents.end() && found->second->digest == image.digest)
    return there(found->second->origin, "", held);
  for (const ImageAbsence* absence : image.facts->absences) {
    if (absence->reference != image.digest) continue;
    presence.evidence.push_back(estate.cite(absence->origin, "code", absence->code, Basis::caller));
  }
  if (presence.evidence.empty()) {
    const auto count = image.described ? image.described->manifest_count : std::nullopt;
    WholeList list =
        whole_list(estate, image, image.facts->manifest_lists, image.facts->manifests.size(), count,
                   "manifestCount", Kind::image_manifest);
    if (!list.whole) return {};
    presence.evidence = std::move(list.evidence);
  }
  presence.state = Presence::State::missing;
  presence.reason = fmt::format("repository {} does not hold {}", image.repository, image.digest);
  return presence;
}

Presence find_tag(const Estate& estate, const Pull& pull, const ImageView& image) {
  Presence presence;
  Origin origin;
  std::string_view field;
  if (image.tagged) {
    origin = image.tagged->origin;
    field = image.tagged->digest.empty() ? "" : "name";
  } else if (image.manifest) {
    origin = image.manifest->origin;
    field = "tags";
  } else if (const auto found = image.facts->contents.find(image.tag);
             found != image.facts->contents.end()) {
    origin = found->second->origin;
  }
  if (origin.known()) {
    presence.state = Presence::State::there;
    presence.reason =
        fmt::format("repository {} has tag {}{}", image.repository, image.tag,
                    image.digest.empty() ? std::string{} : fmt::format(" ({:.19}…)", image.digest));
    presence.evidence.push_back(estate.cite(origin, field, image.tag, Basis::caller));
    if (!image.tagged || image.digest.empty() || image.facts->manifests.contains(image.digest))
      return presence;
    const auto count = image.described ? image.described->manifest_count : std::nullopt;
    const WholeList list =
        whole_list(estate, image, image.facts->manifest_lists, image.facts->manifests.size(), count,
                   "manifestCount", Kind::image_manifest);
    if (!list.whole) return presence;
    presence.state = Presence::State::dangling;
    presence.reason = fmt::format("tag {} of repository {} leads to {}, which is not in its list",
                                  image.tag, image.repository, image.digest);
    presence.evidence.push_back(
        estate.cite(image.tagged->origin, "digest", image.digest, Basis::caller));
    presence.evidence = together(std::move(presence.evidence), list.evidence);
    return presence;
  }

  std::vector<std::string> names;
  names.reserve(image.facts->tags.size());
  for (const auto& [name, tag] : image.facts->tags) names.push_back(name);
  presence.nearest = most_alike(image.tag, std::move(names));
  for (const ImageAbsence* absence : image.facts->absences) {
    if (absence->reference != image.tag) continue;
    presence.evidence.push_back(estate.cite(absence->origin, "code", absence->code, Basis::caller));
  }
  if (presence.evidence.empty()) {
    const auto count = image.described ? image.described->tag_count : std::nullopt;
    WholeList list = whole_list(estate, image, image.facts->tag_lists, image.facts->tags.size(),
                                count, "tagCount", Kind::image_tag);
    if (!list.whole) return presence;
    presence.evidence = std::move(list.evidence);
  }
  presence.state = Presence::State::missing;
  presence.reason = fmt::format("repository {} has no tag {}", image.repository, image.tag);
  if (!presence.nearest.empty() && is_slip(image.tag, presence.nearest.front()))
    presence.corrected = corrected(pull, ":" + image.tag, ":" + presence.nearest.front());
  return presence;
}

}  // namespace

std::string ImageView::name() const {
  return by_digest ? fmt::format("{}@{}", repository, digest)
                   : fmt::format("{}:{}", repository, tag);
}

ImageView view_of(const Estate& estate, const Pull& pull) {
  ImageView image;
  image.host = lower(pull.reference->domain);
  image.repository = pull.reference->path;
  image.by_digest = !pull.reference->digest.empty();  // the kubelet then leaves the tag alone
  image.facts = &estate.images.of(image.host, image.repository);
  image.described = image.facts->described;
  if (image.by_digest) {
    image.digest = pull.reference->digest;
  } else {
    image.tag = pull.reference->tag;
    if (const auto tag = image.facts->tags.find(image.tag); tag != image.facts->tags.end()) {
      image.tagged = tag->second;
      image.digest = tag->second->digest;
    }
    if (const auto named = image.facts->tagged.find(image.tag);
        image.digest.empty() && named != image.facts->tagged.end()) {
      image.manifest = named->second;
      image.digest = named->second->digest;
    }
    if (const auto content = image.facts->contents.find(image.tag);
        image.digest.empty() && content != image.facts->contents.end())
      image.digest = content->second->digest;
  }
  if (const auto found = image.facts->manifests.find(image.digest);
      !image.digest.empty() && found != image.facts->manifests.end())
    image.manifest = found->second;
  return image;
}

std::optional<Verdict> unless_in_registry(const Estate& estate, const Pull& pull) {
  std::vector<Evidence> evidence{cite_image(estate, pull)};
  if (!pull.reference) return not_applicable("the image reference is not valid", evidence);
  if (pull.registry) return std::nullopt;
  const std::string& host = pull.reference->domain;
  if (cloud_of(host) == nullptr)
    return not_applicable(fmt::format("{} is not an Azure container registry", host), evidence);
  if (has_arrived(pull)) return pass_pulled(estate, pull);
  std::string reason = fmt::format("registry {} is not in the input", host);
  if (const Refusal* refusal = estate.refusal(Kind::registry)) {
    reason += fmt::format(": {}", refusal->says());
    evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
  }
  return unknown(
      std::move(reason), std::move(evidence),
      {fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json", lower(host))});
}

Verdict pass_pulled(const Estate& estate, const Pull& pull) {
  return pass(
      fmt::format("a node pulled {} when its pod started", pull.reference->canonical()),
      {cite_image(estate, pull), estate.cite(pull.origin, "", "imageID reported", Basis::observed)},
      Basis::observed);
}

std::vector<Evidence> cite_subject(const Estate& estate, const Pull& pull) {
  return {cite_image(estate, pull),
          estate.cite(pull.registry->origin, "loginServer", pull.registry->login_server)};
}

Presence find_image(const Estate& estate, const Pull& pull, const ImageView& image) {
  Presence presence = image.by_digest ? find_digest(estate, image) : find_tag(estate, pull, image);
  if (presence.state != Presence::State::unknown) return presence;
  Presence repository = missing_repository(estate, pull, image);
  return repository.state == Presence::State::missing ? repository : presence;
}

const Refusal* find_unanswered(const Estate& estate, const ImageView& image) {
  const std::string host = fmt::format("https://{}/", image.host);
  const std::string repository = fmt::format("/{}/", image.repository);
  for (const Refusal& refusal : estate.refusals) {
    if (refusal.kind != Kind::image_manifest && refusal.kind != Kind::image_tag) continue;
    const std::string& url = estate.documents[refusal.origin.document].request_url;
    if (url.starts_with(host) && url.contains(repository) &&
        url.ends_with("/" + (image.by_digest ? image.digest : image.tag)))
      return &refusal;
  }
  return nullptr;
}

const PullSymptom* message_about(const Pull& pull, const ImageView& image,
                                 std::span<const PullErrorClass> classes) {
  if (!pull.symptom || pull.failing == 0) return nullptr;
  const PullError& error = pull.symptom->error;
  if (std::ranges::find(classes, error.error) == classes.end()) return nullptr;
  const bool other_image = (!error.registry.empty() && !same_text(error.registry, image.host)) ||
                           (!error.repository.empty() && error.repository != image.repository);
  return other_image ? nullptr : pull.symptom;
}

const PullSymptom* read_manifest(const Pull& pull, const ImageView& image) {
  constexpr std::array kMismatch{PullErrorClass::image_platform_mismatch};
  const PullSymptom* symptom = message_about(pull, image, kMismatch);
  const bool certain = symptom && symptom->error.confidence == PullError::Confidence::certain;
  return certain ? symptom : nullptr;
}

std::optional<std::string> policy_of(const Registry& registry, std::string_view name) {
  for (const auto& [policy, status] : registry.policies) {
    if (policy == name) return lower(status);
  }
  return std::nullopt;
}

Evidence cite_policy(const Estate& estate, const Registry& registry, std::string_view name,
                     const std::string& status) {
  return estate.cite(registry.origin, fmt::format("policies/{}/status", name), status);
}

std::string subscription_of(const Pull& pull) {
  const std::string_view subscription = pull.registry->id.subscription();
  return subscription.empty() ? "" : fmt::format(" --subscription {}", quote(subscription));
}

std::string show_repository(const Pull& pull, const ImageView& image) {
  return fmt::format("az acr repository show{} --name {} --repository {} --output json",
                     subscription_of(pull), quote(pull.registry->name), quote(image.repository));
}

std::string show_tag(const Pull& pull, const ImageView& image) {
  return fmt::format("az acr repository show{} --name {} --image {} {}", subscription_of(pull),
                     quote(pull.registry->name), quote(image.name()),
                     query(image, image.by_digest ? "manifest" : "tag"));
}

std::string list_tags(const Pull& pull, const ImageView& image) {
  return fmt::format("az acr repository show-tags{} --name {} --repository {} --detail {}",
                     subscription_of(pull), quote(pull.registry->name), quote(image.repository),
                     query(image, "tags"));
}

std::string list_manifests(const Pull& pull, const ImageView& image) {
  return fmt::format("az acr manifest list-metadata{} --registry {} --name {} {}",
                     subscription_of(pull), quote(pull.registry->name), quote(image.repository),
                     query(image, "manifests"));
}

std::string show_manifest(const Pull& pull, const ImageView& image) {
  return fmt::format("az acr manifest show{} --registry {} --name {} --raw", subscription_of(pull),
                     quote(pull.registry->name), quote(image.name()));
}

}  // namespace acr
