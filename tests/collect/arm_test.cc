#include "collect/arm.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "collect/describe_azure.h"

namespace acr {
namespace {

// Each type once, in ARM REST form, and the line it must become: from REST, from what az prints,
// and from a Resource Graph row.
struct TypeCase {
  const char* name;
  const char* rest;
  const char* line;
};

constexpr TypeCase kTypes[] = {
    {"registry",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/Contoso",
      "name":"Contoso","type":"Microsoft.ContainerRegistry/registries","location":"West Europe","sku":{"name":"Premium","tier":"Premium"},
      "properties":{"loginServer":"contoso.azurecr.io","provisioningState":"Succeeded","adminUserEnabled":true,
       "networkRuleSet":{"defaultAction":"Deny","ipRules":[{"action":"Allow","value":"203.0.113.0/24"},{"action":"Allow","value":"198.51.100.7"}],
        "virtualNetworkRules":[{"action":"Allow","id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes"}]},
       "policies":{"quarantinePolicy":{"status":"enabled"},"retentionPolicy":{"days":7}},
       "dataEndpointEnabled":true,"dataEndpointHostNames":["contoso.westeurope.data.azurecr.io"],
       "privateEndpointConnections":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/Contoso/privateEndpointConnections/c1",
        "properties":{"privateEndpoint":{"id":"/subscriptions/t/resourceGroups/h/providers/Microsoft.Network/privateEndpoints/pe"},
        "privateLinkServiceConnectionState":{"status":"Pending","actionsRequired":"Recreate"}}}],
       "publicNetworkAccess":"Disabled","anonymousPullEnabled":true,"roleAssignmentMode":"AbacRepositoryPermissions"}})",
     "registry Contoso Contoso contoso.azurecr.io westeurope Premium admin yes public no rules "
     "Deny [203.0.113.0/24 198.51.100.7] "
     "[nodes] visible anonymous yes abac yes data-endpoint yes "
     "[contoso.westeurope.data.azurecr.io] connections "
     "[(c1 from pe Pending Recreate)]; quarantinePolicy=enabled"},
    {"replication",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso/replications/northeurope",
      "name":"northeurope","type":"Microsoft.ContainerRegistry/registries/replications","location":"North Europe",
      "properties":{"provisioningState":"Succeeded","regionEndpointEnabled":false}})",
     "replication northeurope northeurope no"},
    {"endpoint connection",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso/privateEndpointConnections/contoso.1f",
      "name":"contoso.1f","type":"Microsoft.ContainerRegistry/registries/privateEndpointConnections",
      "properties":{"privateEndpoint":{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe"},
      "privateLinkServiceConnectionState":{"status":"Pending"},"provisioningState":"Succeeded"}})",
     "connection (contoso.1f from pe Pending -) on contoso"},
    {"token",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso/tokens/ci",
      "name":"ci","type":"Microsoft.ContainerRegistry/registries/tokens","properties":{"status":"disabled",
      "credentials":{"certificates":[],"passwords":[{"name":"password1","expiry":null,"value":"s3cret"},
      {"name":"password2","expiry":"2026-01-01T00:00:00+00:00"}]}}})",
     "token ci ci no [password1 until - password2 until 2026-01-01T00:00:00+00:00]"},
    {"cluster",
     R"({"id":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ContainerService/managedClusters/aks",
      "name":"aks","type":"Microsoft.ContainerService/ManagedClusters","location":"westeurope",
      "identity":{"type":"UserAssigned","tenantId":"tenant-1","userAssignedIdentities":
       {"/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/plane":{"clientId":"c0","principalId":"p0"}}},
      "properties":{"kubernetesVersion":"1.30","currentKubernetesVersion":"1.30.9","nodeResourceGroup":"MC_g_aks",
       "servicePrincipalProfile":{"clientId":"msi"},
       "networkProfile":{"outboundType":"managedNATGateway",
        "loadBalancerProfile":{"effectiveOutboundIPs":[{"id":"/subscriptions/s/resourceGroups/MC/providers/Microsoft.Network/publicIPAddresses/lb"}]},
        "natGatewayProfile":{"effectiveOutboundIPs":[{"id":"/subscriptions/s/resourceGroups/MC/providers/Microsoft.Network/publicIPAddresses/nat"}]}},
       "identityProfile":{"kubeletidentity":{"resourceId":"/subscriptions/s/resourcegroups/MC/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aks-agentpool","clientId":"c1","objectId":"o1"}},
       "aadProfile":{"tenantID":"tenant-2"},
       "addonProfiles":{"ACIConnectorLinux":{"enabled":true,"config":null,"identity":{"resourceId":"/subscriptions/s/resourcegroups/MC/providers/Microsoft.ManagedIdentity/userAssignedIdentities/aci","clientId":"c2","objectId":"o2"}},
        "KubeDashboard":{"enabled":false}},
       "agentPoolProfiles":[{"name":"sys","mode":"System","vmSize":"Standard_D4ps_v5","osSKU":"AzureLinux",
        "vnetSubnetID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes",
        "nodePublicIPPrefixID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPPrefixes/pre"},
        {"name":"vms","mode":"User","osType":"Windows","virtualMachinesProfile":{"scale":{"manual":[{"size":"Standard_D2s_v5","count":1},{"size":"Standard_D2s_v5","count":2}]}}},
        {"name":"mixed","mode":"User","osType":"Linux","virtualMachinesProfile":{"scale":{"manual":[{"size":"Standard_D2s_v5"},{"size":"Standard_D2ps_v5"}]}}}]}})",
     "cluster aks aks westeurope tenant tenant-1 nodes-in MC_g_aks version 1.30.9 out "
     "managedNATGateway [lb nat] kubelet "
     "(aks-agentpool c1 o1) control [(plane c0 p0)] principal - virtual-node yes; addon "
     "ACIConnectorLinux (aci c2 o2); "
     "pool sys System Linux AzureLinux Standard_D4ps_v5 subnet nodes prefixes [pre]; "
     "pool vms User Windows - Standard_D2s_v5 subnet - prefixes []; pool mixed User Linux - - "
     "subnet - prefixes []"},
    {"node pool",
     R"({"id":"/subscriptions/s/resourcegroups/g/providers/Microsoft.ContainerService/managedClusters/aks/agentPools/user",
      "name":"user","type":"Microsoft.ContainerService/managedClusters/agentPools","properties":{"mode":"User","osType":"Linux","osSKU":"Ubuntu",
      "vmSize":"Standard_D2s_v5","vnetSubnetID":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes"}})",
     "in aks: pool user User Linux Ubuntu Standard_D2s_v5 subnet nodes prefixes []"},
    {"role assignment",
     R"~({"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a1","name":"a1",
      "type":"Microsoft.Authorization/roleAssignments","properties":{"roleDefinitionId":"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/7F951DDA-4ED3-4680-A7CA-43FE172D538D",
      "principalId":"o1","principalType":"ServicePrincipal","scope":"/subscriptions/s","condition":"(@Request[x] StringEquals 'y')","createdOn":"2025-07-01T00:00:00Z"}})~",
     "assignment a1 principal o1 - ServicePrincipal role 7f951dda-4ed3-4680-a7ca-43fe172d538d - "
     "scope /subscriptions/s condition "
     "(@Request[x] StringEquals 'y') created 2025-07-01T00:00:00Z"},
    {"role definition",
     R"({"id":"/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/ABCD","name":"ABCD",
      "type":"Microsoft.Authorization/roleDefinitions","properties":{"roleName":"Puller","type":"CustomRole","assignableScopes":["/"],
      "permissions":[{"actions":["Microsoft.ContainerRegistry/registries/pull/read "],"notActions":null},{"dataActions":["d"],"notDataActions":["n"]}]}})",
     "role abcd Puller custom [([Microsoft.ContainerRegistry/registries/pull/read] not [] data [] "
     "not []) ([] not [] data [d] not [n])]"},
    {"deny assignment",
     R"({"id":"/subscriptions/s/providers/Microsoft.Authorization/denyAssignments/d1","type":"Microsoft.Authorization/denyAssignments",
      "name":"d1","properties":{"denyAssignmentName":"lock","permissions":[{"actions":["*/write"],"notActions":["x"]}],"scope":"/subscriptions/s",
      "doNotApplyToChildScopes":true,"principals":[{"id":"00000000-0000-0000-0000-000000000000","type":"SystemDefined"}],
      "excludePrincipals":[{"id":"o9","type":"ServicePrincipal"}]}})",
     "deny d1 lock scope /subscriptions/s only [([*/write] not [x] data [] not [])] principals "
     "[SystemDefined:00000000-0000-0000-0000-000000000000] excluded [ServicePrincipal:o9] "
     "condition -"},
    {"virtual network",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","name":"v",
      "type":"Microsoft.Network/virtualNetworks","location":"westeurope","properties":{"addressSpace":{"addressPrefixes":["10.0.0.0/16","fd00::/48"]},
      "dhcpOptions":{"dnsServers":["10.9.0.4"]},
      "subnets":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes","name":"nodes","properties":{
       "addressPrefix":"10.0.1.0/24","serviceEndpoints":[{"service":"Microsoft.ContainerRegistry","locations":["*"]}],
       "privateEndpointNetworkPolicies":"Disabled","networkSecurityGroup":{"id":"/n/nsg1"},"routeTable":{"id":"/n/rt1"},"natGateway":{"id":"/n/nat1"},
       "delegations":[{"name":"d","properties":{"serviceName":"Microsoft.ContainerInstance/containerGroups"}}]}},
       {"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/dual","name":"dual","properties":{"addressPrefixes":["10.0.2.0/24","fd00::/64"]}}],
      "virtualNetworkPeerings":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/virtualNetworkPeerings/hub","name":"hub","properties":{
       "peeringState":"Connected","peeringSyncLevel":"RemoteNotInSync","remoteVirtualNetwork":{"id":"/subscriptions/t/resourceGroups/h/providers/Microsoft.Network/virtualNetworks/hub"},
       "allowVirtualNetworkAccess":false,"allowForwardedTraffic":true,"remoteAddressSpace":{"addressPrefixes":["10.8.0.0/16"]},
       "remoteVirtualNetworkAddressSpace":{"addressPrefixes":["10.9.0.0/16"]}}}]}})",
     "vnet v v westeurope [10.0.0.0/16 fd00::/48] dns [10.9.0.4]; subnet nodes nodes [10.0.1.0/24] "
     "endpoints [Microsoft.ContainerRegistry] "
     "policies Disabled nsg nsg1 routes rt1 nat nat1 delegated "
     "[Microsoft.ContainerInstance/containerGroups]; "
     "subnet dual dual [10.0.2.0/24 fd00::/64] endpoints [] policies - nsg - routes - nat - "
     "delegated []; "
     "peering hub hub to hub Connected RemoteNotInSync access no forwarded yes remote "
     "[10.9.0.0/16]"},
    {"subnet",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/pe","name":"pe",
      "type":"Microsoft.Network/virtualNetworks/subnets","properties":{"addressPrefix":"10.0.3.0/24","privateEndpointNetworkPolicies":"Enabled"}})",
     "in v: subnet pe pe [10.0.3.0/24] endpoints [] policies Enabled nsg - routes - nat - "
     "delegated []"},
    {"peering",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/virtualNetworkPeerings/p","name":"p",
      "type":"Microsoft.Network/virtualNetworks/virtualNetworkPeerings","properties":{"peeringState":"Initiated",
      "remoteVirtualNetwork":{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/w"},"allowVirtualNetworkAccess":true,
      "remoteAddressSpace":{"addressPrefixes":["10.1.0.0/27"]}}})",
     "in v: peering p p to w Initiated - access yes forwarded no remote [10.1.0.0/27]"},
    {"private endpoint",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe","name":"pe",
      "type":"Microsoft.Network/privateEndpoints","properties":{"subnet":{"id":"/x/subnets/pe"},
      "privateLinkServiceConnections":[{"name":"c","properties":{"privateLinkServiceId":"/x/registries/contoso","groupIds":["registry"],"privateLinkServiceConnectionState":{"status":"Approved"}}}],
      "manualPrivateLinkServiceConnections":[{"name":"m","properties":{"privateLinkServiceId":"/x/registries/other","groupIds":["registry"],"privateLinkServiceConnectionState":{"status":"Pending"}}}],
      "networkInterfaces":[{"id":"/x/networkInterfaces/pe.nic"}],"customDnsConfigs":[{"fqdn":"contoso.azurecr.io","ipAddresses":["10.0.3.5"]}],
      "ipConfigurations":[{"name":"i","properties":{"groupId":"registry","memberName":"registry","privateIPAddress":"10.0.3.5"}}]}})",
     "endpoint pe pe subnet pe nics [pe.nic]; auto contoso [registry] Approved; manual other "
     "[registry] Pending; "
     "dns contoso.azurecr.io [10.0.3.5]; static registry 10.0.3.5"},
    {"zone group",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe/privateDnsZoneGroups/default","name":"default",
      "type":"Microsoft.Network/privateEndpoints/privateDnsZoneGroups","properties":{"privateDnsZoneConfigs":[{"name":"z","properties":{
      "privateDnsZoneId":"/x/privateDnsZones/privatelink.azurecr.io","recordSets":[{"recordType":"A","recordSetName":"contoso","fqdn":"contoso.privatelink.azurecr.io","ipAddresses":["10.0.3.5"]}]}}]}})",
     "zone-group default of pe; zone privatelink.azurecr.io A contoso "
     "contoso.privatelink.azurecr.io [10.0.3.5]"},
    {"network interface",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkInterfaces/pe.nic","name":"pe.nic",
      "type":"Microsoft.Network/networkInterfaces","properties":{"privateEndpoint":{"id":"/x/privateEndpoints/pe"},"ipConfigurations":[
      {"name":"data","properties":{"privateIPAddress":"10.0.3.4","primary":true,"subnet":{"id":"/x/subnets/pe"},"privateLinkConnectionProperties":{"groupId":"registry","requiredMemberName":"registry_data_westeurope","fqdns":["contoso.westeurope.data.azurecr.io"]}}},
      {"name":"login","properties":{"privateIPAddress":"10.0.3.5","primary":false,"subnet":{"id":"/x/subnets/pe"},"privateLinkConnectionProperties":{"groupId":"registry","requiredMemberName":"registry","fqdns":["contoso.azurecr.io"]}}}]}})",
     "nic pe.nic of pe; data 10.0.3.4 registry_data_westeurope "
     "[contoso.westeurope.data.azurecr.io] subnet pe primary; "
     "login 10.0.3.5 registry [contoso.azurecr.io] subnet pe"},
    {"private DNS zone",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io",
      "name":"privatelink.azurecr.io","type":"Microsoft.Network/privateDnsZones","location":"global",
      "properties":{"numberOfRecordSets":3,"numberOfVirtualNetworkLinks":0}})",
     "zone privatelink.azurecr.io privatelink.azurecr.io records 3 links 0"},
    {"virtual network link",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/virtualNetworkLinks/l",
      "name":"l","type":"Microsoft.Network/privateDnsZones/virtualNetworkLinks","location":"global","properties":{"virtualNetwork":{"id":"/x/virtualNetworks/v"},
      "registrationEnabled":false,"virtualNetworkLinkState":"Completed","resolutionPolicy":"NxDomainRedirect"}})",
     "link l in privatelink.azurecr.io to v Completed NxDomainRedirect"},
    {"A record",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io/A/contoso.westeurope.data",
      "name":"contoso.westeurope.data","type":"Microsoft.Network/privateDnsZones/A","properties":{"fqdn":"contoso.westeurope.data.privatelink.azurecr.io.","ttl":10,
      "aRecords":[{"ipv4Address":"10.0.3.4"},{"ipv4Address":"10.0.3.9"}]}})",
     "record contoso.westeurope.data in privatelink.azurecr.io contoso.westeurope.data [10.0.3.4 "
     "10.0.3.9]"},
    {"public IP address",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/publicIPAddresses/ip","name":"ip",
      "type":"Microsoft.Network/publicIPAddresses","properties":{"ipAddress":"20.1.2.3","publicIPAllocationMethod":"Static"}})",
     "public-ip ip 20.1.2.3"},
    {"load balancer",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/loadBalancers/lb","name":"lb",
      "type":"Microsoft.Network/loadBalancers","properties":{"frontendIPConfigurations":[
      {"id":"/x/loadBalancers/lb/frontendIPConfigurations/IN","properties":{"publicIPAddress":{"id":"/x/publicIPAddresses/in"}}},
      {"id":"/x/loadBalancers/lb/frontendIPConfigurations/OUT","properties":{"publicIPAddress":{"id":"/x/publicIPAddresses/out"}}}],
      "outboundRules":[{"properties":{"frontendIPConfigurations":[{"id":"/x/loadBalancers/LB/frontendIPConfigurations/out"}]}},
      {"properties":{"frontendIPConfigurations":[{"id":"/x/loadBalancers/lb/frontendIPConfigurations/OUT"},{"id":"/x/gone"}]}}]}})",
     "balancer lb [out]"},
    {"NAT gateway",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/natGateways/nat","name":"nat",
      "type":"Microsoft.Network/natGateways","properties":{"idleTimeoutInMinutes":4,"type":"Public","publicIpAddresses":[{"id":"/x/publicIPAddresses/ip"}],
      "publicIpPrefixes":[{"id":"/x/publicIPPrefixes/pre"}]}})",
     "nat nat [ip] [pre]"},
    {"network security group",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/nsg","name":"nsg",
      "type":"Microsoft.Network/networkSecurityGroups","properties":{"securityRules":[{"name":"deny-acr","properties":{"priority":100,"direction":"Outbound","access":"Deny","protocol":"Tcp",
      "sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"","destinationAddressPrefixes":["AzureContainerRegistry","10.0.3.0/24"],"destinationPortRanges":["443","8443-8450"]}}],
      "defaultSecurityRules":[{"name":"DenyAllOutBound","properties":{"priority":65500,"direction":"Outbound","access":"Deny","protocol":"*","sourceAddressPrefix":"*","sourcePortRange":"*","destinationAddressPrefix":"*","destinationPortRange":"*"}}]}})",
     "nsg nsg; 100 deny-acr Outbound Deny Tcp [*]:[*] > [AzureContainerRegistry 10.0.3.0/24]:[443 "
     "8443-8450]; "
     "65500 DenyAllOutBound Outbound Deny * [*]:[*] > [*]:[*]"},
    {"route table",
     R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/rt","name":"rt",
      "type":"Microsoft.Network/routeTables","properties":{"routes":[{"name":"all","properties":{"addressPrefix":"0.0.0.0/0","nextHopType":"VirtualAppliance","nextHopIpAddress":"10.9.0.4"}},
      {"name":"none","properties":{"addressPrefix":"AzureContainerRegistry","nextHopType":"None"}}]}})",
     "routes rt; all 0.0.0.0/0 VirtualAppliance 10.9.0.4; none AzureContainerRegistry None -"},
};

