#include "estate/builtin_roles.h"

#include <algorithm>
#include <string>
#include <vector>

#include "estate/resource_id.h"

namespace acr {
namespace {

using Actions = std::vector<std::string>;

constexpr const char* kPull = "Microsoft.ContainerRegistry/registries/pull/read";
constexpr const char* kPush = "Microsoft.ContainerRegistry/registries/push/write";
constexpr const char* kContentRead =
    "Microsoft.ContainerRegistry/registries/repositories/content/read";
constexpr const char* kContentWrite =
    "Microsoft.ContainerRegistry/registries/repositories/content/write";
constexpr const char* kContentDelete =
    "Microsoft.ContainerRegistry/registries/repositories/content/delete";
constexpr const char* kMetadataRead =
    "Microsoft.ContainerRegistry/registries/repositories/metadata/read";
constexpr const char* kMetadataWrite =
    "Microsoft.ContainerRegistry/registries/repositories/metadata/write";
constexpr const char* kMetadataDelete =
    "Microsoft.ContainerRegistry/registries/repositories/metadata/delete";
constexpr const char* kCatalogRead = "Microsoft.ContainerRegistry/registries/catalog/read";
constexpr const char* kImport = "Microsoft.ContainerRegistry/registries/importImage/action";
constexpr const char* kRead = "Microsoft.ContainerRegistry/registries/read";

RoleDefinition role(const char* guid, const char* name, Actions actions, Actions data_actions = {},
                    Actions not_actions = {}) {
  RoleDefinition definition;
  definition.guid = guid;
  definition.name = name;
  definition.permissions.push_back({.actions = std::move(actions),
                                    .not_actions = std::move(not_actions),
                                    .data_actions = std::move(data_actions),
                                    .not_data_actions = {}});
  return definition;
}

// Source: Microsoft.Authorization role definitions of 22 August 2026. Of 928 built-in roles 24
// match the pull action and 6 the pull data action; all of them are here. The rest do not pull.
std::vector<RoleDefinition> make_roles() {
  std::vector<RoleDefinition> roles = {
      role("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", {kPull}),
      role("8311e382-0749-4cb8-b61a-304f252e45ec", "AcrPush", {kPull, kPush}),
      role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", {"*"}),
      role("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor", {"*"}, {},
           {"Microsoft.Authorization/*/Delete", "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
            "Microsoft.Blueprint/blueprintAssignments/write",
            "Microsoft.Blueprint/blueprintAssignments/delete",
            "Microsoft.Compute/galleries/share/action", "Microsoft.Purview/consents/write",
            "Microsoft.Purview/consents/delete",
            "Microsoft.Resources/deploymentStacks/manageDenySetting/action",
            "Microsoft.Subscription/cancel/action", "Microsoft.Subscription/enable/action"}),
      role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", {"*/read"}),
      role("577a9874-89fd-4f24-9dbd-b5034d0ad23a",
           "Container Registry Data Importer and Data Reader", {kImport, kRead, kPull},
           {kContentRead, kMetadataRead, kCatalogRead}),
      role("c5c82243-e78e-43f9-8428-793bba85b28e", "Defender For Container Registries Operator",
           {kPull}, {kContentRead, kMetadataRead, kCatalogRead}),
      role("96062cf7-95ca-4f89-9b9d-2a2aa47356af", "Defender Registry Access", {kPull},
           {kContentRead, kMetadataRead}),
      role("b78c5d69-af96-48a3-bf8d-a8b4d589de94", "Azure AI Administrator",
           {"Microsoft.ContainerRegistry/registries/*"}),
      role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", {"*/read"}),
      role("f58310d9-a9f6-439a-9e8d-f62e7b41a168", "Role Based Access Control Administrator",
           {"*/read"}),
      role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", {"*/read"}),
      role("749f88d5-cbae-40b8-bcfc-e573ddc772fa", "Monitoring Contributor", {"*/read"}),
      role("47be4a87-7950-4631-9daf-b664a405f074", "Monitoring Policy Contributor", {"*/read"}),
      role("73c42c96-874c-492b-b04d-ab87d138a893", "Log Analytics Reader", {"*/read"}),
      role("92aaf0da-9dab-42b6-94a3-d43ce8d16293", "Log Analytics Contributor", {"*/read"}),
      role("641177b8-a67a-45b9-a033-47bc880bb21e", "Managed Application Contributor Role",
           {"*/read"}),
      role("c7393b34-138c-406f-901b-d8cf2b17e6ae", "Managed Application Operator Role", {"*/read"}),
      role("b9331d33-8a36-4f8c-b097-4f54124fdb44", "Managed Application Publisher Operator",
           {"*/read"}),
      role("36243c78-bf99-498c-9df9-86d9f8d28608", "Resource Policy Contributor", {"*/read"}),
      role("0f37683f-2463-46b6-9ce7-9b788b988ba2", "App Compliance Automation Administrator",
           {"*/read"}),
      role("ffc6bbe0-e443-4c3b-bf54-26581bb2f78e", "App Compliance Automation Reader", {"*/read"}),
      role("e4c7f620-39b8-4688-bba2-70dd82ef367b",
           "Azure Resilience Management Drills Target Resource Administrator", {"*/read"}),
      role("82c6a823-ae9c-4b90-b5c5-bff581c45896",
           "Azure Resilience Management Drills Target Resource Contributor", {"*/read"}),

      // Roles of registries in ABAC mode. They hold no actions: a legacy registry ignores them.
      role("b93aa761-3e63-49ed-ac28-beffa264f7ac", "Container Registry Repository Reader", {},
           {kMetadataRead, kContentRead}),
      role("2a1e307c-b015-4ebd-883e-5b7698a07328", "Container Registry Repository Writer", {},
           {kMetadataRead, kContentRead, kMetadataWrite, kContentWrite}),
      role("2efddaa5-3f1f-4df3-97df-af3f13818f4c", "Container Registry Repository Contributor", {},
           {kMetadataRead, kContentRead, kMetadataWrite, kContentWrite, kMetadataDelete,
            kContentDelete}),
      role("bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7", "Container Registry Repository Catalog Lister",
           {}, {kCatalogRead}),

      // Roles that are taken for pull roles and are none, in either mode.
      role("c2f4ef07-c644-48eb-af81-4b1b4947fb11", "AcrDelete", {}),
      role("6cef56e8-d556-48e5-a04f-b8e64114680f", "AcrImageSigner", {}),
      role("cdda3590-29a3-44f6-95f2-9f980659eb04", "AcrQuarantineReader", {}),
      role("c8d4ff99-41c3-41a8-9f60-21dfdad59608", "AcrQuarantineWriter", {}),
      role("3bc748fc-213d-45c1-8d91-9da5725539b9",
           "Container Registry Contributor and Data Access Configuration Administrator", {}),
      role("69b07be0-09bf-439a-b9a6-e73de851bd59",
           "Container Registry Configuration Reader and Data Access Configuration Reader", {kRead}),
      role("fb382eab-e894-4461-af04-94435c366c3f", "Container Registry Tasks Contributor", {}),
      role("bf94e731-3a51-4a7c-8c54-a1ab9971dfc1",
           "Container Registry Transfer Pipeline Contributor", {}),
      role("4abbcc35-e782-43d8-92c5-2d3f1bd2253f", "Azure Kubernetes Service Cluster User Role",
           {}),
  };
  std::ranges::sort(roles, {}, &RoleDefinition::guid);
  return roles;
}

}  // namespace

std::span<const RoleDefinition> builtin_roles() {
  static const std::vector<RoleDefinition> roles = make_roles();
  return roles;
}

const RoleDefinition* builtin_role(std::string_view guid) {
  const std::string key = lower(guid);
  const auto roles = builtin_roles();
  const auto found = std::ranges::lower_bound(roles, key, {}, &RoleDefinition::guid);
  return found != roles.end() && found->guid == key ? &*found : nullptr;
}

}  // namespace acr
