#include <fmt/format.h>

#include <algorithm>

#include "container_verdict.h"
#include "credential_end.h"
#include "estate/command.h"
#include "estate/secret_injection.h"
#include "pull_verdict.h"

namespace acr {

namespace {

// Until when one credential works.
struct Term {
  enum class State { endless, ends, unknown };
  State state = State::unknown;
  Instant end{};
  std::string what;  // "service principal 1b2…"; of unknown: the whole sentence
  std::vector<Evidence> evidence;
  std::string supply;
};

void set_end(Term& term, std::string_view time, bool endless_if_absent) {
  if (const auto end = parse_time(time)) {
    term.state = Term::State::ends;
    term.end = *end;
  } else if (time.empty() && endless_if_absent) {
    term.state = Term::State::endless;
  }
}

Term term_of_token(const RegistryToken& token) {
  Term term;
  term.what = fmt::format("registry token {}", token.name);
  // Which of two passwords the secret holds is not told: the later end is the token's.
  term.state = Term::State::ends;
  for (const RegistryToken::Password& password : token.passwords) {
    const auto end = parse_time(password.expiry);
    if (!end) term.state = Term::State::endless;
    term.end = std::max(term.end, end.value_or(term.end));
  }
  return term;
}

Term term_of_user(const Estate& estate, const PullCredential& credential, const Pull& pull) {
  Term term;
  if (pull.registry == nullptr) {
    term.what = fmt::format("registry {} is not in the input", pull.reference->domain);
    term.supply = fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json",
                              lower(pull.reference->domain));
    return term;
  }
  const Registry& registry = *pull.registry;
  term.evidence.push_back(estate.cite(registry.origin, "loginServer", registry.login_server));
  if (same_text(credential.user_name, registry.name)) {
    term.state = Term::State::endless;
    term.what = fmt::format("the admin user of registry {}", registry.name);
    return term;
  }
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    if (!same_text(token->name, credential.user_name)) continue;
    Evidence seen = std::move(term.evidence.front());
    term = term_of_token(*token);
    term.evidence.push_back(std::move(seen));
    term.evidence.push_back(estate.cite(token->origin, "credentials/passwords", token->name));
    return term;
  }
  term.what =
      fmt::format("until when registry token {} works is not in the input", credential.user_name);
  term.supply = fmt::format("az acr token list --registry {} --output json", quote(registry.name));
  return term;
}

Term term_of(const Estate& estate, const MatchingCredential& entry, const Pull& pull) {
  const PullCredential& credential = *entry.credential;
  Term term;
  switch (credential.user) {
    case PullCredential::User::token:
      term.what = "the registry token";
      set_end(term, credential.expires, false);
      if (term.state == Term::State::unknown) {
        term.what = "the registry token does not say when it expires";
        term.supply = fmt::format("kubectl get secret {} --namespace {} --output json",
                                  quote(entry.secret->name), quote(entry.secret->name_space));
      }
      break;
    case PullCredential::User::service_principal: {
      const AppSecrets secrets = secrets_of_app(estate, credential.user_name);
      term.evidence = secrets.evidence;
      if (secrets.known) {
        term.what = fmt::format("the secret of service principal {}", credential.user_name);
        term.state = Term::State::ends;
        term.end = parse_time(secrets.latest).value_or(Instant{});
      } else {
        term.what = fmt::format("when the secrets of service principal {} end is not in the input",
                                credential.user_name);
        term.supply =
            fmt::format("az ad app show --id {} --output json", quote(credential.user_name));
      }
      break;
    }
    case PullCredential::User::admin_or_named:
      term = term_of_user(estate, credential, pull);
      break;
    case PullCredential::User::anonymous:
      term.state = Term::State::ends;
      break;
  }
  term.evidence = together(
      {estate.cite(entry.secret->origin, "data",
                   credential.user_name.empty() ? credential.host_key : credential.user_name,
                   Basis::kubernetes_api)},
      term.evidence);
  return term;
}