class EveryType : public testing::TestWithParam<TypeCase> {};

TEST_P(EveryType, ReadsTheSameFromEachForm) {
  const auto rest = nlohmann::ordered_json::parse(GetParam().rest);
  const std::string expected = std::string(GetParam().line) + "\n";
  EXPECT_EQ(absorb(rest.dump()).text(), expected) << "REST";

  auto az = flatten(rest);
  az["resourceGroup"] = "g";
  EXPECT_EQ(absorb(az.dump()).text(), expected) << "az";
  EXPECT_EQ(absorb(nlohmann::ordered_json::array({az}).dump()).text(), expected) << "az list";

  auto row = rest;
  row["type"] = lower(rest["type"].get<std::string>());
  row["subscriptionId"] = "s";
  EXPECT_EQ(absorb(nlohmann::ordered_json{{"data", {row}}}.dump()).text(), expected)
      << "Resource Graph";

  auto typeless = rest;
  typeless.erase("type");
  EXPECT_EQ(absorb(typeless.dump()).text(), expected) << "recognised by its id";
}

// An entry of a generic list must not become a resource that has nothing.
TEST_P(EveryType, KnowsNothingFromAGenericList) {
  auto entry = nlohmann::ordered_json::parse(GetParam().rest);
  entry.erase("properties");
  entry["tags"] = nullptr;
  entry["provisioningState"] = "Succeeded";
  const Absorbed bare = absorb(entry.dump());
  ASSERT_EQ(bare.elements.size(), 1U);
  if (bare.text().empty()) {
    EXPECT_EQ(bare.elements[0], "resources without their properties");
  } else {
    const std::string name = GetParam().name;
    EXPECT_TRUE(name == "registry" || name == "replication" || name == "cluster" ||
                name == "private DNS zone")
        << name;
  }
}

