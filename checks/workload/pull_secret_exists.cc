#include <fmt/format.h>

#include <algorithm>

#include "pull_verdict.h"

namespace acr {

namespace {

Verdict judge_named(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_secrets(estate, pull)) return *verdict;
  const auto secrets = secrets_of(estate, pull);
  std::vector<Evidence> evidence;
  const SecretUse* missing = nullptr;
  const SecretUse* open = nullptr;
  for (const SecretUse& use : secrets) {
    if (use.state == SecretUse::State::missing && !missing) missing = &use;
    if (use.state == SecretUse::State::unknown && !open) open = &use;
    if (use.state == SecretUse::State::present)
      evidence.insert(evidence.end(), use.evidence.begin(), use.evidence.end());
  }
  if (missing) {
    const Basis basis =
        missing->evidence.empty() ? Basis::kubernetes_api : missing->evidence.front().basis;
    // A kubelet goes on without a missing secret; a classic virtual node refuses the pod.
    if (!pull.node.is_classic_virtual() && !matching_credentials(secrets, pull).empty()) {
      auto all = missing->evidence;
      all.insert(all.end(), evidence.begin(), evidence.end());
      return not_applicable(
          fmt::format(
              "{}; the kubelet goes on without it, and another pull secret covers the registry",
              missing->reason),
          std::move(all));
    }
    Need need = need_of_secret(estate, pull);
    // Only when nothing else can serve is the missing one at fault; one that could not be read
    // might.
    if (open && need.needed == Tri::yes && !pull.node.is_classic_virtual()) {
      need = {.needed = Tri::unknown,
              .reason = open->reason,
              .evidence = open->evidence,
              .supply = open->supply};
    }
    return fault(need, missing->reason, missing->evidence, basis, make_secret(pull, missing->name));
  }
  if (open) return unknown(open->reason, open->evidence, open->supply);
  return pass(secrets.size() == 1 ? fmt::format("secret {} exists in namespace {}",
                                                secrets.front().name, pull.name_space)
                                  : fmt::format("all {} pull secrets exist in namespace {}",
                                                secrets.size(), pull.name_space),
              std::move(evidence), Basis::kubernetes_api);
}

Verdict judge(const Estate& estate, const Pull& pull) {
  return cite_names(pull, judge_named(estate, pull));
}

}  // namespace

extern const Check pull_secret_exists;
const Check pull_secret_exists{
    .id = "pull-secret-exists",
    .title = "The pull secrets that the pod names exist in its namespace",
    .problem = "A pull secret that the pod names does not exist in its namespace",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 1,
    .why =
        "A secret is looked up in the pod's own namespace only. The kubelet goes on without a "
        "missing one, "
        "so the pull ends in an anonymous 401 that says nothing of the secret; a classic virtual "
        "node refuses the pod.",
    .reads =
        "imagePullSecrets of pods, or of the service account for pods to come; the secrets of the "
        "namespace; events",
    .repair =
        "Low risk: make the secret. Needs rights to create secrets in the namespace, and to create "
        "tokens on the registry. The kubelet uses it at its next attempt.",
    .reference =
        "https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/",
    .controls = {},
    .features = "F-074 F-075 B-20",
    .after = {},
    .judge = &judge};

}  // namespace acr
