#include <fmt/format.h>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  if (!pull.source || pull.source->from_template)
    return not_applicable("admission gives the account's secrets to each new pod",
                          pull.pull_secrets_evidence);
  if (pull.source->mirror)
    return not_applicable("a static pod uses no service account", pull.pull_secrets_evidence);
  if (!pull.pull_secrets.empty()) {
    return not_applicable("the pod names pull secrets of its own or of its account",
                          pull.pull_secrets_evidence);
  }
  if (pull.cluster_index < 0) {
    return unknown(
        "several clusters are in the input and nothing tells which one this pod belongs to",
        {cite_image(estate, pull)}, {"kubectl get nodes --output json"});
  }
  const Need need = need_of_secret(estate, pull);
  const std::vector<Evidence> seen =
      together(pull.pull_secrets_evidence, cite_cluster(estate, pull));
  if (need.needed == Tri::no) {
    return not_applicable(fmt::format("the pod needs no pull secret: {}", need.reason),
                          together(seen, need.evidence));
  }
  const ServiceAccount* account =
      estate.service_account(pull.cluster_index, pull.name_space, pull.service_account);
  if (!account) {
    return unknown(fmt::format("service account {} of namespace {} is not in the input",
                               pull.service_account, pull.name_space),
                   together(seen, need.evidence),
                   {fmt::format("kubectl get serviceaccount {} --namespace {} --output json",
                                quote(pull.service_account), quote(pull.name_space))});
  }
  const auto evidence =
      together(seen, {estate.cite(account->origin, "imagePullSecrets",
                                  account->pull_secrets.empty()
                                      ? "none"
                                      : fmt::format("{}", fmt::join(account->pull_secrets, ", ")),
                                  Basis::kubernetes_api)});
  if (account->pull_secrets.empty()) {
    return pass(fmt::format("service account {} has no pull secrets to give", account->name),
                evidence, Basis::kubernetes_api);
  }
  std::vector<std::string> fix;
  if (has_template(pull)) {
    fix.push_back(fmt::format("kubectl rollout restart {} --namespace {}", quote(pull.workload),
                              quote(pull.name_space)));
  } else if (!pull.pods.empty() && !pull.workload.empty()) {
    fix.push_back(fmt::format("kubectl delete pod {} --namespace {}", quote(pull.pods.front()),
                              quote(pull.name_space)));
  }
  return fault(need,
               fmt::format("service account {} has pull secret {}, but the pod does not: it was "
                           "made before the account got it",
                           account->name, fmt::join(account->pull_secrets, ", ")),
               evidence, Basis::kubernetes_api, std::move(fix));
}

}  // namespace

extern const Check pod_carries_service_account_secrets;
const Check pod_carries_service_account_secrets{
    .id = "pod-carries-service-account-secrets",
    .title = "The pod carries the pull secrets of its service account",
    .problem = "The pod lacks the pull secrets that its service account has by now",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 5,
    .why =
        "A service account's pull secrets are copied into a pod once, when the pod is made. "
        "Patching the "
        "account afterwards changes nothing for pods that wait already: they go on failing until "
        "they are made anew.",
    .reads = "imagePullSecrets of the pod and of its service account",
    .repair =
        "Low risk: make the pods anew. Needs edit rights in the namespace; takes effect with the "
        "new pods.",
    .reference =
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
        "#add-imagepullsecrets-to-a-service-account",
    .controls = {},
    .features = "F-074 B-20",
    .after = {},
    .judge = &judge};

}  // namespace acr
