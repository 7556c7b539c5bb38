#include <fmt/format.h>

#include "check.h"
#include "cluster_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "af3c26b2-6fad-493e-9236-9c68928516ab"},
                                 {"Azure Policy", "7e49285c-4bed-4564-b26a-5225ccc311f3"},
                                 {"Mondoo", "mondoo-azure-security-aks-image-cleaner-enabled"}};

Verdict judge(const Estate& estate, const Cluster& cluster) {
  return judge_rule(
      estate, cluster,
      {.path = "securityProfile/imageCleaner/enabled",
       .good = {"true"},
       .good_if_absent = false,
       .holds = "Image Cleaner is on",
       .broken =
           "Image Cleaner is off; removed images have to be pulled again when a pod needs them",
       .options = "--enable-image-cleaner"});
}

}  // namespace

extern const Check image_cleaner_is_enabled;
const Check image_cleaner_is_enabled{
    .id = "image-cleaner-is-enabled",
    .title = "Nodes remove images that nothing uses",
    .problem = "Nodes keep images that nothing uses",
    .severity = Severity::low,
    .why =
        "Old images stay on nodes until the disk is full, and with them libraries that nobody "
        "patches any more.",
    .reads = "securityProfile/imageCleaner of the cluster",
    .repair =
        "Low risk: an image that a pod needs again is pulled again, so the registry has to be "
        "reachable then. Needs Contributor on the cluster.",
    .reference = "https://learn.microsoft.com/azure/aks/image-cleaner",
    .controls = kControls,
    .features = "F-108",
    .judge = &judge};

}  // namespace acr
