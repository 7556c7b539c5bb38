#include "estate/estate.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_set>

#include "estate/builtin_roles.h"
#include "estate/login_server.h"

namespace acr {

std::string_view to_string(Kind kind) {
  switch (kind) {
    case Kind::registry:
      return "registries";
    case Kind::replication:
      return "replications";
    case Kind::endpoint_connection:
      return "private endpoint connections";
    case Kind::registry_token:
      return "registry tokens";
    case Kind::cache_rule:
      return "cache rules";
    case Kind::credential_set:
      return "credential sets";
    case Kind::repository:
      return "repositories";
    case Kind::image_tag:
      return "image tags";
    case Kind::image_manifest:
      return "image manifests";
    case Kind::cluster:
      return "clusters";
    case Kind::node_pool:
      return "node pools";
    case Kind::role_assignment:
      return "role assignments";
    case Kind::role_definition:
      return "role definitions";
    case Kind::deny_assignment:
      return "deny assignments";
    case Kind::vnet:
      return "virtual networks";
    case Kind::subnet:
      return "subnets";
    case Kind::peering:
      return "peerings";
    case Kind::private_endpoint:
      return "private endpoints";
    case Kind::dns_zone_group:
      return "private DNS zone groups";
    case Kind::nic:
      return "network interfaces";
    case Kind::private_dns_zone:
      return "private DNS zones";
    case Kind::zone_link:
      return "virtual network links";
    case Kind::record_set:
      return "record sets";
    case Kind::public_ip:
      return "public IP addresses";
    case Kind::load_balancer:
      return "load balancers";
    case Kind::nat_gateway:
      return "NAT gateways";
    case Kind::nsg:
      return "network security groups";
    case Kind::route_table:
      return "route tables";
    case Kind::user_assigned_identity:
      return "user-assigned identities";
    case Kind::scale_set:
      return "virtual machine scale sets";
    case Kind::subscription:
      return "subscriptions";
    case Kind::service_principal:
      return "service principals";
    case Kind::application:
      return "applications";
    case Kind::group_membership:
      return "group memberships";
    case Kind::federated_credential:
      return "federated credentials";
    case Kind::scope_map:
      return "scope maps";
    case Kind::registry_usage:
      return "registry usages";
    case Kind::registry_task:
      return "registry tasks";
    case Kind::diagnostic_setting:
      return "diagnostic settings";
    case Kind::lock:
      return "locks";
    case Kind::defender_plan:
      return "Defender plans";
    case Kind::assessment:
      return "security assessments";
    case Kind::policy_assignment:
      return "policy assignments";
    case Kind::probe:
      return "probes";
    case Kind::pod:
      return "pods";
    case Kind::workload:
      return "workloads";
    case Kind::service_account:
      return "service accounts";
    case Kind::secret:
      return "secrets";
    case Kind::node:
      return "nodes";
    case Kind::event:
      return "events";
    case Kind::admission_rule:
      return "admission rules";
  }
  return "objects";
}

std::string counted(std::size_t count, Kind kind) {
  std::string word(to_string(kind));
  if (count == 1) {
    if (word.ends_with("ies")) {
      word.replace(word.size() - 3, 3, "y");
    } else if (word.ends_with("sses")) {
      word.erase(word.size() - 2);
    } else {
      word.pop_back();
    }
  }
  return fmt::format("{} {}", count, word);
}

namespace {

std::string joined(std::string_view a, std::string_view b, std::string_view c = {}) {
  return fmt::format("{}\x1f{}\x1f{}", a, b, c);
}

// How much a duplicate knows: the fuller description of one resource wins.
int knowledge(const Registry& r) {
  return r.whole * 8 + r.admin_user_enabled.has_value() + r.public_network_access.has_value() +
         r.network_rules.has_value() + r.anonymous_pull_enabled.has_value() +
         r.connections.has_value() + r.abac_mode.has_value();
}
int knowledge(const Cluster& c) {
  return c.whole * 8 + c.kubelet_identity.has_value() * 4 + !c.pools.empty() * 2 +
         !c.node_resource_group.empty();
}
int knowledge(const VirtualNetwork& v) {
  return !v.subnets.empty() + !v.prefixes.empty() + !v.peerings.empty();
}
int knowledge(const NetworkInterface& n) {
  return static_cast<int>(n.configurations.size());
}
int knowledge(const PrivateDnsZone& z) {
  return z.links.has_value() + z.record_sets.has_value();
}
int knowledge(const auto&) {
  return 0;
}

}  // namespace

struct Estate::Index {
  template <class T>
  using ById = std::unordered_map<std::string, const T*>;
  template <class T>
  using ByParent = std::unordered_map<std::string, std::vector<const T*>>;

