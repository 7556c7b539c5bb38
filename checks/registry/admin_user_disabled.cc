#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "dc921057-6b28-4fbe-9b83-f7bec05db6c2"},
                                 {"Azure Policy", "79fdfe03-ffcb-4e55-b4d0-b925b8241759"},
                                 {"Azure Community Policy", "1df96548-c92f-40ee-8a01-28a104271dae"},
                                 {"PSRule", "Azure.ACR.AdminUser"},
                                 {"PSRule", "AZR-000005"},
                                 {"CKV", "CKV_AZURE_137"},
                                 {"azqr", "cr-008"},
                                 {"Prowler", "containerregistry_admin_user_disabled"},
                                 {"KICS", "b897dfbf"},
                                 {"Terrascan", "AC_AZURE_0186"},
                                 {"CloudSploit", "acrAdminUser"},
                                 {"Steampipe", "container_registry_admin_user_disabled"},
                                 {"Mondoo", "mondoo-azure-security-acr-admin-user-disabled"},
                                 {"AzTS", "Azure_ContainerRegistry_AuthZ_Disable_Admin_Account"},
                                 {"ACR review checklist", "A02.02"},
                                 {"MCSB", "IM-1"}};

Verdict judge(const Estate& estate, const Registry& registry) {
  if (!registry.admin_user_enabled) {
    return unknown(
        fmt::format("the document of registry {} does not say whether the admin user is enabled",
                    registry.name),
        {estate.cite(registry.origin, "", registry.name)},
        {fmt::format("az acr show --name {} --output json", quote(registry.name))});
  }
  const bool enabled = *registry.admin_user_enabled;
  std::vector<Evidence> evidence{
      estate.cite(registry.origin, "adminUserEnabled", enabled ? "true" : "false")};
  if (!enabled) return pass("the admin user is disabled", std::move(evidence), Basis::arm);
  return fail("the admin user is enabled", std::move(evidence), Basis::arm,
              {fmt::format("az acr update --subscription {} --name {} --admin-enabled false",
                           quote(registry.id.subscription()), quote(registry.name))});
}

}  // namespace

extern const Check admin_user_disabled;
const Check admin_user_disabled{.id = "admin-user-disabled",
                                .title = "The registry's admin user is disabled",
                                .problem = "The registry's admin user is enabled",
                                .severity = Severity::high,
                                .link = Link::none,
                                .why =
                                    "The admin account is one user name and two passwords with "
                                    "full rights to push, pull and delete. "
                                    "Everyone who holds it is the same principal: nothing tells "
                                    "them apart, and it never expires.",
                                .reads = "adminUserEnabled of the registry",
                                .repair =
                                    "Medium risk: pods that pull with the admin password in a "
                                    "secret fail from then on. Move them "
                                    "to the kubelet identity or a registry token first. Needs "
                                    "Contributor on the registry; takes effect at once.",
                                .reference =
                                    "https://learn.microsoft.com/azure/container-registry/"
                                    "container-registry-authentication#admin-account",
                                .controls = kControls,
                                .features = "F-047",
                                .after = {},
                                .judge = &judge};

}  // namespace acr
