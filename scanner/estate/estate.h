// The estate: everything the input said, as plain values. Absorbing fills the vectors in any order;
// link() then joins them. No I/O, no JSON, no clock: `now` is part of the input.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/acceptance.h"
#include "estate/allow_list.h"
#include "estate/cluster.h"
#include "estate/expectations.h"
#include "estate/fact.h"
#include "estate/identity.h"
#include "estate/image_facts.h"
#include "estate/image_reference.h"
#include "estate/network.h"
#include "estate/observation.h"
#include "estate/oversight.h"
#include "estate/plan.h"
#include "estate/registry.h"
#include "estate/time.h"
#include "estate/workload.h"

namespace acr {

// The kinds of things a list can be a list of. A "not found" rests on lists.
enum class Kind {
  registry,
  replication,
  endpoint_connection,
  registry_token,
  cache_rule,
  credential_set,
  repository,
  image_tag,
  image_manifest,
  cluster,
  node_pool,
  role_assignment,
  role_definition,
  deny_assignment,
  vnet,
  subnet,
  peering,
  private_endpoint,
  dns_zone_group,
  nic,
  private_dns_zone,
  zone_link,
  record_set,
  public_ip,
  load_balancer,
  nat_gateway,
  nsg,
  route_table,
  user_assigned_identity,
  scale_set,
  subscription,
  service_principal,
  application,
  group_membership,
  federated_credential,
  scope_map,
  registry_usage,
  registry_task,
  diagnostic_setting,
  lock,
  defender_plan,
  assessment,
  policy_assignment,
  probe,
  pod,
  workload,
  service_account,
  secret,
  node,
  event,
  admission_rule,
};
std::string_view to_string(Kind kind);              // plural, for people: "role assignments"
std::string counted(std::size_t count, Kind kind);  // "1 role assignment", "14 role assignments"

// One document of the input: a file, or one of several in a file.
struct Document {
  std::string source;  // as shown to people: path relative to the folder given
  std::uint32_t index_in_source = 0;
  std::string directory;            // groups Kubernetes documents of one cluster
  std::string kube_context;         // recorded by our snapshots; empty otherwise
  std::string request_url;          // of a recorded exchange; empty otherwise
  std::string next_url = {};        // where its answer goes on (Link header), "?" without headers
  std::string content_digest = {};  // what a registry said that its answer's digest is
  bool written = false;  // by people or their tools, to be deployed; else it was observed
  // The file that a tool made the document of, as the document says: Helm's "# Source:" comment,
  // Kustomize's origin annotation. Outside text.
  std::string made_of = {};
  std::shared_ptr<const Plan> plan = {};  // of a plan or template; else nullptr
};

// Objects of one kind that one document listed together. `list` is false for a single object.
struct Listing {
  Kind kind;
  Origin origin;
  std::size_t count = 0;
  bool list = false;
  std::string name_space;  // Kubernetes: the namespace all of them share; empty = several or none
};

// All children of one kind that one resource has, as one document listed them: what a "has none"
// rests on.
struct ChildList {
  ResourceId parent;
  Kind kind;
  Origin origin;
  std::size_t count = 0;
};

// A recorded refusal: "you may not read this". It is data, and turns "not given" into "forbidden".
// So is a request that failed: what it asked for is neither given nor absent.
struct Refusal {
  Origin origin;
  Kind kind;
  // "Microsoft.Authorization/roleAssignments/read", or "list secrets"; of a failure "the request
  // for role assignments".
  std::string action;
  std::string scope;  // ARM id or namespace; may be empty
  std::string name_space;
  std::string failure = {};  // why there was no usable answer; empty: the answer was no

  std::string says() const;  // "list secrets was refused", "the request for … failed: …"
  Basis basis() const { return failure.empty() ? Basis::denied : Basis::none; }
};

struct Estate {
  Estate() = default;
  Estate(Estate&&) = default;  // keeps addresses; a copy would point into the original
  Estate& operator=(Estate&&) = default;

  Instant now{};
  Expectations expects;
  std::string meant_for;  // name of the cluster that written documents are meant for; may be empty
  std::vector<Document> documents;
  std::vector<Listing> listings;
  std::vector<Refusal> refusals;

