#include "estate/security_rules.h"

#include <gtest/gtest.h>

#include "estate/address.h"

namespace acr {
namespace {

using Answer = RuleDecision::Answer;

std::vector<Cidr> parse_all(std::initializer_list<const char*> texts) {
  std::vector<Cidr> prefixes;
  for (const char* text : texts) prefixes.push_back(Cidr::parse(text).value());
  return prefixes;
}

// "10.1.2.4", "Storage", "20.1.2.3 Storage"
Place make_place(std::string_view text) {
  Place place;
  const std::size_t space = text.find(' ');
  place.address = IpAddress::parse(text.substr(0, space));
  if (!place.address) {
    place.tag = text;
  } else if (space != std::string_view::npos) {
    place.tag = text.substr(space + 1);
  }
  return place;
}

const char* name_of(Tri value) {
  return value == Tri::yes ? "yes" : value == Tri::no ? "no" : "unknown";
}

TEST(TagContains, ServicesAndRegions) {
  struct Case {
    const char *outer, *inner;
    Tri contained;
  };
  for (const Case& c : {
           Case{"AzureContainerRegistry", "AzureContainerRegistry.westeurope", Tri::yes},
           Case{"AzureContainerRegistry.WestEurope", "AzureContainerRegistry.westeurope", Tri::yes},
           Case{"AzureContainerRegistry.NorthEurope", "AzureContainerRegistry.westeurope", Tri::no},
           Case{"AzureContainerRegistry.WestEurope", "AzureContainerRegistry", Tri::unknown},
           Case{"AzureContainerRegistry.centralfrance", "AzureContainerRegistry.francecentral",
                Tri::yes},
           Case{"AzureContainerRegistry.GermanyWC", "AzureContainerRegistry.germanynorth", Tri::no},
           Case{"AzureCloud", "AzureContainerRegistry.westeurope", Tri::yes},
           Case{"AzureCloud.westeurope", "AzureContainerRegistry.westeurope", Tri::yes},
           Case{"AzureCloud.northeurope", "Storage.westeurope", Tri::no},
           Case{"AzureCloud.northeurope", "Storage", Tri::unknown},
           Case{"azurecloud", "Internet", Tri::unknown},
           Case{"Internet", "Storage", Tri::yes},
           Case{"Internet", "AzureCloud", Tri::yes},
           Case{"Internet", "Internet", Tri::yes},
           Case{"Storage", "AzureContainerRegistry", Tri::no},
           Case{"Storage", "Internet", Tri::unknown},
           Case{"MicrosoftContainerRegistry", "AzureContainerRegistry", Tri::no},
           Case{"AzureFrontDoor.FirstParty", "AzureContainerRegistry", Tri::no},
           Case{"AzureFrontDoor.FirstParty", "AzureFrontDoor.FirstParty.westeurope", Tri::yes},
           Case{"AzureFrontDoor.Frontend", "AzureFrontDoor.FirstParty", Tri::no},
           Case{"AzureActiveDirectory", "Storage.westeurope", Tri::no},
           Case{"AzurePlatformDNS", "Internet", Tri::no},
           Case{"AzureLoadBalancer", "Storage", Tri::no},
           Case{"BrandNewService", "AzureContainerRegistry", Tri::unknown},
           Case{"VirtualNetwork", "Internet", Tri::no},
           Case{"Internet", "VirtualNetwork", Tri::no},
           Case{"VirtualNetwork", "virtualnetwork", Tri::yes},
           Case{"", "Storage", Tri::unknown},
       }) {
    EXPECT_STREQ(name_of(tag_contains(c.outer, c.inner)), name_of(c.contained))
        << c.outer << " " << c.inner;
  }
}

TEST(Contains, PrefixesAndTags) {
  const std::vector<Cidr> network = parse_all({"10.1.0.0/16", "10.2.0.0/16", "52.1.0.0/24"});
  struct Case {
    const char *prefix, *place;
    Tri contained;
  };
  for (const Case& c : {
           Case{"*", "10.1.2.4", Tri::yes},
           Case{"Any", "Storage", Tri::yes},
           Case{"0.0.0.0/0", "Storage", Tri::yes},
           Case{"0.0.0.0/0", "10.1.2.4", Tri::yes},
           Case{"::/0", "Storage", Tri::no},
           Case{"::/0", "10.1.2.4", Tri::no},
           Case{"10.1.2.4", "10.1.2.4", Tri::yes},
           Case{"10.1.2.0/24", "10.1.2.4", Tri::yes},
           Case{"10.1.3.0/24", "10.1.2.4", Tri::no},
           Case{"10.0.0.0/8", "Storage", Tri::no},
           Case{"172.16.0.0/12", "Storage", Tri::no},
           Case{"172.16.0.0/11", "Storage", Tri::unknown},
           Case{"20.0.0.0/8", "Storage", Tri::unknown},
           Case{"10.0.0.0/8", "VirtualNetwork", Tri::unknown},
           Case{"VirtualNetwork", "10.1.2.4", Tri::yes},
           Case{"virtualnetwork", "10.2.2.4", Tri::yes},
           Case{"VirtualNetwork", "52.1.0.9", Tri::yes},
           Case{"VirtualNetwork", "10.9.0.1", Tri::unknown},
           Case{"VirtualNetwork", "20.1.2.3", Tri::no},
           Case{"VirtualNetwork", "Storage", Tri::no},
           Case{"VirtualNetwork", "VirtualNetwork", Tri::yes},
           Case{"Internet", "20.1.2.3", Tri::yes},
           Case{"Internet", "52.1.0.9", Tri::no},
           Case{"Internet", "10.9.0.1", Tri::no},
           Case{"Internet", "VirtualNetwork", Tri::no},
           Case{"AzureContainerRegistry", "10.1.2.4", Tri::no},
           Case{"AzureContainerRegistry", "20.1.2.3", Tri::unknown},
           Case{"AzureContainerRegistry", "20.1.2.3 AzureContainerRegistry.westeurope", Tri::yes},
           Case{"20.1.2.0/24", "20.1.2.3 AzureContainerRegistry.westeurope", Tri::yes},
           Case{"Unheard", "10.1.2.4", Tri::unknown},
           Case{"10.1.2.4/99", "10.1.2.4", Tri::unknown},
           Case{"", "10.1.2.4", Tri::unknown},
       }) {
    EXPECT_STREQ(name_of(contains(c.prefix, make_place(c.place), network)), name_of(c.contained))
        << c.prefix << " " << c.place;
  }
}

TEST(Contains, ADefaultRouteLeavesVirtualNetworkInDoubt) {
  const std::vector<Cidr> network = parse_all({"10.1.0.0/16", "0.0.0.0/0"});
  EXPECT_EQ(contains("VirtualNetwork", make_place("Storage"), network), Tri::unknown);
  EXPECT_EQ(contains("VirtualNetwork", make_place("20.1.2.3"), network), Tri::unknown);
  EXPECT_EQ(contains("VirtualNetwork", make_place("10.1.2.4"), network), Tri::yes);
  EXPECT_EQ(contains("VirtualNetwork", make_place("2603::1"), network), Tri::no);
  EXPECT_EQ(contains("Internet", make_place("20.1.2.3"), network), Tri::yes);
}

TEST(FirstAndLast, OfAPrefix) {
  const auto ends = [](const char* text) {
    const Cidr prefix = Cidr::parse(text).value();
    return first_of(prefix).to_string() + " " + last_of(prefix).to_string();
  };
  EXPECT_EQ(ends("10.1.130.9/17"), "10.1.128.0 10.1.255.255");
  EXPECT_EQ(ends("10.1.2.3/32"), "10.1.2.3 10.1.2.3");
  EXPECT_EQ(ends("1.2.3.4/0"), "0.0.0.0 255.255.255.255");
  EXPECT_EQ(ends("2603:10a0::/31"), "2603:10a0:: 2603:10a1:ffff:ffff:ffff:ffff:ffff:ffff");
}

SecurityRule make_rule(std::string name, long priority, std::string access,
                       std::vector<std::string> destinations) {
  SecurityRule rule;
  rule.name = std::move(name);
  rule.direction = "Outbound";
  rule.access = std::move(access);
  rule.protocol = "*";
  rule.priority = priority;
  rule.source_prefixes = {"*"};
  rule.source_ports = {"*"};
  rule.destination_prefixes = std::move(destinations);
  rule.destination_ports = {"*"};
  return rule;
}

class Decide : public testing::Test {
 protected:
  // "allow", "deny" or "unknown", and the name of the rule.
  std::string decide(std::initializer_list<const char*> places) {
    std::vector<Place> alternatives;
    for (const char* place : places) alternatives.push_back(make_place(place));
    last = decide_outbound(rules, {nodes, alternatives, network});
    const std::string answer = last.answer == Answer::allow  ? "allow"
                               : last.answer == Answer::deny ? "deny"
                                                             : "unknown";
    return answer + " " + (last.rule ? last.rule->name : "-");
  }

