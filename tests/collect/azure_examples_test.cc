// Every example payload of the reference data must be read, or left out on purpose; the main ones
// must yield the facts they hold.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "collect/collect.h"
#include "collect/describe_azure.h"

namespace acr {
namespace {

struct Example {
  const char* file;
  const char* elements;  // how many of what; "" = an empty list
};

// "unknown" are types of other services, which the notification names by their type, and the table
// form of Resource Graph, which is unfolded before an element gets here.
constexpr Example kExamples[] = {
    {"acr/cacherules_list.json", "1 cache rules"},
    {"acr/check_name_not_available.json", "1 answers about free names"},
    {"acr/credentialsets_list.json", "1 credential sets"},
    {"acr/list_credentials.json", "1 registry credential answers, whose content is not kept"},
    {"acr/list_usages.json", "2 registry usages"},
    {"acr/private_endpoint_connection_approved_real.json", "1 private endpoint connections"},
    {"acr/private_endpoint_connections_list.json", "1 private endpoint connections"},
    {"acr/private_endpoint_connections_pending_real.json", "1 private endpoint connections"},
    {"acr/private_link_resources_list.json", "1 private link resources"},
    {"acr/registry_abac_mode.json", "1 registries"},
    {"acr/registry_dnl_tenantreuse_real.json", "1 registries"},
    {"acr/registry_get.json", "1 registries"},
    {"acr/registry_get_real_2023-07-01.json", "1 registries"},
    {"acr/registry_get_real_2024-11-01-preview.json", "1 registries"},
    {"acr/registry_get_real_2026-09-01-preview.json", "1 registries"},
    {"acr/registry_get_real_china.json", "1 registries"},
    {"acr/registry_get_real_with_headers.json", "1 registries"},
    {"acr/registry_list_generic_resources_real.json", "3 registries"},
    {"acr/registry_list_rg_real_2023-07-01.json", "1 registries"},
    {"acr/registry_list_subscription.json", "1 registries"},
    {"acr/registry_updating.json", "1 registries"},
    {"acr/registry_vnet_rule_invisible_2023-11-01-preview.json", "1 registries"},
    {"acr/registry_vnet_rule_visible_2021-08-01-preview.json", "1 registries"},
    {"acr/registry_zone_redundant.json", "1 registries"},
    {"acr/replications_list.json", "1 replications"},
    {"acr/scopemaps_list.json", "1 scope maps"},
    {"acr/scopemaps_list_composed.json", "2 scope maps"},
    {"acr/token_generate_credentials_real.json",
     "1 registry credential answers, whose content is not kept"},
    {"acr/token_get_with_credentials.json", "1 registry tokens"},
    {"acr/tokens_list.json", "1 registry tokens"},
    {"acr/webhooks_list.json", "1 webhooks"},
    {"acr_dataplane/access_token_claims.json", "1 token claims"},
    {"acr_dataplane/acr_v1_manifests.json", "1 answers of a registry's data plane"},
    {"acr_dataplane/acr_v1_repository.json", "1 repositories"},
    {"acr_dataplane/acr_v1_tags.json", "1 answers of a registry's data plane"},
    {"acr_dataplane/catalog.json", "1 answers of a registry's data plane"},
    {"acr_dataplane/firewall_denied_403.json", "1 error"},
    {"acr_dataplane/manifest_401_challenge_with_scope.json", "1 error"},
    {"acr_dataplane/manifest_unknown_404.json", "1 error"},
    {"acr_dataplane/name_unknown_404.json", "1 error"},
    {"acr_dataplane/oauth2_exchange_response.json",
     "1 OAuth token answers, whose content is not kept"},
    {"acr_dataplane/oauth2_token_response.json",
     "1 OAuth token answers, whose content is not kept"},
    {"acr_dataplane/refresh_token_claims.json", "1 token claims"},
    {"acr_dataplane/toomanyrequests_429.json", "1 error"},
    {"acr_dataplane/v2_401_challenge.json", "1 error"},
    {"aks/list_cluster_user_credentials.json",
     "1 cluster credential answers, whose content is not kept"},
    {"aks/machines_list.json", "1 node pool machines"},
    {"aks/managedcluster_all_fields_composed.json", "1 clusters"},
    {"aks/managedcluster_get_real_2025.json", "1 clusters"},
    {"aks/managedcluster_get_real_china.json", "1 clusters"},
    {"aks/managedcluster_get_service_principal_2020.json", "1 clusters"},
    {"aks/managedclusters_list_by_rg.json", "1 clusters"},
    {"aks/managedclusters_list_page1_nextlink.json", "1 clusters"},
    {"aks/managedclusters_list_page2_empty.json", ""},
    {"aks/run_command_request.json", "1 run commands and their results"},
    {"aks/run_command_result_failed.json", "1 run commands and their results"},
    {"aks/run_command_result_succeeded.json", "1 run commands and their results"},
    {"aks/update_aad_azure_rbac_body.json", "1 Azure request bodies"},
    {"authorization/denyassignments_list.json", "1 deny assignments"},
    {"authorization/permissions_list.json", "1 permissions of the caller"},
    {"authorization/roleassignment_abac_condition.json", "1 role assignments"},
    {"authorization/roleassignment_abac_condition_prefixes.json",
     "1 conditions without their role assignment"},
    {"authorization/roleassignments_list_for_resource.json", "3 role assignments"},
    {"authorization/roleassignments_list_rg_real_trimmed.json", "6 role assignments"},
    {"authorization/roledef_AKSClusterUser.json", "1 role definitions"},
    {"authorization/roledef_AcrPull.json", "1 role definitions"},
    {"authorization/roledef_AcrPush.json", "1 role definitions"},
    {"authorization/roledef_ConfigurationReader.json", "1 role definitions"},
    {"authorization/roledef_Contributor.json", "1 role definitions"},
    {"authorization/roledef_DataImporterAndDataReader.json", "1 role definitions"},
    {"authorization/roledef_Owner.json", "1 role definitions"},
    {"authorization/roledef_Reader.json", "1 role definitions"},
    {"authorization/roledef_RepositoryCatalogLister.json", "1 role definitions"},
    {"authorization/roledef_RepositoryContributor.json", "1 role definitions"},
    {"authorization/roledef_RepositoryReader.json", "1 role definitions"},
    {"authorization/roledef_RepositoryWriter.json", "1 role definitions"},
    {"authorization/roledefinitions_filter_contributor_real.json", "1 role definitions"},
    {"authorization/roledefinitions_filter_rolename_real.json", "1 role definitions"},
    {"authorization/roledefinitions_list_subset_real.json", "13 role definitions"},
    {"errors/400_PrincipalNotFound.json", "1 error"},
    {"errors/400_aad_unauthorized_client_7000218.json", "1 error"},
    {"errors/401_aad_invalid_client_7000215.json", "1 error"},
    {"errors/401_with_www_authenticate.json", "1 error"},
    {"errors/403_AADGraph_odata_error.json", "1 error"},
    {"errors/403_AuthorizationFailed.json", "1 error"},
    {"errors/403_LinkedAuthorizationFailed.json", "1 error"},
    {"errors/403_graph_Authorization_RequestDenied.json", "1 error"},
    {"errors/404_InvalidResourceType.json", "1 error"},
    {"errors/404_NotFound_compute.json", "1 error"},
    {"errors/404_NotFound_network_details.json", "1 error"},
    {"errors/404_ParentResourceNotFound.json", "1 error"},
    {"errors/404_ResourceGroupNotFound_managedclusters.json", "1 error"},
    {"errors/404_ResourceGroupNotFound_registries.json", "1 error"},
    {"errors/404_ResourceNotFound_identity.json", "1 error"},
    {"errors/404_ResourceNotFound_managedcluster.json", "1 error"},
    {"errors/404_ResourceNotFound_privatezone.json", "1 error"},
    {"errors/404_ResourceNotFound_registry.json", "1 error"},
    {"errors/404_ResourceNotFound_service.json", "1 error"},
    {"errors/404_ResourceNotFound_vnet.json", "1 error"},
    {"errors/404_ResourceNotFound_vnetlink.json", "1 error"},
    {"errors/404_ResourceNotFound_with_headers.json", "1 error"},
    {"errors/404_graph_Request_ResourceNotFound.json", "1 error"},
    {"errors/409_MissingSubscriptionRegistration.json", "1 error"},
    {"errors/409_capital_Error_Code.json", "1 error"},
    {"errors/409_top_level_code_message.json", "1 error"},
    {"errors/412_PreconditionFailed_top_level.json", "1 error"},
    {"errors/429_ResourceGraph_RateLimiting.json", "1 error"},
    {"errors/429_ResourceRequestsThrottled.json", "1 error"},
    {"errors/429_SubscriptionRequestsThrottled.json", "1 error"},
    {"errors/429_TooManyRequests.json", "1 error"},
    {"errors/429_web_rp_capital_keys.json", "1 error"},
    {"errors/500_InternalServerError.json", "1 error"},
    {"errors/504_GatewayTimeout.json", "1 error"},
    {"graph/application_credentials_composed.json", "1 applications"},
    {"graph/application_get.json", "1 applications"},
    {"graph/federated_identity_credentials_list.json", "1 federated credentials"},
    {"graph/getbyids_request.json", "1 Microsoft Graph request bodies"},
    {"graph/serviceprincipal_list_by_appid.json", "1 service principals"},
    {"graph/serviceprincipal_transitivememberof.json",
     "1 directory groups, whose members are not told"},
    {"graph/serviceprincipal_transitivememberof_cast_count.json",
     "1 directory objects of a kind that they do not name"},
    {"identity/aad_client_credentials_response.json",
     "1 OAuth token answers, whose content is not kept"},
    {"identity/appservice_token_response.json", "1 OAuth token answers, whose content is not kept"},
    {"identity/az_cli_get_access_token.json", "1 OAuth token answers, whose content is not kept"},
    {"identity/azd_auth_token.json", "1 OAuth token answers, whose content is not kept"},
    {"identity/azure_json_managed_identity.json",
     "1 node configuration files, whose content is not kept"},
    {"identity/client_assertion_jwt_ps256.json", "1 token claims"},
    {"identity/client_assertion_jwt_rs256.json", "1 token claims"},
    {"identity/imds_error_response.json", "1 error"},
    {"identity/imds_token_response.json", "1 OAuth token answers, whose content is not kept"},
    {"identity/userassigned_federated_credentials_list.json", "1 federated credentials"},
    {"managedidentity/user_assigned_identity_get_real.json", "1 user-assigned identities"},
    {"network/natgateway_get_real.json", "1 NAT gateways"},
    {"network/nic_get_real.json", "1 network interfaces"},
    {"network/nic_private_endpoint_acr_composed.json", "1 network interfaces"},
    {"network/nsg_get_real_default_rules.json", "1 network security groups"},
    {"network/peering_get_spec.json", "1 peerings"},
    {"network/peering_initiated.json", "1 peerings"},
    {"network/peerings_list_connected.json", "1 peerings"},
    {"network/peerings_list_disconnected.json", "1 peerings"},
    {"network/peerings_list_synclevel.json", "2 peerings"},
    {"network/private_dns_zone_group_get_real.json", "1 private DNS zone groups"},
    {"network/private_dns_zone_group_get_spec.json", "1 private DNS zone groups"},
    {"network/private_endpoint_acr_manual_pending_real.json", "1 private endpoints"},
    {"network/private_endpoint_get_groupids_real.json", "1 private endpoints"},
    {"network/private_endpoint_get_real.json", "1 private endpoints"},
    {"network/private_endpoints_list_all.json", "3 private endpoints"},
    {"network/publicip_get_real.json", "1 public IP addresses"},
    {"network/routetable_get_real.json", "1 route tables"},
    {"network/subnet_get_real.json", "1 subnets"},
    {"network/subnets_list_real.json", "1 subnets"},
    {"network/vnet_get_real.json", "1 virtual networks"},
    {"network/vnet_service_endpoints_dns_empty.json", "1 virtual networks"},
    {"network/vnets_list_real.json", "1 virtual networks"},
    {"privatedns/a_records_list_real.json", "3 record sets"},
    {"privatedns/a_records_list_real_with_headers.json", "3 record sets"},
    {"privatedns/private_zone_get_real.json", "1 private DNS zones"},
    {"privatedns/private_zone_get_real_raw_bytes.json", "1 private DNS zones"},
    {"privatedns/recordsets_A_list.json", "2 record sets"},
    {"privatedns/recordsets_acr_zone_composed.json", "2 record sets"},
    {"privatedns/vnet_link_get_real.json", "1 virtual network links"},
    {"privatedns/vnet_links_list_real.json", "1 virtual network links"},
    {"privatedns/vnet_links_list_real_with_headers.json", "1 virtual network links"},
    {"privatedns/vnet_links_list_states.json", "2 virtual network links"},
    {"resourcegraph/acr_query_request.json", "1 Resource Graph requests"},
    {"resourcegraph/acr_query_response_composed.json", "1 registries"},
    {"resourcegraph/authorizationresources_request.json", "1 Resource Graph requests"},
    {"resourcegraph/dnsresources_request.json", "1 Resource Graph requests"},
    {"resourcegraph/first_page_request.json", "1 Resource Graph requests"},
    {"resourcegraph/first_page_response.json", "3 unknown"},
    {"resourcegraph/management_group_request.json", "1 Resource Graph requests"},
    {"resourcegraph/next_page_request.json", "1 Resource Graph requests"},
    {"resourcegraph/property_projection_response.json",
     "2 Resource Graph rows that name no resource"},
    {"resourcegraph/query_2019_table_format_with_headers.json", "1 unknown"},
    {"resourcegraph/tenant_request.json", "1 Resource Graph requests"},
    {"resourcegraph/tenant_response.json", "3 resources without their properties"},
    {"resources/metadata_endpoints_2019-05-01_composed.json", "3 cloud endpoints"},
    {"resources/resource_group_get_real.json", "1 resource groups"},
    {"resources/subscriptions_list_composed.json", "1 subscriptions"},
};

struct Facts {
  const char* file;
  const char* text;
};

constexpr Facts kFacts[] = {
    {"acr/private_endpoint_connection_approved_real.json",
     "connection (testreg000002.822bd3cf07874f72b98e1b0041105393 from priv_endpoint000005 Approved "
     "-) on testreg000002\n"},
    {"acr/private_endpoint_connections_pending_real.json",
     "connection (testreg000002.822bd3cf07874f72b98e1b0041105393 from priv_endpoint000005 Pending "
     "-) on testreg000002\n"},
    {"acr/registry_abac_mode.json",
     "registry myRegistry myRegistry myRegistry.azurecr.io westus Standard admin yes public yes "
     "rules Allow [] [] hidden anonymous no abac yes data-endpoint no [] connections []; "
     "quarantinePolicy=disabled trustPolicy=disabled retentionPolicy=disabled "
     "exportPolicy=enabled\n"},
    {"acr/registry_dnl_tenantreuse_real.json",
     "registry clireg000002 clireg000002 clireg000002-exfrbuffaye7ceag.azurecr.io westus Premium "
     "admin no public yes rules Allow [] [] hidden anonymous no abac no data-endpoint no [] "
     "connections []; quarantinePolicy=disabled trustPolicy=disabled retentionPolicy=disabled "
     "exportPolicy=enabled azureADAuthenticationAsArmPolicy=enabled softDeletePolicy=disabled\n"},
    {"acr/registry_get.json",
     "registry myRegistry myRegistry myRegistry.azurecr.io westus Standard admin no public yes "
     "rules Allow [] [] hidden anonymous no abac no data-endpoint no [] connections []; "
     "quarantinePolicy=disabled trustPolicy=disabled retentionPolicy=disabled exportPolicy=enabled "
     "azureADAuthenticationAsArmPolicy=enabled\n"},
    {"acr/registry_get_real_2023-07-01.json",
     "registry akscittestregistryfixed akscittestregistryfixed akscittestregistryfixed.azurecr.io "
     "eastus Standard admin no public yes rules Allow [] [] hidden anonymous no abac no "
     "data-endpoint no [] connections []; quarantinePolicy=disabled trustPolicy=disabled "
     "retentionPolicy=disabled exportPolicy=enabled azureADAuthenticationAsArmPolicy=enabled "
     "softDeletePolicy=disabled\n"},
    {"acr/registry_get_real_china.json",
     "registry akscittestregistryfixed akscittestregistryfixed akscittestregistryfixed.azurecr.cn "
     "chinaeast2 Standard admin no public yes rules Allow [] [] hidden anonymous no abac no "
     "data-endpoint no [] connections []; quarantinePolicy=disabled trustPolicy=disabled "
     "retentionPolicy=disabled exportPolicy=enabled azureADAuthenticationAsArmPolicy=enabled "
     "softDeletePolicy=disabled\n"},
    {"acr/registry_list_generic_resources_real.json",
     "registry trisavowcus trisavowcus - westcentralus Premium admin ? public ? rules ? anonymous "
     "? abac ? data-endpoint ? ? connections ?;\n"
     "registry buildrpreg buildrpreg - westcentralus Managed_Standard admin ? public ? rules ? "
     "anonymous ? abac ? data-endpoint ? ? connections ?;\n"
     "registry khallcmksitest3cr khallcmksitest3cr - australiaeast Premium admin ? public ? rules "
     "? anonymous ? abac ? data-endpoint ? ? connections ?;\n"},
    {"acr/registry_vnet_rule_invisible_2023-11-01-preview.json",
     "registry clireg000002 clireg000002 clireg000002.azurecr.io westcentralus Premium admin no "
     "public yes rules Allow [16.17.18.0/24] [] hidden anonymous no abac no data-endpoint no [] "
     "connections []; quarantinePolicy=disabled trustPolicy=disabled retentionPolicy=disabled "
     "exportPolicy=enabled azureADAuthenticationAsArmPolicy=enabled softDeletePolicy=disabled\n"},
    {"acr/registry_vnet_rule_visible_2021-08-01-preview.json",
     "registry clireg000002 clireg000002 clireg000002.azurecr.io westcentralus Premium admin no "
     "public yes rules Allow [16.17.18.0/24] [cliregsubnet] visible anonymous no abac no "
     "data-endpoint no [] connections []; quarantinePolicy=disabled trustPolicy=disabled "
     "retentionPolicy=disabled exportPolicy=enabled\n"},
    {"acr/replications_list.json", "replication myReplication eastus yes\n"},
    {"acr/token_get_with_credentials.json",
     "token MyToken MyToken yes [password1 until - password2 until -]\n"},
    {"acr/tokens_list.json", "token myToken myToken yes []\n"},
    {"aks/managedcluster_all_fields_composed.json",
     "cluster testResource testResource eastus tenant tenantid nodes-in "
     "MC_aks-cit-ManagedCluster_testResource_eastus version 1.30.9 out none "
     "[00000000-0000-0000-0000-000000000000] kubelet (testResource-agentpool "
     "00000000-0000-0000-0000-000000000000 00000000-0000-0000-0000-000000000000) control [(- - "
     "00000000-0000-0000-0000-000000000000)] principal - virtual-node yes; addon aciConnectorLinux "
     "(aciconnectorlinux-x 11111111-1111-1111-1111-111111111111 "
     "22222222-2222-2222-2222-222222222222); pool agentpool1 System Linux Ubuntu Standard_D2s_v3 "
     "subnet nodes prefixes []; pool armpool User Linux AzureLinux Standard_D4ps_v5 subnet nodes "
     "prefixes []; pool win22 User Windows Windows2022 Standard_D4s_v5 subnet nodes prefixes []; "
     "pool vmspool User Linux AzureLinux3 Standard_D2s_v5 subnet nodes prefixes []\n"},
    {"aks/managedcluster_get_service_principal_2020.json",
     "cluster aks515143 aks515143 eastus tenant - nodes-in MC_aks515143group_aks515143_eastus "
     "version 1.17.13 out loadBalancer [146fd0e3-c9e8-4c91-a562-cd735df014c7] kubelet ? control [] "
     "principal e88ec677-253c-480a-81da-47e421007f93 virtual-node no; pool apaks515143 System "
     "Linux - Standard_D2_v2 subnet - prefixes []\n"},
    {"aks/managedclusters_list_by_rg.json",
     "cluster clustername1 clustername1 location1 tenant - nodes-in MC_rg1_clustername1_location1 "
     "version 1.9.6 out - [] kubelet ? control [] principal clientid virtual-node no; pool "
     "nodepool1 - Linux - Standard_DS1_v2 subnet - prefixes []\n"},
    {"aks/managedclusters_list_page1_nextlink.json",
     "cluster testResource testResource eastus tenant tenantid nodes-in "
     "MC_aks-cit-ManagedCluster_testResource_eastus version 1.30.9 out loadBalancer "
     "[00000000-0000-0000-0000-000000000000] kubelet (testResource-agentpool "
     "00000000-0000-0000-0000-000000000000 00000000-0000-0000-0000-000000000000) control [(- - "
     "00000000-0000-0000-0000-000000000000)] principal - virtual-node no; pool agentpool1 System "
     "Linux Ubuntu Standard_D2s_v3 subnet - prefixes []\n"},
    {"authorization/denyassignments_list.json",
     "deny denyAssignmentId Deny assignment name scope "
     "/subscriptions/subId/resourcegroups/rgname/providers/resourceProviderNamespace/"
     "parentResourcePath/resourceType/resourceName and-below [([action] not [] data [action] not "
     "[])] principals [principalType1:principalId1] excluded [principalType2:principalId2] "
     "condition -\n"},
    {"authorization/roleassignment_abac_condition.json",
     "assignment 05c5a614-a7d6-4502-b150-c2fb455033ff principal "
     "ce2ce14e-85d7-4629-bdbc-454d0519d987 - ServicePrincipal role "
     "b93aa761-3e63-49ed-ac28-beffa264f7ac - scope "
     "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/clitest.rg000001/"
     "providers/Microsoft.ContainerRegistry/registries/myregistry condition ( (  "
     "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})  AND  "
     "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'}) ) OR  "
     "(  @Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase "
     "'hello-world' )) created 2025-07-01T00:00:00.0000000Z\n"},
    {"authorization/roleassignments_list_rg_real_trimmed.json",
     "assignment 3e883d24-b106-42ff-ad13-d7bf271b964d principal "
     "5c617d2b-99f8-4c90-98fe-dfe040fa33c1 - ServicePrincipal role "
     "acdd72a7-3385-48ef-bd42-f606fba81ae7 - scope / condition - created "
     "2018-02-27T19:19:50.2663941Z\n"
     "assignment 9a9f7927-411d-455f-bbfd-bcb1d37a9068 principal "
     "40230042-7c24-4fde-af2d-9b5804236df0 - ServicePrincipal role "
     "312a565d-c81f-4fd8-895a-4e21e48d571c - scope "
     "/subscriptions/00000000-0000-0000-0000-000000000000 condition - created "
     "2016-05-12T23:21:51.4017098Z\n"
     "assignment 08fd37ff-81d8-40bf-ae37-43825b95435b principal "
     "81ba4e5a-96f3-495f-9b99-b9f451bfcf73 - ServicePrincipal role "
     "312a565d-c81f-4fd8-895a-4e21e48d571c - scope "
     "/subscriptions/00000000-0000-0000-0000-000000000000 condition - created "
     "2016-05-12T23:19:01.7604921Z\n"
     "assignment eb6ce3fb-b724-42c2-837f-bd0ca51aa136 principal "
     "f92f5bd6-9feb-4eaa-8a5c-a3a6b8606ffe - ServicePrincipal role "
     "acdd72a7-3385-48ef-bd42-f606fba81ae7 - scope "
     "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/javaismrg70131 condition "
     "- created 2019-10-20T03:32:55.6110729Z\n"
     "assignment 9e9b9436-83d8-479f-b4eb-1d6980238f94 principal "
     "1c8b3602-77a2-4e8a-8c1e-f127f2af5ca2 - ServicePrincipal role "
     "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9 - scope "
     "/providers/Microsoft.Management/managementGroups/b01d773d-e006-4f66-99ab-ed6c7624b4c1 "
     "condition - created 2019-03-26T22:01:03.0305522Z\n"
     "assignment 80c9c241-eb03-4a84-ad75-1d9059899814 principal "
     "104cb059-7ae1-47de-a4c2-9f25870ebd5b - User role 8e3af657-a8ff-443c-a75c-2fe8c4bcb635 - "
     "scope /subscriptions/00000000-0000-0000-0000-000000000000 condition - created "
     "2019-08-28T06:27:25.2176078Z\n"},
    {"authorization/roledef_AcrPull.json",
     "role 7f951dda-4ed3-4680-a7ca-43fe172d538d AcrPull built-in "
     "[([Microsoft.ContainerRegistry/registries/pull/read] not [] data [] not [])]\n"},
    {"authorization/roledef_DataImporterAndDataReader.json",
     "role 577a9874-89fd-4f24-9dbd-b5034d0ad23a Container Registry Data Importer and Data Reader "
     "built-in [([Microsoft.ContainerRegistry/registries/importImage/action "
     "Microsoft.ContainerRegistry/registries/read "
     "Microsoft.ContainerRegistry/registries/pull/read] not [] data "
     "[Microsoft.ContainerRegistry/registries/repositories/content/read "
     "Microsoft.ContainerRegistry/registries/repositories/metadata/read "
     "Microsoft.ContainerRegistry/registries/catalog/read] not [])]\n"},
    {"authorization/roledefinitions_filter_contributor_real.json",
     "role b24988ac-6180-42a0-ab88-20f7382dd24c Contributor built-in [([*] not "
     "[Microsoft.Authorization/*/Delete Microsoft.Authorization/*/Write "
     "Microsoft.Authorization/elevateAccess/Action Microsoft.Blueprint/blueprintAssignments/write "
     "Microsoft.Blueprint/blueprintAssignments/delete] data [] not [])]\n"},
    {"errors/403_graph_Authorization_RequestDenied.json",
     "refused service principals: Application.Read.All over - in -\n"},
    {"graph/application_credentials_composed.json",
     "application 03ef14b0-ca33-4840-8f4f-d6e91916010e app 631a96bc-a705-4eda-9f99-fdaf9f54f6a2 "
     "aks-sp enabled passwords [(rbac until 2026-03-01T00:00:00Z)] certificates [(CN=aks-sp until "
     "2026-06-01T00:00:00Z)]\n"},
    {"graph/serviceprincipal_list_by_appid.json",
     "service-principal 59e617e5-e447-4adc-8b88-00af644d7c92 app "
     "65415bb1-9267-4313-bbf5-ae259732ee12 Contoso App enabled passwords [] certificates []\n"},
    {"network/natgateway_get_real.json", "nat testResource [pip1] []\n"},
    {"network/nic_private_endpoint_acr_composed.json",
     "nic pe-agent.nic.ec216107-da29-4c40-be64-39e72ba7873d of pe-agent; "
     "registry-registry_data_eastus2.privateEndpoint 10.0.0.5 registry_data_eastus2 "
     "[acrcontosoadoagent.eastus2.data.azurecr.io] subnet pe primary; "
     "registry-registry.privateEndpoint 10.0.0.6 registry [acrcontosoadoagent.azurecr.io] subnet "
     "pe\n"},
    {"network/nsg_get_real_default_rules.json",
     "nsg testResource; 65000 AllowVnetInBound Inbound Allow * [VirtualNetwork]:[*] > "
     "[VirtualNetwork]:[*]; 65001 AllowAzureLoadBalancerInBound Inbound Allow * "
     "[AzureLoadBalancer]:[*] > [*]:[*]; 65500 DenyAllInBound Inbound Deny * [*]:[*] > [*]:[*]; "
     "65000 AllowVnetOutBound Outbound Allow * [VirtualNetwork]:[*] > [VirtualNetwork]:[*]; 65001 "
     "AllowInternetOutBound Outbound Allow * [*]:[*] > [Internet]:[*]; 65500 DenyAllOutBound "
     "Outbound Deny * [*]:[*] > [*]:[*]\n"},
    {"network/peering_initiated.json",
     "in net6635820160: peering peer6b408058c peer6b408058c to net9186878657 Initiated - access "
     "yes forwarded no remote [10.1.0.0/27]\n"},
    {"network/peerings_list_disconnected.json",
     "in net9186878657: peering peer774007353 peer774007353 to net6635820160 Disconnected - access "
     "no forwarded no remote [10.0.0.0/27]\n"},
    {"network/peerings_list_synclevel.json",
     "in vnet1: peering peer peer to vnet2 Initiated FullyInSync access yes forwarded yes remote "
     "[12.0.0.0/8]\n"
     "in vnet1: peering peer2 peer to vnet3 Initiated FullyInSync access yes forwarded no remote "
     "[13.0.0.0/8]\n"},
    {"network/private_dns_zone_group_get_spec.json",
     "zone-group testPdnsgroup of testPe; zone zone1.com A abc abc.zone1.com [10.0.0.4] A abc2 "
     "abc2.zone1.com [10.0.0.5]; zone zone2.com A abc abc.zone2.com [10.0.0.6] A abc2 "
     "abc2.zone2.com [10.0.0.7]\n"},
    {"network/private_endpoint_acr_manual_pending_real.json",
     "endpoint priv_endpoint000005 priv_endpoint000005 subnet testsubnet000004 nics "
     "[priv_endpoint000005.nic.9846f759-db79-4382-b13b-9c496d7feeee]; manual testreg000002 "
     "[registry] Pending\n"},
    {"network/private_endpoints_list_all.json",
     "endpoint pe1 pe1 subnet mySubnet nics [pe1.nic.abcd1234]; auto testPls1 "
     "[groupIdFromResource] Approved; dns abc.cosmos.com [192.168.0.4]; dns abc2.cosmos.com "
     "[192.168.0.5]; static file 192.168.0.9; static file2 192.168.0.10\n"
     "endpoint pe2 pe2 subnet mySubnet2 nics [pe2.nic.zyxw9876]; manual testPls2 "
     "[groupIdFromResource] Pending; dns abc3.cosmos1.com [192.168.0.5]; dns abc4.cosmos1.com "
     "[192.168.0.6]; static file 192.168.0.11; static file2 192.168.0.12\n"
     "endpoint pe3 pe3 subnet mySubnet3 nics [pe3.nic.efgh5463]; auto testPls3 "
     "[groupIdFromResource] Approved; dns abc5.cosmos2.com [192.168.0.7]; dns abc6.cosmos2.com "
     "[192.168.0.8]; static file 192.168.0.13; static file2 192.168.0.14\n"},
    {"network/publicip_get_real.json", "public-ip pip1 172.200.53.164\n"},
    {"network/routetable_get_real.json", "routes testResource\n"},
    {"network/subnets_list_real.json",
     "in testParentResource: subnet testResource testResource [10.1.0.0/24] endpoints [] policies "
     "Disabled nsg - routes - nat - delegated []\n"},
    {"network/vnet_service_endpoints_dns_empty.json",
     "vnet nwcd41788586d3b3c5db nwcd41788586d3b3c5db eastus [10.0.0.0/28] dns []; subnet subnetA "
     "subnetA [10.0.0.8/29] endpoints [Microsoft.Storage] policies Enabled nsg - routes - nat - "
     "delegated []\n"},
    {"privatedns/a_records_list_real_with_headers.json",
     "record recordset1-467027217b in private.contoso.com recordset1-467027217b [10.2.0.4]\n"
     "record vm5517904285 in private.contoso.com vm5517904285 [10.2.0.5]\n"
     "record vmb953936590 in private.contoso.com vmb953936590 [10.2.0.4]\n"},
    {"privatedns/private_zone_get_real_raw_bytes.json",
     "zone aks-cit-privatednszone-uttest.privatelink.global.azmk8s.io "
     "aks-cit-privatednszone-uttest.privatelink.global.azmk8s.io records 1 links 0\n"},
    {"privatedns/recordsets_acr_zone_composed.json",
     "record myregistry in privatelink.azurecr.io myregistry [10.0.0.6]\n"
     "record myregistry.eastus2.data in privatelink.azurecr.io myregistry.eastus2.data "
     "[10.0.0.5]\n"},
    {"privatedns/vnet_link_get_real.json",
     "link testresource in aks-cit-privatednszone-cit.privatelink.global.azmk8s.io to vnet1 "
     "Completed Default\n"},
    {"privatedns/vnet_links_list_states.json",
     "link virtualNetworkLink1 in privatezone1.com to virtualNetworkName Completed -\n"
     "link virtualNetworkLink2 in privatezone1.com to virtualNetworkName InProgress -\n"},
    {"resourcegraph/acr_query_response_composed.json",
     "registry myregistry myregistry myregistry.azurecr.io eastus Premium admin no public no rules "
     "Deny [] [] hidden anonymous no abac no data-endpoint yes [myregistry.eastus.data.azurecr.io] "
     "connections ?;\n"},
};

std::filesystem::path examples() {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  const std::filesystem::path data = folder != nullptr ? folder : ACR_SOURCE_DIR "/../shared/data";
  return data / "azure_examples";
}

Absorbed absorb_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return absorb(text.str());
}

std::string count(const std::vector<std::string>& elements) {
  std::map<std::string, int> counts;
  for (const std::string& element : elements) ++counts[element];
  std::string text;
  for (const auto& [element, number] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, element);
  return text;
}

TEST(AzureExamples, AreAllRecognised) {
  if (!std::filesystem::is_directory(examples()))
    GTEST_SKIP() << "the reference data is not there: " << examples();
  std::set<std::string> expected;
  for (const Example& example : kExamples) {
    expected.insert(example.file);
    const Absorbed result = absorb_file(examples() / example.file);
    EXPECT_EQ(count(result.elements), example.elements) << example.file;
    for (const Remark& remark : result.remarks)
      EXPECT_TRUE(remark.code == "recorded-error" || remark.text.contains("of which registry"))
          << example.file << ": " << remark.text;
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(examples())) {
    if (entry.path().extension() != ".json") continue;
    const std::string file = entry.path().lexically_relative(examples()).generic_string();
    EXPECT_TRUE(expected.contains(file)) << file << " is not in the table of this test";
  }
}

TEST(AzureExamples, YieldTheFactsTheyHold) {
  if (!std::filesystem::is_directory(examples()))
    GTEST_SKIP() << "the reference data is not there: " << examples();
  for (const Facts& facts : kFacts)
    EXPECT_EQ(absorb_file(examples() / facts.file).text(), facts.text) << facts.file;
}

// The whole way: what a file holds is listed, or something is said about the file.
TEST(AzureExamples, AreCollected) {
  if (!std::filesystem::is_directory(examples()))
    GTEST_SKIP() << "the reference data is not there: " << examples();
  Input input;
  input.paths = {examples().string()};
  const Collected collected = collect(input);
  EXPECT_FALSE(collected.damaged);
  const Estate& estate = collected.estate;

  std::map<std::string, std::map<std::string, std::size_t>> listed;  // file -> kind -> objects
  for (const Listing& listing : estate.listings) {
    listed[estate.source(listing.origin)][std::string(to_string(listing.kind))] += listing.count;
  }
  std::set<std::string> spoken_of;
  for (const Remark& remark : collected.remarks) spoken_of.insert(remark.source);
  for (const Refusal& refusal : estate.refusals) spoken_of.insert(estate.source(refusal.origin));

  for (const Example& example : kExamples) {
    const auto found = listed.find(example.file);
    if (found == listed.end()) {
      EXPECT_TRUE(spoken_of.contains(example.file))
          << example.file << ": nothing listed and nothing said";
      continue;
    }
    std::string text;
    for (const auto& [kind, objects] : found->second)
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", objects, kind);
    EXPECT_EQ(text, example.elements) << example.file;
  }
}

}  // namespace
}  // namespace acr