// Every field may be absent, null or of another type: never a crash, and never more than the field
// lost.
TEST_P(EveryType, SurvivesWrongTypes) {
  const auto rest = nlohmann::ordered_json::parse(GetParam().rest);
  const nlohmann::ordered_json wrong[] = {
      nullptr,
      7,
      "text",
      true,
      nlohmann::ordered_json::array({1, nullptr, "x"}),
      nlohmann::ordered_json::object({{"id", 3}, {"properties", "x"}})};
  for (const auto& [key, ignored] : rest["properties"].items()) {
    for (const auto& value : wrong) {
      auto broken = rest;
      broken["properties"][key] = value;
      EXPECT_EQ(absorb(broken.dump()).elements.size(), 1U) << key << " = " << value.dump();
      EXPECT_EQ(absorb(flatten(broken).dump()).elements.size(), 1U) << key << " = " << value.dump();
    }
  }
}

std::string case_name(const testing::TestParamInfo<TypeCase>& info) {
  std::string name = info.param.name;
  std::ranges::replace(name, ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Arm, EveryType, testing::ValuesIn(kTypes), case_name);

std::string registry(const std::string& properties) {
  return absorb(
             R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r","type":"Microsoft.ContainerRegistry/registries",)" +
             properties + "}")
      .text();
}

TEST(Registry, ReadsDefaultsFromAFullDocumentOnly) {
  // Standard registries have no networkRuleSet; old api-versions have no mode and no anonymous
  // pull.
  EXPECT_EQ(registry(R"("properties":{"loginServer":"r.azurecr.io","adminUserEnabled":false})"),
            "registry r r r.azurecr.io - - admin no public yes rules Allow [] [] hidden anonymous "
            "no abac no "
            "data-endpoint ? ? connections ?;\n");
  EXPECT_EQ(
      registry(R"("loginServer":"r.azurecr.io","adminUserEnabled":false,"networkRuleSet":null)"),
      "registry r r r.azurecr.io - - admin no public yes rules Allow [] [] hidden anonymous no "
      "abac no "
      "data-endpoint ? ? connections ?;\n");
  // A projection says what it says and nothing else.
  EXPECT_EQ(registry(R"("loginServer":"r.azurecr.io","publicNetworkAccess":"Disabled")"),
            "registry r r r.azurecr.io - - admin ? public no rules ? anonymous ? abac ? "
            "data-endpoint ? ? connections ?;\n");
  EXPECT_EQ(registry(R"("properties":{})"),
            "registry r r - - - admin ? public ? rules ? anonymous ? abac ? data-endpoint ? ? "
            "connections ?;\n");
}

TEST(Registry, TakesNoUnknownWordForAnAnswer) {
  const Absorbed result = absorb(
      R"({"type":"Microsoft.ContainerRegistry/registries","id":"/x/registries/r","properties":{"loginServer":"r.azurecr.io",
      "publicNetworkAccess":"Perimeter","roleAssignmentMode":"Other"}})");
  const Registry& registry = result.estate.registries.at(0);
  ASSERT_FALSE(registry.public_network_access);
  EXPECT_EQ(registry.public_network_access.error().why, Gap::Why::malformed);
  EXPECT_EQ(registry.public_network_access.error().detail,
            "publicNetworkAccess has the value \"Perimeter\"");
  EXPECT_FALSE(registry.abac_mode);
}

