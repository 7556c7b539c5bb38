#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.ManagedIdentity"},
                                 {"PSRule", "AZR-000025"},
                                 {"Azure Policy", "da6e2401-19da-4532-9141-fb8fbde08431"},
                                 {"CloudSploit", "aksManagedIdentity"},
                                 {"ACR review checklist", "A02.01"},
                                 {"AKS review checklist", "05.01.12"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& client = cluster.settings["servicePrincipalProfile/clientId"];
  if (!client.known()) return unknown_setting(estate, cluster, "servicePrincipalProfile/clientId");
  if (!client.given() || same_text(client.value, "msi")) {
    return pass("the cluster uses managed identities", {estate.cite(client)}, Basis::arm);
  }
  return fail(
      fmt::format("the cluster uses service principal {}, whose secret expires; after the change "
                  "every pool needs a node image upgrade and the registry a new role assignment",
                  client.value),
      {estate.cite(client)}, Basis::arm, {update_command(cluster, "--enable-managed-identity")});
}

}  // namespace

extern const Check cluster_uses_managed_identity;
const Check cluster_uses_managed_identity{
    .id = "cluster-uses-managed-identity",
    .title = "The cluster uses managed identities",
    .problem = "The cluster uses a service principal",
    .severity = Severity::low,
    .why =
        "A service principal has a secret that somebody must renew. When it expires, new nodes can "
        "no longer join or pull, a year or two after anybody last thought of it. Managed "
        "identities "
        "have no secret to renew.",
    .reads = "servicePrincipalProfile of the cluster",
    .repair =
        "Medium risk: the kubelet gets another identity, so give that one AcrPull on the registry "
        "and then upgrade the node image of every pool; until then nodes keep the service "
        "principal. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/use-managed-identity",
    .controls = kControls,
    .features = "F-012",
    .judge = &judge};

}  // namespace acr
