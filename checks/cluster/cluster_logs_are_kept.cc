#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"
#include "log_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.AKS.AuditLogs"},
                                 {"PSRule", "AZR-000022"},
                                 {"PSRule", "Azure.AKS.PlatformLogs"},
                                 {"PSRule", "AZR-000023"},
                                 {"PSRule", "Azure.AKS.AuditAdmin"},
                                 {"PSRule", "AZR-000445"},
                                 {"Azure Policy", "245fc9df-fa96-4414-9a0b-3738c2f7341c"},
                                 {"CloudSploit", "aksDiagnosticLogsEnabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  return judge_logs(estate, cluster.id, fmt::format("cluster {}", cluster.name),
                    {"kube-audit", "kube-audit-admin"}, "the cluster's");
}

}  // namespace

extern const Check cluster_logs_are_kept;
const Check cluster_logs_are_kept{
    .id = "cluster-logs-are-kept",
    .title = "The cluster's audit logs are kept somewhere",
    .problem = "The cluster's audit logs are kept nowhere",
    .severity = Severity::low,
    .why =
        "Who changed an image, deleted a secret or opened a shell in a pod stands in the audit log "
        "alone, and AKS keeps that nowhere by itself.",
    .reads =
        "the diagnostic settings of the cluster: kube-audit, kube-audit-admin, or the groups audit "
        "and allLogs",
    .repair =
        "Low risk, and it costs per gigabyte; kube-audit-admin is the smaller one. az monitor "
        "diagnostic-settings create. Needs Monitoring Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/monitor-aks",
    .controls = kControls,
    .features = "F-113",
    .judge = &judge};

}  // namespace acr
