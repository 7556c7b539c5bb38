// Kubernetes objects as kubectl and the API server print them: pods and workloads become classes,
// service accounts, secrets, nodes and events about pulling are kept one by one. Other kinds are
// known and left out. Every object is read once, front to back; the order of its members is free.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "collect/absorb.h"
#include "collect/json_fields.h"
#include "collect/pod_classes.h"

namespace acr {

// What an object turned out to be.
struct KubernetesObject {
  enum class What {
    read,       // absorbed; `kind` and `name_space` are set
    left_out,   // a Kubernetes kind that decides no pull; `type` names it
    list,       // a list within a list
    status,     // an answer of the API server (kind Status)
    discovery,  // which groups and kinds the API server knows; `none`: so there are none of `kind`
    foreign,    // no Kubernetes object
    damaged,    // not JSON, or its fields are; nothing was absorbed, `error` says why
  };
  What what = What::foreign;
  Kind kind = Kind::pod;  // of what was read
  bool none = false;
  std::string type;             // Kubernetes kind: "Pod"
  std::string_view name_space;  // valid until the next call
  simdjson::error_code error = simdjson::SUCCESS;
};

// "PodList" -> "Pod"; empty for "List" and for what is no list.
std::string_view kind_of_list(std::string_view list_kind);
// Which of our kinds a Kubernetes kind or a plural resource name ("deployments") of this API group
// and version is. nullopt when it decides no pull.
std::optional<Kind> kind_of_object(std::string_view api_version, std::string_view kind);
std::optional<Kind> kind_of_resource(std::string_view resource);
// Is an event about pulling? Reasons are shared with other troubles: "Failed" and "BackOff" also
// tell of containers that do not start, only the message tells which.
bool is_about_pulling(std::string_view reason, std::string_view message);

class KubernetesReader {
 public:
  explicit KubernetesReader(AbsorbContext& context)
      : context_(context), classes_(context.estate.pod_classes) {}

  // One object; `text` has kTextPadding readable bytes behind it. Elements of typed lists carry
  // neither kind nor version: then both come from the list. `metadata_of` is the kind that
  // PartialObjectMetadata stands for, where the request tells.
  struct ListType {
    std::string_view kind, api_version;
    std::optional<Kind> metadata_of;
  };
  KubernetesObject absorb(std::string_view text, const ElementPlace& place, const ListType& list,
                          std::uint64_t group);
  void forget_groups() { classes_.forget_groups(); }

 private:
  using Value = JsonFields::Value;
  using Object = simdjson::ondemand::object;

  AbsorbContext& context_;
  PodClasses classes_;
  simdjson::ondemand::parser parser_;
  JsonFields fields_;
  PodView pod_;  // reused
  struct Metadata {
    std::string_view name, name_space, owner_kind, owner_name, template_hash, kustomize_origin;
    std::string_view pull_client_id, pull_tenant_id;
    bool has_owner = false, controlled = false, mirror = false, stored = false;
  } metadata_;
  // The annotations of Acceptance, of the object or of its pod template.
  struct Ignore {
    std::string_view checks, reason, until;
    std::string_view path;  // of the annotations within the object
  };
  std::vector<Ignore> ignores_;
  std::set<std::string> accepted_;  // what was absorbed already: pods repeat their template

  void read_metadata(Value value, std::string_view path = "metadata");
  void read_annotations(Value value, std::string_view path);
  void absorb_ignores(const ElementPlace& place);
  void note_written(const ElementPlace& place);
  void read_owners(Value value);
  void read_pod_spec(Value value);
  void read_containers(Value value, ContainerKind kind);
  void read_volumes(Value value);
  void note_conflict(AciConflict conflict);
  void read_pod_status(Value value);
  void read_statuses(Value value, ContainerKind kind);
  void name_pod_workload();

  void absorb_pod(Object& object, const ElementPlace& place, std::uint64_t group);
  void absorb_workload(Object& object, std::string_view kind, const ElementPlace& place,
                       std::uint64_t group);
  void absorb_service_account(Object& object, const ElementPlace& place);
  void absorb_secret(Object& object, const ElementPlace& place);
  void absorb_node(Object& object, const ElementPlace& place);
  void absorb_event(Object& object, const ElementPlace& place);
};

}  // namespace acr
