#include "estate/egress.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "estate/command.h"
#include "estate/login_server.h"
#include "estate/security_rules.h"

namespace acr {

namespace {

constexpr long kFirstPriority = 100, kLastPriority = 4096;

// One place that a pull goes to.
struct Leg {
  std::string words;                     // "registry contoso", "the layers of registry contoso"
  std::string slug;                      // of the rule that a fix makes: "registry", "layers"
  std::vector<Place> alternatives;       // of which one is the place
  std::string prefix;                    // how a rule of a fix names it; empty where no rule can
  std::vector<std::string> hosts;        // what a firewall has to let through
  bool needed = true;                    // false: whether the pull goes there is not known
  std::vector<std::string> supply = {};  // what would tell the alternatives apart
};

std::vector<std::string> with(std::vector<std::string> commands,
                              const std::vector<std::string>& more) {
  commands.insert(commands.end(), more.begin(), more.end());
  return commands;
}

template <class T>
const T* find_by_id(const std::vector<T>& sorted, const ResourceId& id) {
  const auto it =
      std::lower_bound(sorted.begin(), sorted.end(), id,
                       [](const T& item, const ResourceId& key) { return item.id < key; });
  return it == sorted.end() || it->id != id ? nullptr : &*it;
}

std::vector<Cidr> ipv4_prefixes(const Subnet& subnet) {
  std::vector<Cidr> prefixes;
  for (const std::string& text : subnet.prefixes) {
    const auto prefix = Cidr::parse(text);
    if (prefix && !prefix->base.v6) prefixes.push_back(*prefix);
  }
  return prefixes;
}

// The worst answer so far: a fault, then a gap, then a free way.
class Way {
 public:
  void add(Tri holds, std::string reason, const std::vector<Evidence>& evidence,
           const std::vector<std::string>& supply = {}, const std::vector<std::string>& fix = {}) {
    if (holds == Tri::yes) {
      if (!reason.empty() && std::find(free_.begin(), free_.end(), reason) == free_.end())
        free_.push_back(std::move(reason));
    } else if (worst_ == Tri::yes || (worst_ == Tri::unknown && holds == Tri::no)) {
      worst_ = holds;
      reason_ = std::move(reason);
    }
    evidence_ = together(std::move(evidence_), evidence);
    append(supply_, supply);
    append(fix_, fix);
  }

  EgressDecision decide() && {
    EgressDecision decision;
    decision.allowed.holds = worst_;
    decision.allowed.reason =
        worst_ == Tri::yes ? fmt::format("{}", fmt::join(free_, "; ")) : std::move(reason_);
    decision.allowed.evidence = std::move(evidence_);
    if (worst_ == Tri::unknown) decision.allowed.supply = std::move(supply_);
    if (worst_ == Tri::no) decision.fix = std::move(fix_);
    decision.in_the_way = worst_ == Tri::unknown && past_hop_;
    return decision;
  }

  void pass_hop() { past_hop_ = true; }

 private:
  static void append(std::vector<std::string>& all, const std::vector<std::string>& more) {
    for (const std::string& text : more) {
      if (std::find(all.begin(), all.end(), text) == all.end()) all.push_back(text);
    }
  }