  std::vector<SecurityRule> rules;
  std::vector<Cidr> nodes = parse_all({"10.1.4.0/22"});
  std::vector<Cidr> network = parse_all({"10.1.0.0/16", "10.2.0.0/16"});
  RuleDecision last;
};

TEST_F(Decide, TheDefaultRulesAllow) {
  EXPECT_EQ(decide({"AzureContainerRegistry.westeurope"}), "allow AllowInternetOutBound");
  EXPECT_EQ(decide({"20.1.2.3"}), "allow AllowInternetOutBound");
  EXPECT_EQ(decide({"10.2.2.4"}), "allow AllowVnetOutBound");
  EXPECT_EQ(last.reason, "rule AllowVnetOutBound (priority 65000) allows 10.2.2.4");
  EXPECT_EQ(decide({"10.9.0.1"}), "unknown AllowVnetOutBound") << "may be an on-premises address";
  EXPECT_EQ(decide({}), "unknown -");
}

TEST_F(Decide, GivenDefaultRulesAreNotDoubled) {
  rules = {make_rule("DenyAllOutBound", 65500, "Deny", {"*"})};
  EXPECT_EQ(decide({"Storage"}), "deny DenyAllOutBound");
}

TEST_F(Decide, InboundRulesAreTheirOwn) {
  const auto arrives = [&] {
    const std::vector<Place> endpoint{make_place("10.2.2.4")};
    const RuleDecision decision = decide_inbound(rules, {nodes, endpoint, network});
    return std::string(decision.answer == Answer::allow ? "allow " : "deny ") +
           (decision.rule ? decision.rule->name : "-");
  };
  EXPECT_EQ(arrives(), "allow AllowVnetInBound");
  rules = {make_rule("deny-all", 200, "Deny", {"*"})};
  EXPECT_EQ(arrives(), "allow AllowVnetInBound") << "an outbound rule says nothing about it";
  rules[0].direction = "Inbound";
  EXPECT_EQ(arrives(), "deny deny-all");
  EXPECT_EQ(decide({"10.2.2.4"}), "allow AllowVnetOutBound");
  rules[0].source_prefixes = {"10.1.0.0/22", "AzureLoadBalancer"};
  EXPECT_EQ(arrives(), "allow AllowVnetInBound") << "the nodes are elsewhere";
}

TEST_F(Decide, PriorityDecides) {
  rules = {make_rule("deny-internet", 200, "Deny", {"Internet"}),
           make_rule("allow-registry", 100, "Allow", {"AzureContainerRegistry.WestEurope"})};
  EXPECT_EQ(decide({"AzureContainerRegistry.westeurope"}), "allow allow-registry");
  EXPECT_EQ(decide({"Storage.westeurope"}), "deny deny-internet");
  EXPECT_EQ(last.reason, "rule deny-internet (priority 200) denies Storage.westeurope");
  EXPECT_EQ(decide({"AzureContainerRegistry.northeurope"}), "deny deny-internet");
  EXPECT_EQ(decide({"10.2.2.4"}), "allow AllowVnetOutBound");
}

TEST_F(Decide, AlternativesMustAgree) {
  rules = {make_rule("allow-west", 100, "Allow", {"AzureContainerRegistry.WestEurope"}),
           make_rule("deny-internet", 200, "Deny", {"Internet"})};
  EXPECT_EQ(decide({"AzureContainerRegistry.westeurope", "AzureContainerRegistry.northeurope"}),
            "unknown deny-internet");
  EXPECT_EQ(last.reason,
            "rule deny-internet (priority 200) denies AzureContainerRegistry.northeurope, but rule "
            "allow-west (priority 100) allows AzureContainerRegistry.westeurope");
  EXPECT_EQ(decide({"AzureContainerRegistry.northeurope", "Storage.northeurope"}),
            "deny deny-internet");
}

TEST_F(Decide, ADoubtfulRuleMattersOnlyIfItChangesTheAnswer) {
  rules = {make_rule("deny-addresses", 100, "Deny", {"20.0.0.0/8"})};
  EXPECT_EQ(decide({"AzureContainerRegistry"}), "unknown deny-addresses");
  EXPECT_EQ(last.reason,
            "rule deny-addresses (priority 100) may deny AzureContainerRegistry: its destination "
            "leaves it open");
  rules[0].access = "Allow";
  EXPECT_EQ(decide({"AzureContainerRegistry"}), "allow AllowInternetOutBound");
  rules.push_back(make_rule("deny-internet", 200, "Deny", {"Internet"}));
  EXPECT_EQ(decide({"AzureContainerRegistry"}), "unknown deny-addresses");
  EXPECT_EQ(decide({"20.1.2.3"}), "allow deny-addresses");
  EXPECT_EQ(decide({"40.1.2.3"}), "deny deny-internet");
}

TEST_F(Decide, EveryPartOfARuleCounts) {
  struct Case {
    const char* name;
    void (*change)(SecurityRule&);
    Tri applies;
  };
  for (const Case& c : {
           Case{"as it is", [](SecurityRule&) {}, Tri::yes},
           Case{"tcp", [](SecurityRule& r) { r.protocol = "tcp"; }, Tri::yes},
           Case{"udp", [](SecurityRule& r) { r.protocol = "Udp"; }, Tri::no},
           Case{"no protocol", [](SecurityRule& r) { r.protocol = ""; }, Tri::unknown},
           Case{"443", [](SecurityRule& r) { r.destination_ports = {"80", "443"}; }, Tri::yes},
           Case{"range", [](SecurityRule& r) { r.destination_ports = {"400-500"}; }, Tri::yes},
           Case{"80", [](SecurityRule& r) { r.destination_ports = {"80"}; }, Tri::no},
           Case{"no port", [](SecurityRule& r) { r.destination_ports = {}; }, Tri::unknown},
           Case{"bad port", [](SecurityRule& r) { r.destination_ports = {"44x"}; }, Tri::unknown},
           Case{"big port", [](SecurityRule& r) { r.destination_ports = {"0-70000"}; },
                Tri::unknown},
           Case{"source port 443", [](SecurityRule& r) { r.source_ports = {"443"}; }, Tri::no},
           Case{"high source ports", [](SecurityRule& r) { r.source_ports = {"49152-65535"}; },
                Tri::unknown},
           Case{"all source ports", [](SecurityRule& r) { r.source_ports = {"1-65535"}; },
                Tri::yes},
           Case{"vnet source", [](SecurityRule& r) { r.source_prefixes = {"VirtualNetwork"}; },
                Tri::yes},
           Case{"subnet source", [](SecurityRule& r) { r.source_prefixes = {"10.1.0.0/16"}; },
                Tri::yes},
           Case{"same source", [](SecurityRule& r) { r.source_prefixes = {"10.1.4.0/22"}; },
                Tri::yes},
           Case{"other source", [](SecurityRule& r) { r.source_prefixes = {"10.1.8.0/22"}; },
                Tri::no},
           Case{"first half", [](SecurityRule& r) { r.source_prefixes = {"10.1.4.0/23"}; },
                Tri::unknown},
           Case{"inside", [](SecurityRule& r) { r.source_prefixes = {"10.1.5.0/24"}; },
                Tri::unknown},
           Case{"Internet source", [](SecurityRule& r) { r.source_prefixes = {"Internet"}; },
                Tri::no},
           Case{"source group", [](SecurityRule& r) { r.source_prefixes = {}; }, Tri::unknown},
           Case{"destination group", [](SecurityRule& r) { r.destination_prefixes = {}; },
                Tri::unknown},
           Case{"inbound", [](SecurityRule& r) { r.direction = "inbound"; }, Tri::no},
           Case{"no direction", [](SecurityRule& r) { r.direction = ""; }, Tri::unknown},
           Case{"no priority", [](SecurityRule& r) { r.priority = 0; }, Tri::unknown},
           Case{"no access", [](SecurityRule& r) { r.access = ""; }, Tri::unknown},
       }) {
    rules = {make_rule("deny", 100, "Deny", {"Internet"})};
    c.change(rules[0]);
    EXPECT_EQ(decide({"Storage"}), c.applies == Tri::yes  ? "deny deny"
                                   : c.applies == Tri::no ? "allow AllowInternetOutBound"
                                                          : "unknown deny")
        << c.name;
  }
}

TEST_F(Decide, NodesInSeveralSubnets) {
  nodes = parse_all({"10.1.4.0/22", "10.1.8.0/22"});
  rules = {make_rule("deny", 100, "Deny", {"Internet"})};
  rules[0].source_prefixes = {"10.1.4.0/22"};
  EXPECT_EQ(decide({"Storage"}), "unknown deny");
  rules[0].source_prefixes = {"10.1.4.0/22", "10.1.8.0/21"};
  EXPECT_EQ(decide({"Storage"}), "deny deny");
  nodes.clear();
  EXPECT_EQ(decide({"Storage"}), "unknown deny");
}

class Routes : public testing::Test {
 protected:
  void add(std::string prefix, std::string type, std::string address = "") {
    RouteTable::Route route;
    route.name = "r" + std::to_string(table.routes.size());
    route.prefix = std::move(prefix);
    route.next_hop_type = std::move(type);
    route.next_hop_address = std::move(address);
    table.routes.push_back(std::move(route));
  }
  // The next hop, and the name of the route.
  std::string route_to(const char* place) {
    last = decide_route(&table, make_place(place), {direct, services});
    return std::string(to_string(last.hop)) + " " + (last.route ? last.route->name : "-");
  }

