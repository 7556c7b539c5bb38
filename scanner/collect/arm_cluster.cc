// Microsoft.ContainerService, and the scale sets behind its pools.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "collect/arm.h"

namespace acr {
namespace {

// A pool of type VirtualMachines lists its sizes instead of naming one. Sizes that differ may
// differ in architecture: then the pool has none to speak of.
std::string vm_size(const AzureObject& pool) {
  std::string size = pool.text("vmSize");
  if (!size.empty()) return size;
  const AzureObject scale = pool.object("virtualMachinesProfile").object("scale");
  for (const std::string_view field : {"manual", "autoscale"}) {
    for (const AzureObject& part : scale.objects(field)) {
      const std::string next = part.text("size");
      if (!size.empty() && next != size) return {};
      size = next;
    }
  }
  return size;
}

// "key=value:Effect", "key:Effect".
std::optional<Taint> read_taint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view subject = text.substr(0, colon);
  const std::size_t equals = subject.find('=');
  Taint taint{std::string(subject.substr(0, equals)), "", std::string(text.substr(colon + 1))};
  if (equals != std::string_view::npos) taint.value = subject.substr(equals + 1);
  return taint;
}

NodePool node_pool(const AzureObject& object) {
  NodePool pool;
  pool.origin = object.origin();
  pool.name = object.name();
  pool.mode = object.text("mode");
  pool.os_type = object.text("osType");
  if (pool.os_type.empty()) pool.os_type = "Linux";
  pool.os_sku = object.text("osSKU");
  pool.vm_size = vm_size(object);
  pool.subnet = ResourceId(object.text("vnetSubnetID"));
  if (ResourceId prefix(object.text("nodePublicIPPrefixID")); !prefix.empty()) {
    pool.node_public_ip_prefixes.push_back(std::move(prefix));
  }
  for (auto& [key, value] : object.entries("nodeLabels")) pool.labels.emplace(key, value);
  for (const std::string& text : object.texts("nodeTaints")) {
    if (auto taint = read_taint(text)) pool.taints.push_back(*std::move(taint));
  }
  pool.count = object.number("count");
  pool.autoscales = object.flag("enableAutoScaling").value_or(false);
  pool.most = object.number("maxCount");
  pool.spot = same_text(object.text("scaleSetPriority"), "Spot");
  pool.node_image = object.text("nodeImageVersion");
  pool.version = object.text("currentOrchestratorVersion");
  if (pool.version.empty()) pool.version = object.text("orchestratorVersion");
  pool.public_addresses = object.flag("enableNodePublicIP").value_or(false);
  pool.streams_artifacts =
      object.object("artifactStreamingProfile").flag("enabled").value_or(false);
  pool.stopped = same_text(object.object("powerState").text("code"), "Stopped");
  return pool;
}

Identity user_assigned_identity(const AzureObject& object) {
  return {object.origin(), ResourceId(object.text("resourceId")), object.text("clientId"),
          object.text("objectId")};
}

Fact<Identity> read_kubelet_identity(const AzureObject& object) {
  const AzureObject profile = object.object("identityProfile");
  const AzureObject kubelet = profile.object("kubeletidentity");
  if (!kubelet.known()) {
    return std::unexpected(Gap{Gap::Why::not_collected,
                               profile.known() ? "identityProfile has no kubeletidentity"
                                               : "the cluster document has no identityProfile",
                               {}});
  }
  Identity identity = user_assigned_identity(kubelet);
  if (identity.object_id.empty()) {
    return std::unexpected(Gap{Gap::Why::malformed, "kubeletidentity has no objectId", {}});
  }
  return identity;
}

std::vector<Identity> read_control_plane_identities(const AzureObject& object) {
  std::vector<Identity> identities;
  const AzureObject identity = object.object("identity");
  if (std::string principal = identity.text("principalId"); !principal.empty()) {
    identities.push_back({identity.origin(), {}, {}, std::move(principal)});
  }
  for (const auto& [id, member] : identity.members("userAssignedIdentities")) {
    identities.push_back(
        {member.origin(), ResourceId(id), member.text("clientId"), member.text("principalId")});
  }
  return identities;
}

// aadProfile comes last: its tenant may be another than that of the cluster's subscription.
std::string read_tenant(const AzureObject& object) {
  std::string tenant = object.object("identity").text("tenantId");
  if (tenant.empty()) tenant = object.outer_text("tenantId");
  if (tenant.empty()) tenant = object.object("aadProfile").text("tenantID");
  return tenant;
}

// "http://user:password@proxy.contoso.com:3128/" -> "proxy.contoso.com:3128".
std::string read_proxy_host(std::string_view url) {
  if (const std::size_t scheme = url.find("://"); scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t user = url.rfind('@'); user != url.npos) url.remove_prefix(user + 1);
  return std::string(url);
}

std::vector<ResourceId> read_outbound_public_ips(const AzureObject& network) {
  std::vector<ResourceId> ids =
      network.object("loadBalancerProfile").references("effectiveOutboundIPs");
  std::ranges::move(network.object("natGatewayProfile").references("effectiveOutboundIPs"),
                    std::back_inserter(ids));
  return ids;
}

// The fields that checks of clusters look at, in ARM's spelling.
constexpr std::string_view kSettings[] = {
    "aadProfile/enableAzureRBAC",
    "aadProfile/managed",
    "addonProfiles/azurepolicy/enabled",
    "addonProfiles/omsagent/enabled",
    "apiServerAccessProfile/authorizedIPRanges",
    "apiServerAccessProfile/disableRunCommand",
    "apiServerAccessProfile/enablePrivateCluster",
    "apiServerAccessProfile/enablePrivateClusterPublicFQDN",
    "autoUpgradeProfile/nodeOSUpgradeChannel",
    "autoUpgradeProfile/upgradeChannel",
    "bootstrapProfile/artifactSource",
    "bootstrapProfile/containerRegistryId",
    "disableLocalAccounts",
    "enableRBAC",
    "networkProfile/networkPlugin",
    "networkProfile/networkPolicy",
    "networkProfile/outboundType",
    "nodeResourceGroupProfile/restrictionLevel",
    "oidcIssuerProfile/enabled",
    "oidcIssuerProfile/issuerURL",
    "securityProfile/defender/securityMonitoring/enabled",
    "securityProfile/imageCleaner/enabled",
    "securityProfile/workloadIdentity/enabled",
    "servicePrincipalProfile/clientId",
    "sku/name",
    "sku/tier",
};

}  // namespace

