#include <fmt/format.h>

#include "container_verdict.h"
#include "estate/command.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"Popeye", "POP-307"}, {"Popeye", "POP-507"}, {"kube-linter", "non-existent-service-account"}};

// The lists that hold all accounts of the container's namespace.
std::vector<std::uint32_t> account_lists(const Estate& estate, const WorkloadContainer& container) {
  std::vector<std::uint32_t> documents;
  const int cluster = cluster_index(estate, container);
  for (const Listing& listing : estate.listings) {
    if (listing.kind != Kind::service_account || !listing.list || listing.count == 0) continue;
    if (estate.cluster_of(listing.origin.document) != cluster) continue;
    if (listing.name_space.empty() || listing.name_space == container.source->name_space)
      documents.push_back(listing.origin.document);
  }
  return documents;
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  const PodClass& pod = *container.source;
  std::vector<Evidence> evidence{
      cite_pod_spec(estate, container, "serviceAccountName", pod.service_account)};
  if (pod.service_account == "default" || pod.service_account.empty()) {
    return not_applicable("every namespace has the service account default", std::move(evidence));
  }
  const int cluster = cluster_index(estate, container);
  if (const ServiceAccount* account =
          estate.service_account(cluster, pod.name_space, pod.service_account)) {
    evidence.push_back(
        estate.cite(account->origin, "metadata/name", account->name, Basis::kubernetes_api));
    return pass(fmt::format("service account {} is in namespace {}", account->name, pod.name_space),
                std::move(evidence), Basis::kubernetes_api);
  }
  const auto documents = account_lists(estate, container);
  if (documents.empty()) {
    return unknown(
        fmt::format("the service accounts of namespace {} were not given", pod.name_space),
        std::move(evidence),
        {fmt::format("kubectl get serviceaccounts --namespace {} --output json",
                     quote(pod.name_space))});
  }
  const auto summary = estate.summarise(Kind::service_account, documents, Basis::kubernetes_api);
  return fail(fmt::format("service account {} is not in namespace {}: it is not among the {}, and "
                          "no pod is made without it",
                          pod.service_account, pod.name_space, summary.text),
              together(std::move(evidence), summary.evidence), Basis::kubernetes_api,
              {fmt::format("kubectl create serviceaccount {} --namespace {}",
                           quote(pod.service_account), quote(pod.name_space))});
}

}  // namespace

extern const Check service_account_exists;
const Check service_account_exists{
    .id = "service-account-exists",
    .title = "The workload's service account exists",
    .problem = "The workload's service account does not exist",
    .severity = Severity::medium,
    .why =
        "The API server refuses every pod whose service account is not there. Pods that run "
        "already stay, so it shows at the next restart: a workload with fewer pods, or none, and "
        "no pod to look at.",
    .reads = "serviceAccountName of each workload and the service accounts of its namespace",
    .repair =
        "Low risk: make the account, with the pull secrets and rights that its pods need, or name "
        "the one that is meant. Needs rights on service accounts in the namespace; controllers try "
        "again by themselves.",
    .reference =
        "https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    .controls = kControls,
    .features = "F-085",
    .judge = &judge};

}  // namespace acr
