// May a node take a pod? The rules of the Kubernetes scheduler for node names, node labels and
// taints. Resources, ports, volumes and topology are left out: they only narrow the choice.
// Sources: kubernetes 1.36 component-helpers/scheduling/corev1 and api/core/v1/toleration.go.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/workload.h"

namespace acr {

// One line of a node selector. Operators: In, NotIn, Exists, DoesNotExist, Gt, Lt.
struct NodeRequirement {
  std::string key, op;
  std::vector<std::string> values;
};

// All requirements of a term must hold. A term without any holds nowhere.
struct NodeSelectorTerm {
  std::vector<NodeRequirement> expressions;  // matchExpressions: on labels
  std::vector<NodeRequirement> fields;       // matchFields: on metadata.name only
};

// requiredDuringSchedulingIgnoredDuringExecution: one term must hold, so no terms accept no node.
struct NodeAffinity {
  std::vector<NodeSelectorTerm> terms;
};

// Does the requirement hold? False for one that is malformed (unknown operator, wrong number of
// values, a key or value that no label can have), as for the scheduler; NotIn and DoesNotExist hold
// on a node without the label.
bool label_satisfies(const NodeRequirement& requirement, const Node& node);
bool term_accepts(const NodeSelectorTerm& term, const Node& node);
bool affinity_accepts(const NodeAffinity& affinity, const Node& node);

// The API server's feature gate TaintTolerationComparisonOperators (alpha, off up to 1.36) adds the
// operators Gt and Lt to tolerations.
enum class TolerationOperators { standard, with_comparison };

// Does a taint's value stand in the relation `op` (Gt, Lt) to a toleration's? Both must be decimal
// 64-bit integers without plus sign or leading zeros; false for anything else.
bool taint_compares(std::string_view op, std::string_view taint_value,
                    std::string_view toleration_value);
// The empty key stands for every key, the empty effect for every effect, no operator for Equal.
// tolerationSeconds plays no part.
bool tolerates(const Toleration& toleration, const Taint& taint,
               TolerationOperators operators = TolerationOperators::standard);

// Which taints count: for the scheduler NoSchedule and NoExecute, for a pod that is bound to its
// node NoExecute only. PreferNoSchedule never does.
enum class TaintEffects { scheduling, execution };
// The first taint that counts and that no toleration tolerates, or nullptr.
const Taint* find_untolerated(std::span<const Taint> taints,
                              std::span<const Toleration> tolerations,
                              TaintEffects effects = TaintEffects::scheduling,
                              TolerationOperators operators = TolerationOperators::standard);

// What decides where a pod may run: the estate's Placement, whose node affinity is text, with that
// affinity read. nullopt where the pod has none.
struct PlacementRules {
  Placement placement;
  std::optional<NodeAffinity> affinity;
};

// A node, and whether it is cordoned. Kubernetes gives a cordoned node a taint as well, but later.
struct Candidate {
  const Node* node = nullptr;
  bool unschedulable = false;
};

// The first rule that keeps the pod off the node, in words without subject: "needs label
// disktype=ssd, which the node does not have", "taint sku=gpu:NoSchedule is not tolerated".
// nullopt: the node takes the pod. A pod with a node name is bound already: only NoExecute taints
// count. The words hold outside text.
std::optional<std::string> find_obstacle(const PlacementRules& rules, const Candidate& candidate);

// The nodes that take the pod, as indexes into `candidates`; when there are none, the rule that
// leaves none: "needs label disktype=ssd, which no node has". Rules apply in the order node name,
// node selector, node affinity, taints; a rule is blamed for the nodes the ones before it left.
struct NodeChoice {
  std::vector<std::size_t> accepted;
  std::string obstacle;  // empty when a node is accepted
};
NodeChoice choose_nodes(const PlacementRules& rules, std::span<const Candidate> candidates);

std::string describe(const Taint& taint);                  // "key=value:Effect", "key:Effect"
std::string describe(const NodeRequirement& requirement);  // "disktype In [hdd, ssd]"

}  // namespace acr
