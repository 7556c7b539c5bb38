#include <fmt/format.h>

#include <algorithm>

#include "credential_end.h"
#include "estate/command.h"
#include "estate/time.h"
#include "pull_verdict.h"

namespace acr {

extern const Check pull_secret_matches_registry;

namespace {

// What is known of one credential; `stale` only when it certainly no longer works.
struct State {
  Tri current = Tri::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
  std::vector<std::string> fix;
};

State judge_token(const Estate& estate, const MatchingCredential& entry) {
  State state;
  const PullCredential& credential = *entry.credential;
  const Evidence data =
      estate.cite(entry.secret->origin, "data",
                  credential.expires.empty() ? credential.host_key : "exp " + credential.expires,
                  Basis::kubernetes_api);
  state.evidence.push_back(data);
  if (!credential.has_password) {
    state.current = Tri::no;
    state.reason = fmt::format(
        "pull secret {} holds a login without password: the kubelet does not read identity tokens",
        entry.secret->name);
    return state;
  }
  const auto end = parse_time(credential.expires);
  if (!end) {
    state.reason =
        fmt::format("the token in pull secret {} does not say when it expires", entry.secret->name);
    return state;
  }
  state.current = *end > estate.now ? Tri::yes : Tri::no;
  state.reason =
      *end > estate.now
          ? fmt::format(
                "the registry token in pull secret {} is valid until {} and ends {}; such "
                "tokens live for hours",
                entry.secret->name, credential.expires, in_words(estate.now, *end))
          : fmt::format("the registry token in pull secret {} expired at {}", entry.secret->name,
                        credential.expires);
  return state;
}

// ", and ends in 12 days" where that is soon; what is far off is nobody's news.
std::string ending(const Estate& estate, std::string_view time) {
  const auto end = parse_time(time);
  if (!end || *end > estate.now + estate.expects.credential_days_left) return {};
  return fmt::format(", and ends {}", in_words(estate.now, *end));
}

State judge_service_principal(const Estate& estate, const MatchingCredential& entry) {
  State state;
  const std::string& app = entry.credential->user_name;
  state.evidence.push_back(estate.cite(entry.secret->origin, "data", app, Basis::kubernetes_api));
  for (const DirectoryObject* object : estate.directory_objects_of(app)) {
    if (!object->enabled) {
      state.current = Tri::no;
      state.reason = fmt::format("service principal {} of pull secret {} is disabled", app,
                                 entry.secret->name);
      state.evidence.push_back(estate.cite(object->origin, "accountEnabled", "false"));
      state.fix.push_back(
          fmt::format("az ad sp update --id {} --set accountEnabled=true", quote(app)));
      return state;
    }
  }
  const AppSecrets secrets = secrets_of_app(estate, app);
  state.evidence = together(std::move(state.evidence), secrets.evidence);
  if (!secrets.known) {
    state.reason = fmt::format(
        "when the secrets of service principal {} (pull secret {}) end is not in the input", app,
        entry.secret->name);
    if (const Refusal* refusal = estate.refusal(Kind::application))
      state.evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
    state.supply.push_back(fmt::format("az ad app show --id {} --output json", quote(app)));
    return state;
  }
  state.current = secrets.current ? Tri::yes : Tri::no;
  state.reason =
      secrets.current
          ? fmt::format(
                "service principal {} of pull secret {} has a secret that is valid until {}{}", app,
                entry.secret->name, secrets.latest, ending(estate, secrets.latest))
      : secrets.latest.empty()
          ? fmt::format("service principal {} of pull secret {} has no secret", app,
                        entry.secret->name)
          : fmt::format(
                "every secret of service principal {} (pull secret {}) has expired, the last at {}",
                app, entry.secret->name, secrets.latest);
  return state;
}

State judge_user(const Estate& estate, const MatchingCredential& entry, const Pull& pull) {
  State state;
  const std::string& user = entry.credential->user_name;
  state.evidence.push_back(estate.cite(entry.secret->origin, "data",
                                       user.empty() ? entry.credential->host_key : user,
                                       Basis::kubernetes_api));
  if (!pull.registry) {
    state.reason = fmt::format("registry {} is not in the input, so its user {} is not known",
                               pull.reference->domain, user);
    state.supply.push_back(fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json",
                                       lower(pull.reference->domain)));
    return state;
  }
  const Registry& registry = *pull.registry;
  if (same_text(user, registry.name)) {
    if (!registry.admin_user_enabled) {
      state.reason = fmt::format(
          "whether the admin user of registry {} is enabled is not in the input", registry.name);
      state.supply.push_back(
          fmt::format("az acr show --name {} --output json", quote(registry.name)));
      return state;
    }
    state.current = *registry.admin_user_enabled ? Tri::yes : Tri::no;
    state.evidence.push_back(estate.cite(registry.origin, "adminUserEnabled",
                                         *registry.admin_user_enabled ? "true" : "false"));
    state.reason =
        *registry.admin_user_enabled
            ? fmt::format("pull secret {} uses the admin user of registry {}, which is enabled",
                          entry.secret->name, registry.name)
            : fmt::format("pull secret {} uses the admin user of registry {}, which is disabled",
                          entry.secret->name, registry.name);
    return state;
  }
  std::vector<std::uint32_t> lists;
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    lists.push_back(token->origin.document);
    if (!same_text(token->name, user)) continue;
    state.evidence.push_back(estate.cite(token->origin, "", token->name));
    state.evidence.push_back(estate.cite(registry.origin, "loginServer", registry.login_server));
    const bool any_current = std::any_of(token->passwords.begin(), token->passwords.end(),
                                         [&](const RegistryToken::Password& p) {
                                           const auto end = parse_time(p.expiry);
                                           return !end || *end > estate.now;
                                         });
    state.current = token->enabled && any_current ? Tri::yes : Tri::no;
    state.reason =
        !token->enabled ? fmt::format("registry token {} of pull secret {} is disabled", user,
                                      entry.secret->name)
        : token->passwords.empty()
            ? fmt::format("registry token {} of pull secret {} has no password", user,
                          entry.secret->name)
        : any_current
            ? fmt::format("registry token {} of pull secret {} is enabled and has a valid password",
                          user, entry.secret->name)
            : fmt::format("every password of registry token {} (pull secret {}) has expired", user,
                          entry.secret->name);
    if (!token->enabled) {
      state.fix.push_back(fmt::format(
          "az acr token update --subscription {} --registry {} --name {} --status enabled",
          quote(registry.id.subscription()), quote(registry.name), quote(user)));
    }
    return state;
  }
  const auto summary = estate.summarise(Kind::registry_token, lists);
  const bool listed =
      std::any_of(estate.listings.begin(), estate.listings.end(), [&](const Listing& l) {
        return l.kind == Kind::registry_token && l.list &&
               std::find(lists.begin(), lists.end(), l.origin.document) != lists.end();
      });
  if (listed) {
    state.current = Tri::no;
    state.reason = fmt::format(
        "user {} of pull secret {} is neither the admin user of registry {} nor one of its {}",
        user, entry.secret->name, registry.name, summary.text);
    state.evidence.insert(state.evidence.end(), summary.evidence.begin(), summary.evidence.end());
    return state;
  }
  state.reason =
      fmt::format("whether registry token {} of pull secret {} is valid is not in the input", user,
                  entry.secret->name);
  state.supply.push_back(
      fmt::format("az acr token list --registry {} --output json", quote(registry.name)));
  return state;
}