  std::unordered_map<std::string, const Registry*> registry_by_host;
  ById<VirtualNetwork> vnets;
  ById<Subnet> subnets;
  ById<PublicIp> public_ips;
  ById<RoleDefinition> roles;
  ById<Node> nodes;
  ById<PullSecret> secrets;
  ById<ServiceAccount> service_accounts;
  ByParent<ZoneLink> links;
  ByParent<RecordSet> records;
  ByParent<Peering> peerings;
  ByParent<PrivateEndpoint> endpoints;
  ByParent<DnsZoneGroup> zone_groups;
  ByParent<NetworkInterface> nics;  // by NIC id and by endpoint id
  ByParent<DirectoryObject> directory;
  ByParent<RegistryToken> tokens;
};

namespace {

template <class T>
const std::vector<const T*>& children(
    const std::unordered_map<std::string, std::vector<const T*>>& map, const std::string& key) {
  static const std::vector<const T*> none;
  const auto it = map.find(key);
  return it == map.end() ? none : it->second;
}

template <class Map>
auto find_or_null(const Map& map, const std::string& key) -> typename Map::mapped_type {
  const auto it = map.find(key);
  return it == map.end() ? nullptr : it->second;
}

// Sorts by id, then fuller first, then document, and drops later duplicates of an id. Objects
// without an id are all kept.
template <class T>
void sort_unique(std::vector<T>& items) {
  std::stable_sort(items.begin(), items.end(), [](const T& a, const T& b) {
    if (a.id != b.id) return a.id < b.id;
    if (knowledge(a) != knowledge(b)) return knowledge(a) > knowledge(b);
    return std::tie(a.origin.document, a.origin.pointer) <
           std::tie(b.origin.document, b.origin.pointer);
  });
  items.erase(std::unique(items.begin(), items.end(),
                          [](const T& a, const T& b) { return !a.id.empty() && a.id == b.id; }),
              items.end());
}

// The api-versions from 2021-09-01 on hide virtualNetworkRules: a second reading of the same
// registry that shows them completes the first.
void merge_subnet_rules(std::vector<Registry>& registries) {
  for (Registry& to : registries) {
    if (!to.network_rules || to.network_rules->subnet_rules_visible) continue;
    for (const Registry& from : registries) {
      if (from.id != to.id || !from.network_rules || !from.network_rules->subnet_rules_visible)
        continue;
      to.network_rules->subnet_rules = from.network_rules->subnet_rules;
      to.network_rules->subnet_rules_visible = true;
      break;
    }
  }
}

// "MC_rg_cluster_region" -> "cluster"; empty when the parts cannot be told apart.
std::string cluster_name_of_node_group(std::string_view group) {
  if (!lower(group).starts_with("mc_")) return {};
  const std::size_t first = group.find('_', 3), last = group.rfind('_');
  if (first == std::string_view::npos || first == last) return {};
  const std::string_view name = group.substr(first + 1, last - first - 1);
  return name.contains('_') ? std::string{} : std::string(name);
}

// The node resource group a node belongs to, from its providerID
// (azure:///subscriptions/S/resourceGroups/mc_…/providers/…) or its AKS label.
std::string node_group(const Node& node) {
  constexpr std::string_view kScheme = "azure://";
  if (node.provider_id.starts_with(kScheme)) {
    const ResourceId id(std::string_view(node.provider_id).substr(kScheme.size()));
    if (!id.resource_group().empty()) return lower(id.resource_group());
  }
  const auto label = node.labels.find("kubernetes.azure.com/cluster");
  return label == node.labels.end() ? std::string{} : lower(label->second);
}

// Which cluster each Kubernetes document speaks of. Told by the nodes in a document, the node names
// its pods run on, the kube context of a snapshot; then by what the same file and the same folder
// say; then, if there is only one cluster at all, by that.
class ClusterAttribution {
 public:
  explicit ClusterAttribution(Estate& estate)
      : estate_(estate), cluster_of_(estate.documents.size(), -1) {}

  std::vector<int> run() {
    mark_kubernetes_documents();
    by_nodes();
    by_context();
    by_pods();
    by_intent();
    spread([](const Document& d) { return d.source; });
    spread([](const Document& d) { return d.directory; });
    spread_to_ancestors();
    by_being_alone();
    return std::move(cluster_of_);
  }

 private:
  void mark_kubernetes_documents() {
    kubernetes_.assign(estate_.documents.size(), false);
    for (const Listing& listing : estate_.listings) {
      if (listing.kind >= Kind::pod && listing.origin.known())
        kubernetes_[listing.origin.document] = true;
    }
    for (const Refusal& refusal : estate_.refusals) {
      if (refusal.kind >= Kind::pod && refusal.origin.known())
        kubernetes_[refusal.origin.document] = true;
    }
    for (const PodClass& c : estate_.pod_classes) {
      if (c.document != Origin::kNone) kubernetes_[c.document] = true;
    }
  }

