#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "container_verdict.h"
#include "credential_end.h"
#include "estate/command.h"
#include "estate/login_server.h"
#include "image_verdict.h"
#include "registry_verdict.h"

namespace acr {

namespace {

// A link to the image whose facts are asked for, as the helpers of images take it.
struct Named {
  Pull pull;
  ImageView image;
};

Named name_in(const Registry& registry, const ImageReference& reference) {
  Named named;
  named.pull.registry = &registry;
  named.image.host = lower(reference.domain);
  named.image.repository = reference.path;
  named.image.digest = reference.digest;
  named.image.by_digest = true;
  return named;
}

// The retention policy of a registry that has one, in words that its verdicts begin with.
struct Retention {
  std::chrono::days days{};
  std::optional<Instant> since;  // when it was last changed
  std::vector<Evidence> evidence;
};

std::optional<Verdict> unless_retained(const Estate& estate, const Registry& registry,
                                       Retention& retention) {
  if (auto verdict = unless_premium(estate, registry, "retention policy")) return verdict;
  const Setting& status = registry.settings["policies/retentionPolicy/status"];
  if (!status.known()) return unknown_field(estate, registry, "policies/retentionPolicy");
  retention.evidence.push_back(estate.cite(status));
  if (!status.given() || !same_text(status.value, "enabled")) {
    return pass("the registry's retention policy is off: it deletes nothing by itself",
                std::move(retention.evidence), Basis::arm);
  }
  const Setting& days = registry.settings["policies/retentionPolicy/days"];
  int number = -1;
  const char* end = days.value.data() + days.value.size();
  const auto read = std::from_chars(days.value.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end || number < 0)
    return unknown_field(estate, registry, "policies/retentionPolicy/days");
  retention.evidence.push_back(estate.cite(days));
  retention.days = std::chrono::days(number);
  const Setting& since = registry.settings["policies/retentionPolicy/lastUpdatedTime"];
  retention.since = parse_time(since.value);
  if (retention.since) retention.evidence.push_back(estate.cite(since));
  return std::nullopt;
}

// The parts of an index have no tag of their own, and are kept with it.
std::optional<Verdict> unless_part_of_index(const Estate& estate, const Named& named,
                                            const RepositoryFacts& facts,
                                            std::vector<Evidence>& evidence) {
  for (const auto& [digest, manifest] : facts.manifests) {
    const bool index =
        manifest->media_type.contains("index") || manifest->media_type.contains("manifest.list");
    if (!index || manifest->tags.empty()) continue;
    const ImageContent* content = estate.images.content(digest);
    if (content == nullptr) {
      Named whole = named;
      whole.image.digest = digest;
      return unknown(fmt::format("the image has no tag, and whether it is part of the index with "
                                 "tag {} is not in the input",
                                 manifest->tags.front()),
                     evidence, {show_manifest(whole.pull, whole.image)});
    }
    evidence.push_back(estate.cite(content->origin, "manifests",
                                   fmt::format("{} entries", content->entries.size())));
    if (std::ranges::any_of(content->entries, [&](const ImageContent::Entry& entry) {
          return entry.digest == named.image.digest;
        })) {
      return not_applicable(fmt::format("the image is part of the index with tag {}, and kept with "
                                        "it",
                                        manifest->tags.front()),
                            evidence);
    }
  }
  return std::nullopt;
}

Verdict judge_untagged(const Estate& estate, const Registry& registry, const Named& named,
                       const ImageManifest& manifest, const Retention& retention,
                       std::vector<Evidence> evidence) {
  const std::string policy =
      fmt::format("the retention policy deletes manifests that have had no tag for {} day{}",
                  retention.days.count(), retention.days.count() == 1 ? "" : "s");
  const auto updated = parse_time(manifest.updated);
  if (!updated) {
    return unknown(
        fmt::format("the image has no tag, and {}; since when is not in the input", policy),
        std::move(evidence), {list_manifests(named.pull, named.image)});
  }
  evidence.push_back(estate.cite(manifest.origin, "lastUpdateTime", manifest.updated));
  if (retention.since && *updated < *retention.since) {
    return unknown(fmt::format("the image has no tag, and {}, but leaves alone what lost its tag "
                               "before it was switched on; since when it is on is not told",
                               policy),
                   std::move(evidence),
                   {registry_command(registry, "config retention show", "--output json")});
  }
  const Instant end = *updated + retention.days;
  return fail(
      fmt::format("the image has no tag, and {}: {}", policy,
                  end > estate.now ? fmt::format("this one {}, at {}", in_words(estate.now, end),
                                                 format_time(end))
                                   : "this one is due"),
      std::move(evidence), Basis::arm,
      {fmt::format("az acr repository update{} --name {} --image {} --delete-enabled false",
                   subscription_of(named.pull), quote(registry.name), quote(named.image.name()))});
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const ImageReference& reference = *container.reference;
  std::vector<Evidence> evidence{cite_image(estate, container)};
  if (cloud_of(reference.domain) == nullptr)
    return not_applicable("the image is of no Azure registry", std::move(evidence));
  if (reference.digest.empty()) {
    return not_applicable(
        fmt::format("tag {} keeps the image: a retention policy deletes only what has no tag",
                    reference.tag),
        std::move(evidence));
  }
  const Registry* registry = estate.registry_by_host(reference.domain);
  if (registry == nullptr) {
    return unknown(fmt::format("registry {} is not in the input", reference.domain),
                   std::move(evidence),
                   {fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json",
                                lower(reference.domain))});
  }
  Retention retention;
  if (auto verdict = unless_retained(estate, *registry, retention)) {
    verdict->evidence = together(std::move(evidence), verdict->evidence);
    return *std::move(verdict);
  }
  evidence = together(std::move(evidence), retention.evidence);
  const Named named = name_in(*registry, reference);
  const RepositoryFacts& facts = estate.images.of(named.image.host, named.image.repository);
  const auto found = facts.manifests.find(reference.digest);
  if (found == facts.manifests.end()) {
    return unknown("whether a tag keeps the image from the retention policy is not in the input",
                   std::move(evidence), {list_manifests(named.pull, named.image)});
  }
  const ImageManifest& manifest = *found->second;
  if (manifest.state.delete_enabled == false) {
    evidence.push_back(estate.cite(manifest.origin, "changeableAttributes/deleteEnabled", "false"));
    return pass("the image is locked: the retention policy leaves it alone", std::move(evidence),
                Basis::arm);
  }
  if (!manifest.tags.empty()) {
    evidence.push_back(estate.cite(manifest.origin, "tags", manifest.tags.front()));
    return pass(
        fmt::format("tag {} keeps the image from the retention policy", manifest.tags.front()),
        std::move(evidence), Basis::arm);
  }
  evidence.push_back(estate.cite(manifest.origin, "tags", "none"));
  if (auto verdict = unless_part_of_index(estate, named, facts, evidence))
    return *std::move(verdict);
  return judge_untagged(estate, *registry, named, manifest, retention, std::move(evidence));
}

}  // namespace

extern const Check image_in_use_is_kept;
const Check image_in_use_is_kept{
    .id = "image-in-use-is-kept",
    .title = "The registry's retention policy keeps the image that is in use",
    .problem = "The registry's retention policy deletes an image that is in use",
    .severity = Severity::medium,
    .why =
        "A retention policy does not know what runs. Nodes that hold the image go on with it; the "
        "next node, or the next restart elsewhere, finds nothing to pull, and a deleted manifest "
        "cannot be brought back.",
    .reads =
        "images that workloads name by digest; the retention policy of their registry; tags, lock "
        "and last change of the manifest (az acr manifest list-metadata); of an index "
        "what it holds. Digests that nodes run and no workload names are not judged",
    .repair =
        "Low risk: lock the manifest, give it a tag, or deploy an image that has one. Needs "
        "AcrPush "
        "on the registry; takes effect at once.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-retention-policy",
    .controls = {},
    .features = "F-101 B-31",
    .judge = &judge};

}  // namespace acr