State state_of(const Estate& estate, const MatchingCredential& entry, const Pull& pull) {
  switch (entry.credential->user) {
    case PullCredential::User::token:
      return judge_token(estate, entry);
    case PullCredential::User::service_principal:
      return judge_service_principal(estate, entry);
    case PullCredential::User::admin_or_named:
      return judge_user(estate, entry, pull);
    case PullCredential::User::anonymous:
      break;
  }
  State state;
  state.current = Tri::no;
  state.reason = fmt::format("the entry of pull secret {} holds neither user nor password",
                             entry.secret->name);
  state.evidence.push_back(
      estate.cite(entry.secret->origin, "data", entry.credential->host_key, Basis::kubernetes_api));
  return state;
}

Verdict judge_named(const Estate& estate, const Pull& pull) {
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (auto verdict = unless_secrets(estate, pull)) return *verdict;
  const auto secrets = secrets_of(estate, pull);
  const auto matching = matching_credentials(secrets, pull);
  if (matching.empty()) {
    for (const SecretUse& use : secrets) {
      if (use.state == SecretUse::State::unknown)
        return unknown(use.reason, use.evidence, use.supply);
    }
    std::vector<Evidence> evidence;
    for (const SecretUse& use : secrets)
      evidence.insert(evidence.end(), use.evidence.begin(), use.evidence.end());
    return not_applicable("no pull secret of the pod is for this registry", std::move(evidence));
  }
  // The kubelet tries one after the other: a single one that works is enough.
  State stale, open;
  bool any_open = false;
  for (const MatchingCredential& entry : matching) {
    State state = state_of(estate, entry, pull);
    if (state.current == Tri::yes)
      return pass(std::move(state.reason), std::move(state.evidence), Basis::arm);
    State& first = state.current == Tri::unknown ? open : stale;
    any_open |= state.current == Tri::unknown;
    if (first.reason.empty()) first = std::move(state);
  }
  if (any_open) return unknown(open.reason, open.evidence, open.supply);
  auto fix = stale.fix.empty() ? renew_secret(pull, *matching.front().secret) : stale.fix;
  return fault(need_of_secret(estate, pull), std::move(stale.reason), std::move(stale.evidence),
               Basis::arm, std::move(fix));
}

Verdict judge(const Estate& estate, const Pull& pull) {
  return cite_names(pull, judge_named(estate, pull));
}

}  // namespace

extern const Check pull_secret_credential_is_current;
const Check pull_secret_credential_is_current{
    .id = "pull-secret-credential-is-current",
    .title = "The credential in the pod's pull secret is current",
    .problem = "The credential in the pod's pull secret no longer works",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 4,
    .why =
        "A secret is a copy that nobody renews: service principals' secrets end after a year or "
        "two, login "
        "tokens after three hours, the admin user is switched off for compliance. The next pull of "
        "a new "
        "image then fails with 401, often months after the change.",
    .reads =
        "user kind and token expiry in the pod's pull secrets; applications' secret end dates; the "
        "registry's admin user; registry tokens",
    .repair =
        "Low risk: put a fresh credential into the secret, best a registry token that may only "
        "pull. "
        "Needs rights on secrets in the namespace. The kubelet uses it at its next attempt.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-auth-kubernetes",
    .controls = {},
    .features = "F-011 F-080 F-082 B-05 B-22",
    .after = {&pull_secret_matches_registry},
    .judge = &judge};

}  // namespace acr
