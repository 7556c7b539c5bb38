#include <fmt/format.h>

#include "check.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"az acr check-health", "CMK_ERROR"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  const Setting& status = registry.settings["encryption/status"];
  if (!status.known()) return unknown_field(estate, registry, "encryption");
  std::vector<Evidence> evidence{estate.cite(status)};
  if (!status.given() || !same_text(status.value, "enabled"))
    return not_applicable("the registry has no customer-managed key", std::move(evidence));

  const Setting& identity = registry.settings["encryption/keyVaultProperties/identity"];
  if (!identity.given())
    return unknown_field(estate, registry, "encryption/keyVaultProperties/identity");
  evidence.push_back(estate.cite(identity));
  if (same_text(identity.value, "system")) {
    if (registry.has_system_identity)
      return pass("the registry has the system-assigned identity that reads its key",
                  together(std::move(evidence),
                           {estate.cite(registry.origin, "/identity/principalId", "there")}),
                  Basis::arm);
    return fail(
        "the key is read with the registry's system-assigned identity, and the registry has none",
        std::move(evidence), Basis::arm, {});
  }
  const auto* own = find_identity(registry, identity.value);
  if (own == nullptr)
    return fail(
        fmt::format(
            "the key is read with the identity of client id {}, which the registry no longer has",
            identity.value),
        together(std::move(evidence), {estate.cite(registry.origin, "/identity",
                                                   fmt::format("{} user-assigned identities",
                                                               registry.identities.size()))}),
        Basis::arm, {});
  evidence.push_back(
      estate.cite(registry.origin, "/identity/userAssignedIdentities", own->id.text()));
  return pass(fmt::format("the registry has identity {}, which reads its key", own->id.name()),
              std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check customer_key_identity_is_there;
const Check customer_key_identity_is_there{
    .id = "customer-key-identity-is-there",
    .title = "The registry still has the identity that reads its key",
    .problem = "The registry has lost the identity that reads its key",
    .severity = Severity::high,
    .why =
        "The registry unlocks its storage with an identity. When that one is deleted or taken off "
        "the registry, the key can no longer be read, and an hour later every pull and push fails.",
    .reads =
        "encryption/keyVaultProperties and identity of the registry, and the user-assigned "
        "identities of the input; the key vault itself is not read",
    .repair =
        "High risk while it lasts: give the registry an identity that may get, wrap and unwrap the "
        "key, then point the encryption to it (az acr encryption rotate-key). Needs Contributor on "
        "the registry and rights on the key vault.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "tutorial-troubleshoot-customer-managed-keys",
    .controls = kControls,
    .features = "F-054 B-18",
    .judge = &judge};

}  // namespace acr
