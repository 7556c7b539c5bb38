// AKS managed clusters, as ARM describes them, and what stands for a cluster when only Kubernetes
// documents were given.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "estate/fact.h"
#include "estate/resource_id.h"
#include "estate/setting.h"
#include "estate/workload.h"

namespace acr {

struct NodePool {
  Origin origin;
  std::string name;
  std::string mode;     // System, User, Gateway
  std::string os_type;  // Linux when absent
  std::string os_sku;
  std::string vm_size;
  ResourceId subnet;  // vnetSubnetID; empty = the VNet AKS made in the node resource group
  std::vector<ResourceId> node_public_ip_prefixes;
  std::map<std::string, std::string> labels;  // nodeLabels: those that people gave
  std::vector<Taint> taints;                  // nodeTaints
  std::optional<std::int64_t> count;          // nodes; not said of pools of single machines
  bool autoscales = false;
  std::optional<std::int64_t> most;  // maxCount, when it autoscales
  bool spot = false;                 // scaleSetPriority
  bool stopped = false;              // powerState
  std::string node_image;            // "AKSUbuntu-2204gen2containerd-202605.11.0"
  std::string version;               // of Kubernetes, as exact as the document has it
  bool public_addresses = false;     // enableNodePublicIP: every node has one
  bool streams_artifacts = false;    // artifactStreamingProfile
};

struct Identity {
  Origin origin;
  ResourceId id;
  std::string client_id, object_id;
};

// The nodes of a pool as Microsoft.Compute has them: what ARM says of the cluster is a wish, this
// is what the nodes got.
struct ScaleSet {
  Origin origin;
  ResourceId id;
  std::string pool;                    // tag aks-managed-poolName; empty when it is no AKS pool
  std::vector<ResourceId> identities;  // identity.userAssignedIdentities
};

struct Subscription {
  Origin origin;
  ResourceId id;
  std::string tenant_id;
};

struct Cluster {
  Origin origin;  // of the ARM document; unknown when only Kubernetes documents were given
  ResourceId id;
  std::string name;
  std::string location;
  std::string tenant_id;
  std::string node_resource_group;
  std::string kubernetes_version;
  std::string outbound_type;  // loadBalancer, userDefinedRouting, …; empty when absent
  std::vector<ResourceId>
      outbound_public_ips;  // effectiveOutboundIPs of load balancer or NAT profile
  std::string https_proxy;  // host and port of httpProxyConfig/httpsProxy, without credentials
  std::vector<std::string> no_proxy;
  std::vector<NodePool> pools;

  Fact<Identity> kubelet_identity;                 // identityProfile.kubeletidentity
  std::vector<Identity> control_plane_identities;  // identity.principalId, userAssignedIdentities
  std::vector<std::pair<std::string, Identity>> addon_identities;  // add-on name -> identity
  std::string service_principal_client_id;  // empty on managed-identity clusters ("msi")
  bool virtual_node_addon = false;
  bool provisions_nodes = false;  // nodeProvisioningProfile: makes nodes of its own choice for pods
  std::string kube_context;       // recorded by our own snapshots

  bool whole = false;  // the document is no projection: what it leaves out has its default
  Settings settings;   // of the document; arm_cluster.cc lists the paths

  bool has_arm() const { return origin.known(); }
};

}  // namespace acr
