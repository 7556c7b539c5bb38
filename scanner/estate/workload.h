// Kubernetes objects: only what decides a pull. Pods are never held one by one: they are absorbed
// into pod classes, so that memory grows with the number of distinct pulls.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/fact.h"
#include "estate/pull_error.h"

namespace acr {

enum class ContainerKind { container, init, ephemeral, image_volume };

struct ContainerImage {
  std::string name;
  std::string image;  // as written
  std::string pull_policy;
  ContainerKind kind = ContainerKind::container;
  std::size_t index = 0;  // within its list
};

struct Toleration {
  std::string key, op, value, effect;  // op: Exists or Equal (default)
};

struct Taint {
  std::string key, value, effect;
};

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

// The name that the AKS add-on gives to its virtual node.
inline constexpr std::string_view kVirtualNodeName = "virtual-node-aci-linux";

// The part of a pod spec that decides where it may run.
struct Placement {
  std::string node_name;  // of templates that name a node; of pods see NodeTally
  std::string scheduler;  // empty: the default one
  std::map<std::string, std::string> node_selector;
  std::vector<Toleration> tolerations;
  std::optional<NodeAffinity> affinity;
  bool whole = true;  // false: too long to be kept, so what it asks for is not known
};

// Something in a pod spec that Azure Container Instances refuse, and with it the whole pod.
struct AciConflict {
  enum class What : std::uint8_t {
    args_without_command,
    lifecycle_hook,
    startup_probe,
    probe_handler,  // neither httpGet nor exec
    init_ports,     // init containers may not have these
    init_resources,
    init_probe,
    volume_type,
  };
  What what = What::args_without_command;
  std::string field;   // below the pod spec: "containers/0/args"
  std::string name;    // of the container or volume
  std::string detail;  // probe_handler, init_probe: the probe; volume_type: the type
};

// What a container's status said; the newest and most telling of a class is kept.
struct PullSymptom {
  std::string reason;   // waiting reason (ErrImagePull …), or event reason
  std::string message;  // outside text: hostile until escaped
  std::string pod;
  std::uint64_t count = 0;
  Origin origin;
  PullError error;  // what the message, or else the reason, says; Estate::link() reads it
};

// Pods of one class on one node.
struct NodeTally {
  std::string node;  // spec.nodeName, empty = not scheduled
  std::uint32_t pods = 0;
  std::uint32_t failing = 0;  // waiting for a pull that failed
  std::uint32_t pulled = 0;   // the kubelet reported an image id
};

// Pods (or the template of a workload) that pull the same image in the same way.
struct PodClass {
  std::uint32_t document = Origin::kNone;  // decides the cluster, see Estate::link
  bool from_template = false;              // a workload's pod template, not observed pods
  bool suspended = false;                  // a template that no pods are to be made of for now
  std::string name_space;
  std::string workload;  // "deploy/cart"; empty for pods without an owner
  std::string service_account;
  std::vector<std::string> pull_secrets;  // spec.imagePullSecrets as written, names only
  ContainerImage container;
  std::shared_ptr<const Placement> placement = std::make_shared<const Placement>();
  // Of pods that may run on a virtual node; the first of each sort.
  std::vector<AciConflict> aci_conflicts;
  std::string spec_path = "spec";  // where the pod spec is within the object at `origin`
  bool mirror = false;             // static pod: only node credentials
  bool focus = false;              // the pod the user asked for

  std::vector<std::string> pods;  // example names, failing ones first, at most kExamples
  std::vector<NodeTally> nodes;
  std::vector<PullSymptom> symptoms;  // distinct reason + message, at most kSymptoms
  std::uint64_t pod_count = 0, failing = 0, pulled = 0;
  Origin origin;  // of the first pod, preferring a failing one

  static constexpr std::size_t kExamples = 3, kSymptoms = 4;
};

struct ServiceAccount {
  Origin origin;
  std::string name_space, name;
  std::vector<std::string> pull_secrets;
  // The identity that its pods' images are to be pulled as, not the kubelet's: annotations
  // kubernetes.azure.com/acr-client-id and acr-tenant-id. Empty: none.
  std::string pull_client_id, pull_tenant_id;
};

// One host entry of a docker secret, reduced at once: the password never leaves the decoder.
struct PullCredential {
  enum class User { anonymous, token, admin_or_named, service_principal };
  std::string host_key;  // the key as written: "https://contoso.azurecr.io/v2/"
  User user = User::anonymous;
  std::string user_name;  // GUID, admin or token name; empty for others
  bool has_password = false;
  std::string expires;    // RFC 3339, from a JWT password; empty when it has none
  std::string aci_error;  // why a classic virtual node would refuse it; empty when fine
};

struct PullSecret {
  Origin origin;
  std::string name_space, name, type;
  // A gap when the document holds no data (metadata only, redacted); malformed when the kubelet
  // could not decode it, with the kubelet's words as detail.
  Fact<std::vector<PullCredential>> credentials;
  bool docker_type =
      false;              // kubernetes.io/dockerconfigjson or kubernetes.io/dockercfg with its key
  std::string aci_error;  // whole-secret refusal by a classic virtual node; empty when fine
};

struct Node {
  Origin origin;
  std::string name;
  std::string provider_id;
  std::map<std::string, std::string> labels;
  std::vector<Taint> taints;
  std::string os, arch, kubelet_version, container_runtime;
  bool ready = true;
  bool unschedulable = false;  // cordoned; Kubernetes gives it a taint as well, but later
};

// An event about a pod, kept only when it is about pulling.
struct PullEvent {
  Origin origin;
  std::string name_space, pod, reason, message, container;
  std::uint64_t count = 1;
  std::string last_seen;
};

}  // namespace acr