  int cluster_with_node_group(const std::string& group) {
    for (std::size_t i = 0; i < estate_.clusters.size(); ++i) {
      if (lower(estate_.clusters[i].node_resource_group) == group) return static_cast<int>(i);
    }
    Cluster cluster;
    cluster.node_resource_group = group;
    cluster.name = cluster_name_of_node_group(group);
    if (cluster.name.empty()) cluster.name = group;
    // An ARM document without node resource group (a projection) may still carry the name.
    for (std::size_t i = 0; i < estate_.clusters.size(); ++i) {
      if (estate_.clusters[i].node_resource_group.empty() &&
          same_text(estate_.clusters[i].name, cluster.name)) {
        return static_cast<int>(i);
      }
    }
    estate_.clusters.push_back(std::move(cluster));
    return static_cast<int>(estate_.clusters.size()) - 1;
  }

  void by_nodes() {
    for (const Node& node : estate_.nodes) {
      const std::string group = node_group(node);
      if (group.empty() || !node.origin.known()) continue;
      const int cluster = cluster_with_node_group(group);
      cluster_of_[node.origin.document] = cluster;
      node_clusters_[{estate_.documents[node.origin.document].directory, node.name}].insert(
          cluster);
    }
  }

  // A context is called what its owner likes: its nodes tell better than its name.
  void by_context() {
    std::map<std::string, std::set<int>> known;
    for (std::size_t d = 0; d < cluster_of_.size(); ++d)
      if (cluster_of_[d] >= 0) known[estate_.documents[d].kube_context].insert(cluster_of_[d]);
    for (std::size_t d = 0; d < estate_.documents.size(); ++d) {
      const std::string& context = estate_.documents[d].kube_context;
      if (context.empty() || cluster_of_[d] >= 0) continue;
      if (const auto it = known.find(context); it != known.end() && it->second.size() == 1) {
        cluster_of_[d] = *it->second.begin();
        continue;
      }
      for (std::size_t i = 0; i < estate_.clusters.size(); ++i) {
        if (estate_.clusters[i].name == context || estate_.clusters[i].kube_context == context) {
          cluster_of_[d] = static_cast<int>(i);
        }
      }
      if (cluster_of_[d] < 0) {
        Cluster cluster;
        cluster.name = cluster.kube_context = context;
        estate_.clusters.push_back(std::move(cluster));
        cluster_of_[d] = static_cast<int>(estate_.clusters.size()) - 1;
      }
    }
  }

  void by_pods() {
    for (const PodClass& c : estate_.pod_classes) {
      if (c.document == Origin::kNone || cluster_of_[c.document] >= 0) continue;
      for (const NodeTally& tally : c.nodes) {
        // Two clusters may have nodes of one name: it counts within one folder, if it is
        // unambiguous.
        const auto it = node_clusters_.find({estate_.documents[c.document].directory, tally.node});
        if (it != node_clusters_.end() && it->second.size() == 1) {
          cluster_of_[c.document] = *it->second.begin();
          break;
        }
      }
    }
  }

  // What is to be deployed goes where its owner says.
  void by_intent() {
    const auto meant = std::ranges::find_if(estate_.clusters, [&](const Cluster& cluster) {
      return same_text(cluster.name, estate_.meant_for);
    });
    if (estate_.meant_for.empty() || meant == estate_.clusters.end()) return;
    for (std::size_t d = 0; d < cluster_of_.size(); ++d)
      if (estate_.documents[d].written && kubernetes_[d] && cluster_of_[d] < 0)
        cluster_of_[d] = static_cast<int>(meant - estate_.clusters.begin());
  }

  // Documents of one group (a file, a folder) share a cluster when exactly one is known in it.
  template <class GroupOf>
  void spread(GroupOf group_of) {
    std::map<std::string, std::set<int>> known;
    for (std::size_t d = 0; d < cluster_of_.size(); ++d) {
      if (kubernetes_[d] && cluster_of_[d] >= 0)
        known[group_of(estate_.documents[d])].insert(cluster_of_[d]);
    }
    for (std::size_t d = 0; d < cluster_of_.size(); ++d) {
      if (!kubernetes_[d] || cluster_of_[d] >= 0) continue;
      const auto it = known.find(group_of(estate_.documents[d]));
      if (it != known.end() && it->second.size() == 1) cluster_of_[d] = *it->second.begin();
    }
  }

