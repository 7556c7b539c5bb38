#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Mondoo", "mondoo-azure-security-acr-encryption-key-rotation"}};

// "https://v.vault.azure.net/keys/k/<version>": the identifier and whether it holds a version.
struct KeyId {
  std::string bare;
  bool versioned = false;
};
KeyId read_key_id(std::string_view id) {
  const std::size_t name = id.find("/keys/");
  if (name == std::string_view::npos) return {std::string(id), false};
  const std::size_t version = id.find('/', name + 6);
  return {std::string(id.substr(0, version)),
          version != std::string_view::npos && version + 1 < id.size()};
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const Setting& status = registry.settings["encryption/status"];
  if (!status.known()) return unknown_field(estate, registry, "encryption");
  std::vector<Evidence> evidence{estate.cite(status)};
  if (!status.given() || !same_text(status.value, "enabled"))
    return not_applicable("the registry has no customer-managed key", std::move(evidence));

  const Setting& rotation = registry.settings["encryption/keyVaultProperties/keyRotationEnabled"];
  const Setting& key = registry.settings["encryption/keyVaultProperties/keyIdentifier"];
  if (!rotation.given() && !key.given())
    return unknown_field(estate, registry, "encryption/keyVaultProperties");
  if (rotation.given()) evidence.push_back(estate.cite(rotation));
  const KeyId id = read_key_id(key.value);
  if (key.given()) evidence.push_back(estate.cite(key));
  const bool rotates = rotation.given() ? same_text(rotation.value, "true") : !id.versioned;
  if (rotates)
    return pass("the registry follows the newest version of its key", std::move(evidence),
                Basis::arm);
  std::vector<std::string> fix;
  const Setting& identity = registry.settings["encryption/keyVaultProperties/identity"];
  if (key.given() && identity.given())
    fix.push_back(
        fmt::format("az acr encryption rotate-key --subscription {} --name {} --key-encryption-key "
                    "{} --identity {}",
                    quote(registry.id.subscription()), quote(registry.name), quote(id.bare),
                    same_text(identity.value, "system")
                        ? "'[system]'"
                        : quote(find_identity(registry, identity.value) != nullptr
                                    ? find_identity(registry, identity.value)->id.text()
                                    : identity.value)));
  return fail("the registry stays on one version of its key", std::move(evidence), Basis::arm,
              std::move(fix));
}

}  // namespace

extern const Check customer_key_rotates;
const Check customer_key_rotates{
    .id = "customer-key-rotates",
    .title = "The registry follows its key's newest version",
    .problem = "The registry stays on one version of its key",
    .severity = Severity::low,
    .why =
        "A key identifier with a version in it stays on that version. When the vault rotates the "
        "key and somebody disables the old version, the registry can no longer read its own "
        "storage.",
    .reads = "encryption/keyVaultProperties of the registry",
    .repair =
        "Low risk: the registry takes the key's newest version within an hour and every later one "
        "by itself. Needs Contributor on the registry and get, wrap and unwrap on the key for its "
        "identity.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "tutorial-rotate-revoke-customer-managed-keys",
    .controls = kControls,
    .features = "F-053",
    .judge = &judge};

}  // namespace acr
