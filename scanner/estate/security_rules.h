// What a network security group and a route table do with traffic from nodes to a registry: TCP,
// port 443. Sources: Microsoft Learn, "Network security groups" and "Virtual network traffic
// routing".
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/network.h"
#include "estate/service_tags.h"

namespace acr {

// Traffic to judge. `sources` are the prefixes of the nodes' subnet. `alternatives` are
// the places of which one is the destination, and it is not known which: an endpoint of a
// geo-replicated registry in each of its regions. `space` see service_tags.h.
struct Flow {
  std::span<const Cidr> sources;
  std::span<const Place> alternatives;
  VirtualNetworkSpace space;
};

struct RuleDecision {
  enum class Answer { allow, deny, unknown };
  Answer answer = Answer::unknown;
  // The rule that decides, or on `unknown` the first one in doubt. Into `rules`, or one of
  // default_outbound_rules(); nullptr when no rule is to blame.
  const SecurityRule* rule = nullptr;
  // "rule deny-internet (priority 200) denies Internet"; on `unknown` what the doubt is.
  std::string reason;
};

// Rules in the order of their priority, the first that matches decides. A rule in doubt (a tag
// whose addresses are not known, an application security group, a word not known) makes the answer
// unknown only if the rules after it would answer otherwise. Rules of the other direction are left
// out. Where
// `rules` has none of Azure's default rules, those are added: every group has them.
RuleDecision decide_outbound(std::span<const SecurityRule> rules, const Flow& flow);
std::span<const SecurityRule> default_outbound_rules();
// The same for traffic that arrives, by the group of the destination's subnet.
RuleDecision decide_inbound(std::span<const SecurityRule> rules, const Flow& flow);
std::span<const SecurityRule> default_inbound_rules();

// How Azure routes besides the route table.
struct SystemRoutes {
  // Prefixes that are reached directly: of the virtual network, of its connected peers, and /32 of
  // private endpoints. A route of the table wins over a prefix of the same length.
  std::span<const Cidr> direct;
  // Services with an endpoint on the subnet ("Microsoft.ContainerRegistry") that covers the place's
  // region: their addresses are reached directly, past a default route.
  std::span<const std::string> service_endpoints;
};

enum class NextHop {
  internet,
  virtual_network,
  service_endpoint,
  appliance,  // a firewall, which must allow the registry's hosts
  gateway,
  blocked,
  unknown
};
std::string_view to_string(NextHop hop);  // "firewall next hop" for an appliance

struct RouteDecision {
  NextHop hop = NextHop::unknown;
  // The route of the table that decides, or on `unknown` the one in doubt; nullptr for a system
  // route, and where no route leads to the place.
  const RouteTable::Route* route = nullptr;
  std::string reason;  // "route to-hub (0.0.0.0/0) leads to 10.0.0.4: firewall next hop"
};

// The route with the longest prefix that holds the place; among equals a prefix wins over a service
// tag, and a route of the table over the system's. For a place known by its tag only, every route
// that may hold some of the tag's addresses counts: the answer is unknown where they disagree.
// `table` may be nullptr: the subnet has none. Routes learned from a gateway are not known.
RouteDecision decide_route(const RouteTable* table, const Place& place, const SystemRoutes& system);

}  // namespace acr
