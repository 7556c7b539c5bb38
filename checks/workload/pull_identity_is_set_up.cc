#include <fmt/format.h>

#include <algorithm>

#include "cluster_verdict.h"
#include "container_verdict.h"
#include "estate/command.h"
#include "estate/login_server.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr std::string_view kAudience = "api://AzureADTokenExchange";

// Answers for an account that asks for no identity, or wrongly. nullopt: judge on.
std::optional<Verdict> unless_asked_for(const Estate& estate, const ServiceAccount& account,
                                        std::vector<Evidence>& evidence) {
  const auto cite = [&](std::string_view key, const std::string& value) {
    evidence.push_back(estate.cite(
        account.origin, fmt::format("metadata/annotations/kubernetes.azure.com~1{}", key), value,
        Basis::kubernetes_api));
  };
  if (account.pull_client_id.empty() && account.pull_tenant_id.empty()) {
    return not_applicable(
        fmt::format("service account {} names no identity to pull as", account.name),
        {estate.cite(account.origin, "metadata/name", account.name, Basis::kubernetes_api)});
  }
  for (const auto& [key, value] : {std::pair{"acr-client-id", account.pull_client_id},
                                   {"acr-tenant-id", account.pull_tenant_id}}) {
    if (value.empty()) continue;
    cite(key, value);
    if (!is_guid(value)) {
      return fail(fmt::format("annotation kubernetes.azure.com/{} of service account {} is no "
                              "GUID",
                              key, account.name),
                  evidence, Basis::kubernetes_api, {});
    }
  }
  if (!account.pull_client_id.empty()) return std::nullopt;
  return not_applicable(
      fmt::format("service account {} names a tenant only: the node's own identity pulls",
                  account.name),
      evidence);
}

// May a token of this account be exchanged for one of the identity?
Verdict judge_trust(const Estate& estate, const Cluster& cluster, const ServiceAccount& account,
                    const UserAssignedIdentity& identity, const Setting& issuer,
                    std::vector<Evidence> evidence) {
  const ChildList* list = estate.child_list(identity.id, Kind::federated_credential);
  if (list == nullptr) {
    Verdict verdict =
        unknown_list(estate, identity.id, fmt::format("identity {}", identity.id.name()),
                     Kind::federated_credential);
    verdict.evidence = together(std::move(evidence), verdict.evidence);
    return verdict;
  }
  evidence.push_back(
      estate.cite(list->origin, "", counted(list->count, Kind::federated_credential)));
  const std::string subject =
      fmt::format("system:serviceaccount:{}:{}", account.name_space, account.name);
  const FederatedCredential* other_issuer = nullptr;
  bool bound = false;  // AKS made a credential for an identity binding, whose rules it keeps itself
  for (const FederatedCredential& credential : estate.federated_credentials) {
    if (credential.id.parent() != identity.id) continue;
    bound |= credential.issuer.starts_with("https://ib.");
    if (credential.subject != subject) continue;
    // Compared byte for byte: the issuer ends in a slash.
    if (credential.issuer != issuer.value) {
      other_issuer = &credential;
      continue;
    }
    evidence.push_back(estate.cite(credential.origin, "subject", credential.subject));
    if (std::ranges::find(credential.audiences, kAudience) == credential.audiences.end()) {
      return fail(fmt::format("federated credential {} of identity {} is for another audience than "
                              "{}",
                              credential.id.name(), identity.id.name(), kAudience),
                  std::move(evidence), Basis::arm, {});
    }
    return pass(fmt::format("identity {} trusts service account {} of this cluster",
                            identity.id.name(), account.name),
                std::move(evidence), Basis::arm);
  }
  if (bound) {
    return unknown(
        fmt::format("identity {} is bound to clusters, and to which accounts of this one "
                    "is not in its federated credentials",
                    identity.id.name()),
        std::move(evidence),
        {fmt::format("az aks identity-binding list {} --cluster-name {} --output json",
                     in_group(cluster.id), quote(cluster.name))});
  }
  std::string reason =
      fmt::format("identity {} trusts no service account {} of namespace {} of this cluster",
                  identity.id.name(), account.name, account.name_space);
  if (other_issuer != nullptr) {
    evidence.push_back(estate.cite(other_issuer->origin, "issuer", other_issuer->issuer));
    reason = fmt::format(
        "identity {} trusts service account {} of another issuer than this "
        "cluster's",
        identity.id.name(), account.name);
  }
  return fail(
      std::move(reason), std::move(evidence), Basis::arm,
      {fmt::format("az identity federated-credential create {} --identity-name {} --name {} "
                   "--issuer {} --subject {} --audiences {}",
                   in_group(identity.id), quote(identity.id.name()),
                   quote(fmt::format("{}-{}-pull", account.name_space, account.name)),
                   quote(issuer.value), quote(subject), kAudience)});
}

