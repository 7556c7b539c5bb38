#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

extern const Check pull_secret_credential_is_current;
extern const Check pull_secret_principal_can_pull;

namespace {

const ServiceAccount* account_of(const Estate& estate, const Pull& pull) {
  return estate.service_account(pull.cluster_index, pull.name_space, pull.service_account);
}

bool names(const ServiceAccount& account, std::string_view secret) {
  return std::ranges::find(account.pull_secrets, secret) != account.pull_secrets.end();
}

Verdict judge_named(const Estate& estate, const Pull& pull) {
  const auto matching = matching_credentials(secrets_of(estate, pull), pull);
  const ServiceAccount* account = account_of(estate, pull);
  if (matching.empty() || !account || !names(*account, matching.front().secret->name))
    return not_applicable("the pod names pull secrets of its own", pull.pull_secrets_evidence);
  const PullSecret& secret = *matching.front().secret;
  return pass(
      fmt::format("service account {} gives its pods pull secret {}", account->name, secret.name),
      together(
          pull.pull_secrets_evidence,
          {estate.cite(account->origin, "imagePullSecrets", secret.name, Basis::kubernetes_api),
           estate.cite(secret.origin, "metadata/name", secret.name, Basis::kubernetes_api)}),
      Basis::kubernetes_api);
}

// Would the pull work with this secret? Asked of the checks that judge secrets which are named.
Verdict judge_as_if_named(const Estate& estate, const Pull& pull, const PullSecret& secret) {
  Pull named = pull;
  named.pull_secrets = {secret.name};
  named.pull_secrets_known = true;
  Verdict works = pass({}, {}, Basis::kubernetes_api);
  for (const Check* check : {&pull_secret_credential_is_current, &pull_secret_principal_can_pull}) {
    Verdict part = std::get<JudgeOf<Pull>>(check->judge)(estate, named);
    part.evidence = together(std::move(works.evidence), part.evidence);
    if (part.outcome == Outcome::fail || part.outcome == Outcome::unknown) return part;
    works.evidence = std::move(part.evidence);
  }
  return works;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (pull.source && pull.source->mirror)
    return not_applicable("a static pod uses no service account", pull.pull_secrets_evidence);
  if (pull.node.is_classic_virtual())
    return not_applicable("virtual nodes have a check of their own", pull.node.evidence);
  const auto not_known = pull.pull_secrets_known ? std::nullopt : unless_secrets(estate, pull);
  if (not_known) return *not_known;
  if (!pull.pull_secrets.empty()) return judge_named(estate, pull);

  const PullSecret* secret = serving_secret(estate, pull);
  if (!secret) {
    return not_applicable(fmt::format("no pull secret of namespace {} in the input is for {}",
                                      pull.name_space, pull.reference->domain),
                          pull.pull_secrets_evidence);
  }
  // A pod made before its account got the secret is another fault.
  const ServiceAccount* own = account_of(estate, pull);
  if (own && names(*own, secret->name)) {
    return not_applicable(
        fmt::format("service account {} names pull secret {}", own->name, secret->name),
        together(pull.pull_secrets_evidence, {estate.cite(own->origin, "imagePullSecrets",
                                                          secret->name, Basis::kubernetes_api)}));
  }
  std::string reason =
      fmt::format("pull secret {} of namespace {} would serve, and {} does not name it",
                  secret->name, pull.name_space, pull.workload.empty() ? "the pod" : pull.workload);
  // The pod first: there the line is missing.
  auto evidence = together({cite_spec(estate, pull, "serviceAccountName", pull.service_account)},
                           pull.pull_secrets_evidence);
  evidence.push_back(
      estate.cite(secret->origin, "metadata/name", secret->name, Basis::kubernetes_api));
  for (const ServiceAccount& other : estate.service_accounts) {
    if (other.name_space != pull.name_space || !names(other, secret->name) ||
        estate.cluster_of(other.origin.document) != pull.cluster_index) {
      continue;
    }
    reason += fmt::format(": service account {} does, and its pods run as {}", other.name,
                          pull.service_account);
    evidence.push_back(
        estate.cite(other.origin, "imagePullSecrets", secret->name, Basis::kubernetes_api));
    break;
  }
  const Need need = need_of_secret(estate, pull);
  if (need.needed != Tri::yes) return fault(need, std::move(reason), std::move(evidence), {}, {});

  Verdict works = judge_as_if_named(estate, pull, *secret);
  evidence = together(std::move(evidence), works.evidence);
  if (works.outcome == Outcome::fail) {
    return not_applicable(
        fmt::format("the pull secret that the pod could name is of no use: {}", works.reason),
        std::move(evidence));
  }
  if (works.outcome == Outcome::unknown) {
    return unknown(fmt::format("whether pull secret {}, which the pod does not name, would serve "
                               "is not known: {}",
                               secret->name, works.reason),
                   std::move(evidence), std::move(works.supply));
  }
  return fault(need, std::move(reason), std::move(evidence), Basis::kubernetes_api,
               name_secret(pull, secret->name, false));
}

}  // namespace

extern const Check pod_names_pull_secret;
const Check pod_names_pull_secret{
    .id = "pod-names-pull-secret",
    .title = "The pod names the pull secret that its namespace keeps for the registry",
    .problem = "The pod does not name the pull secret that its namespace keeps for the registry",
    .severity = Severity::high,
    .link = Link::credential,
    .step = 6,
    .why =
        "A pull secret serves only pods that name it, themselves or by their service account. A "
        "pod that runs as another account, most often as default because a line is missing, goes "
        "to the registry without it; the message is the same 401 as for a missing right.",
    .reads =
        "imagePullSecrets of the pod and of the service accounts of its namespace; the secrets of "
        "the namespace, and whether the credential in them works",
    .repair =
        "Low risk: let the pod's service account name the secret, or run the pod as the account "
        "that does. Needs edit rights in the namespace; takes effect with new pods. Giving the "
        "kubelet identity the right to pull repairs it as well, for every namespace.",
    .reference =
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/"
        "#add-imagepullsecrets-to-a-service-account",
    .controls = {},
    .features = "F-074 B-20",
    .after = {},
    .judge = &judge};

}  // namespace acr
