#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

std::string without_stop(std::string text) {
  while (text.ends_with('.') || text.ends_with(' ')) text.pop_back();
  return text;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const ChildList* list = estate.child_list(registry.id, Kind::cache_rule);
  std::vector<Evidence> evidence;
  std::size_t with_set = 0, rules = 0;
  for (const CacheRule& rule : estate.images.cache_rules) {
    if (rule.id.parent() != registry.id) continue;
    ++rules;
    if (rule.credential_set.empty()) continue;
    ++with_set;
    evidence.push_back(estate.cite(rule.origin, "credentialSetResourceId",
                                   std::string(rule.credential_set.name())));
    const CredentialSet* set = estate.images.credential_set(rule.credential_set);
    if (set == nullptr) {
      const ChildList* sets = estate.child_list(registry.id, Kind::credential_set);
      if (sets == nullptr) {
        Verdict verdict = unknown_list(estate, registry, Kind::credential_set);
        verdict.evidence = together(std::move(evidence), verdict.evidence);
        return verdict;
      }
      return fail(
          fmt::format("cache rule {} names credential set {}, which is gone", rule.name,
                      rule.credential_set.name()),
          together(std::move(evidence),
                   {estate.cite(sets->origin, "", counted(sets->count, Kind::credential_set))}),
          Basis::arm, {});
    }
    for (const CredentialSet::Health& health : set->health) {
      if (health.status.empty() || same_text(health.status, "Healthy")) continue;
      return fail(fmt::format("credential set {} of cache rule {} is {}{}", set->name, rule.name,
                              health.status,
                              health.message.empty() ? "" : ": " + without_stop(health.message)),
                  together(std::move(evidence),
                           {estate.cite(set->origin, "authCredentials", health.status)}),
                  Basis::arm, {});
    }
    evidence.push_back(estate.cite(set->origin, "authCredentials", "Healthy"));
  }
  if (list == nullptr && rules == 0) return unknown_list(estate, registry, Kind::cache_rule);
  if (with_set == 0)
    return not_applicable(
        rules == 0 ? "the registry has no cache rules"
                   : "the registry's cache rules copy without a credential",
        list != nullptr
            ? std::vector{estate.cite(list->origin, "", counted(list->count, Kind::cache_rule))}
            : estate.cite_listings(Kind::cache_rule));
  return pass("the credentials of the registry's cache rules work", std::move(evidence),
              Basis::arm);
}

}  // namespace

extern const Check cache_rules_have_working_credentials;
const Check cache_rules_have_working_credentials{
    .id = "cache-rules-have-working-credentials",
    .title = "The registry's cache rules can sign in to where they copy from",
    .problem = "A cache rule cannot sign in to where it copies from",
    .severity = Severity::medium,
    .why =
        "A cache rule fetches an image at the first pull. When its credentials no longer work, "
        "images that are already there go on being pulled, and every new one fails with \"not "
        "found\".",
    .reads = "the cache rules of the registry and the health of their credential sets",
    .repair =
        "Low risk: renew the user name and password in the key vault, or let the set's identity "
        "read them (Key Vault Secrets User). Needs rights on the key vault.",
    .reference = "https://learn.microsoft.com/azure/container-registry/troubleshoot-artifact-cache",
    .controls = {},
    .features = "F-073 B-30",
    .judge = &judge};

}  // namespace acr
