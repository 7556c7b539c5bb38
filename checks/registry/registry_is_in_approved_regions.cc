#include <fmt/format.h>

#include <algorithm>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"PSRule", "Azure.ACR.ReplicaLocation"}, {"PSRule", "AZR-000494"}};

bool is_approved(const Estate& estate, std::string_view location) {
  return std::ranges::any_of(estate.expects.approved_regions, [&](std::string name) {
    std::erase(name, ' ');  // "west europe" is westeurope
    return same_text(name, location);
  });
}

Verdict judge(const Estate& estate, const Registry& registry) {
  if (estate.expects.approved_regions.empty()) {
    return not_applicable(
        "nobody said which regions are approved: acr-doctor.yaml names them under expects, "
        "approved-regions");
  }
  if (registry.location.empty()) return unknown_field(estate, registry, "its location");
  std::vector<Evidence> evidence{estate.cite(registry.origin, "/location", registry.location)};
  if (!is_approved(estate, registry.location)) {
    return fail(
        fmt::format("the registry is in {}, which is not an approved region", registry.location),
        std::move(evidence), Basis::arm, {});
  }
  std::size_t replicas = 0;
  for (const Replication& replica : estate.replications) {
    if (replica.id.parent() != registry.id) continue;
    if (!is_approved(estate, replica.location)) {
      return fail(fmt::format("a replica of the registry is in {}, which is not an approved region",
                              replica.location),
                  {estate.cite(replica.origin, "/location", replica.location)}, Basis::arm,
                  {registry_command(registry, "replication delete",
                                    fmt::format("--name {}", replica.id.name()))});
    }
    ++replicas;
  }
  if (const auto none = unless_premium(estate, registry, "replicas")) {
    evidence = together(std::move(evidence), none->evidence);
    if (none->outcome == Outcome::unknown) return *none;
    return pass(
        fmt::format("the registry is in {}, and its tier has no replicas", registry.location),
        std::move(evidence), Basis::arm);
  }
  const ChildList* list = estate.child_list(registry.id, Kind::replication);
  if (list == nullptr) {
    Verdict verdict = unknown_list(estate, registry, Kind::replication);
    verdict.evidence = together(std::move(evidence), verdict.evidence);
    return verdict;
  }
  evidence.push_back(estate.cite(list->origin, "", counted(list->count, Kind::replication)));
  return pass(replicas == 0
                  ? fmt::format("the registry is in {} and has no replicas", registry.location)
                  : fmt::format("the registry is in {}, and every replica is in an approved region",
                                registry.location),
              std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check registry_is_in_approved_regions;
const Check registry_is_in_approved_regions{
    .id = "registry-is-in-approved-regions",
    .title = "The registry and its replicas are in approved regions",
    .problem = "The registry or a replica is in a region that is not approved",
    .severity = Severity::medium,
    .why =
        "A replica holds a copy of every image. Where data may lie is often a matter of law or of "
        "contract, and a replica is made with one command.",
    .reads =
        "the location of the registry and of its replicas, and approved-regions of the policy file",
    .repair =
        "Medium risk: remove the replica after looking who pulls from its region. A registry "
        "itself cannot be moved: make another one and import the images. Needs Contributor on the "
        "registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-geo-replication",
    .controls = kControls,
    .features = "F-057",
    .judge = &judge};

}  // namespace acr