  Tri worst_ = Tri::yes;
  bool past_hop_ = false;  // some traffic goes through a firewall or a gateway
  std::string reason_;
  std::vector<std::string> free_, supply_, fix_;
  std::vector<Evidence> evidence_;
};

// Something that a subnet names and the input does not hold.
void add_missing(const Estate& estate, Way& way, Kind kind, const std::string& what,
                 const std::string& where, const std::string& show,
                 std::vector<Evidence> evidence) {
  std::string reason = fmt::format("{} {} is not in the input", what, where);
  if (const Refusal* refusal = estate.refusal(kind)) {
    reason += fmt::format(": {}", refusal->says());
    evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
  }
  way.add(Tri::unknown, std::move(reason), evidence, {show});
}

void add_missing_subnets(const Estate& estate, Way& way, const NodeNetwork& network) {
  add_missing(
      estate, way, Kind::vnet, "the node subnet of VNet", std::string(network.vnet_id.name()),
      fmt::format("az network vnet show --ids {} --output json", quote(network.vnet_id.text())),
      network.evidence);
}

void add_missing_subnet(const Estate& estate, Way& way, const ResourceId& id) {
  add_missing(estate, way, Kind::vnet, "subnet", std::string(id.name()),
              fmt::format("az network vnet show --ids {} --output json", quote(id.parent().text())),
              {});
}

// Free priorities above the rule that denies, the nearest first.
std::vector<long> free_priorities(const NetworkSecurityGroup& group, std::string_view direction,
                                  long denied_at, std::size_t count) {
  std::set<long> taken;
  for (const SecurityRule& rule : group.rules) {
    if (same_text(rule.direction, direction)) taken.insert(rule.priority);
  }
  std::vector<long> priorities;
  for (long priority = std::min(denied_at - 1, kLastPriority);
       priority >= kFirstPriority && priorities.size() < count; --priority) {
    if (!taken.contains(priority)) priorities.push_back(priority);
  }
  return priorities;
}

// A rule that lets the nodes through, above the one that denies. Where no priority is free there,
// the denying rule first moves down, past no other.
std::vector<std::string> allow_commands(const NetworkSecurityGroup& group,
                                        std::string_view direction, const SecurityRule& denying,
                                        const Registry& registry, const std::vector<Cidr>& sources,
                                        const std::vector<const Leg*>& legs) {
  // One rule holds any number of addresses, but one service tag only.
  struct NewRule {
    std::string slug, prefixes;
  };
  std::vector<NewRule> rules;
  for (const Leg* leg : legs) {
    if (leg->prefix.empty()) return {};
    const bool address = IpAddress::parse(leg->prefix).has_value();
    if (address && !rules.empty()) {
      rules.front().prefixes += " " + quote(leg->prefix);
    } else {
      rules.push_back({leg->slug, quote(leg->prefix)});
    }
  }
  std::vector<std::string> commands;
  const std::string where =
      fmt::format("{} --nsg-name {}", in_group(group.id), quote(group.id.name()));
  std::vector<long> priorities = free_priorities(group, direction, denying.priority, rules.size());
  const long lacking = static_cast<long>(rules.size() - priorities.size());
  if (lacking > 0) {
    const long moved = denying.priority + lacking;
    const auto free_below = free_priorities(group, direction, moved + 1, rules.size());
    const bool room = moved <= kLastPriority &&
                      std::count_if(free_below.begin(), free_below.end(), [&](long priority) {
                        return priority > denying.priority;
                      }) == lacking;
    if (!room) return {};
    commands.push_back(fmt::format("az network nsg rule update {} --name {} --priority {}", where,
                                   quote(denying.name), moved));
    for (long priority = denying.priority; priority < moved; ++priority)
      priorities.push_back(priority);
  }
  std::string from = sources.empty() ? " VirtualNetwork" : "";
  for (const Cidr& source : sources) {
    from += fmt::format(" {}/{}", source.base.to_string(), source.length);
  }
  for (std::size_t i = 0; i < rules.size(); ++i) {
    std::string name = fmt::format("allow-{}-{}", registry.name, rules[i].slug);
    const auto taken = [&] {
      return std::any_of(group.rules.begin(), group.rules.end(),
                         [&](const SecurityRule& rule) { return same_text(rule.name, name); });
    };
    while (taken()) name += "-2";
    commands.push_back(fmt::format(
        "az network nsg rule create {} --name {} --priority {} --direction {} --access Allow "
        "--protocol Tcp --source-address-prefixes{} --destination-address-prefixes {} "
        "--destination-port-ranges 443",
        where, quote(name), priorities[i], direction, from, rules[i].prefixes));
  }
  return commands;
}

// What a security group says to every leg.
void add_group(const Estate& estate, Way& way, const Cluster& cluster, const Registry& registry,
               const NetworkSecurityGroup& group, const Subnet& subnet, bool inbound,
               const std::vector<Cidr>& sources, VirtualNetworkSpace space,
               const std::vector<Leg>& legs) {
  const std::string name =
      fmt::format("network security group {} of subnet {}", group.id.name(), subnet.name);
  const Evidence named =
      estate.cite(subnet.origin, "networkSecurityGroup/id", group.id.text(), Basis::arm);
  const std::vector<std::string> try_it{try_from_node_command(cluster, registry)};
  std::vector<const Leg*> denied;
  const SecurityRule* denying = nullptr;
  std::vector<Evidence> evidence{
      named, estate.cite(group.origin, "", std::string(group.id.name()), Basis::arm)};
  std::string reason;
  for (const Leg& leg : legs) {
    const Flow flow{sources, leg.alternatives, space};
    const RuleDecision decision =
        inbound ? decide_inbound(group.rules, flow) : decide_outbound(group.rules, flow);
    std::vector<Evidence> proof = evidence;
    if (decision.rule && decision.rule->origin.known()) {
      proof.push_back(
          estate.cite(decision.rule->origin, "access", decision.rule->access, Basis::arm));
    }
    switch (decision.answer) {
      case RuleDecision::Answer::allow:
        way.add(Tri::yes, fmt::format("{} lets the nodes through", name), proof);
        break;
      case RuleDecision::Answer::unknown:
        way.add(Tri::unknown,
                fmt::format("whether {} lets the nodes reach {} is not known: {}", name, leg.words,
                            decision.reason),
                proof, with(leg.supply, try_it));
        break;
      case RuleDecision::Answer::deny:
        if (!leg.needed) {
          way.add(Tri::unknown,
                  fmt::format("{} keeps the nodes from {}, and whether the registry needs it is "
                              "not in the input",
                              name, leg.words),
                  proof,
                  {fmt::format("az acr show --name {} --output json", quote(registry.name))});
          break;
        }
        if (denied.empty()) {
          reason = fmt::format("{} keeps the nodes from {}: {}", name, leg.words, decision.reason);
        }
        denied.push_back(&leg);
        if (!denying || decision.rule->priority < denying->priority) denying = decision.rule;
        evidence = together(std::move(evidence), proof);
        break;
    }
  }
  if (denied.empty()) return;
  way.add(
      Tri::no, reason, evidence, {},
      allow_commands(group, inbound ? "Inbound" : "Outbound", *denying, registry, sources, denied));
}

std::string firewall_hosts(const std::vector<Leg>& legs) {
  std::vector<std::string> hosts;
  for (const Leg& leg : legs) {
    for (const std::string& host : leg.hosts) {
      if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) hosts.push_back(host);
    }
  }
  return fmt::format("{}", fmt::join(hosts, " and "));
}

struct RouteContext {
  const Estate& estate;
  const Cluster& cluster;
  const Registry& registry;
  const Subnet& subnet;
  const RouteTable* table;  // nullptr: the subnet has none
  const std::vector<Leg>& legs;
  bool is_public;
  bool same_region;  // service endpoints for Storage cover the registry's region
};

std::string words_of(const RouteDecision& decision) {
  if (!decision.route) return decision.reason;
  return fmt::format("route {}, {}", decision.route->name, decision.route->prefix);
}

void add_route(Way& way, const RouteContext& context, const Leg& leg,
               const RouteDecision& decision) {
  const auto& [estate, cluster, registry, subnet, table, legs, is_public, same_region] = context;
  std::vector<Evidence> evidence;
  if (table) {
    evidence = {estate.cite(subnet.origin, "routeTable/id", table->id.text(), Basis::arm),
                estate.cite(table->origin, "", std::string(table->id.name()), Basis::arm)};
  }
  if (decision.route) {
    evidence.push_back(estate.cite(decision.route->origin, "nextHopType",
                                   decision.route->next_hop_type, Basis::arm));
  }
  const std::string name =
      table ? fmt::format("route table {} of subnet {}", table->id.name(), subnet.name)
            : fmt::format("subnet {}, without a route table,", subnet.name);
  const std::vector<std::string> try_it{try_from_node_command(cluster, registry)};
  const std::string free = table ? fmt::format("{} leaves the way free", name) : "";
  switch (decision.hop) {
    case NextHop::virtual_network:
      way.add(Tri::yes, free, evidence);
      return;
    case NextHop::service_endpoint:
      if (is_public && leg.slug == "layers" && !same_region) {
        way.add(Tri::unknown,
                fmt::format("subnet {} has a service endpoint for Azure Storage, and whether it "
                            "covers region {} of the registry is not known",
                            subnet.name, registry.location),
                evidence, try_it);
        return;
      }
      way.add(Tri::yes, free, evidence);
      return;
    case NextHop::internet:
      evidence.push_back(estate.cite(
          cluster.origin, "networkProfile/outboundType",
          cluster.outbound_type.empty() ? "loadBalancer" : cluster.outbound_type, Basis::arm));
      if (!decision.route && same_text(cluster.outbound_type, "userDefinedRouting")) {
        way.add(
            Tri::unknown,
            fmt::format("cluster {} leaves its way out to user-defined routes, and subnet {} has "
                        "none to {}",
                        cluster.name, subnet.name, leg.words),
            evidence, try_it);
        return;
      }
      if (same_text(cluster.outbound_type, "none") && subnet.nat_gateway.empty()) {
        way.add(Tri::unknown,
                fmt::format("cluster {} has outbound type none, and subnet {} has no NAT gateway: "
                            "whether its nodes have a public address is not known",
                            cluster.name, subnet.name),
                evidence, try_it);
        return;
      }
      way.add(Tri::yes, free, evidence);
      return;
    case NextHop::appliance: {
      const std::string& hop = decision.route ? decision.route->next_hop_address : "";
      std::vector<std::string> supply = try_it;
      if (IpAddress::parse(hop)) {
        supply.push_back(fmt::format(
            "az network firewall list --query \"[?ipConfigurations[?privateIPAddress=='{}']]\" "
            "--output json",
            hop));
      }
      way.add(Tri::unknown,
              fmt::format("the nodes reach {} through the firewall {} ({}); whether that lets {} "
                          "through is not in the input",
                          leg.words, hop, words_of(decision), firewall_hosts(legs)),
              evidence, supply);
      way.pass_hop();
      return;
    }
    case NextHop::gateway:
      way.pass_hop();
      way.add(Tri::unknown,
              fmt::format("the nodes reach {} through a virtual network gateway ({}); whether the "
                          "network behind it lets {} through is not in the input",
                          leg.words, words_of(decision), firewall_hosts(legs)),
              evidence, try_it);
      return;
    case NextHop::blocked: {
      std::vector<std::string> fix;
      // Only where the outbound type gives the nodes a public address of their own.
      const bool way_out = !same_text(cluster.outbound_type, "userDefinedRouting") &&
                           !same_text(cluster.outbound_type, "none");
      if (is_public && way_out && table && !leg.prefix.empty()) {
        fix.push_back(
            fmt::format("az network route-table route create {} --route-table-name {} --name {} "
                        "--address-prefix {} --next-hop-type Internet",
                        in_group(table->id), quote(table->id.name()),
                        quote(fmt::format("{}-{}", registry.name, leg.slug)), quote(leg.prefix)));
      }
      if (!leg.needed) {
        way.add(Tri::unknown,
                fmt::format("{} drops traffic to {}, and whether the registry needs it is not in "
                            "the input",
                            name, leg.words),
                evidence,
                {fmt::format("az acr show --name {} --output json", quote(registry.name))});
        return;
      }
      way.add(Tri::no,
              fmt::format("{} drops traffic to {}: {} has the next hop type None", name, leg.words,
                          words_of(decision)),
              evidence, {}, fix);
      return;
    }
    case NextHop::unknown:
      way.add(Tri::unknown,
              fmt::format("how the nodes of subnet {} reach {} is not known: {}", subnet.name,
                          leg.words, decision.reason),
              evidence, with(leg.supply, try_it));
      return;
  }
}

// Where the places of one leg lead to different hops, the first that is not free speaks.
void add_routes(Way& way, const RouteContext& context, const SystemRoutes& system) {
  for (const Leg& leg : context.legs) {
    std::vector<RouteDecision> decisions;
    decisions.reserve(leg.alternatives.size());
    for (const Place& place : leg.alternatives) {
      decisions.push_back(decide_route(context.table, place, system));
    }
    const bool differ =
        std::any_of(decisions.begin(), decisions.end(),
                    [&](const RouteDecision& d) { return d.hop != decisions.front().hop; });
    if (differ) {
      std::vector<std::string> words;
      words.reserve(decisions.size());
      for (const RouteDecision& decision : decisions) words.push_back(decision.reason);
      decisions.front() = {NextHop::unknown, decisions.front().route,
                           fmt::format("{}", fmt::join(words, ", but "))};
    }
    add_route(way, context, leg, decisions.front());
  }
}

struct Guards {
  const NetworkSecurityGroup* group = nullptr;
  const RouteTable* table = nullptr;
};

// The security group and the route table that a subnet names; what is missing is told to `way`.
Guards guards_of(const Estate& estate, Way& way, const Subnet& subnet) {
  Guards guards;
  if (!subnet.nsg.empty()) {
    guards.group = find_by_id(estate.nsgs, subnet.nsg);
    if (!guards.group) {
      add_missing(
          estate, way, Kind::nsg, "network security group",
          fmt::format("{} of subnet {}", subnet.nsg.name(), subnet.name),
          fmt::format("az network nsg show --ids {} --output json", quote(subnet.nsg.text())),
          {estate.cite(subnet.origin, "networkSecurityGroup/id", subnet.nsg.text(), Basis::arm)});
    }
  }
  if (subnet.nsg.empty() || subnet.route_table.empty()) {
    way.add(Tri::yes,
            fmt::format("subnet {} has {}", subnet.name,
                        !subnet.nsg.empty()           ? "no route table"
                        : !subnet.route_table.empty() ? "no network security group"
                                                      : "neither a network security group nor a "
                                                        "route table"),
            {estate.cite(subnet.origin, "", subnet.name, Basis::arm)});
  }
  if (!subnet.route_table.empty()) {
    guards.table = find_by_id(estate.route_tables, subnet.route_table);
    if (!guards.table) {
      add_missing(
          estate, way, Kind::route_table, "route table",
          fmt::format("{} of subnet {}", subnet.route_table.name(), subnet.name),
          fmt::format("az network route-table show --ids {} --output json",
                      quote(subnet.route_table.text())),
          {estate.cite(subnet.origin, "routeTable/id", subnet.route_table.text(), Basis::arm)});
    }
  }
  return guards;
}

// The tag VirtualNetwork counts the prefixes of user-defined routes in.
std::vector<Cidr> space_of(const std::vector<Cidr>& direct, const RouteTable* table) {
  std::vector<Cidr> space = direct;
  if (table) {
    for (const RouteTable::Route& route : table->routes) {
      if (const auto prefix = Cidr::parse(route.prefix)) space.push_back(*prefix);
    }
  }
  return space;
}

// The regions of which one answers, as places of a service tag; any region may, where not all
// replicas are known.
std::vector<Place> places_in(std::string_view tag, const std::vector<std::string>& regions,
                             bool all_known) {
  std::vector<Place> places;
  places.reserve(regions.size() + 1);
  for (const std::string& region : regions) {
    places.push_back({std::nullopt, fmt::format("{}.{}", tag, region)});
  }
  if (!all_known || places.empty()) places.push_back({std::nullopt, std::string(tag)});
  return places;
}

// Where a registry without dedicated data endpoints sends for its layers, as a firewall names it.
std::string layer_hosts(const Registry& registry) {
  const RegistryCloud* cloud = cloud_of(registry.login_server);
  const std::string_view suffix = cloud ? cloud->suffix : "";
  return suffix == "azurecr.cn"   ? "*.blob.core.chinacloudapi.cn"
         : suffix == "azurecr.us" ? "*.blob.core.usgovcloudapi.net"
                                  : "*.blob.core.windows.net";
}

}  // namespace