// The pull of pods to come.
Pull pull_of(const Estate& estate, const WorkloadContainer& container) {
  const PodClass& pod = *container.source;
  Pull pull;
  pull.cluster_index = cluster_index(estate, container);
  pull.cluster = container.cluster;
  pull.source = &pod;
  pull.name_space = pod.name_space;
  pull.workload = pod.workload;
  pull.service_account = pod.service_account;
  pull.container = pod.container.name;
  pull.container_kind = pod.container.kind;
  pull.image = pod.container.image;
  pull.reference = container.reference;
  pull.registry = estate.registry_by_host(container.reference->domain);
  pull.pull_secrets = pod.pull_secrets;
  pull.pull_secrets_evidence = {cite_pod_spec(
      estate, container, "imagePullSecrets", fmt::format("{}", fmt::join(pod.pull_secrets, ", ")))};
  pull.origin = pod.origin;
  if (!pod.from_template || !pod.pull_secrets.empty()) return pull;
  const ServiceAccount* account =
      estate.service_account(pull.cluster_index, pod.name_space, pod.service_account);
  pull.pull_secrets_known = account != nullptr;
  if (account == nullptr) return pull;
  pull.pull_secrets = account->pull_secrets;
  pull.pull_secrets_evidence.push_back(estate.cite(
      account->origin, "imagePullSecrets",
      fmt::format("{}", fmt::join(account->pull_secrets, ", ")), Basis::kubernetes_api));
  return pull;
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const Pull pull = pull_of(estate, container);
  if (auto verdict = unless_secrets(estate, pull)) return *std::move(verdict);
  const auto secrets = secrets_of(estate, pull);
  const auto matching = matching_credentials(secrets, pull);
  if (matching.empty()) {
    for (const SecretUse& use : secrets) {
      if (use.state == SecretUse::State::unknown)
        return unknown(use.reason, use.evidence, use.supply);
    }
    std::vector<Evidence> evidence = pull.pull_secrets_evidence;
    for (const SecretUse& use : secrets) evidence = together(std::move(evidence), use.evidence);
    return not_applicable("no pull secret of the workload is for this registry",
                          std::move(evidence));
  }
  // One that lasts is enough.
  const Instant limit = estate.now + estate.expects.credential_days_left;
  Term last, open;
  const PullSecret* ending = matching.front().secret;
  bool any_open = false;
  for (const MatchingCredential& entry : matching) {
    Term term = term_of(estate, entry, pull);
    if (term.state == Term::State::endless ||
        (term.state == Term::State::ends && term.end > limit)) {
      std::string reason =
          term.state == Term::State::endless
              ? fmt::format("{} (pull secret {}) has no end", term.what, entry.secret->name)
              : fmt::format("{} (pull secret {}) works until {}, and ends {}", term.what,
                            entry.secret->name, format_time(term.end),
                            in_words(estate.now, term.end));
      return pass(std::move(reason), std::move(term.evidence), Basis::arm);
    }
    if (term.state == Term::State::unknown) {
      if (!any_open) open = std::move(term);
      any_open = true;
    } else if (last.evidence.empty() || term.end > last.end) {
      last = std::move(term);
      ending = entry.secret;
    }
  }
  if (any_open) return unknown(open.what, open.evidence, {open.supply});
  if (last.end <= estate.now) {
    return not_applicable(
        fmt::format("the credential of pull secret {} does not work any more", ending->name),
        std::move(last.evidence));
  }
  return fault(need_of_secret(estate, pull),
               fmt::format("{} (pull secret {}) ends {}, at {}", last.what, ending->name,
                           in_words(estate.now, last.end), format_time(last.end)),
               std::move(last.evidence), Basis::arm, renew_secret(pull, *ending));
}

}  // namespace

extern const Check pull_secret_credential_lasts;
const Check pull_secret_credential_lasts{
    .id = "pull-secret-credential-lasts",
    .title = "The credential in the workload's pull secret goes on working for a while",
    .problem = "The credential in the workload's pull secret is about to end",
    .severity = Severity::medium,
    .why =
        "Pods that run do not notice the end of a credential. The next node, the next version and "
        "the next restart do, and then everything that uses the secret fails at once.",
    .reads =
        "the pull secrets of each workload or of its service account, the end of the credentials "
        "in them, and credential-days-left of the policy file (30 unless it says otherwise)",
    .repair =
        "Low risk: put a fresh credential into the secret before the old one ends, best a registry "
        "token that may only pull. Needs rights on secrets in the namespace. The kubelet uses it "
        "at its next pull.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-auth-kubernetes",
    .controls = {},
    .features = "F-011 F-082 B-05 B-22",
    .judge = &judge};

}  // namespace acr