void read_cluster(AbsorbContext& context, const AzureObject& object) {
  Cluster cluster;
  cluster.origin = object.origin();
  cluster.id = object.id();
  cluster.name = object.name();
  cluster.location = object.location();
  cluster.tenant_id = read_tenant(object);
  cluster.node_resource_group = object.text("nodeResourceGroup");
  cluster.kubernetes_version = object.text("currentKubernetesVersion");
  if (cluster.kubernetes_version.empty())
    cluster.kubernetes_version = object.text("kubernetesVersion");

  const AzureObject network = object.object("networkProfile");
  cluster.outbound_type = network.text("outboundType");
  cluster.outbound_public_ips = read_outbound_public_ips(network);
  const AzureObject proxy = object.object("httpProxyConfig");
  cluster.https_proxy = read_proxy_host(proxy.text("httpsProxy"));
  cluster.no_proxy = proxy.texts("noProxy");
  for (const AzureObject& pool : object.objects("agentPoolProfiles"))
    cluster.pools.push_back(node_pool(pool));

  cluster.provisions_nodes =
      same_text(object.object("nodeProvisioningProfile").text("mode"), "Auto");

  cluster.kubelet_identity = read_kubelet_identity(object);
  cluster.control_plane_identities = read_control_plane_identities(object);
  for (const auto& [name, addon] : object.members("addonProfiles")) {
    if (same_text(name, "aciConnectorLinux")) {
      cluster.virtual_node_addon = addon.flag("enabled").value_or(false);
    }
    if (const AzureObject identity = addon.object("identity"); identity.known()) {
      cluster.addon_identities.emplace_back(name, user_assigned_identity(identity));
    }
  }
  const std::string client = object.object("servicePrincipalProfile").text("clientId");
  if (!same_text(client, "msi")) cluster.service_principal_client_id = client;
  // Every whole document has both: a list of chosen fields seldom does.
  cluster.whole = object.has_list("agentPoolProfiles") && network.known();
  for (const std::string_view path : kSettings)
    cluster.settings.add(object.setting(path, cluster.whole));
  context.estate.clusters.push_back(std::move(cluster));
}

void read_scale_set(AbsorbContext& context, const AzureObject& object) {
  ScaleSet set;
  set.origin = object.origin();
  set.id = object.id();
  set.pool = object.object("tags").text("aks-managed-poolName");
  for (const auto& [id, member] : object.object("identity").members("userAssignedIdentities"))
    set.identities.emplace_back(id);
  context.estate.scale_sets.push_back(std::move(set));
}

void read_node_pool(AbsorbContext& context, const AzureObject& object) {
  context.estate.node_pools.emplace_back(object.id().parent(), node_pool(object));
}

}  // namespace acr
