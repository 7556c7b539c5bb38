// Pods become classes here: pods that pull the same image in the same way are one entry with counts
// and a few examples. A pod of a known class costs two look-ups and no memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <simdjson.h>

#include "estate/workload.h"

namespace acr {

// Where an element of a document is. The pointer is only written out when it is kept.
struct ElementPlace {
  std::uint32_t document = Origin::kNone;
  std::string_view list;  // pointer of the list: "/items"; of the object itself without index
  std::optional<std::size_t> index;  // within the list

  std::string pointer() const;
  Origin origin(std::string_view below = {}) const {
    return {document, pointer() + std::string(below), false};
  }
};

struct ContainerView {
  std::string_view name, image, pull_policy;
  ContainerKind kind = ContainerKind::container;
  std::size_t index = 0;  // within its list, for the pointer
};

struct ContainerStatusView {
  std::string_view name, reason, message;
  ContainerKind kind = ContainerKind::container;
  std::size_t index = 0;  // within its list, for the pointer
  bool pulled = false;    // an image id is known
};

// What one pod or pod template says about its pulls. Views go into the text of the pod.
struct PodView {
  std::string_view name, name_space, service_account, node_name;
  std::string_view node_selector, tolerations, affinity;  // raw JSON; empty when none
  std::string_view scheduler;                             // empty: the default one
  std::vector<Toleration> added_tolerations;              // those the workload's controller adds
  std::vector<AciConflict> aci_conflicts;                 // the first of each sort
  std::string_view provider_message;    // of a virtual node that could not create the pod
  std::string_view spec_path = "spec";  // of the pod spec within the object
  std::string workload;
  std::vector<std::string_view> pull_secrets;
  std::vector<ContainerView> containers;
  std::vector<ContainerStatusView> statuses;
  bool mirror = false, template_only = false, focus = false, provider_failed = false;
  bool host_network = false, suspended = false;

  void clear();
};

class PodClasses {
 public:
  explicit PodClasses(std::vector<PodClass>& classes) : classes_(classes) {}

  // Classes of different groups stay apart: a group is what surely comes from one cluster.
  void add(const PodView& pod, const ElementPlace& place, std::uint64_t group);
  // Nothing added later belongs to the groups so far.
  void forget_groups();

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  using Table = std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>>;

  std::vector<PodClass>& classes_;
  Table shapes_;  // what all containers of a pod share -> number
  // Placements by their text: few, of many pods.
  std::unordered_map<std::string, std::shared_ptr<const Placement>, Hash, std::equal_to<>>
      placements_;
  Table known_;  // shape number and container -> index into classes_
  Table nodes_;  // node name -> number
  std::unordered_map<std::uint64_t, std::uint32_t>
      tallies_;  // class and node -> index of the tally
  std::unordered_map<std::uint32_t, std::uint32_t> failing_examples_;  // by class
  std::string key_;                                                    // reused
  simdjson::ondemand::parser parser_;

  std::uint32_t class_of(const PodView& pod, const ContainerView& container, std::uint32_t shape,
                         const ElementPlace& place);
  std::shared_ptr<const Placement> placement_of(const PodView& pod);
  Placement read_placement(const PodView& pod);
  NodeAffinity read_affinity(simdjson::ondemand::document& document);
  void count(std::uint32_t index, const PodView& pod, const ContainerView& container,
             const ElementPlace& place);
};

// Is this waiting reason the kubelet's word for a pull that failed?
bool is_pull_failure(std::string_view reason);

}  // namespace acr
