#include "estate/placement.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

namespace acr {
namespace {

using nlohmann::json;

Node make_node(std::string name, std::map<std::string, std::string> labels,
               std::vector<Taint> taints = {}) {
  Node node;
  node.name = std::move(name);
  node.labels = std::move(labels);
  node.taints = std::move(taints);
  return node;
}

// The obstacle between one pod and one node; "" for none.
std::string obstacle(const Placement& placement, Node node, bool cordoned = false) {
  node.unschedulable = cordoned;
  const Node* only = &node;
  return choose_nodes(placement, std::span(&only, 1)).obstacle;
}

TEST(LabelSatisfies, EveryOperator) {
  const Node node = make_node("n", {{"disk", "ssd"}, {"cores", "08"}, {"empty", ""}});
  struct Case {
    NodeRequirement requirement;
    bool holds;
  };
  for (const Case& c : std::vector<Case>{
           {{"disk", "In", {"hdd", "ssd"}}, true},
           {{"disk", "In", {"SSD"}}, false},
           {{"disk", "In", {}}, false},
           {{"gpu", "In", {"a"}}, false},
           {{"disk", "NotIn", {"hdd"}}, true},
           {{"disk", "NotIn", {"ssd"}}, false},
           {{"gpu", "NotIn", {"a"}}, true},
           {{"gpu", "NotIn", {}}, false},
           {{"disk", "Exists", {}}, true},
           {{"empty", "Exists", {}}, true},
           {{"empty", "In", {""}}, true},
           {{"gpu", "Exists", {}}, false},
           {{"disk", "Exists", {"ssd"}}, false},
           {{"gpu", "DoesNotExist", {}}, true},
           {{"disk", "DoesNotExist", {}}, false},
           {{"gpu", "DoesNotExist", {"a"}}, false},
           {{"cores", "Gt", {"7"}}, true},
           {{"cores", "Gt", {"8"}}, false},
           {{"cores", "Lt", {"0010"}}, true},
           {{"cores", "Lt", {"10", "20"}}, false},
           {{"disk", "Gt", {"1"}}, false},
           {{"gpu", "Lt", {"1"}}, false},
           {{"cores", "Gt", {"99999999999999999999"}}, false},
           {{"disk", "in", {"ssd"}}, false},
           {{"disk", "", {"ssd"}}, false},
           {{"gpu", "NotIn", {"not a value"}}, false},
           {{"gpu", "NotIn", {std::string(64, 'a')}}, false},
           {{"gpu", "NotIn", {std::string(63, 'a')}}, true},
           {{"bad key", "DoesNotExist", {}}, false},
           {{"a/b/c", "DoesNotExist", {}}, false},
           {{"example.com/", "DoesNotExist", {}}, false},
           {{"Example.com/a", "DoesNotExist", {}}, false},
           {{"example..com/a", "DoesNotExist", {}}, false},
           {{"example-.com/a", "DoesNotExist", {}}, false},
           {{"example.com/a", "DoesNotExist", {}}, true},
       }) {
    EXPECT_EQ(label_satisfies(c.requirement, node), c.holds) << describe(c.requirement);
  }
}

TEST(Describe, NamesAFewOfManyRequirements) {
  Placement rules;
  const NodeRequirement gpu{"gpu", "In", {"a", "b", "c", "d"}};
  const NodeSelectorTerm term{std::vector<NodeRequirement>(5, gpu), {}};
  rules.affinity = NodeAffinity{{term, {}, {}, {}}};
  const Node node = make_node("n", {});
  EXPECT_EQ(
      obstacle(rules, node),
      "needs node affinity gpu In [a, b, c, …] and gpu In [a, b, c, …] and gpu In [a, b, c, …] "
      "and … or an empty term or an empty term or …, which the node does not meet");
}

TEST(TermAccepts, FieldsKnowTheNameOnly) {
  const Node node = make_node("n1", {{"metadata.name", "n2"}});
  const auto accepts = [&](NodeRequirement field) {
    return term_accepts({{}, {std::move(field)}}, node);
  };
  EXPECT_TRUE(accepts({"metadata.name", "In", {"n1"}}));
  EXPECT_FALSE(accepts({"metadata.name", "In", {"n2"}}));
  EXPECT_TRUE(accepts({"metadata.name", "NotIn", {"n2"}}));
  EXPECT_FALSE(accepts({"metadata.name", "NotIn", {"n1"}}));
  EXPECT_FALSE(accepts({"metadata.name", "In", {"n1", "n2"}}));
  EXPECT_FALSE(accepts({"metadata.name", "Exists", {}}));
  EXPECT_FALSE(accepts({"metadata.uid", "NotIn", {"x"}}));
  EXPECT_FALSE(term_accepts({}, node));
  EXPECT_FALSE(affinity_accepts({}, node));
}

TEST(Tolerates, KeyEffectAndOperator) {
  const Taint taint{"sku", "gpu", "NoSchedule"};
  struct Case {
    Toleration toleration;
    bool holds;
  };
  for (const Case& c : std::vector<Case>{
           {{"sku", "Equal", "gpu", "NoSchedule"}, true},
           {{"sku", "", "gpu", ""}, true},
           {{"sku", "", "", ""}, false},
           {{"sku", "Exists", "", ""}, true},
           {{"sku", "Exists", "", "NoExecute"}, false},
           {{"", "Exists", "", ""}, true},
           {{"", "Equal", "gpu", ""}, true},
           {{"", "Equal", "cpu", ""}, false},
           {{"SKU", "Exists", "", ""}, false},
           {{"sku", "exists", "", ""}, false},
           {{"sku", "Gt", "1", ""}, false},
       }) {
    EXPECT_EQ(tolerates(c.toleration, taint), c.holds)
        << c.toleration.key << " " << c.toleration.op << " " << c.toleration.value;
  }
}

TEST(Tolerates, ComparesOnlyWithTheFeature) {
  const Taint taint{"sla", "95", "NoSchedule"};
  const Toleration above{"sla", "Gt", "90", ""};
  EXPECT_FALSE(tolerates(above, taint));
  EXPECT_TRUE(tolerates(above, taint, TolerationOperators::with_comparison));
  EXPECT_FALSE(tolerates({"sla", "Lt", "90", ""}, taint, TolerationOperators::with_comparison));
  EXPECT_FALSE(tolerates({"sla", "Gt", "090", ""}, taint, TolerationOperators::with_comparison));
}

TEST(ChooseNodes, NamesTheFirstRule) {
  const Taint virtual_node{"virtual-kubelet.io/provider", "azure", "NoSchedule"};
  const Node node = make_node("n1", {{"disk", "hdd"}}, {virtual_node});
  Placement rules;
  rules.node_selector = {{"disk", "ssd"}};
  EXPECT_EQ(obstacle(rules, node), "needs label disk=ssd, which the node does not have");

  rules.node_selector = {{"disk", "hdd"}};
  rules.affinity = NodeAffinity{{{{{"zone", "In", {"1", "2"}}, {"disk", "Exists", {}}}, {}},
                                 {{}, {{"metadata.name", "In", {"n2"}}}}}};
  EXPECT_EQ(
      obstacle(rules, node),
      "needs node affinity zone In [1, 2] and disk Exists or metadata.name In [n2], which the "
      "node does not meet");
  rules.affinity = NodeAffinity{};
  EXPECT_EQ(obstacle(rules, node),
            "needs node affinity without terms, which the node does not meet");

  rules.affinity.reset();
  EXPECT_EQ(obstacle(rules, node),
            "taint virtual-kubelet.io/provider=azure:NoSchedule is not tolerated");
  rules.tolerations = {{"virtual-kubelet.io/provider", "Exists", "", ""}};
  EXPECT_EQ(obstacle(rules, node), "");
  EXPECT_EQ(obstacle(rules, node, true),
            "taint node.kubernetes.io/unschedulable:NoSchedule is not tolerated");
  rules.tolerations.push_back({"node.kubernetes.io/unschedulable", "Exists", "", ""});
  EXPECT_EQ(obstacle(rules, node, true), "");
}

TEST(ChooseNodes, ABoundPodPassesTheScheduler) {
  Placement rules;
  rules.node_name = "n1";
  rules.node_selector = {{"disk", "ssd"}};
  rules.affinity = NodeAffinity{};
  EXPECT_EQ(obstacle(rules, make_node("n1", {}, {{"a", "", "NoSchedule"}}), true), "");
  EXPECT_EQ(obstacle(rules, make_node("n1", {}, {{"a", "", "NoSchedule"}, {"b", "", "NoExecute"}})),
            "taint b:NoExecute is not tolerated");
  EXPECT_EQ(obstacle(rules, make_node("n2", {})), "is bound to node n1");
}

TEST(ChooseNodes, BlamesARuleForTheNodesThatAreLeft) {
  const Node a = make_node("a", {{"pool", "user"}, {"disk", "ssd"}}, {{"spot", "", "NoSchedule"}});
  const Node b = make_node("b", {{"pool", "user"}}, {{"gpu", "", "NoExecute"}});
  const Node c = make_node("c", {{"pool", "system"}}, {{"soft", "", "PreferNoSchedule"}});
  const std::vector<const Node*> nodes{&a, &b, &c};
  const auto choose = [&](const Placement& rules) { return choose_nodes(rules, nodes); };
  Placement rules;
  EXPECT_EQ(choose(rules).accepted, std::vector<std::size_t>{2});
  EXPECT_EQ(choose(rules).obstacle, "");

  rules.node_selector = {{"disk", "nvme"}};
  EXPECT_EQ(choose(rules).obstacle, "needs label disk=nvme, which no node has");
  rules.node_selector = {{"pool", "user"}, {"zone", "1"}};
  EXPECT_EQ(choose(rules).obstacle, "needs label zone=1, which none of the 2 remaining nodes has");
  rules.node_selector = {{"disk", "ssd"}, {"zone", "1"}};
  EXPECT_EQ(choose(rules).obstacle,
            "needs label zone=1, which the one remaining node does not have");
  rules.node_selector = {{"pool", "user"}};
  EXPECT_EQ(choose(rules).obstacle,
            "taints gpu:NoExecute (1 node) and spot:NoSchedule (1 node) are not tolerated");
  rules.tolerations = {{"", "Exists", "", ""}};
  EXPECT_EQ(choose(rules).accepted, (std::vector<std::size_t>{0, 1}));
  rules.node_name = "gone";
  EXPECT_EQ(choose(rules).obstacle, "is bound to node gone");
  EXPECT_EQ(choose_nodes(rules, {}).obstacle, "there is no node");
}

TEST(ChooseNodes, NamesAFewOfManyTaints) {
  std::vector<Node> nodes;
  for (int i = 0; i < 5; ++i) {
    nodes.push_back(make_node("n", {}, {{"t" + std::to_string(i), "", "NoSchedule"}}));
  }
  std::vector<const Node*> candidates;
  for (const Node& node : nodes) candidates.push_back(&node);
  EXPECT_EQ(choose_nodes({}, candidates).obstacle,
            "taints t0:NoSchedule (1 node), t1:NoSchedule (1 node), t2:NoSchedule (1 node) and 2 "
            "more are not tolerated");
}

TEST(ChooseNodes, SaysWhichRuleItWas) {
  using Rule = NodeChoice::Rule;
  const Node node = make_node("n", {{"pool", "user"}}, {{"sku", "gpu", "NoSchedule"}});
  const std::vector<const Node*> nodes{&node};
  const auto rule = [&](const Placement& placement) { return choose_nodes(placement, nodes).rule; };
  Placement rules;
  EXPECT_EQ(rule(rules), Rule::taint);
  EXPECT_EQ(choose_nodes(rules, nodes).taints.size(), 1U);
  rules.tolerations = {{"sku", "Exists", "", ""}};
  EXPECT_EQ(rule(rules), Rule::none);
  rules.affinity = NodeAffinity{};
  EXPECT_EQ(rule(rules), Rule::affinity);
  rules.node_selector = {{"zone", "1"}};
  EXPECT_EQ(rule(rules), Rule::selector);
  EXPECT_EQ(choose_nodes(rules, nodes, "node pool").obstacle,
            "needs label zone=1, which the node pool does not have");
  EXPECT_EQ(choose_nodes(rules, nodes).selector_key, "zone");
  rules.node_name = "other";
  EXPECT_EQ(rule(rules), Rule::node_name);
  EXPECT_EQ(choose_nodes(rules, {}).rule, Rule::no_nodes);
}

TEST(CouldTake, OnlyWhatIsKnownRefuses) {
  const Node pool = make_node("", {{"agentpool", "user"}}, {{"sku", "gpu", "NoSchedule"}});
  Placement rules;
  EXPECT_FALSE(could_take(rules, pool)) << "the taint is known";
  rules.tolerations = {{"sku", "Exists", "", ""}};
  EXPECT_TRUE(could_take(rules, pool));
  rules.node_selector = {{"zone", "1"}};
  EXPECT_TRUE(could_take(rules, pool)) << "a label that nobody told";
  rules.node_selector = {{"agentpool", "other"}};
  EXPECT_FALSE(could_take(rules, pool)) << "a label that is known to be another";
  rules.node_selector = {{"type", "virtual-kubelet"}};
  EXPECT_FALSE(could_take(rules, pool)) << "no agent node is a virtual one";

  rules.node_selector.clear();
  const auto with = [&](std::vector<NodeSelectorTerm> terms) {
    rules.affinity = NodeAffinity{std::move(terms)};
    return could_take(rules, pool);
  };
  EXPECT_TRUE(with({{{{"zone", "In", {"1"}}, {"agentpool", "In", {"user"}}}, {}}}));
  EXPECT_FALSE(with({{{{"zone", "In", {"1"}}, {"agentpool", "In", {"other"}}}, {}}}));
  EXPECT_TRUE(with({{{}, {{"metadata.name", "In", {"n1"}}}}})) << "it has no name yet";
  EXPECT_FALSE(with({{}})) << "an empty term holds nowhere";
  EXPECT_FALSE(with({}));
}

// The reference data: cases of the upstream test tables.

std::vector<json> read_cases(const char* name) {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  const std::filesystem::path root = folder ? folder : ACR_SOURCE_DIR "/../shared/data";
  std::ifstream file(root / "vectors" / name);
  if (!file) return {};
  std::vector<json> cases;
  const json document = json::parse(file);
  for (const json& c : document.at("cases")) {
    if (!c.value("optional", false)) cases.push_back(c);
  }
  return cases;
}

Taint read_taint(const json& j) {
  return {j.value("key", ""), j.value("value", ""), j.value("effect", "")};
}

Toleration read_toleration(const json& j) {
  return {j.value("key", ""), j.value("operator", ""), j.value("value", ""), j.value("effect", "")};
}

std::vector<NodeRequirement> read_requirements(const json& term, const char* key) {
  std::vector<NodeRequirement> requirements;
  for (const json& r : term.value(key, json::array())) {
    requirements.push_back({r.value("key", ""), r.value("operator", ""),
                            r.value("values", std::vector<std::string>())});
  }
  return requirements;
}

std::optional<NodeAffinity> read_affinity(const json& required) {
  if (required.is_null()) return std::nullopt;
  NodeAffinity affinity;
  for (const json& term : required.at("nodeSelectorTerms")) {
    affinity.terms.push_back(
        {read_requirements(term, "matchExpressions"), read_requirements(term, "matchFields")});
  }
  return affinity;
}

TEST(PlacementVectors, Tolerations) {
  const std::vector<json> cases = read_cases("toleration_match.json");
  if (cases.empty()) GTEST_SKIP() << "the reference data is absent: toleration_match.json";
  for (const json& c : cases) {
    const std::string op = c.at("op");
    SCOPED_TRACE(op + ": " + c.at("name").get<std::string>());
    const bool expected = c.at("expected");
    const auto operators = c.value("comparison_operators_gate", false)
                               ? TolerationOperators::with_comparison
                               : TolerationOperators::standard;
    std::vector<Taint> taints;
    std::vector<Toleration> tolerations;
    if (op == "tolerates") {
      EXPECT_EQ(
          tolerates(read_toleration(c.at("toleration")), read_taint(c.at("taint")), operators),
          expected);
    } else if (op == "compareNumericValues") {
      EXPECT_EQ(taint_compares(c.at("operator").get<std::string>(),
                               c.at("taint_value").get<std::string>(),
                               c.at("toleration_value").get<std::string>()),
                expected);
    } else {
      const std::string filter = c.value("taint_filter", "all");
      for (const json& taint : c.at("taints")) {
        if (filter != "none of the taints") taints.push_back(read_taint(taint));
      }
      for (const json& toleration : c.at("tolerations")) {
        tolerations.push_back(read_toleration(toleration));
      }
      const auto effects =
          filter == "effect==NoExecute" ? TaintEffects::execution : TaintEffects::scheduling;
      const bool cordoned = c.contains("unschedulable") && c.at("unschedulable").get<bool>();
      if (!cordoned) {
        EXPECT_EQ(!find_untolerated(taints, tolerations, effects, operators), expected);
      }
      if (op == "scheduler_filter" && operators == TolerationOperators::standard) {
        Placement rules;
        rules.tolerations = tolerations;
        EXPECT_EQ(obstacle(rules, make_node("n", {}, taints), cordoned) == "", expected);
      }
    }
  }
}

TEST(PlacementVectors, NodeAffinity) {
  const std::vector<json> cases = read_cases("node_affinity.json");
  if (cases.empty()) GTEST_SKIP() << "the reference data is absent: node_affinity.json";
  for (const json& c : cases) {
    SCOPED_TRACE(c.at("name").get<std::string>());
    const std::optional<NodeAffinity> affinity = read_affinity(c.at("required"));
    if (c.at("op") == "selector_invalid") {
      // A malformed term accepts no node, not even one that has all it asks for.
      const Node node = make_node("host_1", {{"invalid key", "label_value"}});
      EXPECT_FALSE(term_accepts(affinity->terms.at(0), node));
      EXPECT_FALSE(term_accepts(affinity->terms.at(2), node));
      continue;
    }
    Placement rules;
    rules.affinity = affinity;
    rules.node_selector = c.at("nodeSelector").get<std::map<std::string, std::string>>();
    const Node node =
        make_node(c.at("node").at("name"),
                  c.at("node").at("labels").get<std::map<std::string, std::string>>());
    EXPECT_EQ(obstacle(rules, node) == "", c.at("expected").get<bool>());
  }
}

}  // namespace
}  // namespace acr