  RouteTable table;
  std::vector<Cidr> direct = parse_all({"10.1.0.0/16", "10.2.2.4/32"});
  std::vector<std::string> services;
  RouteDecision last;
};

TEST_F(Routes, WithoutATable) {
  const auto hop = [&](const char* place) {
    return decide_route(nullptr, make_place(place), {direct, services}).hop;
  };
  EXPECT_EQ(hop("Storage"), NextHop::internet);
  EXPECT_EQ(hop("20.1.2.3"), NextHop::internet);
  EXPECT_EQ(hop("10.1.9.9"), NextHop::virtual_network);
  EXPECT_EQ(hop("10.9.0.1"), NextHop::unknown);
  EXPECT_EQ(hop("VirtualNetwork"), NextHop::virtual_network);
  EXPECT_EQ(decide_route(nullptr, make_place("10.9.0.1"), {direct, services}).reason,
            "no known route leads to 10.9.0.1");
}

TEST_F(Routes, ADefaultRouteLeadsToTheFirewall) {
  add("0.0.0.0/0", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("AzureContainerRegistry"), "firewall next hop r0");
  EXPECT_EQ(last.reason, "route r0 (0.0.0.0/0) leads to 10.0.0.4: firewall next hop");
  EXPECT_EQ(route_to("Internet"), "firewall next hop r0");
  EXPECT_EQ(route_to("20.1.2.3"), "firewall next hop r0");
  EXPECT_EQ(route_to("10.2.2.4"), "virtual network -") << "the endpoint's own /32";
  EXPECT_EQ(route_to("VirtualNetwork"), "virtual network -");
  EXPECT_EQ(route_to("10.9.0.1"), "unknown next hop r0");
}

TEST_F(Routes, HopTypes) {
  const std::pair<const char*, const char*> cases[] = {
      {"None", "blocked r0"},
      {"internet", "Internet r0"},
      {"VirtualApplianceEcmp", "firewall next hop r0"},
      {"VirtualNetworkGateway", "gateway r0"},
      {"VnetLocal", "virtual network r0"},
      {"Teleport", "unknown next hop r0"},
  };
  for (const auto& [type, expected] : cases) {
    table.routes.clear();
    add("0.0.0.0/0", type);
    EXPECT_EQ(route_to("Storage"), expected);
  }
}

TEST_F(Routes, TheLongestPrefixWins) {
  add("0.0.0.0/0", "None");
  add("20.0.0.0/8", "VirtualAppliance", "10.0.0.4");
  add("20.1.2.0/24", "Internet");
  add("10.1.0.0/16", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("20.1.2.3"), "Internet r2");
  EXPECT_EQ(route_to("20.1.3.3"), "firewall next hop r1");
  EXPECT_EQ(route_to("40.1.1.1"), "blocked r0");
  EXPECT_EQ(route_to("10.1.9.9"), "firewall next hop r3") << "the table wins a tie";
  EXPECT_EQ(route_to("2603::1"), "Internet -");
  EXPECT_EQ(route_to("Storage"), "unknown next hop r1") << "20.0.0.0/8 may hold some of Storage";
  EXPECT_EQ(last.reason,
            "route r0 (0.0.0.0/0): blocked and route r1 (20.0.0.0/8) leads to 10.0.0.4: firewall "
            "next hop both may hold Storage");
}

TEST_F(Routes, TwoHalvesAreAWhole) {
  add("0.0.0.0/1", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("Storage"), "unknown next hop r0");
  add("128.0.0.0/2", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("Storage"), "unknown next hop r0");
  add("192.0.0.0/2", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("Storage"), "firewall next hop r0");
  EXPECT_EQ(route_to("200.1.1.1"), "firewall next hop r2");
}

TEST_F(Routes, ServiceTags) {
  add("0.0.0.0/0", "VirtualAppliance", "10.0.0.4");
  add("AzureContainerRegistry.WestEurope", "Internet");
  EXPECT_EQ(route_to("AzureContainerRegistry.westeurope"), "Internet r1");
  EXPECT_EQ(route_to("AzureContainerRegistry.northeurope"), "firewall next hop r0");
  EXPECT_EQ(route_to("AzureContainerRegistry"), "unknown next hop r1");
  EXPECT_EQ(route_to("20.1.2.3 AzureContainerRegistry.westeurope"), "Internet r1");
  EXPECT_EQ(route_to("20.1.2.3"), "unknown next hop r1");
  add("20.1.2.3/32", "None");
  EXPECT_EQ(route_to("20.1.2.3 AzureContainerRegistry.westeurope"), "blocked r2")
      << "nothing is longer than the address itself";
  add("Unheard", "None");
  EXPECT_EQ(route_to("Storage"), "unknown next hop r2");
}

TEST_F(Routes, ARouteThatCannotBeReadIsInDoubt) {
  for (const char* prefix : {"", "20.0.0.0/99", "20.0.0"}) {
    table.routes.clear();
    add(prefix, "None");
    EXPECT_EQ(route_to("Storage"), "unknown next hop r0") << prefix;
    EXPECT_EQ(route_to("20.1.2.3"), "unknown next hop r0") << prefix;
  }
}

TEST_F(Routes, ServiceEndpointsPassTheDefaultRoute) {
  services = {"Microsoft.ContainerRegistry", "Microsoft.KeyVault"};
  add("0.0.0.0/0", "VirtualAppliance", "10.0.0.4");
  EXPECT_EQ(route_to("AzureContainerRegistry.westeurope"), "service endpoint -");
  EXPECT_EQ(route_to("Storage.westeurope"), "firewall next hop r0");
  services.push_back("microsoft.storage");
  EXPECT_EQ(route_to("Storage.westeurope"), "service endpoint -");
  add("Storage", "None");
  EXPECT_EQ(route_to("Storage.westeurope"), "blocked r1") << "the table wins a tie";
}

TEST_F(Routes, ManyRoutesTakeLittleTime) {
  for (int i = 0; i < 20000; ++i) {
    add(std::to_string(i % 200 + 11) + "." + std::to_string(i / 200) + ".0.0/30", "Internet");
  }
  EXPECT_EQ(route_to("Storage"), "Internet -");
}

}  // namespace
}  // namespace acr
