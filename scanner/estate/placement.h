// May a node take a pod? The rules of the Kubernetes scheduler for node names, node labels and
// taints. Resources, ports, volumes and topology are left out: they only narrow the choice.
// Sources: kubernetes 1.36 component-helpers/scheduling/corev1 and api/core/v1/toleration.go.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/workload.h"

namespace acr {

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

// The nodes that take the pod, as indexes into `nodes`; when there are none, the rule that leaves
// none, in words without subject: "needs label disktype=ssd, which no node has", "taint
// sku=gpu:NoSchedule is not tolerated". Rules apply in the order node name, node selector, node
// affinity, taints; a rule is blamed for the nodes the ones before it left. A pod with a node name
// is bound already: of the others only NoExecute taints count. The words hold outside text.
struct NodeChoice {
  enum class Rule { none, no_nodes, node_name, selector, affinity, taint };
  std::vector<std::size_t> accepted;
  std::string obstacle;  // empty when a node is accepted
  Rule rule = Rule::none;
  std::string selector_key;   // selector: the label asked for
  std::vector<Taint> taints;  // taint: those that are not tolerated, in the order of the nodes
};
NodeChoice choose_nodes(const Placement& placement, std::span<const Node* const> nodes,
                        std::string_view noun = "node");

// Could the node take the pod if labels that are not known to be absent were what the pod asks for?
// For a node that is only foreseen: its taints and some of its labels are known.
bool could_take(const Placement& placement, const Node& foreseen);

std::string describe(const Taint& taint);                  // "key=value:Effect", "key:Effect"
std::string describe(const NodeRequirement& requirement);  // "disktype In [hdd, ssd]"

}  // namespace acr