  std::vector<Registry> registries;
  std::vector<Replication> replications;
  std::vector<EndpointConnection> endpoint_connections;  // listed on their own
  std::vector<RegistryToken> registry_tokens;
  std::vector<ScopeMap> scope_maps;
  std::vector<RegistryUsage> registry_usages;
  std::vector<RegistryTask> registry_tasks;
  std::vector<DiagnosticSetting> diagnostic_settings;
  std::vector<ResourceLock> locks;
  std::vector<DefenderPlan> defender_plans;
  std::vector<Assessment> assessments;
  std::vector<ChildList> child_lists;  // link() adds those that listings and requests tell
  ImageFacts images;
  std::vector<Cluster> clusters;
  std::vector<std::pair<ResourceId, NodePool>> node_pools;  // listed on their own: cluster id, pool
  std::vector<RoleAssignment> role_assignments;
  std::vector<RoleDefinition> role_definitions;
  std::vector<DenyAssignment> deny_assignments;
  std::vector<VirtualNetwork> vnets;
  std::vector<std::pair<ResourceId, Subnet>> subnets;    // listed on their own: VNet id, subnet
  std::vector<std::pair<ResourceId, Peering>> peerings;  // listed on their own: VNet id, peering
  std::vector<PrivateEndpoint> private_endpoints;
  std::vector<DnsZoneGroup> zone_groups;
  std::vector<NetworkInterface> nics;
  std::vector<PrivateDnsZone> zones;
  std::vector<ZoneLink> zone_links;
  std::vector<RecordSet> record_sets;
  std::vector<PublicIp> public_ips;
  std::vector<LoadBalancer> load_balancers;
  std::vector<NatGateway> nat_gateways;
  std::vector<NetworkSecurityGroup> nsgs;
  std::vector<RouteTable> route_tables;
  std::vector<UserAssignedIdentity> user_assigned_identities;
  std::vector<FederatedCredential> federated_credentials;
  std::vector<ScaleSet> scale_sets;
  std::vector<Subscription> subscriptions;
  std::vector<DirectoryObject> directory_objects;
  std::vector<GroupMembership> memberships;

  std::vector<Probe> probes;

  std::vector<PodClass> pod_classes;
  std::vector<ServiceAccount> service_accounts;
  std::vector<PullSecret> secrets;
  std::vector<Node> nodes;
  std::vector<PullEvent> events;
  std::vector<Acceptance> acceptances;
  std::vector<AllowList> allow_lists;

  // Joins what absorbing left apart: child resources to parents, Kubernetes documents to clusters,
  // duplicates (the same id twice) to one. Sorts every vector, so that the order of the input does
  // not matter. Call once, after the last absorb and before any judging.
  void link();

  // After link(): the index into `clusters` a Kubernetes document belongs to, or -1 when several
  // clusters are known and nothing tells which.
  int cluster_of(std::uint32_t document) const;

  // Look-ups; nullptr when the input does not hold it.
  const Registry* registry_by_host(std::string_view host) const;
  const VirtualNetwork* vnet(const ResourceId& id) const;
  const Subnet* subnet(const ResourceId& id) const;
  const PublicIp* public_ip(const ResourceId& id) const;
  const RoleDefinition* role_definition(std::string_view guid) const;  // input first, then built-in
  const Node* node(int cluster, std::string_view name) const;
  const PullSecret* secret(int cluster, std::string_view name_space, std::string_view name) const;
  const ServiceAccount* service_account(int cluster, std::string_view name_space,
                                        std::string_view name) const;

  // Children and partners by id; empty when the input holds none.
  template <class T>
  using Refs = std::vector<const T*>;
  const Refs<ZoneLink>& links_of(const ResourceId& zone) const;
  const Refs<RecordSet>& records_of(const ResourceId& zone) const;
  const Refs<Peering>& peerings_of(const ResourceId& vnet) const;
  const Refs<PrivateEndpoint>& endpoints_of(const ResourceId& registry) const;
  const Refs<DnsZoneGroup>& zone_groups_of(const ResourceId& private_endpoint) const;
  const Refs<NetworkInterface>& nics_of(const PrivateEndpoint& endpoint) const;
  const Refs<DirectoryObject>& directory_objects_of(std::string_view app_id) const;
  const Refs<RegistryToken>& tokens_of(const ResourceId& registry) const;

  // Evidence for a field: `field` is relative to the object ("adminUserEnabled"); the ARM REST form
  // puts "properties/" before it, unless the field starts with a slash ("/sku/name"). An empty
  // field cites the object. An unknown origin yields evidence without a source.
  Evidence cite(const Origin& origin, std::string_view field, std::string value,
                Basis basis = Basis::arm) const;
  // The field where it stands, or the resource that has none.
  Evidence cite(const Setting& setting, Basis basis = Basis::arm) const;
  // What a "not found" rests on: one piece of evidence a listing of that kind.
  std::vector<Evidence> cite_listings(Kind kind, Basis basis = Basis::arm) const;
  // "14 role assignments in roles.json", "22 zones in a.json and b.json"; empty when none was
  // given.
  std::string describe_listings(Kind kind) const;
  // The same for chosen documents: evidence for each, and the sentence part.
  struct ListingSummary {
    std::size_t count = 0;
    std::vector<Evidence> evidence;
    std::string text;
  };
  ListingSummary summarise(Kind kind, const std::vector<std::uint32_t>& documents,
                           Basis basis = Basis::arm) const;
  // The list of a resource's children of this kind; nullptr when none was given.
  const ChildList* child_list(const ResourceId& parent, Kind kind) const;
  bool has(Kind kind) const;  // at least one object or list of this kind was given
  // The refusal that explains why nothing of this kind is there, or nullptr.
  const Refusal* refusal(Kind kind, std::string_view name_space = {}) const;
  const std::string& source(const Origin& origin) const;

 private:
  struct Index;
  std::shared_ptr<const Index> index_;
  std::vector<int> document_cluster_;
};

}  // namespace acr
