// The subjects that checks judge: pulls (one image, pulled in one way, by one class of nodes) and
// attachments (one cluster that pulls from one registry). Both are views into a linked Estate.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "estate/estate.h"

namespace acr {

// Where a pull runs. Virtual nodes come in two products with different rules.
struct NodeClass {
  enum class Kind { unknown, agent, classic_virtual, virtual_nodes_v2 };
  Kind kind = Kind::unknown;
  std::string pool;                // agent pool name; empty when unknown
  std::string platform;            // "linux/arm64"; empty when unknown
  std::vector<Evidence> evidence;  // what told the kind
  // By the pod's spec alone this would be a classic virtual node, and other rules would hold: what
  // told better decides.
  bool looks_classic = false;

  std::string label() const;  // "pool/user (linux/arm64)", "virtual node", "nodes unknown"
  bool is_classic_virtual() const { return kind == Kind::classic_virtual; }
  // Nodes of one class pull alike; the evidence plays no part.
  std::tuple<Kind, std::string_view, std::string_view> key() const {
    return {kind, pool, platform};
  }
};
NodeClass classify(const Estate& estate, const Node& node);

struct Landing;  // landing.h

struct Pull {
  int cluster_index = -1;
  const Cluster* cluster = nullptr;  // nullptr: nothing tells which cluster
  const PodClass* source = nullptr;  // nullptr for a pull asked for on the command line
  std::string name_space, workload, service_account;
  std::string container;
  ContainerKind container_kind = ContainerKind::container;
  std::string image;  // as written
  std::expected<ImageReference, ReferenceError> reference;
  const Registry* registry = nullptr;  // nullptr: not an ACR host, or not in the input

  // What the kubelet will be given: the pod's own list, or for a template what admission would
  // inject.
  std::vector<std::string> pull_secrets;
  bool pull_secrets_known = true;  // false: a template whose service account is not in the input
  std::vector<Evidence> pull_secrets_evidence;  // where that list stands
  NodeClass node;
  // Where pods may land that no node has taken yet; nullptr when a node has taken all of them.
  std::shared_ptr<const Landing> landing;
  std::vector<std::string> pods;  // examples
  std::uint64_t pod_count = 0, failing = 0, pulled = 0;
  std::uint64_t waiting = 0;  // for a node; a pod that may land on several classes counts in each
  const PullSymptom* symptom = nullptr;
  Origin origin;

  Pull() : reference(std::unexpect) {}
};

// One cluster's use of one registry.
struct Attachment {
  const Cluster* cluster = nullptr;
  const Registry* registry = nullptr;
  std::vector<const Pull*> pulls;  // may be empty: attached, not used by the pods of the input
  std::vector<std::string> pools;  // node pools to consider; empty = all of the cluster
};

// The list of a pod spec that holds containers of this kind: "initContainers".
std::string_view list_of(ContainerKind kind);

// Evidence for what the pod spec says: the image itself, or another field of the spec.
Evidence cite_image(const Estate& estate, const Pull& pull);
Evidence cite_spec(const Estate& estate, const Pull& pull, std::string_view field,
                   std::string value);

// Evidence for what a status or an event says of the pull.
Evidence cite_message(const Estate& estate, const PullSymptom& symptom);

// Is the workload's pod template to be changed in place? Of jobs and bare pods it is not.
bool has_template(const Pull& pull);

// The command that gives the container another image; none where that is not done in place.
std::vector<std::string> set_image(const Pull& pull, std::string_view image);

// The pull's own part of its cluster's use of the registry. The pull must have both.
Attachment attachment_of(const Pull& pull);

// What told that virtual nodes which look like classic ones are none; empty where others pull too.
std::vector<Evidence> cite_virtual_nodes(const Attachment& attachment);

// Did the image arrive everywhere it was asked for?
bool has_arrived(const Pull& pull);

std::vector<Pull> pulls(const Estate& estate);
// Pairs in use: a pull names the registry, or the kubelet identity holds a role on it, or the input
// holds just one cluster and one registry. Pointers go into `estate` and `pulls`.
std::vector<Attachment> attachments(const Estate& estate, const std::vector<Pull>& pulls);

// A pull of `image` by a cluster's nodes with no pod behind it.
Pull hypothetical_pull(const Estate& estate, const Cluster& cluster, std::string_view image);

}  // namespace acr