TEST(Registry, TellsHiddenSubnetRulesFromNone) {
  const char* start = R"("properties":{"networkRuleSet":{"defaultAction":"Deny","ipRules":[])";
  EXPECT_NE(registry(std::string(start) + "}}").find("rules Deny [] [] hidden"), std::string::npos);
  EXPECT_NE(registry(std::string(start) + R"(,"virtualNetworkRules":[]}})")
                .find("rules Deny [] [] visible"),
            std::string::npos);
}

TEST(Registry, ReadsTheNamesOfAzRules) {
  const std::string text = registry(
      R"("loginServer":"r.azurecr.io","adminUserEnabled":false,"networkRuleSet":{"defaultAction":"Deny",
      "ipRules":[{"action":"Allow","ipAddressOrRange":"203.0.113.4"}],
      "virtualNetworkRules":[{"action":"Allow","virtualNetworkResourceId":"/x/subnets/nodes"}]},
      "policies":{"azureAdAuthenticationAsArmPolicy":{"status":"disabled"}})");
  EXPECT_NE(text.find("rules Deny [203.0.113.4] [nodes] visible"), std::string::npos) << text;
  EXPECT_NE(text.find("azureADAuthenticationAsArmPolicy=disabled"), std::string::npos) << text;
}

TEST(Registry, IsRecognisedByItsShape) {
  const Absorbed result =
      absorb(R"([{"name":"r","loginServer":"r.azurecr.io","adminUserEnabled":true}])");
  EXPECT_EQ(result.elements, std::vector<std::string>{"registries"});
  EXPECT_EQ(result.estate.registries.at(0).name, "r");
}

