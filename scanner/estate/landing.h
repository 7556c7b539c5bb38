// Where pods may land that no node has taken yet: pods that wait for one, and templates. Judged
// from the nodes of the cluster where all of them are in the input, else from its node pools.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "estate/access.h"
#include "estate/pull.h"

namespace acr {

// A change to the pod spec that takes an obstacle away.
struct PlacementChange {
  enum class What { tolerate, drop_label, drop_node_name };
  What what = What::tolerate;
  Toleration toleration;  // tolerate
  std::string label;      // drop_label: the key in nodeSelector
};

struct Landing {
  Tri takes = Tri::unknown;  // does some node take the pod?
  // The distinct classes of nodes it may land on. Empty where none takes it, and where not all
  // nodes are known, so that there may be others.
  std::vector<NodeClass> classes;
  std::string reason;  // yes: who takes it; no: the obstacle, without subject; unknown: the gap
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;       // on unknown
  std::vector<PlacementChange> changes;  // no: enough to make a node take the pod
  const NodePool* idle = nullptr;        // no: the pool that would, if it had a node
  bool from_pools = false;  // yes: said of node pools, whose nodes are not in the input
  bool none_now = false;    // none of the cluster's nodes takes the pod, whatever may come

  static constexpr std::size_t kMostClasses = 128;  // AKS has at most 100 pools
};

// Alike placements in one cluster are judged once.
class Landings {
 public:
  explicit Landings(const Estate& estate);
  ~Landings();
  std::shared_ptr<const Landing> of(int cluster, const std::shared_ptr<const Placement>& placement);

 private:
  struct ClusterNodes;
  class Decision;
  const ClusterNodes& nodes_of(int cluster);

  const Estate& estate_;
  std::map<int, std::unique_ptr<const ClusterNodes>> nodes_;
  std::map<std::pair<int, std::shared_ptr<const Placement>>, std::shared_ptr<const Landing>> known_;
};

}  // namespace acr