  // A folder per cluster may hold sub-folders per namespace.
  void spread_to_ancestors() {
    std::map<std::string, std::set<int>> known;
    for (std::size_t d = 0; d < cluster_of_.size(); ++d) {
      if (!kubernetes_[d] || cluster_of_[d] < 0) continue;
      for (std::string at = estate_.documents[d].directory; !at.empty();) {
        known[at].insert(cluster_of_[d]);
        const std::size_t cut = at.rfind('/');
        at = cut == std::string::npos ? std::string{} : at.substr(0, cut);
      }
    }
    for (std::size_t d = 0; d < cluster_of_.size(); ++d) {
      if (!kubernetes_[d] || cluster_of_[d] >= 0) continue;
      for (std::string at = estate_.documents[d].directory; !at.empty();) {
        const auto it = known.find(at);
        if (it != known.end() && it->second.size() == 1) {
          cluster_of_[d] = *it->second.begin();
          break;
        }
        const std::size_t cut = at.rfind('/');
        at = cut == std::string::npos ? std::string{} : at.substr(0, cut);
      }
    }
  }

  void by_being_alone() {
    const bool any = std::find(kubernetes_.begin(), kubernetes_.end(), true) != kubernetes_.end();
    if (!any) return;
    if (estate_.clusters.empty()) {
      Cluster cluster;
      cluster.name = "unnamed cluster";
      estate_.clusters.push_back(std::move(cluster));
    }
    if (estate_.clusters.size() != 1) return;
    for (std::size_t d = 0; d < cluster_of_.size(); ++d) {
      if (kubernetes_[d]) cluster_of_[d] = 0;
    }
  }