TEST(Cluster, SaysWhyTheKubeletIdentityIsUnknown) {
  const struct {
    const char* properties;
    Gap::Why why;
    const char* detail;
  } cases[] = {
      {R"({"nodeResourceGroup":"MC"})", Gap::Why::not_collected,
       "the cluster document has no identityProfile"},
      {R"({"identityProfile":null})", Gap::Why::not_collected,
       "the cluster document has no identityProfile"},
      {R"({"identityProfile":{}})", Gap::Why::not_collected,
       "identityProfile has no kubeletidentity"},
      {R"({"identityProfile":{"kubeletidentity":{"clientId":"c"}}})", Gap::Why::malformed,
       "kubeletidentity has no objectId"},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb(fmt::format(
        R"({{"type":"Microsoft.ContainerService/managedClusters","id":"/x/managedClusters/c","properties":{}}})",
        test.properties));
    const Cluster& cluster = result.estate.clusters.at(0);
    ASSERT_FALSE(cluster.kubelet_identity) << test.properties;
    EXPECT_EQ(cluster.kubelet_identity.error().why, test.why);
    EXPECT_EQ(cluster.kubelet_identity.error().detail, test.detail);
  }
}

TEST(Cluster, FindsItsTenantWhereItIsSaid) {
  const struct {
    const char* fields;
    const char* tenant;
  } cases[] = {
      {R"("identity":{"tenantId":"a"},"tenantId":"b","properties":{"aadProfile":{"tenantID":"c"}})",
       "a"},
      {R"("tenantId":"b","properties":{"aadProfile":{"tenantID":"c"}})", "b"},
      {R"("identity":null,"properties":{"aadProfile":{"tenantID":"c"}})", "c"},
      {R"("aadProfile":{"tenantId":"c"},"identity":{"type":"None"})", "c"},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb(
        fmt::format(R"({{"type":"Microsoft.ContainerService/managedClusters",{}}})", test.fields));
    EXPECT_EQ(result.estate.clusters.at(0).tenant_id, test.tenant) << test.fields;
  }
}

