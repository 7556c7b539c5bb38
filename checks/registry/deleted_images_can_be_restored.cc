#include <fmt/format.h>

#include "check.h"
#include "compatibility.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"PSRule", "Azure.ACR.SoftDelete"},
    {"PSRule", "AZR-000310"},
    {"APRL", "e7f0fd54-fba0-054e-9ab8-e676f2851f88"},
    {"Azure Community Policy", "243a97b3-575e-4513-be30-4f38fb52c1c4"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  const Setting& policy = registry.settings["policies/softDeletePolicy/status"];
  // Only previews of the API show it: that it is not there says nothing.
  if (!policy.given()) return unknown_field(estate, registry, "policies/softDeletePolicy");
  std::vector<Evidence> evidence{estate.cite(policy)};
  if (same_text(policy.value, "enabled"))
    return pass("deleted images can be restored for a time", std::move(evidence), Basis::arm);
  return recommend(
      estate, registry, RegistryFeature::soft_delete,
      fail("deleted images are gone at once; soft delete would exclude retention, geo-replication "
           "and artifact cache",
           std::move(evidence), Basis::arm,
           {registry_command(registry, "config soft-delete update", "--status enabled --days 7")}));
}

}  // namespace

extern const Check deleted_images_can_be_restored;
const Check deleted_images_can_be_restored{
    .id = "deleted-images-can-be-restored",
    .title = "Deleted images can be restored for a time",
    .problem = "Deleted images are gone at once",
    .severity = Severity::low,
    .why =
        "With soft delete a tag or image that was deleted by mistake can be brought back for some "
        "days. It is a preview, and works neither beside the retention policy nor with "
        "geo-replication or artifact cache.",
    .reads = "policies/softDeletePolicy of the registry, its replications and cache rules",
    .repair =
        "Low risk: deleted images take storage until they are purged, and the retention policy can "
        "no longer be used. Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-soft-delete-policy",
    .controls = kControls,
    .features = "F-061",
    .judge = &judge};

}  // namespace acr
