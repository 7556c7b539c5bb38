#include "estate/security_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <utility>

#include "estate/resource_id.h"

namespace acr {
namespace {

using Answer = RuleDecision::Answer;

constexpr unsigned kPort = 443;
constexpr long kFirstDefaultPriority = 65000;  // own rules end at 4096

Tri either(Tri a, Tri b) {
  if (a == Tri::yes || b == Tri::yes) return Tri::yes;
  return a == Tri::unknown || b == Tri::unknown ? Tri::unknown : Tri::no;
}

struct PortRange {
  unsigned first = 0, last = 65535;
};

// "*", "443", "400-500"; nullopt for anything else.
std::optional<PortRange> parse_ports(std::string_view text) {
  if (text == "*") return PortRange{};
  const auto number = [](std::string_view digits) -> std::optional<unsigned> {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || value > 65535) {
      return std::nullopt;
    }
    return value;
  };
  const std::size_t dash = text.find('-');
  const auto first = number(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : number(text.substr(dash + 1));
  if (!first || !last) return std::nullopt;
  return PortRange{*first, *last};
}

// Do the ranges hold all ports from `first` to `last` (yes), some (unknown), or none? An empty list
// is in doubt: nothing was given.
Tri ports_hold(const std::vector<std::string>& ranges, unsigned first, unsigned last) {
  if (ranges.empty()) return Tri::unknown;
  Tri any = Tri::no;
  for (const std::string& text : ranges) {
    const auto range = parse_ports(text);
    const bool all = range && range->first <= first && last <= range->last;
    const bool none = range && (range->last < first || last < range->first);
    any = either(any, all ? Tri::yes : none ? Tri::no : Tri::unknown);
  }
  return any;
}

Tri protocol_holds(std::string_view protocol) {
  if (protocol == "*" || same_text(protocol, "Tcp") || same_text(protocol, "Any")) return Tri::yes;
  static constexpr std::array kOthers = {"udp", "icmp", "icmpv6", "esp", "ah"};
  return std::ranges::find(kOthers, lower(protocol)) != kOthers.end() ? Tri::no : Tri::unknown;
}

// An empty list names application security groups, which are not known here.
Tri destination_holds(const SecurityRule& rule, const Place& place, VirtualNetworkSpace space) {
  if (rule.destination_prefixes.empty()) return Tri::unknown;
  Tri any = Tri::no;
  for (const std::string& prefix : rule.destination_prefixes) {
    any = either(any, contains(prefix, place, space));
  }
  return any;
}

// Does `prefix` hold every node of the subnet prefix `nodes`?
Tri source_prefix_holds(std::string_view prefix, const Cidr& nodes, VirtualNetworkSpace space) {
  if (same_text(prefix, "VirtualNetwork")) return Tri::yes;
  const Tri first = contains(prefix, {first_of(nodes), ""}, space);
  const Tri last = contains(prefix, {last_of(nodes), ""}, space);
  if (first != last) return Tri::unknown;
  const auto inner = Cidr::parse(prefix);
  return first == Tri::no && inner && nodes.contains(inner->base) ? Tri::unknown : first;
}

Tri source_holds(const SecurityRule& rule, const Flow& flow) {
  if (rule.source_prefixes.empty()) return Tri::unknown;
  const auto names = [&](std::string_view word) {
    return std::ranges::any_of(rule.source_prefixes,
                               [&](const auto& prefix) { return same_text(prefix, word); });
  };
  if (names("*") || names("VirtualNetwork")) return Tri::yes;
  bool some = false, all = !flow.sources.empty();
  for (const Cidr& nodes : flow.sources) {
    Tri any = Tri::no;
    for (const std::string& prefix : rule.source_prefixes) {
      any = either(any, source_prefix_holds(prefix, nodes, flow.space));
    }
    some = some || any != Tri::no;
    all = all && any == Tri::yes;
  }
  if (all) return Tri::yes;
  return some || flow.sources.empty() ? Tri::unknown : Tri::no;
}

// Whether a rule applies to the traffic, and if that is not known, for which part of the rule.
struct Applies {
  Tri holds = Tri::yes;
  std::string_view doubt;
};

Applies applies(const SecurityRule& rule, const Flow& flow, const Place& place,
                std::string_view direction) {
  // Nodes send from a port above the well-known ones.
  const std::pair<Tri, std::string_view> parts[] = {
      {same_text(rule.direction, direction) ? Tri::yes : Tri::unknown, "direction"},
      {protocol_holds(rule.protocol), "protocol"},
      {ports_hold(rule.destination_ports, kPort, kPort), "destination port"},
      {ports_hold(rule.source_ports, 1024, 65535), "source port"},
      {source_holds(rule, flow), "source"},
      {destination_holds(rule, place, flow.space), "destination"},
      {rule.priority < 100 ? Tri::unknown : Tri::yes, "priority"},  // absent: Azure begins at 100
  };
  Applies result;
  for (const auto& [holds, name] : parts) {
    if (holds == Tri::no) return {Tri::no, {}};
    if (holds == Tri::unknown && result.holds == Tri::yes) result = {Tri::unknown, name};
  }
  return result;
}

Answer access_of(const SecurityRule& rule) {
  if (same_text(rule.access, "Allow")) return Answer::allow;
  return same_text(rule.access, "Deny") ? Answer::deny : Answer::unknown;
}

std::string describe(const SecurityRule& rule) {
  return fmt::format("rule {} (priority {})", rule.name, rule.priority);
}

RuleDecision doubt(const SecurityRule& rule, std::string_view part, const Place& place) {
  return {Answer::unknown, &rule,
          fmt::format("{} may {} {}: its {} leaves it open", describe(rule),
                      access_of(rule) == Answer::allow  ? "allow"
                      : access_of(rule) == Answer::deny ? "deny"
                                                        : "concern",
                      describe(place), part)};
}

using ByPriority = std::multimap<long, const SecurityRule*>;

RuleDecision decide_place(const ByPriority& rules, const Flow& flow, const Place& place,
                          std::string_view direction) {
  std::vector<RuleDecision> doubts;
  for (const auto& [priority, rule] : rules) {
    const Applies result = applies(*rule, flow, place, direction);
    if (result.holds == Tri::no) continue;
    const Answer access = access_of(*rule);
    if (result.holds == Tri::unknown || access == Answer::unknown) {
      doubts.push_back(doubt(*rule, result.holds == Tri::unknown ? result.doubt : "access", place));
      continue;
    }
    for (RuleDecision& earlier : doubts) {
      if (access_of(*earlier.rule) != access) return std::move(earlier);
    }
    return {access, rule,
            fmt::format("{} {} {}", describe(*rule), access == Answer::allow ? "allows" : "denies",
                        describe(place))};
  }
  if (!doubts.empty()) return std::move(doubts.front());
  return {Answer::unknown, nullptr, fmt::format("no rule applies to {}", describe(place))};
}

// One entry of the effective routes that holds the place, or may.
struct Entry {
  NextHop hop = NextHop::unknown;
  const RouteTable::Route* route = nullptr;  // nullptr: a system route
  Tri holds = Tri::yes;
  bool tagged = false;  // a service tag, whose prefixes are not known
  Cidr prefix;          // when not tagged
  std::string words;
};

NextHop hop_of(std::string_view type) {
  static constexpr std::pair<std::string_view, NextHop> kHops[] = {
      {"internet", NextHop::internet},
      {"none", NextHop::blocked},
      {"virtualappliance", NextHop::appliance},
      {"virtualapplianceecmp", NextHop::appliance},
      {"virtualnetworkgateway", NextHop::gateway},
      {"vnetlocal", NextHop::virtual_network},
  };
  const auto known =
      std::ranges::find(kHops, lower(type), &std::pair<std::string_view, NextHop>::first);
  return known == std::end(kHops) ? NextHop::unknown : known->second;
}

std::string describe(const RouteTable::Route& route) {
  return fmt::format("route {} ({}){}{}: {}", route.name, route.prefix,
                     route.next_hop_address.empty() ? "" : " leads to ", route.next_hop_address,
                     to_string(hop_of(route.next_hop_type)));
}

bool is_default(const Entry& entry) {
  return !entry.tagged && entry.prefix.length == 0;
}

// Do the IPv4 prefixes together hold all of `area`?
bool cover(const std::vector<Cidr>& prefixes, const Cidr& area) {
  std::vector<Cidr> within;
  for (const Cidr& prefix : prefixes) {
    if (prefix.length <= area.length && prefix.contains(area.base)) return true;
    if (area.contains(prefix.base)) within.push_back(prefix);
  }
  if (within.empty() || area.length == 32) return false;
  const Cidr lower_half{area.base, area.length + 1};
  return cover(within, lower_half) && cover(within, {last_of(area), area.length + 1});
}

// Every entry that holds the place or may, those of the table first.
std::vector<Entry> collect_entries(const RouteTable* table, const Place& place,
                                   const SystemRoutes& system) {
  std::vector<Entry> entries;
  if (table) {
    for (const RouteTable::Route& route : table->routes) {
      const Tri holds = contains(route.prefix, place, system.direct);
      if (holds == Tri::no) continue;
      const auto prefix = Cidr::parse(route.prefix);
      entries.push_back({hop_of(route.next_hop_type), &route, holds, !prefix,
                         prefix.value_or(Cidr{}), describe(route)});
    }
  }

  const auto add = [&](NextHop hop, const Cidr& prefix, std::string_view way) {
    entries.push_back({hop, nullptr, Tri::yes, false, prefix,
                       fmt::format("{} is reached {}", describe(place), way)});
  };
  constexpr std::string_view kDirectly = "within the virtual network and its peers";
  for (const Cidr& direct : system.direct) {
    if (place.address && direct.contains(*place.address)) {
      add(NextHop::virtual_network, direct, kDirectly);
    }
  }
  IpAddress zero;
  zero.v6 = place.address && place.address->v6;
  if (is_public(place, system.direct)) {
    add(NextHop::internet, {zero, 0}, "over the Internet by Azure's default route");
  } else if (!place.address) {
    // Its prefix is not known, but is longer than a default route's.
    add(NextHop::virtual_network, {zero, 1}, kDirectly);
  }

  for (const std::string& service : system.service_endpoints) {
    const std::string_view tag = tag_of_service_endpoint(service);
    // The table's route for the same tag has the same prefixes, and wins.
    const bool replaced = std::ranges::any_of(entries, [&](const Entry& entry) {
      return entry.route && same_text(entry.route->prefix, tag);
    });
    if (tag.empty() || replaced) continue;
    const Tri holds = contains(tag, place, system.direct);
    if (holds == Tri::no) continue;
    entries.push_back({NextHop::service_endpoint, nullptr, holds, true, Cidr{},
                       fmt::format("{} is reached through the subnet's service endpoint for {}",
                                   describe(place), service)});
  }
  return entries;
}

}  // namespace

namespace {

SecurityRule default_rule(const char* direction, const char* name, long priority,
                          const char* access, const char* source, const char* destination) {
  return SecurityRule{{},       name,     direction,     access, "*",
                      priority, {source}, {destination}, {"*"},  {"*"}};
}

RuleDecision decide(std::span<const SecurityRule> rules, std::span<const SecurityRule> defaults,
                    const Flow& flow, std::string_view direction, std::string_view other) {
  ByPriority ordered;
  const auto add = [&](std::span<const SecurityRule> more) {
    for (const SecurityRule& rule : more) {
      if (!same_text(rule.direction, other)) ordered.emplace(rule.priority, &rule);
    }
  };
  add(rules);
  if (ordered.lower_bound(kFirstDefaultPriority) == ordered.end()) add(defaults);

  std::optional<RuleDecision> all;
  for (const Place& place : flow.alternatives) {
    RuleDecision one = decide_place(ordered, flow, place, direction);
    if (one.answer == Answer::unknown) return one;
    if (!all) {
      all = std::move(one);
    } else if (all->answer != one.answer) {
      const RuleDecision& denied = one.answer == Answer::deny ? one : *all;
      const RuleDecision& allowed = one.answer == Answer::deny ? *all : one;
      return {Answer::unknown, denied.rule,
              fmt::format("{}, but {}", denied.reason, allowed.reason)};
    }
  }
  return all.value_or(RuleDecision{Answer::unknown, nullptr, "the destination is not known"});
}

}  // namespace

std::span<const SecurityRule> default_outbound_rules() {
  static const std::array rules{
      default_rule("Outbound", "AllowVnetOutBound", 65000, "Allow", "VirtualNetwork",
                   "VirtualNetwork"),
      default_rule("Outbound", "AllowInternetOutBound", 65001, "Allow", "*", "Internet"),
      default_rule("Outbound", "DenyAllOutBound", 65500, "Deny", "*", "*"),
  };
  return rules;
}

std::span<const SecurityRule> default_inbound_rules() {
  static const std::array rules{
      default_rule("Inbound", "AllowVnetInBound", 65000, "Allow", "VirtualNetwork",
                   "VirtualNetwork"),
      default_rule("Inbound", "AllowAzureLoadBalancerInBound", 65001, "Allow", "AzureLoadBalancer",
                   "*"),
      default_rule("Inbound", "DenyAllInBound", 65500, "Deny", "*", "*"),
  };
  return rules;
}

RuleDecision decide_outbound(std::span<const SecurityRule> rules, const Flow& flow) {
  return decide(rules, default_outbound_rules(), flow, "Outbound", "Inbound");
}

RuleDecision decide_inbound(std::span<const SecurityRule> rules, const Flow& flow) {
  return decide(rules, default_inbound_rules(), flow, "Inbound", "Outbound");
}

std::string_view to_string(NextHop hop) {
  switch (hop) {
    case NextHop::internet:
      return "Internet";
    case NextHop::virtual_network:
      return "virtual network";
    case NextHop::service_endpoint:
      return "service endpoint";
    case NextHop::appliance:
      return "firewall next hop";
    case NextHop::gateway:
      return "gateway";
    case NextHop::blocked:
      return "blocked";
    case NextHop::unknown:
      return "unknown next hop";
  }
  return "unknown next hop";
}

RouteDecision decide_route(const RouteTable* table, const Place& place,
                           const SystemRoutes& system) {
  const std::vector<Entry> entries = collect_entries(table, place, system);

  // The longest prefix that is sure to hold the place; the table's comes first and wins a tie.
  const Entry* base = nullptr;
  for (const Entry& entry : entries) {
    if (entry.holds != Tri::yes || entry.tagged) continue;
    if (!base || entry.prefix.length > base->prefix.length) base = &entry;
  }
  // Azure has routes of its own that drop private addresses. Whether a default route of the table
  // replaces them is not documented.
  if (base && is_default(*base) && place.address && !is_public(place, system.direct)) {
    return {NextHop::unknown, base->route,
            fmt::format("{}, unless Azure drops the private address", base->words)};
  }

  // What may have a longer prefix than that: nothing, if it is the address itself.
  const bool exact = base && base->prefix.length == (base->prefix.base.v6 ? 128U : 32U);
  std::vector<const Entry*> possible;
  std::vector<Cidr> uncertain;
  bool surely_tagged = false;
  for (const Entry& entry : entries) {
    if (exact || (!entry.tagged && entry.holds == Tri::yes)) continue;
    possible.push_back(&entry);
    if (!entry.tagged) uncertain.push_back(entry.prefix);
    surely_tagged = surely_tagged || (entry.tagged && entry.holds == Tri::yes);
  }
  // The prefixes of a tag are longer than a default route's; two halves are as good as the whole.
  const bool hidden = base && is_default(*base) && (surely_tagged || cover(uncertain, Cidr{}));
  if (base && !hidden) possible.insert(possible.begin(), base);

  if (possible.empty()) {
    return {NextHop::unknown, nullptr, fmt::format("no known route leads to {}", describe(place))};
  }
  const Entry& first = *possible.front();
  for (const Entry* entry : possible) {
    if (entry->hop != first.hop) {
      return {
          NextHop::unknown, entry->route ? entry->route : first.route,
          fmt::format("{} and {} both may hold {}", first.words, entry->words, describe(place))};
    }
  }
  return {first.hop, first.route, first.words};
}

}  // namespace acr