TEST(Cluster, KnowsAServicePrincipalFromAManagedIdentity) {
  for (const auto& [client, expected] :
       {std::pair{"msi", ""}, {"MSI", ""}, {"e88ec677", "e88ec677"}}) {
    const Absorbed result = absorb(fmt::format(
        R"({{"type":"Microsoft.ContainerService/managedClusters","properties":{{"servicePrincipalProfile":{{"clientId":"{}"}}}}}})",
        client));
    EXPECT_EQ(result.estate.clusters.at(0).service_principal_client_id, expected);
  }
}

TEST(Cluster, ReadsTheSpellingsOfAz) {
  const Absorbed result = absorb(
      R"([{"type":"Microsoft.ContainerService/ManagedClusters","name":"c","agentPoolProfiles":
      [{"name":"p","mode":"System","osType":"Linux","osSku":"Ubuntu","vnetSubnetId":"/x/subnets/nodes"}],
      "addonProfiles":{"aciConnectorLinux":{"enabled":false}}}])");
  EXPECT_EQ(line(result.estate.clusters.at(0).pools.at(0)),
            "pool p System Linux Ubuntu - subnet nodes prefixes []");
  EXPECT_FALSE(result.estate.clusters[0].virtual_node_addon);
}

// az and REST spell these alike.
TEST(Cluster, ReadsWhatDecidesWhereAPoolTakesPods) {
  for (
      const char* text :
      {R"([{"type":"Microsoft.ContainerService/ManagedClusters","name":"c","nodeProvisioningProfile":{"mode":"Auto"},
          "agentPoolProfiles":[{"name":"gpu","count":0,"enableAutoScaling":true,"minCount":0,"maxCount":4,
           "nodeLabels":{"hardware":"gpu","n":1},"nodeTaints":["sku=gpu:NoSchedule","spare:NoExecute","odd"],
           "scaleSetPriority":"Spot","powerState":{"code":"Stopped"}},{"name":"user","nodeLabels":null,"nodeTaints":null}]}])",
       R"({"value":[{"type":"Microsoft.ContainerService/ManagedClusters","name":"c","properties":{"nodeProvisioningProfile":{"mode":"Auto"},
          "agentPoolProfiles":[{"name":"gpu","count":0,"enableAutoScaling":true,"minCount":0,"maxCount":4,
           "nodeLabels":{"hardware":"gpu","n":1},"nodeTaints":["sku=gpu:NoSchedule","spare:NoExecute","odd"],
           "scaleSetPriority":"Spot","powerState":{"code":"Stopped"}},{"name":"user"}]}}]})"}) {
    const Absorbed result = absorb(text);
    const Cluster& cluster = result.estate.clusters.at(0);
    EXPECT_TRUE(cluster.provisions_nodes);
    const NodePool& gpu = cluster.pools.at(0);
    EXPECT_EQ(gpu.labels, (std::map<std::string, std::string>{{"hardware", "gpu"}}));
    ASSERT_EQ(gpu.taints.size(), 2U);
    EXPECT_EQ(gpu.taints[0].key + "=" + gpu.taints[0].value + ":" + gpu.taints[0].effect,
              "sku=gpu:NoSchedule");
    EXPECT_EQ(gpu.taints[1].key + "=" + gpu.taints[1].value + ":" + gpu.taints[1].effect,
              "spare=:NoExecute");
    EXPECT_EQ(gpu.count, 0);
    EXPECT_TRUE(gpu.autoscales);
    EXPECT_TRUE(gpu.spot);
    EXPECT_TRUE(gpu.stopped);
    const NodePool& user = cluster.pools.at(1);
    EXPECT_TRUE(user.labels.empty() && user.taints.empty() && !user.autoscales && !user.spot);
    EXPECT_EQ(user.count, std::nullopt);
  }
}

TEST(RoleAssignment, ReadsWhatAzAdds) {
  const Absorbed result = absorb(
      R"([{"id":"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a","name":"a",
      "type":"Microsoft.Authorization/roleAssignments","principalId":"o","principalName":"app-1","principalType":"ServicePrincipal",
      "roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/ACDD","roleDefinitionName":"Reader","scope":"/",
      "condition":null,"createdOn":"2025-01-01T00:00:00+00:00"}])");
  EXPECT_EQ(result.text(),
            "assignment a principal o app-1 ServicePrincipal role acdd Reader scope / condition - "
            "created "
            "2025-01-01T00:00:00+00:00\n");
}

TEST(RoleAssignment, ReadsAResourceGraphProjection) {
  const Absorbed result = absorb(
      R"({"data":[{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r/providers/Microsoft.Authorization/RoleAssignments/a",
      "name":"a","principalId":"o","principalType":"ServicePrincipal","roleDefinitionId":"/providers/microsoft.authorization/roledefinitions/7f95",
      "scope":"/subscriptions/s/resourcegroups/g","condition":"","conditionVersion":""}]})");
  EXPECT_EQ(result.text(),
            "assignment a principal o - ServicePrincipal role 7f95 - scope "
            "/subscriptions/s/resourcegroups/g "
            "condition - created -\n");
}

