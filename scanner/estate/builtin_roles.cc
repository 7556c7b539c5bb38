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
// match the pull action and 6 the pull data action; all of them are here.
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
      role("c2f4ef07-c644-48eb-af81-4b1b4947fb11", "AcrDelete",
           {"Microsoft.ContainerRegistry/registries/artifacts/delete"}),
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

      // Roles that identities of clusters commonly hold, and that touch no registry. Ids: Azure
      // built-in roles, learn.microsoft.com/azure/role-based-access-control/built-in-roles.
      role("4d97b98b-1d4f-4787-a291-c67834d212e7", "Network Contributor", {}),
      role("b12aa53e-6015-4669-85d0-8515ebb3ae7f", "Private DNS Zone Contributor", {}),
      role("befefa01-2a29-4197-83a8-272ff33ce314", "DNS Zone Contributor", {}),
      role("9980e02c-c2be-4d73-94e8-173b1dc7cf3c", "Virtual Machine Contributor", {}),
      role("17d1049b-9a84-46fb-8f53-869881c3d3ab", "Storage Account Contributor", {}),
      role("81a9662b-bebf-436f-a333-f67b29880f12", "Storage Account Key Operator Service Role", {}),
      role("ba92f5b4-2d11-453d-a403-e96b0029c9fe", "Storage Blob Data Contributor", {}),
      role("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", "Storage Blob Data Owner", {}),
      role("2a2b9908-6ea1-4ae2-8e65-a410df84e7d1", "Storage Blob Data Reader", {}),
      role("0c867c2a-1d8c-454a-a3db-ab2ea1bdc8bb", "Storage File Data SMB Share Contributor", {}),
      role("974c5e8b-45b9-4653-ba55-5f855dd0fb88", "Storage Queue Data Contributor", {}),
      role("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", "Storage Table Data Contributor", {}),
      role("5e467623-bb1f-42f4-a55d-6e525e11384b", "Backup Contributor", {}),
      role("0ab0b1a8-8aac-4efd-b8c2-3ee1fb270be8", "Azure Kubernetes Service Cluster Admin Role",
           {}),
      role("1afdec4b-e479-420e-99e7-f82237c7c5e6",
           "Azure Kubernetes Service Cluster Monitoring User", {}),
      role("ed7f3fbd-7b88-4dd4-9017-9adb7ce333f8", "Azure Kubernetes Service Contributor Role", {}),
      role("3498e952-d568-435e-9b2c-8d77e338d7f7", "Azure Kubernetes Service RBAC Admin", {}),
      role("b1ff04bb-8a4e-4dc4-8eb5-8693973ce19b", "Azure Kubernetes Service RBAC Cluster Admin",
           {}),
      role("7f6c6a51-bcf8-42ba-9220-52d62157d7db", "Azure Kubernetes Service RBAC Reader", {}),
      role("a7ffa36f-339b-4b5c-8bdf-e2c188b2c0eb", "Azure Kubernetes Service RBAC Writer", {}),
      role("08d4c71a-cc63-4ce4-a9c8-5dd251b4d619", "Azure Container Storage Operator", {}),
      role("d5a2ae44-610b-4500-93be-660a0c5f5ca6", "Kubernetes Agentless Operator", {}),
      role("f1a07417-d97a-45cb-824c-7a7467783830", "Managed Identity Operator", {}),
      role("e40ec5ca-96e0-45a2-b4ff-59039f2c2b59", "Managed Identity Contributor", {}),
      role("4633458b-17de-408a-b874-0445c86b69e6", "Key Vault Secrets User", {}),
      role("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", "Key Vault Secrets Officer", {}),
      role("db79e9a7-68ee-4b58-9aeb-b90e7c24fcba", "Key Vault Certificate User", {}),
      role("12338af0-0e69-4776-bea7-57ae8d297424", "Key Vault Crypto User", {}),
      role("21090545-7ca7-4776-b22c-e363652d74d2", "Key Vault Reader", {}),
      role("00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator", {}),
      role("f25e0fa2-a7c8-4377-a976-54943a77a395", "Key Vault Contributor", {}),
      role("3913510d-42f4-4e42-8a64-420c390055eb", "Monitoring Metrics Publisher", {}),
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
