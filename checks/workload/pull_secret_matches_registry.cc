#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "estate/keyring.h"
#include "pull_verdict.h"

namespace acr {

extern const Check pull_secret_exists, pull_secret_is_well_formed;

namespace {

Verdict judge_named(const Estate& estate, const Pull& pull) {
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (auto verdict = unless_secrets(estate, pull)) return *verdict;
  const auto secrets = secrets_of(estate, pull);
  const auto matching = matching_credentials(secrets, pull);
  if (!matching.empty()) {
    const PullSecret& secret = *matching.front().secret;
    return pass(
        fmt::format("entry {} of pull secret {} matches {}", matching.front().credential->host_key,
                    secret.name, pull.reference->repository()),
        {estate.cite(secret.origin, "data", matching.front().credential->host_key,
                     Basis::kubernetes_api)},
        Basis::kubernetes_api);
  }
  std::vector<Evidence> evidence;
  std::vector<std::string> hosts;
  std::string hint;
  const PullSecret* candidate = nullptr;
  for (const SecretUse& use : secrets) {
    if (use.state == SecretUse::State::unknown)
      return unknown(use.reason, use.evidence, use.supply);
    if (!use.secret || !use.secret->docker_type) continue;
    if (!use.secret->credentials) {
      if (use.secret->credentials.error().why != Gap::Why::malformed) {
        return unknown(fmt::format("the content of pull secret {} is not in the input", use.name),
                       {estate.cite(use.secret->origin, "data",
                                    use.secret->credentials.error().detail, Basis::kubernetes_api)},
                       {fmt::format("kubectl get secret {} --namespace {} --output json",
                                    quote(use.name), quote(pull.name_space))});
      }
      continue;
    }
    candidate = use.secret;
    for (const PullCredential& credential : *use.secret->credentials) {
      hosts.push_back(credential.host_key);
      if (hint.empty()) hint = why_no_match(credential.host_key, pull.reference->repository());
    }
    evidence.push_back(estate.cite(
        use.secret->origin, "data",
        use.secret->credentials->empty() ? "no entries" : fmt::format("{}", fmt::join(hosts, ", ")),
        Basis::kubernetes_api));
  }
  if (!candidate)
    return not_applicable("no pull secret of the pod can be decoded",
                          secrets.empty() ? std::vector<Evidence>{} : secrets.front().evidence);
  std::string reason =
      hosts.empty() ? fmt::format("pull secret {} has no entries", candidate->name)
                    : fmt::format("no entry of the pod's pull secrets matches {}: they are for {}",
                                  pull.reference->domain, fmt::join(hosts, ", "));
  if (!hint.empty()) reason += fmt::format(" ({})", hint);
  return fault(need_of_secret(estate, pull), std::move(reason), std::move(evidence),
               Basis::kubernetes_api, renew_secret(pull, *candidate));
}

Verdict judge(const Estate& estate, const Pull& pull) {
  return cite_names(pull, judge_named(estate, pull));
}

}  // namespace

extern const Check pull_secret_matches_registry;
const Check pull_secret_matches_registry{
    .id = "pull-secret-matches-registry",
    .title = "A pull secret of the pod is for the image's registry",
    .problem = "No pull secret of the pod is for the image's registry",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 3,
    .why =
        "The kubelet compares the entry's host with the image's, part by part: a port on one side "
        "only, a "
        "different suffix, or one label more makes an entry useless, and the pull goes on without "
        "it.",
    .reads = "the hosts in the pod's pull secrets; the image reference",
    .repair =
        "Low risk: make the secret anew for the registry's login server. Needs rights on secrets "
        "in the "
        "namespace. The kubelet uses it at its next attempt.",
    .reference = "https://kubernetes.io/docs/concepts/containers/images/#config-json",
    .controls = {},
    .features = "F-077 B-21",
    .after = {&pull_secret_exists, &pull_secret_is_well_formed},
    .judge = &judge};

}  // namespace acr