// An absent scope must not become the root, where an assignment holds for everything.
TEST(RoleAssignment, TakesTheScopeFromItsIdOrIsLeftOut) {
  const struct {
    const char* id;
    const char* scope;  // nullptr: left out
  } cases[] = {
      {"/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a", "/subscriptions/s"},
      {"/providers/Microsoft.Authorization/roleAssignments/a", "/"},
      {"/somewhere/else", nullptr},
      {"", nullptr},
  };
  for (const auto& test : cases) {
    const Absorbed result = absorb(fmt::format(
        R"({{"type":"Microsoft.Authorization/roleAssignments","id":"{}","properties":{{"principalId":"o"}}}})",
        test.id));
    EXPECT_EQ(result.elements, std::vector<std::string>{"role assignments"});
    if (test.scope != nullptr) {
      EXPECT_EQ(result.estate.role_assignments.at(0).scope.text(), test.scope);
      EXPECT_EQ(result.said(), "");
    } else {
      EXPECT_TRUE(result.estate.role_assignments.empty());
      EXPECT_EQ(
          result.said(),
          "warning object-incomplete: /: the role assignment has neither a scope nor an id that "
          "holds one; it is not used\n");
    }
  }
}

TEST(RoleDefinition, ReadsAResourceGraphProjection) {
  const Absorbed result = absorb(
      R"({"data":[{"id":"/providers/Microsoft.Authorization/RoleDefinitions/AB","name":"AB","roleName":"R",
      "type":"CustomRole","permissions":[{"actions":["*"]}]}]})");
  EXPECT_EQ(result.text(), "role ab R custom [([*] not [] data [] not [])]\n");
}

TEST(ResourceGraph, ReadsProjectedEndpointsAndPeerings) {
  const Absorbed result = absorb(R"({"data":[
      {"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateEndpoints/pe","name":"pe","location":"westeurope","subscriptionId":"s",
       "target":"/x/registries/contoso","status":"Approved","subnetId":"/x/subnets/pe","nics":[{"id":"/x/networkInterfaces/n"}],
       "customDns":[{"fqdn":"contoso.azurecr.io","ipAddresses":["10.0.0.5"]}]},
      {"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v","peer":"/x/virtualNetworks/hub","state":"Connected",
       "sync":"FullyInSync","access":false}]})");
  EXPECT_EQ(result.text(),
            "in v: peering - - to hub Connected FullyInSync access no forwarded no remote []\n"
            "endpoint pe pe subnet pe nics [n]; auto contoso [] Approved; dns contoso.azurecr.io "
            "[10.0.0.5]\n");
  EXPECT_EQ(result.elements, (std::vector<std::string>{"private endpoints", "peerings"}));
}

TEST(Peering, OfChosenSubnets) {
  const Absorbed result = absorb(
      R"({"type":"Microsoft.Network/virtualNetworks/virtualNetworkPeerings","id":"/x/virtualNetworks/v/virtualNetworkPeerings/p",
      "properties":{"peerCompleteVnets":false,"localSubnetNames":["nodes"],"remoteSubnetNames":["endpoints","dns"],
      "remoteAddressSpace":{"addressPrefixes":["10.1.0.0/16"]},
      "remoteVirtualNetworkAddressSpace":{"addressPrefixes":["10.1.0.0/16","10.2.0.0/16"]}}})");
  const Peering& peering = result.estate.peerings.at(0).second;
  EXPECT_FALSE(peering.complete_vnets);
  EXPECT_EQ(peering.local_subnets, std::vector<std::string>{"nodes"});
  EXPECT_EQ(peering.remote_subnets, (std::vector<std::string>{"endpoints", "dns"}));
  EXPECT_EQ(peering.agreed_prefixes, std::vector<std::string>{"10.1.0.0/16"});
  EXPECT_EQ(peering.remote_prefixes.size(), 2U);
}

TEST(Cluster, KeepsTheProxyWithoutItsPassword) {
  for (const auto& [url, host] :
       {std::pair{"http://user:CANARY@proxy.example:3128/", "proxy.example:3128"},
        std::pair{"https://user:CAN@ARY@[fd00::1]:3128", "[fd00::1]:3128"},
        std::pair{"user:CANARY@proxy", "proxy"}, std::pair{"proxy:3128?CANARY", "proxy:3128"},
        std::pair{"", ""}}) {
    const Absorbed result = absorb(fmt::format(
        R"({{"type":"Microsoft.ContainerService/managedClusters","properties":{{"httpProxyConfig":{{"httpsProxy":"{}","noProxy":[".azurecr.io"]}}}}}})",
        url));
    EXPECT_EQ(result.estate.clusters.at(0).https_proxy, host);
    EXPECT_EQ(result.estate.clusters.at(0).no_proxy, std::vector<std::string>{".azurecr.io"});
  }
}

TEST(VirtualNetwork, WithoutDnsServersUsesAzureDns) {
  for (const char* dns : {R"("dhcpOptions":{"dnsServers":[]},)", R"("dhcpOptions":null,)", ""}) {
    const Absorbed result = absorb(fmt::format(
        R"({{"type":"Microsoft.Network/virtualNetworks","properties":{{{}"addressSpace":{{"addressPrefixes":["10.0.0.0/8"]}}}}}})",
        dns));
    EXPECT_TRUE(result.estate.vnets.at(0).dns_servers.empty()) << dns;
  }
}

