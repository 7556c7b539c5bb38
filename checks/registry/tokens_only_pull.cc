#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

bool writes(const ScopeMap& map) {
  return std::ranges::any_of(map.actions, [](const std::string& action) {
    return lower(action).ends_with("/content/write") || lower(action).ends_with("/content/delete");
  });
}
// The maps that every registry has by these names.
std::optional<bool> writes(std::string_view system_map) {
  if (system_map == "_repositories_admin" || system_map == "_repositories_push" ||
      system_map == "_repositories_push_metadata_write")
    return true;
  if (system_map == "_repositories_pull" || system_map == "_repositories_pull_metadata_read")
    return false;
  return std::nullopt;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const ChildList* list = estate.child_list(registry.id, Kind::registry_token);
  if (list == nullptr) return unknown_list(estate, registry, Kind::registry_token);
  std::vector<Evidence> evidence{
      estate.cite(list->origin, "", counted(list->count, Kind::registry_token))};
  std::string writers;
  std::vector<std::string> fix;
  std::size_t enabled = 0;
  bool open = false;
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    if (!token->enabled) continue;
    ++enabled;
    std::optional<bool> may_write = writes(token->scope_map.name());
    for (const ScopeMap& map : estate.scope_maps) {
      if (map.id != token->scope_map) continue;
      may_write = writes(map);
      evidence.push_back(
          estate.cite(map.origin, "actions", fmt::format("{}", fmt::join(map.actions, ", "))));
    }
    if (!may_write) open = true;
    if (!may_write.value_or(false)) continue;
    evidence.push_back(
        estate.cite(token->origin, "scopeMapId", std::string(token->scope_map.name())));
    writers +=
        fmt::format("{}{} ({})", writers.empty() ? "" : ", ", token->name, token->scope_map.name());
    fix.push_back(registry_command(
        registry, "token update",
        fmt::format("--name {} --scope-map _repositories_pull", quote(token->name))));
  }
  if (enabled == 0) return not_applicable("the registry has no enabled token", std::move(evidence));
  if (!writers.empty())
    return fail(fmt::format("more than pulling is allowed to token {}; the change also lets it "
                            "pull every repository",
                            writers),
                std::move(evidence), Basis::arm, std::move(fix));
  if (open) {
    Verdict verdict = unknown_list(estate, registry, Kind::scope_map);
    verdict.evidence = together(std::move(evidence), verdict.evidence);
    return verdict;
  }
  return pass("every enabled token may only pull", std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check tokens_only_pull;
const Check tokens_only_pull{
    .id = "tokens-only-pull",
    .title = "The registry's tokens may pull and nothing else",
    .problem = "A token of the registry may push or delete",
    .severity = Severity::medium,
    .why =
        "A token that may push lets its holder replace the image that clusters will run, and "
        "nothing shows who did it. Pipelines have identities of their own for that.",
    .reads = "the tokens of the registry and their scope maps",
    .repair =
        "Medium risk: a pipeline that pushes with the token fails from then on. Give it AcrPush on "
        "an identity of its own first. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-token-based-repository-permissions",
    .controls = {},
    .features = "F-006",
    .judge = &judge};

}  // namespace acr
