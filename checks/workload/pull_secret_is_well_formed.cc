#include <fmt/format.h>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

extern const Check pull_secret_exists;

namespace {

Verdict judge_named(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_secrets(estate, pull)) return *verdict;
  const auto secrets = secrets_of(estate, pull);
  std::vector<Evidence> evidence;
  std::optional<Verdict> open;
  std::size_t present = 0;
  for (const SecretUse& use : secrets) {
    if (use.state == SecretUse::State::unknown && !open)
      open = unknown(use.reason, use.evidence, use.supply);
    if (!use.secret) continue;
    ++present;
    const PullSecret& secret = *use.secret;
    const auto cite = [&](std::string value) {
      return std::vector<Evidence>{
          estate.cite(secret.origin, "data", std::move(value), Basis::kubernetes_api)};
    };
    if (pull.node.is_classic_virtual() && !secret.aci_error.empty()) {
      return fail(
          fmt::format("a virtual node refuses pull secret {}: {}", secret.name, secret.aci_error),
          cite(secret.aci_error), Basis::kubernetes_api, renew_secret(pull, secret));
    }
    if (!secret.docker_type) {
      // The kubelet passes over it without a word.
      return fault(need_of_secret(estate, pull),
                   fmt::format("pull secret {} has type {}, which the kubelet ignores", secret.name,
                               secret.type.empty() ? "Opaque" : secret.type),
                   {estate.cite(secret.origin, "type", secret.type, Basis::kubernetes_api)},
                   Basis::kubernetes_api, renew_secret(pull, secret));
    }
    if (!secret.credentials) {
      const Gap& gap = secret.credentials.error();
      // One malformed secret fails every pull of the pod, whatever registry it is for.
      if (gap.why == Gap::Why::malformed) {
        return fail(
            fmt::format("pull secret {} cannot be decoded: {}; that fails every pull of the pod",
                        secret.name, gap.detail),
            cite(gap.detail), Basis::kubernetes_api, renew_secret(pull, secret));
      }
      if (!open)
        open = unknown(fmt::format("the content of pull secret {} is not in the input: {}",
                                   secret.name, gap.detail),
                       cite(gap.detail),
                       {fmt::format("kubectl get secret {} --namespace {} --output json",
                                    quote(secret.name), quote(secret.name_space))});
      continue;
    }
    evidence.push_back(
        estate.cite(secret.origin, "data",
                    fmt::format("{} {}", secret.credentials->size(),
                                secret.credentials->size() == 1 ? "entry" : "entries"),
                    Basis::kubernetes_api));
  }
  if (open) return *open;
  if (present == 0)
    return not_applicable("none of the pull secrets that the pod names exists",
                          secrets.empty() ? std::vector<Evidence>{} : secrets.front().evidence);
  return pass(present == 1 ? "the pull secret can be decoded"
                           : fmt::format("all {} pull secrets can be decoded", present),
              std::move(evidence), Basis::kubernetes_api);
}

Verdict judge(const Estate& estate, const Pull& pull) {
  return cite_names(pull, judge_named(estate, pull));
}

}  // namespace

extern const Check pull_secret_is_well_formed;
const Check pull_secret_is_well_formed{
    .id = "pull-secret-is-well-formed",
    .title = "The pod's pull secrets can be decoded",
    .problem = "A pull secret of the pod cannot be decoded",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 2,
    .why =
        "A docker secret is base64 inside JSON inside base64, and the kubelet is strict: one wrong "
        "byte in "
        "one secret fails every pull of the pod, also from other registries, with a text that "
        "names neither "
        "secret nor registry. A secret of another type is passed over silently.",
    .reads =
        "type and data of the secrets; user names and passwords are reduced while reading and kept "
        "nowhere",
    .repair =
        "Low risk: make the secret anew. Needs rights on secrets in the namespace. The kubelet "
        "uses it at its next attempt.",
    .reference = "https://kubernetes.io/docs/concepts/configuration/secret/#docker-config-secrets",
    .controls = {},
    .features = "F-078 F-081 B-21",
    .after = {&pull_secret_exists},
    .judge = &judge};

}  // namespace acr