Verdict judge(const Estate& estate, const WorkloadContainer& container) {
  if (auto verdict = unless_named(estate, container)) return *std::move(verdict);
  const PodClass& pod = *container.source;
  if (cloud_of(container.reference->domain) == nullptr)
    return not_applicable("the image is of no Azure registry", {cite_image(estate, container)});
  std::vector<Evidence> evidence{
      cite_pod_spec(estate, container, "serviceAccountName", pod.service_account)};
  const ServiceAccount* account =
      estate.service_account(cluster_index(estate, container), pod.name_space, pod.service_account);
  if (account == nullptr) {
    return unknown(fmt::format("service account {} of namespace {} is not in the input",
                               pod.service_account, pod.name_space),
                   std::move(evidence),
                   {fmt::format("kubectl get serviceaccounts --namespace {} --output json",
                                quote(pod.name_space))});
  }
  if (auto verdict = unless_asked_for(estate, *account, evidence)) return *std::move(verdict);
  if (container.cluster == nullptr) {
    return unknown("nothing tells which of the clusters this workload belongs to",
                   std::move(evidence), {"kubectl get nodes --output json"});
  }
  const Cluster& cluster = *container.cluster;
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& enabled = cluster.settings["oidcIssuerProfile/enabled"];
  if (!enabled.known()) return unknown_setting(estate, cluster, "oidcIssuerProfile");
  evidence.push_back(estate.cite(enabled));
  if (!same_text(enabled.value, "true")) {
    return fail(fmt::format("service account {} names an identity to pull as, and the cluster "
                            "issues no tokens that Azure takes: its OIDC issuer is off",
                            account->name),
                std::move(evidence), Basis::arm,
                {update_command(cluster, "--enable-oidc-issuer --enable-workload-identity")});
  }
  const Setting& issuer = cluster.settings["oidcIssuerProfile/issuerURL"];
  if (!issuer.given()) return unknown_setting(estate, cluster, "oidcIssuerProfile/issuerURL");
  evidence.push_back(estate.cite(issuer));
  const auto identity =
      std::ranges::find_if(estate.user_assigned_identities, [&](const UserAssignedIdentity& each) {
        return same_text(each.client_id, account->pull_client_id);
      });
  if (identity == estate.user_assigned_identities.end()) {
    return unknown(
        fmt::format("identity {}, which service account {} pulls as, is not in the input",
                    account->pull_client_id, account->name),
        std::move(evidence), {"az identity list --output json"});
  }
  evidence.push_back(estate.cite(identity->origin, "clientId", identity->client_id));
  return judge_trust(estate, cluster, *account, *identity, issuer, std::move(evidence));
}

}  // namespace

extern const Check pull_identity_is_set_up;
const Check pull_identity_is_set_up{
    .id = "pull-identity-is-set-up",
    .title = "The identity that the workload's service account pulls as trusts that account",
    .problem = "The identity that the workload's service account pulls as does not trust it",
    .severity = Severity::medium,
    .why =
        "With annotation kubernetes.azure.com/acr-client-id a workload pulls as an identity of its "
        "own and not as the nodes. That takes an issuer, an identity and a federated credential "
        "that fit byte for byte; where one does not, the kubelet goes on without a credential and "
        "the registry answers 401.",
    .reads =
        "the annotations acr-client-id and acr-tenant-id of the workload's service account, "
        "oidcIssuerProfile of the cluster, the managed identities and the federated credentials of "
        "the one named. Whether the nodes' credential provider was set up for it is not told by "
        "any document",
    .repair =
        "Low risk: make the federated credential with the issuer that az aks show tells. Needs "
        "Managed Identity Contributor on the identity; takes effect within minutes.",
    .reference =
        "https://learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust-"
        "user-assigned-managed-identity",
    .controls = {},
    .features = "F-015 B-07",
    .judge = &judge};

}  // namespace acr