std::string proxy_for(const Cluster& cluster, std::string_view host) {
  if (cluster.https_proxy.empty()) return {};
  const std::string name = lower(host);
  for (const std::string& entry : cluster.no_proxy) {
    std::string pattern = lower(entry);
    if (pattern == "*" || pattern == name) return {};
    if (pattern.starts_with("*.")) pattern.erase(0, 1);
    if (!pattern.starts_with('.')) pattern.insert(0, 1, '.');
    if (name.size() > pattern.size() && name.ends_with(pattern)) return {};
  }
  return cluster.https_proxy;
}

std::string try_from_node_command(const Cluster& cluster, const Registry& registry) {
  return fmt::format("az aks check-acr {} --name {} --acr {}", in_group(cluster.id),
                     quote(cluster.name), quote(lower(registry.login_server)));
}

EgressDecision egress_to_public(const Estate& estate, const Cluster& cluster,
                                const Registry& registry, const NodeNetwork& network) {
  Way way;
  if (has_no_way_out(estate, cluster, network)) {
    std::vector<Evidence> evidence{estate.cite(cluster.origin, "networkProfile/outboundType",
                                               cluster.outbound_type, Basis::arm)};
    for (const ResourceId& id : network.subnets) {
      if (const Subnet* subnet = estate.subnet(id))
        evidence.push_back(estate.cite(subnet->origin, "", subnet->name, Basis::arm));
    }
    way.add(
        Tri::no,
        fmt::format("cluster {} has outbound type {}: its nodes have no way to public endpoints",
                    cluster.name, cluster.outbound_type),
        evidence);
    return std::move(way).decide();
  }

  std::vector<std::string> regions;
  std::vector<Evidence> where;
  if (!registry.location.empty()) {
    regions.push_back(compact(registry.location));
    where.push_back(estate.cite(registry.origin, "/location", registry.location, Basis::arm));
  }
  bool replicas_known = !registry.sku.empty() && !same_text(registry.sku, "Premium");
  const auto add_region = [&](std::string_view text) {
    const std::string region = compact(text);
    if (std::find(regions.begin(), regions.end(), region) == regions.end())
      regions.push_back(region);
  };
  if (registry.data_endpoints && !registry.data_endpoints->empty()) {
    // contoso.westeurope.data.azurecr.io: one for each region.
    replicas_known = true;
    for (std::size_t i = 0; i < registry.data_endpoints->size(); ++i) {
      const std::string& host = (*registry.data_endpoints)[i];
      where.push_back(estate.cite(registry.origin, fmt::format("dataEndpointHostNames/{}", i), host,
                                  Basis::arm));
      if (const std::string_view region = data_region_of(host); !region.empty()) add_region(region);
    }
  } else {
    for (const Replication& replication : estate.replications) {
      if (replication.id.parent() != registry.id) continue;
      replicas_known = true;
      where.push_back(estate.cite(replication.origin, "regionEndpointEnabled",
                                  replication.region_endpoint_enabled ? "true" : "false",
                                  Basis::arm));
      if (replication.region_endpoint_enabled) add_region(replication.location);
    }
  }
  const auto leg = [&](std::string words, std::string slug, std::string_view tag,
                       std::vector<std::string> hosts) {
    Leg one{std::move(words),
            std::move(slug),
            places_in(tag, regions, replicas_known),
            {},
            std::move(hosts)};
    if (!replicas_known) {
      one.supply = {
          fmt::format("az acr replication list --registry {} --output json", quote(registry.name))};
    }
    // Replicas that are not known may be anywhere: a rule for one region would not be enough.
    one.prefix = replicas_known && regions.size() == 1 ? fmt::format("{}.{}", tag, regions.front())
                                                       : std::string(tag);
    return one;
  };
  std::vector<Leg> legs{leg(fmt::format("registry {}", registry.name), "registry",
                            "AzureContainerRegistry", {lower(registry.login_server)})};
  if (registry.data_endpoint_enabled && *registry.data_endpoint_enabled) {
    where.push_back(estate.cite(registry.origin, "dataEndpointEnabled", "true", Basis::arm));
    legs.front().hosts.push_back("its data endpoints");
  } else {
    legs.push_back(leg(fmt::format("the layers of registry {}", registry.name), "layers", "Storage",
                       {layer_hosts(registry)}));
    legs.back().needed = registry.data_endpoint_enabled.has_value();
    if (legs.back().needed)
      where.push_back(estate.cite(registry.origin, "dataEndpointEnabled", "false", Basis::arm));
  }

  const std::vector<Cidr> direct = direct_prefixes(estate, network.vnet_id);
  if (network.subnets.empty()) add_missing_subnets(estate, way, network);
  for (const ResourceId& id : network.subnets) {
    const Subnet* subnet = estate.subnet(id);
    if (!subnet) {
      add_missing_subnet(estate, way, id);
      continue;
    }
    const Guards guards = guards_of(estate, way, *subnet);
    if (guards.group || guards.table) way.add(Tri::yes, "", where);
    if (guards.group) {
      add_group(estate, way, cluster, registry, *guards.group, *subnet, false,
                ipv4_prefixes(*subnet), space_of(direct, guards.table), legs);
    }
    if (!subnet->service_endpoint_policies.empty() && legs.size() > 1) {
      const ResourceId& policy = subnet->service_endpoint_policies.front();
      way.add(Tri::unknown,
              fmt::format("service endpoint policy {} of subnet {} names the storage accounts that "
                          "the nodes reach, and whether those of the registry's layers are among "
                          "them is not in the input",
                          policy.name(), subnet->name),
              together({estate.cite(subnet->origin, "serviceEndpointPolicies", policy.text(),
                                    Basis::arm)},
                       where),
              {fmt::format("az network service-endpoint policy show --ids {} --output json",
                           quote(policy.text()))});
    }
    if (!subnet->route_table.empty() && !guards.table) continue;
    const bool same_region =
        network.vnet && compact(network.vnet->location) == compact(registry.location);
    add_routes(way, {estate, cluster, registry, *subnet, guards.table, legs, true, same_region},
               {direct, subnet->service_endpoints});
  }
  return std::move(way).decide();
}

