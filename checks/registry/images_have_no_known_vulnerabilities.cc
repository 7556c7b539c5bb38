#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "090c7b07-b4ed-4561-ad20-e9075f3ccaff"},
                                 {"Azure Policy", "17f4b1cc-c55c-4d94-b1f9-2978f6ac2957"},
                                 {"Azure Policy", "5f0f936f-2f01-4bf5-b6be-d423792fa562"},
                                 {"PSRule", "Azure.ACR.ImageHealth"},
                                 {"PSRule", "AZR-000003"},
                                 {"Steampipe", "container_registry_vulnerabilities_remediated"},
                                 {"MCSB", "PV-6"},
                                 {"MCSB", "DS-6"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  constexpr std::string_view kKey = "c0b7cfc6-3172-465a-b378-53c7ff2cc0d5";
  for (const Assessment& assessment : estate.assessments) {
    if (assessment.key != kKey || assessment.resource != registry.id) continue;
    std::vector<Evidence> evidence{
        estate.cite(assessment.origin, "status/code", assessment.status)};
    if (same_text(assessment.status, "Healthy"))
      return pass("Defender knows of no vulnerability in the registry's images",
                  std::move(evidence), Basis::arm);
    if (same_text(assessment.status, "NotApplicable"))
      return not_applicable("Defender has nothing to scan in the registry", std::move(evidence));
    return fail("Defender found vulnerabilities in the registry's images", std::move(evidence),
                Basis::arm, {});
  }
  return unknown("Defender's assessment of the registry was not given, or there is none", {},
                 {fmt::format("az security assessment list --subscription {} --output json",
                              quote(registry.id.subscription()))});
}

}  // namespace

extern const Check images_have_no_known_vulnerabilities;
const Check images_have_no_known_vulnerabilities{
    .id = "images-have-no-known-vulnerabilities",
    .title = "Defender knows of no vulnerability in the registry's images",
    .problem = "Defender knows of vulnerabilities in the registry's images",
    .severity = Severity::medium,
    .why =
        "What Defender found can be read by everybody who attacks as well. The list says which "
        "images and which of their layers; most of it goes away with a newer base image.",
    .reads = "Defender's assessment of the registry (c0b7cfc6-3172-465a-b378-53c7ff2cc0d5)",
    .repair =
        "Low risk: build the images anew on a current base image and deploy them. Defender looks "
        "again within a day.",
    .reference =
        "https://learn.microsoft.com/azure/defender-for-cloud/"
        "agentless-vulnerability-assessment-azure",
    .controls = kControls,
    .features = "F-066",
    .judge = &judge};

}  // namespace acr
