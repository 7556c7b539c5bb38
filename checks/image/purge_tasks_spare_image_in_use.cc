#include <fmt/format.h>

#include <algorithm>

#include "container_verdict.h"
#include "credential_end.h"
#include "estate/command.h"
#include "estate/login_server.h"
#include "purge_command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

// What a task does to one image.
struct Effect {
  enum class What { spares, deletes, unknown };
  What what = What::spares;
  std::string reason;
  std::vector<Evidence> evidence;
  std::string supply;
};

std::string list_tags_of(const Registry& registry, const std::string& repository) {
  return fmt::format(
      "az acr repository show-tags --subscription {} --name {} --repository {} "
      "--detail --output json --query \"{{registry: '{}', imageName: '{}', tags: "
      "@}}\"",
      quote(registry.id.subscription()), quote(registry.name), quote(repository),
      lower(registry.login_server), repository);
}

bool is_spared(const PurgeCommand& purge, const ImageState& state) {
  const bool locked = state.delete_enabled == false || state.write_enabled == false;
  return locked && !purge.include_locked;
}

// Of the tags that the command would delete now, --keep spares the newest.
bool is_kept(const Estate& estate, const PurgeCommand& purge, const RepositoryFacts& facts,
             const ImageTag& tag, const std::string& repository) {
  if (!purge.ago) return false;
  int newer = 0;
  for (const auto& [name, other] : facts.tags) {
    const auto updated = parse_time(other->updated);
    const bool old = updated && *updated + *purge.ago <= estate.now;
    if (old && other->updated > tag.updated && !is_spared(purge, other->state) &&
        purge.chooses(repository, name) != Tri::no)
      ++newer;
  }
  return newer < purge.keep;
}

Effect effect_on_tag(const Estate& estate, const Registry& registry, const PurgeCommand& purge,
                     const ImageReference& reference) {
  Effect effect;
  const Tri chosen = purge.chooses(reference.path, reference.tag);
  if (chosen == Tri::no) return effect;
  const std::string image = fmt::format("{}:{}", reference.path, reference.tag);
  effect.supply = list_tags_of(registry, reference.path);
  if (chosen == Tri::unknown || !purge.ago) {
    effect.what = Effect::What::unknown;
    effect.reason = fmt::format(
        "its expression cannot be read, so whether it chooses {} is not "
        "known",
        image);
    return effect;
  }
  const RepositoryFacts& facts = estate.images.of(lower(registry.login_server), reference.path);
  const auto found = facts.tags.find(reference.tag);
  const auto updated =
      found == facts.tags.end() ? std::nullopt : parse_time(found->second->updated);
  if (!updated) {
    effect.what = Effect::What::unknown;
    effect.reason = fmt::format("it chooses {}, whose age is not in the input", image);
    return effect;
  }
  const ImageTag& tag = *found->second;
  effect.evidence.push_back(estate.cite(tag.origin, "lastUpdateTime", tag.updated));
  if (is_spared(purge, tag.state)) return effect;
  if (purge.keep > 0 && is_kept(estate, purge, facts, tag, reference.path)) {
    if (!facts.tag_lists.empty()) return effect;
    effect.what = Effect::What::unknown;
    effect.reason = fmt::format(
        "it chooses {} and keeps the newest {}, and the other tags are not in the input", image,
        purge.keep);
    return effect;
  }
  const Instant end = *updated + *purge.ago;
  effect.what = Effect::What::deletes;
  effect.reason = end > estate.now
                      ? fmt::format("it deletes {} {}", image, in_words(estate.now, end))
                      : fmt::format("it deletes {} when it runs next", image);
  return effect;
}

Effect effect_on_digest(const Estate& estate, const Registry& registry, const PurgeCommand& purge,
                        const ImageReference& reference) {
  Effect effect;
  if (!purge.untagged || purge.chooses(reference.path) == Tri::no) return effect;
  const std::string image = fmt::format("{}@{}", reference.path, reference.digest);
  const RepositoryFacts& facts = estate.images.of(lower(registry.login_server), reference.path);
  const auto found = facts.manifests.find(reference.digest);
  if (found == facts.manifests.end()) {
    effect.what = Effect::What::unknown;
    effect.reason = fmt::format(
        "it deletes what has no tag in {}, and whether {} has one is not "
        "in the input",
        reference.path, image);
    effect.supply = fmt::format(
        "az acr manifest list-metadata --subscription {} --registry {} --name {} --output json "
        "--query \"{{registry: '{}', imageName: '{}', manifests: @}}\"",
        quote(registry.id.subscription()), quote(registry.name), quote(reference.path),
        lower(registry.login_server), reference.path);
    return effect;
  }
  const ImageManifest& manifest = *found->second;
  effect.evidence.push_back(
      estate.cite(manifest.origin, "tags", manifest.tags.empty() ? "none" : manifest.tags.front()));
  if (!manifest.tags.empty() || is_spared(purge, manifest.state)) return effect;
  effect.what = Effect::What::deletes;
  effect.reason = fmt::format("it deletes {}, which has no tag", image);
  return effect;
}