EgressDecision egress_to_endpoint(const Estate& estate, const Cluster& cluster,
                                  const Registry& registry, const NodeNetwork& network,
                                  const EndpointView& view) {
  Way way;
  const std::string words = fmt::format("private endpoint {}", view.name);
  if (!view.endpoint) {
    const std::string show =
        view.id.empty() ? "az network private-endpoint list --output json"
                        : fmt::format("az network private-endpoint show --ids {} --output json",
                                      quote(view.id.text()));
    way.add(Tri::unknown, fmt::format("{} is not in the input, so its subnet is not known", words),
            {view.status_evidence}, {show});
    return std::move(way).decide();
  }
  const Subnet* target = estate.subnet(view.endpoint->subnet);
  if (!target) {
    add_missing(
        estate, way, Kind::vnet, "subnet",
        fmt::format("{} of {}", view.endpoint->subnet.name(), words),
        fmt::format("az network vnet show --ids {} --output json", quote(view.vnet_id.text())),
        {estate.cite(view.endpoint->origin, "subnet/id", view.endpoint->subnet.text(),
                     Basis::arm)});
    return std::move(way).decide();
  }

  // Its addresses: of the login server and of every data endpoint.
  std::set<std::string> addresses;
  std::vector<Evidence> where;
  for (const NetworkInterface* nic : estate.nics_of(*view.endpoint)) {
    for (const auto& configuration : nic->configurations) {
      addresses.insert(configuration.address);
      where.push_back(
          estate.cite(configuration.origin, "privateIPAddress", configuration.address, Basis::arm));
    }
  }
  if (addresses.empty() && view.addresses) {
    addresses.insert(view.addresses->begin(), view.addresses->end());
    where = view.address_evidence;
  }
  Leg leg{words, "endpoint", {}, {}, {lower(registry.login_server)}};
  std::vector<Cidr> hosts;
  std::vector<Leg> legs;
  for (const std::string& text : addresses) {
    const auto address = IpAddress::parse(text);
    if (!address || address->v6) continue;
    leg.words = fmt::format("{} ({})", words, text);
    leg.alternatives = {{address, ""}};
    leg.prefix = text;
    legs.push_back(leg);
    hosts.push_back({*address, 32});
  }
  // Azure routes each address of an endpoint on its own, past every shorter prefix of a route
  // table, unless the policies of its subnet turn that off.
  const std::string& policies = target->private_endpoint_network_policies;
  const Evidence policy_shown = estate.cite(target->origin, "privateEndpointNetworkPolicies",
                                            policies.empty() ? "absent" : policies, Basis::arm);
  const bool all = same_text(policies, "Enabled");
  const bool routes_bind = all || same_text(policies, "RouteTableEnabled");
  const bool groups_bind = all || same_text(policies, "NetworkSecurityGroupEnabled");
  const std::vector<Evidence> there{
      estate.cite(view.endpoint->origin, "subnet/id", view.endpoint->subnet.text(), Basis::arm),
      policy_shown};

  const std::vector<Cidr> near = direct_prefixes(estate, network.vnet_id);
  std::vector<Cidr> routed = near;
  if (!routes_bind) {
    std::copy_if(hosts.begin(), hosts.end(), std::back_inserter(routed), [&](const Cidr& host) {
      return std::any_of(near.begin(), near.end(),
                         [&](const Cidr& prefix) { return prefix.contains(host.base); });
    });
  }
  // Rules and routes decide by the addresses.
  const auto add_addresses = [&] {
    if (!legs.empty()) {
      way.add(Tri::yes, "", where);
      return;
    }
    const std::string show =
        view.endpoint->nics.empty()
            ? fmt::format("az network private-endpoint show --ids {} --output json",
                          quote(view.id.text()))
            : fmt::format("az network nic show --ids {} --output json",
                          quote(view.endpoint->nics.front().text()));
    way.add(Tri::unknown, fmt::format("the addresses of {} are not in the input", words),
            {estate.cite(view.endpoint->origin, "", view.endpoint->name, Basis::arm)}, {show});
  };
  std::vector<Cidr> sources;
  if (network.subnets.empty()) add_missing_subnets(estate, way, network);
  for (const ResourceId& id : network.subnets) {
    const Subnet* subnet = estate.subnet(id);
    if (!subnet) {
      add_missing_subnet(estate, way, id);
      continue;
    }
    const std::vector<Cidr> nodes = ipv4_prefixes(*subnet);
    sources.insert(sources.end(), nodes.begin(), nodes.end());
    const Guards guards = guards_of(estate, way, *subnet);
    way.add(Tri::yes, "", there);
    if (guards.group || guards.table) add_addresses();
    if (guards.group) {
      add_group(estate, way, cluster, registry, *guards.group, *subnet, false, nodes,
                space_of(near, guards.table), legs);
    }
    if (guards.table) {
      add_routes(way, {estate, cluster, registry, *subnet, guards.table, legs, false, false},
                 {routed, {}});
    }
  }
  if (groups_bind && !target->nsg.empty()) {
    const NetworkSecurityGroup* group = find_by_id(estate.nsgs, target->nsg);
    if (group) {
      add_addresses();
      add_group(estate, way, cluster, registry, *group, *target, true, sources,
                direct_prefixes(estate, view.vnet_id), legs);
    } else {
      add_missing(
          estate, way, Kind::nsg, "network security group",
          fmt::format("{} of subnet {}", target->nsg.name(), target->name),
          fmt::format("az network nsg show --ids {} --output json", quote(target->nsg.text())),
          {estate.cite(target->origin, "networkSecurityGroup/id", target->nsg.text(), Basis::arm),
           policy_shown});
    }
  }
  return std::move(way).decide();
}

}  // namespace acr