  Estate& estate_;
  std::vector<int> cluster_of_;
  std::vector<bool> kubernetes_;
  std::map<std::pair<std::string, std::string>, std::set<int>> node_clusters_;  // folder, name
};

// The event says why where the waiting message only says "Back-off": put it first.
void add_event_messages(Estate& estate) {
  std::unordered_map<std::string, std::vector<const PullEvent*>> by_pod;
  for (const PullEvent& event : estate.events) {
    if (event.reason == "Failed" || event.reason == "ProviderCreateFailed" ||
        event.reason == "InspectFailed") {
      by_pod[joined(event.name_space, event.pod)].push_back(&event);
    }
  }
  if (by_pod.empty()) return;
  for (PodClass& c : estate.pod_classes) {
    if (c.failing == 0) continue;
    const bool has_cause =
        std::any_of(c.symptoms.begin(), c.symptoms.end(), [](const PullSymptom& s) {
          return !s.message.empty() &&
                 !(s.message.starts_with("Back-off pulling image") && !s.message.contains("\": "));
        });
    if (has_cause) continue;
    for (const std::string& pod : c.pods) {
      const auto it = by_pod.find(joined(c.name_space, pod));
      if (it == by_pod.end()) continue;
      for (const PullEvent* event : it->second) {
        const bool about_pull =
            event->message.starts_with("Failed to pull image") || event->reason != "Failed";
        const bool this_image = event->container.empty() || event->container == c.container.name;
        if (!about_pull || !this_image) continue;
        c.symptoms.insert(
            c.symptoms.begin(),
            PullSymptom{event->reason, event->message, pod, event->count, event->origin, {}});
        break;
      }
    }
  }
}

// A probe belongs to the cluster that has its node, or that it names. What fits several counts for
// none.
void attribute_probes(Estate& estate) {
  for (Probe& probe : estate.probes) {
    std::set<int> having;
    const auto found = [&](std::uint32_t document) {
      if (const int cluster = estate.cluster_of(document); cluster >= 0) having.insert(cluster);
    };
    if (const std::string& name = probe.vantage.node; !name.empty()) {
      for (const Node& node : estate.nodes)
        if (node.name == name) found(node.origin.document);
      for (const PodClass& pod : estate.pod_classes) {
        if (pod.document == Origin::kNone) continue;
        for (const NodeTally& tally : pod.nodes)
          if (tally.node == name) found(pod.document);
      }
    }
    if (const std::string& name = probe.vantage.cluster; having.size() != 1 && !name.empty()) {
      std::set<int> named;
      for (std::size_t i = 0; i < estate.clusters.size(); ++i) {
        const Cluster& cluster = estate.clusters[i];
        if (same_text(cluster.name, name) || cluster.kube_context == name)
          named.insert(static_cast<int>(i));
      }
      having = std::move(named);
    }
    if (having.size() == 1) probe.cluster = *having.begin();
  }
  std::ranges::stable_sort(estate.probes, {}, [](const Probe& probe) {
    return std::tuple(probe.at, probe.registry, probe.origin.document, probe.origin.pointer);
  });
}

// Many pods fail with the same words.
void read_messages(std::vector<PodClass>& classes) {
  std::unordered_map<std::string_view, const PullError*> read;
  for (PodClass& pod : classes) {
    for (PullSymptom& symptom : pod.symptoms) {
      const std::string_view text = symptom.message.empty() ? symptom.reason : symptom.message;
      const auto [known, fresh] = read.try_emplace(text, &symptom.error);
      symptom.error = fresh ? read_pull_error(text) : *known->second;
    }
  }
}

// "https://…/registries/R/tokens?x" lists what registry R has; "…/providers/NS/type" what the
// resource before it has. Empty where the URL is no such list.
ResourceId listed_parent(std::string_view url) {
  url = url.substr(0, url.find('?'));
  if (const std::size_t host = url.find("://"); host != std::string_view::npos) {
    const std::size_t path = url.find('/', host + 3);
    url = path == std::string_view::npos ? std::string_view{} : url.substr(path);
  }
  const ResourceId whole(url);
  const std::size_t last = whole.key().rfind('/');
  if (!whole.key().starts_with("/subscriptions/")) return {};
  const std::size_t providers = whole.key().rfind("/providers/");
  const bool extension =
      providers != std::string::npos && whole.key().find('/', providers + 11) == last;
  return ResourceId(whole.text().substr(0, extension ? providers : last));
}

// The lists of children that requests and entries tell apart from lists of more than one parent.
void find_child_lists(Estate& estate) {
  std::map<std::tuple<std::uint32_t, Kind, ResourceId>, std::size_t> counts;
  std::map<std::pair<std::uint32_t, Kind>, const Listing*> lists;
  for (const Listing& listing : estate.listings) {
    if (!listing.list || listing.origin.document >= estate.documents.size()) continue;
    lists.emplace(std::pair(listing.origin.document, listing.kind), &listing);
    const std::string& url = estate.documents[listing.origin.document].request_url;
    if (url.empty()) continue;
    if (const ResourceId parent = listed_parent(url); !parent.empty())
      counts[{listing.origin.document, listing.kind, parent}] = 0;
  }
  const auto count = [&](Kind kind, const Origin& origin, const ResourceId& parent) {
    if (!parent.empty()) ++counts[{origin.document, kind, parent}];
  };
  for (const auto& r : estate.replications) count(Kind::replication, r.origin, r.id.parent());
  for (const auto& t : estate.registry_tokens) count(Kind::registry_token, t.origin, t.id.parent());
  for (const auto& m : estate.scope_maps) count(Kind::scope_map, m.origin, m.id.parent());
  for (const auto& u : estate.registry_usages) count(Kind::registry_usage, u.origin, u.registry);
  for (const auto& t : estate.registry_tasks) count(Kind::registry_task, t.origin, t.id.parent());
  for (const auto& f : estate.federated_credentials)
    count(Kind::federated_credential, f.origin, f.id.parent());
  for (const auto& r : estate.images.cache_rules) count(Kind::cache_rule, r.origin, r.id.parent());
  for (const auto& s : estate.images.credential_sets)
    count(Kind::credential_set, s.origin, s.id.parent());
  for (const auto& s : estate.diagnostic_settings)
    count(Kind::diagnostic_setting, s.origin, s.resource);
  for (const auto& g : estate.zone_groups)
    count(Kind::dns_zone_group, g.origin, g.private_endpoint);
  for (const auto& l : estate.locks) count(Kind::lock, l.origin, l.scope);
  for (const auto& p : estate.defender_plans) count(Kind::defender_plan, p.origin, p.id.parent());
  for (const auto& [key, number] : counts) {
    const auto& [document, kind, parent] = key;
    const auto list = lists.find({document, kind});
    if (list != lists.end())
      estate.child_lists.push_back({parent, kind, list->second->origin, number});
  }
  std::ranges::stable_sort(estate.child_lists, {}, [](const ChildList& list) {
    return std::tuple(list.parent, list.kind, list.origin.document);
  });
}

}  // namespace

void Estate::link() {
  find_child_lists(*this);
  merge_subnet_rules(registries);
  sort_unique(registries);
  sort_unique(replications);
  sort_unique(endpoint_connections);
  sort_unique(registry_tokens);
  sort_unique(scope_maps);
  sort_unique(registry_tasks);
  sort_unique(federated_credentials);
  sort_unique(diagnostic_settings);
  sort_unique(locks);
  sort_unique(defender_plans);
  sort_unique(assessments);
  std::ranges::stable_sort(registry_usages, {}, [](const RegistryUsage& usage) {
    return std::tie(usage.registry, usage.name, usage.origin.document);
  });
  sort_unique(clusters);
  sort_unique(role_assignments);
  sort_unique(deny_assignments);
  sort_unique(vnets);
  sort_unique(private_endpoints);
  sort_unique(zone_groups);
  sort_unique(nics);
  sort_unique(zones);
  sort_unique(zone_links);
  sort_unique(record_sets);
  sort_unique(public_ips);
  sort_unique(load_balancers);
  sort_unique(nat_gateways);
  sort_unique(nsgs);
  sort_unique(route_tables);
  sort_unique(user_assigned_identities);
  sort_unique(scale_sets);
  sort_unique(subscriptions);
  const auto by_place = [](const auto& a, const auto& b) {
    return std::tie(a.name_space, a.name, a.origin.document, a.origin.pointer) <
           std::tie(b.name_space, b.name, b.origin.document, b.origin.pointer);
  };
  std::stable_sort(service_accounts.begin(), service_accounts.end(), by_place);
  std::ranges::stable_sort(acceptances, {}, [](const Acceptance& acceptance) {
    return std::tie(acceptance.name_space, acceptance.workload, acceptance.checks,
                    acceptance.reason, acceptance.until);
  });
  std::stable_sort(secrets.begin(), secrets.end(), by_place);
  std::ranges::stable_sort(allow_lists, {}, [](const AllowList& list) {
    return std::tie(list.kind, list.name, list.origin.document, list.origin.pointer);
  });
  std::stable_sort(nodes.begin(), nodes.end(),
                   [](const Node& a, const Node& b) { return a.name < b.name; });
  std::stable_sort(events.begin(), events.end(), [](const PullEvent& a, const PullEvent& b) {
    return std::tie(a.name_space, a.pod, b.last_seen) < std::tie(b.name_space, b.pod, a.last_seen);
  });
  std::stable_sort(directory_objects.begin(), directory_objects.end(),
                   [](const DirectoryObject& a, const DirectoryObject& b) {
                     return std::tie(a.app_id, a.kind, a.object_id) <
                            std::tie(b.app_id, b.kind, b.object_id);
                   });
  std::stable_sort(pod_classes.begin(), pod_classes.end(),
                   [](const PodClass& a, const PodClass& b) {
                     return std::tie(a.name_space, a.workload, a.container.name, a.container.image,
                                     a.from_template, a.origin.pointer) <
                            std::tie(b.name_space, b.workload, b.container.name, b.container.image,
                                     b.from_template, b.origin.pointer);
                   });

  for (const EndpointConnection& connection : endpoint_connections) {
    const ResourceId registry_id = connection.id.parent();
    for (Registry& registry : registries) {
      if (registry.id != registry_id) continue;
      if (!registry.connections) registry.connections = std::vector<EndpointConnection>{};
      auto& known = *registry.connections;
      const bool there = std::any_of(known.begin(), known.end(), [&](const EndpointConnection& c) {
        return c.id == connection.id;
      });
      if (!there) known.push_back(connection);
    }
  }
  for (const auto& [cluster_id, pool] : node_pools) {
    for (Cluster& cluster : clusters) {
      if (cluster.id != cluster_id) continue;
      const bool there =
          std::any_of(cluster.pools.begin(), cluster.pools.end(),
                      [&](const NodePool& p) { return same_text(p.name, pool.name); });
      if (!there) cluster.pools.push_back(pool);
    }
  }
  for (const RecordSet& record : record_sets) {
    if (std::none_of(zones.begin(), zones.end(),
                     [&](const PrivateDnsZone& z) { return z.id == record.zone; })) {
      zones.push_back({.origin = {},
                       .id = record.zone,
                       .name = std::string(record.zone.name()),
                       .record_sets = {},
                       .links = {}});
    }
  }
  for (const ZoneLink& link : zone_links) {
    if (std::none_of(zones.begin(), zones.end(),
                     [&](const PrivateDnsZone& z) { return z.id == link.zone; })) {
      zones.push_back({.origin = {},
                       .id = link.zone,
                       .name = std::string(link.zone.name()),
                       .record_sets = {},
                       .links = {}});
    }
  }
  std::stable_sort(zones.begin(), zones.end(),
                   [](const PrivateDnsZone& a, const PrivateDnsZone& b) { return a.id < b.id; });

  images.link(documents);
  add_event_messages(*this);
  read_messages(pod_classes);
  document_cluster_ = ClusterAttribution(*this).run();
  attribute_probes(*this);

  auto index = std::make_shared<Index>();
  for (const Registry& r : registries) index->registry_by_host.emplace(lower(r.login_server), &r);
  for (const VirtualNetwork& v : vnets) {
    index->vnets.emplace(v.id.key(), &v);
    for (const Subnet& s : v.subnets) index->subnets.emplace(s.id.key(), &s);
    for (const Peering& p : v.peerings) index->peerings[v.id.key()].push_back(&p);
  }
  for (const auto& [vnet_id, s] : subnets) index->subnets.emplace(s.id.key(), &s);
  for (const auto& [vnet_id, p] : peerings) {
    auto& known = index->peerings[vnet_id.key()];
    const bool there = std::any_of(known.begin(), known.end(), [&, &peering = p](const Peering* k) {
      return k->id == peering.id;
    });
    if (!there) known.push_back(&p);
  }
  for (const PublicIp& ip : public_ips) index->public_ips.emplace(ip.id.key(), &ip);
  for (const RoleDefinition& role : role_definitions) index->roles.emplace(lower(role.guid), &role);
  for (const ZoneLink& l : zone_links) index->links[l.zone.key()].push_back(&l);
  for (const RecordSet& r : record_sets) index->records[r.zone.key()].push_back(&r);
  for (const PrivateEndpoint& e : private_endpoints) {
    std::set<std::string> targets;
    for (const auto& connection : e.connections) targets.insert(connection.target.key());
    for (const std::string& target : targets) index->endpoints[target].push_back(&e);
  }
  for (const DnsZoneGroup& g : zone_groups)
    index->zone_groups[g.private_endpoint.key()].push_back(&g);
  for (const NetworkInterface& n : nics) {
    index->nics[n.id.key()].push_back(&n);
    if (!n.private_endpoint.empty()) index->nics[n.private_endpoint.key()].push_back(&n);
  }
  for (const DirectoryObject& o : directory_objects)
    index->directory[lower(o.app_id)].push_back(&o);
  for (const RegistryToken& t : registry_tokens) index->tokens[t.id.parent().key()].push_back(&t);
  const auto cluster_key = [this](const Origin& origin) {
    return fmt::format("{}", cluster_of(origin.document));
  };
  for (const Node& n : nodes) index->nodes.emplace(joined(cluster_key(n.origin), n.name), &n);
  for (const PullSecret& s : secrets)
    index->secrets.emplace(joined(cluster_key(s.origin), s.name_space, s.name), &s);
  for (const ServiceAccount& s : service_accounts) {
    index->service_accounts.emplace(joined(cluster_key(s.origin), s.name_space, s.name), &s);
  }
  index_ = std::move(index);
}

int Estate::cluster_of(std::uint32_t document) const {
  return document < document_cluster_.size() ? document_cluster_[document] : -1;
}

const Registry* Estate::registry_by_host(std::string_view host) const {
  std::string name = lower(host);
  if (name.ends_with(":443")) name.resize(name.size() - 4);
  // <registry>.<region>.geo.<suffix> is a replica of the registry under its own name.
  const RegistryCloud* cloud = cloud_of(name);
  if (cloud && name.ends_with(fmt::format(".geo.{}", cloud->suffix)))
    name = fmt::format("{}.{}", registry_label(name), cloud->suffix);
  return find_or_null(index_->registry_by_host, name);
}
const VirtualNetwork* Estate::vnet(const ResourceId& id) const {
  return find_or_null(index_->vnets, id.key());
}
const Subnet* Estate::subnet(const ResourceId& id) const {
  return find_or_null(index_->subnets, id.key());
}
const PublicIp* Estate::public_ip(const ResourceId& id) const {
  return find_or_null(index_->public_ips, id.key());
}
const RoleDefinition* Estate::role_definition(std::string_view guid) const {
  const RoleDefinition* given = find_or_null(index_->roles, lower(guid));
  return given ? given : builtin_role(guid);
}
const Node* Estate::node(int cluster, std::string_view name) const {
  return find_or_null(index_->nodes, joined(fmt::format("{}", cluster), name));
}
const PullSecret* Estate::secret(int cluster, std::string_view name_space,
                                 std::string_view name) const {
  return find_or_null(index_->secrets, joined(fmt::format("{}", cluster), name_space, name));
}
const ServiceAccount* Estate::service_account(int cluster, std::string_view name_space,
                                              std::string_view name) const {
  return find_or_null(index_->service_accounts,
                      joined(fmt::format("{}", cluster), name_space, name));
}

const Estate::Refs<ZoneLink>& Estate::links_of(const ResourceId& z) const {
  return children(index_->links, z.key());
}
const Estate::Refs<RecordSet>& Estate::records_of(const ResourceId& z) const {
  return children(index_->records, z.key());
}
const Estate::Refs<Peering>& Estate::peerings_of(const ResourceId& v) const {
  return children(index_->peerings, v.key());
}
const Estate::Refs<PrivateEndpoint>& Estate::endpoints_of(const ResourceId& r) const {
  return children(index_->endpoints, r.key());
}
const Estate::Refs<DnsZoneGroup>& Estate::zone_groups_of(const ResourceId& e) const {
  return children(index_->zone_groups, e.key());
}
const Estate::Refs<NetworkInterface>& Estate::nics_of(const PrivateEndpoint& endpoint) const {
  for (const ResourceId& nic : endpoint.nics) {
    const auto& found = children(index_->nics, nic.key());
    if (!found.empty()) return found;
  }
  return children(index_->nics, endpoint.id.key());
}
const Estate::Refs<DirectoryObject>& Estate::directory_objects_of(std::string_view app_id) const {
  return children(index_->directory, lower(app_id));
}
const Estate::Refs<RegistryToken>& Estate::tokens_of(const ResourceId& r) const {
  return children(index_->tokens, r.key());
}

Evidence Estate::cite(const Origin& origin, std::string_view field, std::string value,
                      Basis basis) const {
  Evidence evidence{.source = source(origin),
                    .pointer = origin.pointer,
                    .value = std::move(value),
                    .basis = basis,
                    .document = origin.document};
  if (field.starts_with('/')) {
    evidence.pointer += field;
  } else if (!field.empty()) {
    evidence.pointer += origin.nested ? "/properties/" : "/";
    evidence.pointer += field;
  }
  if (origin.document < documents.size() && documents[origin.document].plan)
    evidence.pointer = documents[origin.document].plan->place_of(evidence.pointer);
  return evidence;
}

Evidence Estate::cite(const Setting& setting, Basis basis) const {
  return cite(setting.origin, "",
              setting.given() ? setting.value : fmt::format("no {}", setting.path), basis);
}

Estate::ListingSummary Estate::summarise(Kind kind, const std::vector<std::uint32_t>& wanted,
                                         Basis basis) const {
  ListingSummary summary;
  std::vector<std::string> sources;
  std::set<std::uint32_t> seen;
  for (const Listing& listing : listings) {
    if (listing.kind != kind) continue;
    if (std::find(wanted.begin(), wanted.end(), listing.origin.document) == wanted.end()) continue;
    if (!seen.insert(listing.origin.document).second) continue;
    summary.count += listing.count;
    summary.evidence.push_back(cite(listing.origin, "", counted(listing.count, kind), basis));
    const std::string& name = source(listing.origin);
    if (std::find(sources.begin(), sources.end(), name) == sources.end()) sources.push_back(name);
  }
  if (summary.evidence.empty()) return summary;
  std::sort(sources.begin(), sources.end());
  std::string where;
  if (sources.size() > 3) {
    where = fmt::format("{} documents", sources.size());
  } else {
    for (std::size_t i = 0; i < sources.size(); ++i) {
      where += i == 0 ? "" : i + 1 == sources.size() ? " and " : ", ";
      where += sources[i];
    }
  }
  summary.text = fmt::format("{} in {}", counted(summary.count, kind), where);
  return summary;
}

namespace {
std::vector<std::uint32_t> documents_listing(const Estate& estate, Kind kind) {
  std::vector<std::uint32_t> documents;
  for (const Listing& listing : estate.listings) {
    if (listing.kind == kind) documents.push_back(listing.origin.document);
  }
  return documents;
}
}  // namespace

std::vector<Evidence> Estate::cite_listings(Kind kind, Basis basis) const {
  return summarise(kind, documents_listing(*this, kind), basis).evidence;
}

std::string Estate::describe_listings(Kind kind) const {
  return summarise(kind, documents_listing(*this, kind)).text;
}

const ChildList* Estate::child_list(const ResourceId& parent, Kind kind) const {
  const auto found = std::ranges::lower_bound(
      child_lists, std::pair(parent, kind), {},
      [](const ChildList& list) { return std::pair(list.parent, list.kind); });
  const bool there = found != child_lists.end() && found->parent == parent && found->kind == kind;
  return there ? &*found : nullptr;
}

bool Estate::has(Kind kind) const {
  return std::any_of(listings.begin(), listings.end(),
                     [&](const Listing& l) { return l.kind == kind; });
}

std::string Refusal::says() const {
  return failure.empty() ? fmt::format("{} was refused", action)
                         : fmt::format("{} failed: {}", action, failure);
}

const Refusal* Estate::refusal(Kind kind, std::string_view name_space) const {
  for (const Refusal& refusal : refusals) {
    if (refusal.kind != kind) continue;
    if (name_space.empty() || refusal.name_space.empty() || refusal.name_space == name_space)
      return &refusal;
  }
  return nullptr;
}

const std::string& Estate::source(const Origin& origin) const {
  static const std::string none;
  return origin.document < documents.size() ? documents[origin.document].source : none;
}

}  // namespace acr