TEST(Origin, PointsAtTheField) {
  const Absorbed rest = absorb(
      R"({"value":[{"type":"Microsoft.ContainerRegistry/registries","id":"/x/registries/r","properties":{
      "loginServer":"r.azurecr.io","privateEndpointConnections":[{"id":"a"},{"id":"b","properties":{}}]}}]})");
  const Registry& registry = rest.estate.registries.at(0);
  EXPECT_EQ(registry.origin.pointer, "/value/0");
  EXPECT_TRUE(registry.origin.nested);
  ASSERT_EQ(registry.connections->size(), 2U);
  EXPECT_EQ(registry.connections->at(1).origin.pointer,
            "/value/0/properties/privateEndpointConnections/1");
  EXPECT_FALSE(registry.connections->at(0).origin.nested);
  EXPECT_TRUE(registry.connections->at(1).origin.nested);

  const Absorbed az = absorb(
      R"([{"type":"Microsoft.ContainerService/managedClusters","identityProfile":{"kubeletidentity":{"objectId":"o"}},
      "identity":{"userAssignedIdentities":{"/x/y~z":{"principalId":"p"}}},
      "addonProfiles":{"omsagent":{"identity":{"objectId":"q"}}},"agentPoolProfiles":[{"name":"p"}]}])");
  const Cluster& cluster = az.estate.clusters.at(0);
  EXPECT_FALSE(cluster.origin.nested);
  EXPECT_EQ(cluster.kubelet_identity->origin.pointer, "/0/identityProfile/kubeletidentity");
  EXPECT_EQ(cluster.control_plane_identities.at(0).origin.pointer,
            "/0/identity/userAssignedIdentities/~1x~1y~0z");
  EXPECT_EQ(cluster.addon_identities.at(0).second.origin.pointer,
            "/0/addonProfiles/omsagent/identity");
  EXPECT_EQ(cluster.pools.at(0).origin.pointer, "/0/agentPoolProfiles/0");
}

// What an origin says must be what the document holds there.
TEST(Origin, PointersResolveInTheDocument) {
  for (const TypeCase& test : kTypes) {
    const Absorbed result = absorb(test.rest);
    simdjson::dom::parser parser;
    const simdjson::padded_string text{std::string_view(test.rest)};
    simdjson::dom::element root;
    ASSERT_EQ(parser.parse(text).get(root), simdjson::SUCCESS);
    const auto resolves = [&](const Origin& origin) {
      EXPECT_EQ(root.at_pointer(origin.pointer).error(), simdjson::SUCCESS) << origin.pointer;
    };
    const Estate& e = result.estate;
    for (const auto& vnet : e.vnets) {
      for (const auto& subnet : vnet.subnets) resolves(subnet.origin);
      for (const auto& peering : vnet.peerings) resolves(peering.origin);
    }
    for (const auto& endpoint : e.private_endpoints) {
      for (const auto& connection : endpoint.connections) resolves(connection.origin);
    }
    for (const auto& nic : e.nics) {
      for (const auto& part : nic.configurations) resolves(part.origin);
    }
    for (const auto& group : e.nsgs) {
      for (const auto& rule : group.rules) resolves(rule.origin);
    }
    for (const auto& table : e.route_tables) {
      for (const auto& route : table.routes) resolves(route.origin);
    }
    for (const auto& cluster : e.clusters) {
      for (const auto& pool : cluster.pools) resolves(pool.origin);
      for (const auto& [name, identity] : cluster.addon_identities) resolves(identity.origin);
      for (const auto& identity : cluster.control_plane_identities) resolves(identity.origin);
    }
  }
}

TEST(Limits, LongTextsAreCutSoThatTheyNameNothing) {
  const std::string cut = cut_text(std::string(5000, 'x'), kTextBytes);
  EXPECT_EQ(cut.size(), kTextBytes);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_EQ(cut_text("äöü", 5),
            "ä"
            "…");  // never within a character
  const Absorbed result = absorb(fmt::format(
      R"({{"type":"Microsoft.Authorization/roleAssignments","properties":{{"scope":"/","principalId":"o","condition":"{}"}}}})",
      std::string(100'000, '(')));
  const std::string& condition = result.estate.role_assignments.at(0).condition;
  EXPECT_EQ(condition.size(), kConditionBytes);
  EXPECT_TRUE(condition.ends_with("…"));
}

TEST(Secrets, AreNeverKept) {
  for (
      const char* document : {
          R"({"type":"Microsoft.ContainerRegistry/registries/tokens","id":"/x/tokens/t","properties":{"status":"enabled","credentials":{"passwords":[{"name":"password1","value":"CANARY"}]}}})",
          R"({"username":"r","passwords":[{"name":"password","value":"CANARY"}]})",
          R"({"kubeconfigs":[{"name":"clusterUser","value":"CANARY"}]})",
          R"({"access_token":"CANARY"})",
          R"({"appId":"a","id":"o","displayName":"d","passwordCredentials":[{"hint":"CANARY","secretText":"CANARY","endDateTime":"2027-01-01T00:00:00Z"}]})",
          R"({"cloud":"AzurePublicCloud","aadClientId":"a","aadClientSecret":"CANARY"})",
      }) {
    const Absorbed result = absorb(document);
    EXPECT_EQ((result.text() + result.said() + result.elements.at(0)).find("CANARY"),
              std::string::npos)
        << document;
    EXPECT_NE(result.elements[0], "unknown") << document;
  }
}

TEST(Unused, IsNamedInWords) {
  const struct {
    const char* document;
    const char* word;
  } cases[] = {
      {R"({"type":"Microsoft.ContainerRegistry/registries/webhooks","id":"/x/webhooks/w","properties":{"status":"enabled"}})",
       "webhooks"},
      {R"({"type":"microsoft.network/privatednszones/cname","name":"c"})",
       "DNS records other than A records"},
      {R"({"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u"})",
       "resources without their properties"},
      {R"({"count":7,"properties_storageProfile_osDisk_osType":"Linux"})",
       "Resource Graph rows that name no resource"},
      {R"({"type":"Microsoft.Compute/disks","id":"/x/disks/d"})",
       "unknown"},  // its type is its best name
      {R"({"hello":"world"})", "unknown"},
      {R"(7)", "unknown"},
      {R"({})", "unknown"},
  };
  for (const auto& test : cases)
    EXPECT_EQ(absorb(test.document).elements.at(0), test.word) << test.document;
}

}  // namespace
}  // namespace acr
