#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "5b9159ae-1701-4a6f-9a7a-aa9c8ddd0580"},
                                 {"CloudSploit", "acrCMKEncryption"},
                                 {"Steampipe", "container_registry_encrypted_with_cmk"},
                                 {"Mondoo", "mondoo-azure-security-acr-cmk-encryption"},
                                 {"ACR review checklist", "A01.04"},
                                 {"MCSB", "DP-5"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (auto verdict = unless_premium(estate, registry, "customer-managed key"))
    return *std::move(verdict);
  return judge_rule(estate, registry,
                    {.path = "encryption/status",
                     .good = {"enabled"},
                     .holds = "the registry is encrypted with a customer-managed key",
                     .broken = "the registry is encrypted with Microsoft's key; one of your own "
                               "can only be chosen for a new registry"},
                    {});
}

}  // namespace

extern const Check registry_has_customer_key;
const Check registry_has_customer_key{
    .id = "registry-has-customer-key",
    .title = "The registry is encrypted with a key of its owner's",
    .problem = "The registry is encrypted with Microsoft's key only",
    .severity = Severity::low,
    .why =
        "Every registry is encrypted. A key of one's own adds that its owner can withdraw it, "
        "which some rules ask for; and it adds a key vault whose faults stop every pull.",
    .reads = "encryption of the registry",
    .repair =
        "High risk: the key is chosen when the registry is made, so this takes a new registry and "
        "a move of its images. Needs Contributor on the group and rights on the key vault.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "tutorial-enable-customer-managed-keys",
    .controls = kControls,
    .features = "F-052",
    .judge = &judge};

}  // namespace acr