// "task clean purges the registry (0 1 * * Sun)".
std::string in_words(const RegistryTask& task) {
  return fmt::format("task {} purges the registry ({})", task.name,
                     task.schedules.empty() ? "when it is started"
                                            : fmt::format("{}", fmt::join(task.schedules, ", ")));
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const ImageReference& reference = *container.reference;
  std::vector<Evidence> evidence{cite_image(estate, container)};
  if (cloud_of(reference.domain) == nullptr)
    return not_applicable("the image is of no Azure registry", std::move(evidence));
  const Registry* found = estate.registry_by_host(reference.domain);
  if (found == nullptr) {
    return unknown(fmt::format("registry {} is not in the input", reference.domain),
                   std::move(evidence),
                   {fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json",
                                lower(reference.domain))});
  }
  const Registry& registry = *found;
  evidence.push_back(estate.cite(registry.origin, "loginServer", registry.login_server));
  const ChildList* list = estate.child_list(registry.id, Kind::registry_task);
  if (list == nullptr) {
    Verdict verdict = unknown_list(estate, registry, Kind::registry_task);
    verdict.evidence = together(std::move(evidence), verdict.evidence);
    return verdict;
  }
  evidence.push_back(estate.cite(list->origin, "", counted(list->count, Kind::registry_task)));
  std::size_t purges = 0;
  std::optional<Verdict> open;
  const auto leave_open = [&](std::string reason, std::string command) {
    if (!open) open = unknown(std::move(reason), {}, {std::move(command)});
  };
  for (const RegistryTask& task : estate.registry_tasks) {
    if (task.id.parent() != registry.id || !task.enabled) continue;
    if (!task.steps) {
      leave_open(
          fmt::format("what task {} does is not known: {}", task.name, task.steps.error().detail),
          registry_command(registry, "task show",
                           fmt::format("--name {} --output json", quote(task.name))));
      continue;
    }
    for (const PurgeCommand& purge : find_purges(*task.steps)) {
      if (purge.dry_run) continue;
      ++purges;
      Effect effect = reference.digest.empty()
                          ? effect_on_tag(estate, registry, purge, reference)
                          : effect_on_digest(estate, registry, purge, reference);
      // What spares the image now may be the age or the lock of its tag.
      evidence = together(std::move(evidence), effect.evidence);
      if (effect.what == Effect::What::unknown) {
        leave_open(fmt::format("{}: {}", in_words(task), effect.reason), std::move(effect.supply));
      } else if (effect.what == Effect::What::deletes) {
        evidence.push_back(
            estate.cite(task.origin, "step/encodedTaskContent",
                        fmt::format("acr purge --filter {}", fmt::join(purge.filters, " "))));
        return fail(fmt::format("{}: {}", in_words(task), effect.reason), std::move(evidence),
                    Basis::arm, {});
      }
    }
  }
  if (open) {
    open->evidence = std::move(evidence);
    return *std::move(open);
  }
  if (purges == 0)
    return not_applicable("no task of the registry purges images", std::move(evidence));
  return pass("no purge among the registry's tasks reaches the image", std::move(evidence),
              Basis::arm);
}

}  // namespace

extern const Check purge_tasks_spare_image_in_use;
const Check purge_tasks_spare_image_in_use{
    .id = "purge-tasks-spare-image-in-use",
    .title = "The registry's purge tasks leave the image that is in use alone",
    .problem = "A purge task of the registry deletes the image that is in use",
    .severity = Severity::medium,
    .why =
        "acr purge goes by age and name and knows no cluster. An image that has run unchanged for "
        "a quarter is just what it looks for; pods notice when a node is replaced, weeks later.",
    .reads =
        "the registry's tasks and the acr purge commands in their steps; tags and manifests of the "
        "registry; the images that workloads name. Steps in a source repository and purges that "
        "pipelines run are not read",
    .repair =
        "Low risk: narrow the task's --filter, or lock what is in use (az acr repository update "
        "--delete-enabled false). Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-auto-purge",
    .controls = {},
    .features = "F-101 B-31",
    .judge = &judge};

}  // namespace acr
