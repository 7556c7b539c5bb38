#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"
#include "compatibility.h"
#include "estate/vm_size.h"
#include "registry_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Registry& registry = *attachment.registry;
  const Cluster& cluster = *attachment.cluster;
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  std::vector<Evidence> evidence;
  std::string arm;
  for (const NodePool& pool : cluster.pools) {
    if (!pool.streams_artifacts) continue;
    evidence.push_back(estate.cite(pool.origin, "artifactStreamingProfile/enabled", "true"));
    if (architecture_of(pool.vm_size) == "arm64") arm = pool.name;
  }
  if (evidence.empty())
    return not_applicable("no node pool streams artifacts",
                          {estate.cite(cluster.origin, "", cluster.name)});
  if (auto verdict = unless_premium(estate, registry, "artifact streaming")) {
    verdict->evidence = together(std::move(evidence), verdict->evidence);
    return *std::move(verdict);
  }
  if (!arm.empty())
    return fail(fmt::format("pool {} streams artifacts and has Arm processors", arm),
                std::move(evidence), Basis::arm, {});
  for (const Pull* pull : attachment.pulls) {
    if (pull->pull_secrets.empty()) continue;
    return fail(fmt::format("{} pulls with a pull secret, which streaming does not use",
                            pull->workload.empty() ? pull->container : pull->workload),
                together(std::move(evidence), pull->pull_secrets_evidence), Basis::kubernetes_api,
                {});
  }
  const Objection objection = objection_to(estate, registry, RegistryFeature::artifact_streaming);
  evidence = together(std::move(evidence), objection.evidence);
  if (objection.stands == Tri::yes)
    return fail(objection.because, std::move(evidence), Basis::arm, {});
  if (objection.stands == Tri::unknown)
    return unknown(objection.because, std::move(evidence), objection.supply);
  return pass("the pools that stream artifacts and the registry fit", std::move(evidence),
              Basis::arm);
}

}  // namespace

extern const Check artifact_streaming_can_work;
const Check artifact_streaming_can_work{
    .id = "artifact-streaming-can-work",
    .title = "What artifact streaming needs is there",
    .problem = "Artifact streaming is on where it cannot work",
    .severity = Severity::low,
    .why =
        "Node pools with artifact streaming start containers before the image is there. With an "
        "Arm processor, with a registry that has a customer-managed key or with a pull secret it "
        "cannot work, and pulls fail or fall back after a delay.",
    .reads =
        "artifactStreamingProfile and vmSize of the cluster's pools, the registry's tier and "
        "encryption, and the pull secrets of its pods",
    .repair =
        "Low risk: move the pods to a pool without streaming, or let them pull with the kubelet "
        "identity. Needs Contributor on the cluster.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/troubleshoot-artifact-streaming",
    .controls = {},
    .features = "F-117 B-35",
    .judge = &judge};

}  // namespace acr
