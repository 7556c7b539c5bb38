#include "collect/kubernetes.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "collect/allow_lists.h"
#include "collect/arm.h"
#include "collect/pull_secret.h"
#include "collect/redact.h"
#include "collect/source.h"

namespace acr {
namespace {

struct ObjectType {
  std::string_view group;  // "" is core
  std::string_view kind, resource;
  Kind ours;
  std::string_view prefix;  // of a workload: "deploy"
};

constexpr ObjectType kTypes[] = {
    {"", "Pod", "pods", Kind::pod, {}},
    {"", "ServiceAccount", "serviceaccounts", Kind::service_account, {}},
    {"", "Secret", "secrets", Kind::secret, {}},
    {"", "Node", "nodes", Kind::node, {}},
    {"", "Event", "events", Kind::event, {}},
    {"events.k8s.io", "Event", "events", Kind::event, {}},
    {"", "ReplicationController", "replicationcontrollers", Kind::workload, "rc"},
    {"apps", "Deployment", "deployments", Kind::workload, "deploy"},
    {"extensions", "Deployment", "deployments", Kind::workload, "deploy"},
    {"apps", "ReplicaSet", "replicasets", Kind::workload, "rs"},
    {"extensions", "ReplicaSet", "replicasets", Kind::workload, "rs"},
    {"apps", "StatefulSet", "statefulsets", Kind::workload, "sts"},
    {"apps", "DaemonSet", "daemonsets", Kind::workload, "ds"},
    {"extensions", "DaemonSet", "daemonsets", Kind::workload, "ds"},
    {"batch", "Job", "jobs", Kind::workload, "job"},
    {"batch", "CronJob", "cronjobs", Kind::workload, "cronjob"},
    {"kyverno.io", "ClusterPolicy", "clusterpolicies", Kind::admission_rule, {}},
    {"kyverno.io", "Policy", "policies", Kind::admission_rule, {}},
};

constexpr std::size_t kAcceptedChecks = 100;  // of one annotation

// Of Kustomize's origin annotation, "path: base/cart.yaml"; empty where it is of another
// repository.
std::string path_of_origin(std::string_view origin) {
  std::string path;
  while (!origin.empty()) {
    const std::string_view line = origin.substr(0, origin.find('\n'));
    constexpr std::string_view kPath = "path: ";
    if (line.starts_with("repo:")) return {};
    if (line.starts_with(kPath)) path = cut_text(line.substr(kPath.size()), kTextBytes);
    origin.remove_prefix(std::min(line.size() + 1, origin.size()));
  }
  return path;
}

constexpr std::size_t kNameBytes = 63;  // of a container or volume

// What the DaemonSet controller adds to its pods, so that they stay where others may not.
std::vector<Toleration> daemon_tolerations(bool host_network) {
  std::vector<Toleration> added{{"node.kubernetes.io/not-ready", "Exists", "", "NoExecute"},
                                {"node.kubernetes.io/unreachable", "Exists", "", "NoExecute"},
                                {"node.kubernetes.io/disk-pressure", "Exists", "", "NoSchedule"},
                                {"node.kubernetes.io/memory-pressure", "Exists", "", "NoSchedule"},
                                {"node.kubernetes.io/pid-pressure", "Exists", "", "NoSchedule"},
                                {"node.kubernetes.io/unschedulable", "Exists", "", "NoSchedule"}};
  if (host_network) {
    added.push_back({"node.kubernetes.io/network-unavailable", "Exists", "", "NoSchedule"});
  }
  return added;
}

std::string_view prefix_of(std::string_view kind) {
  for (const ObjectType& type : kTypes)
    if (type.kind == kind) return type.prefix;
  return {};
}

bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

// A CronJob names its Jobs after the minute they are due: at least eight digits.
std::string_view cron_job_name(std::string_view job) {
  const std::size_t dash = job.rfind('-');
  if (dash == std::string_view::npos || dash == 0) return {};
  const std::string_view digits = job.substr(dash + 1);
  const bool timed = digits.size() >= 8 && std::all_of(digits.begin(), digits.end(), is_digit);
  return timed ? job.substr(0, dash) : std::string_view{};
}

// "spec.initContainers{setup}" -> "setup".
std::string_view container_of_field(std::string_view path) {
  const std::size_t open = path.find('{');
  if (open == std::string_view::npos || !path.ends_with('}')) return {};
  return path.substr(open + 1, path.size() - open - 2);
}

}  // namespace

bool is_about_pulling(std::string_view reason, std::string_view message) {
  constexpr std::string_view kCombined = "(combined from similar events): ";
  if (message.starts_with(kCombined)) message.remove_prefix(kCombined.size());
  if (reason == "Failed") {
    constexpr std::string_view kError = "Error: ";
    if (message.starts_with("Failed to pull image")) return true;
    return message.starts_with(kError) && !message.substr(kError.size()).contains(' ') &&
           is_pull_failure(message.substr(kError.size()));
  }
  if (reason == "BackOff") return message.starts_with("Back-off pulling image");
  static constexpr std::array<std::string_view, 5> kReasons{"FailedToRetrieveImagePullSecret",
                                                            "InspectFailed", "ErrImageNeverPull",
                                                            "Pulled", "ProviderCreateFailed"};
  return std::find(kReasons.begin(), kReasons.end(), reason) != kReasons.end();
}

std::string_view kind_of_list(std::string_view list_kind) {
  return list_kind.size() > 4 && list_kind.ends_with("List")
             ? list_kind.substr(0, list_kind.size() - 4)
             : std::string_view{};
}

std::optional<Kind> kind_of_object(std::string_view api_version, std::string_view kind) {
  const std::size_t slash = api_version.find('/');
  const std::string_view group =
      slash == std::string_view::npos ? "" : api_version.substr(0, slash);
  if (group == kConstraintGroup && !kind.empty()) return Kind::admission_rule;
  for (const ObjectType& type : kTypes)
    if (type.kind == kind && type.group == group) return type.ours;
  return std::nullopt;
}

std::optional<Kind> kind_of_resource(std::string_view resource) {
  for (const ObjectType& type : kTypes)
    if (type.resource == resource) return type.ours;
  return std::nullopt;
}

KubernetesObject KubernetesReader::absorb(std::string_view text, const ElementPlace& place,
                                          const ListType& list, std::uint64_t group) {
  KubernetesObject result;
  fields_.clear();
  metadata_ = {};
  ignores_.clear();
  simdjson::ondemand::document document;
  const auto damaged = [&](simdjson::error_code error) {
    result.what = KubernetesObject::What::damaged;
    result.error = error;
    return result;
  };
  if (const auto error = parser_.iterate(text, text.size() + kTextPadding).get(document))
    return damaged(error);
  Object object;
  if (const auto error = document.get_object().get(object)) {
    if (error != simdjson::INCORRECT_TYPE) return damaged(error);
    return result;
  }

  std::string version(list.api_version);
  result.type = kind_of_list(list.kind);
  if (result.type.empty()) {
    // Both stand first in what kubectl and the API server print; elsewhere this walks to them.
    bool has_items = false;
    for (auto item : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field)) return damaged(error);
      const char* key = field.key().raw();
      if (is_key(key, "kind"))
        result.type = fields_.text(field.value());
      else if (is_key(key, "apiVersion"))
        version = fields_.text(field.value());
      else if (is_key(key, "items"))
        has_items = true;
      if (!result.type.empty() && !version.empty() && !result.type.ends_with("List")) break;
    }
    if (fields_.error()) return damaged(fields_.error());
    if (result.type.empty() || version.empty()) return result;
    if (result.type.ends_with("List") && has_items) {
      result.what = KubernetesObject::What::list;
      return result;
    }
    if (result.type == "Status" && version == "v1") {
      result.what = KubernetesObject::What::status;
      return result;
    }
    document.rewind();
    if (const auto error = document.get_object().get(object)) return damaged(error);
  }
  if (version == "v1" && (result.type == "APIGroupList" || result.type == "APIResourceList")) {
    result.what = KubernetesObject::What::discovery;
    result.kind = Kind::admission_rule;
    result.none = proves_no_rules(text);
    return result;
  }
  const std::optional<Kind> kind = result.type == "PartialObjectMetadata"
                                       ? list.metadata_of
                                       : kind_of_object(version, result.type);
  if (!kind) {
    result.what = KubernetesObject::What::left_out;
    return result;
  }
  result.what = KubernetesObject::What::read;
  result.kind = *kind;
  switch (*kind) {
    case Kind::pod:
      absorb_pod(object, place, group);
      break;
    case Kind::workload:
      absorb_workload(object, result.type, place, group);
      break;
    case Kind::service_account:
      absorb_service_account(object, place);
      break;
    case Kind::secret:
      absorb_secret(object, place);
      break;
    case Kind::node:
      absorb_node(object, place);
      break;
    case Kind::admission_rule:
      if (const auto error = absorb_admission_rule(context_, text, result.type, place.origin()))
        return damaged(error);
      return result;
    default:
      absorb_event(object, place);
  }
  if (fields_.error()) return damaged(fields_.error());
  result.name_space = metadata_.name_space;
  return result;
}

// What nobody has stored yet was written, and lists are what servers answer with.
void KubernetesReader::note_written(const ElementPlace& place) {
  Document& document = context_.estate.documents[place.document];
  if (metadata_.stored || place.index || !document.request_url.empty()) return;
  document.written = true;
  if (document.made_of.empty()) document.made_of = path_of_origin(metadata_.kustomize_origin);
}

void KubernetesReader::read_annotations(Value value, std::string_view path) {
  Ignore ignore{.checks = {}, .reason = {}, .until = {}, .path = path};
  fields_.each_member(value, [&](const char* annotation, Value text) {
    if (is_key(annotation, "kubernetes.io/config.mirror")) {
      metadata_.mirror = true;
    } else if (is_key(annotation, "config.kubernetes.io/origin")) {
      metadata_.kustomize_origin = fields_.text(text);
    } else if (is_key(annotation, "kubernetes.azure.com/acr-client-id")) {
      metadata_.pull_client_id = fields_.text(text);
    } else if (is_key(annotation, "kubernetes.azure.com/acr-tenant-id")) {
      metadata_.pull_tenant_id = fields_.text(text);
    } else if (std::string_view(annotation, kIgnoreAnnotation.size()) == kIgnoreAnnotation) {
      const char* rest = annotation + kIgnoreAnnotation.size();
      if (is_key(rest, ""))
        ignore.checks = fields_.text(text);
      else if (is_key(rest, "-reason"))
        ignore.reason = fields_.text(text);
      else if (is_key(rest, "-until"))
        ignore.until = fields_.text(text);
    }
  });
  if (!ignore.checks.empty()) ignores_.push_back(ignore);
}

void KubernetesReader::absorb_ignores(const ElementPlace& place) {
  for (const Ignore& ignore : ignores_) {
    Acceptance acceptance;
    acceptance.name_space = metadata_.name_space;
    acceptance.workload =
        pod_.workload.empty() ? fmt::format("pod/{}", metadata_.name) : pod_.workload;
    std::string key =
        fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", place.document, acceptance.name_space,
                    acceptance.workload, ignore.checks, ignore.reason, ignore.until);
    if (!accepted_.insert(std::move(key)).second) continue;
    acceptance.origin = place.origin(fmt::format("/{}/annotations/{}", ignore.path,
                                                 pointer_step("", kIgnoreAnnotation).substr(1)));
    std::string_view rest = ignore.checks;
    while (!rest.empty() && acceptance.checks.size() < kAcceptedChecks) {
      const std::string_view word = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(word.size() + 1, rest.size()));
      const std::size_t first = word.find_first_not_of(" \t\r\n");
      if (first == std::string_view::npos) continue;
      const std::size_t last = word.find_last_not_of(" \t\r\n");
      acceptance.checks.push_back(cut_text(word.substr(first, last - first + 1), kTextBytes));
    }
    acceptance.reason = cut_text(ignore.reason, kTextBytes);
    acceptance.until = cut_text(ignore.until, kTextBytes);
    context_.estate.acceptances.push_back(std::move(acceptance));
  }
}

void KubernetesReader::read_metadata(Value value, std::string_view path) {
  fields_.each_member(value, [&](const char* key, Value field) {
    if (is_key(key, "name")) {
      metadata_.name = fields_.text(field);
    } else if (is_key(key, "namespace")) {
      metadata_.name_space = fields_.text(field);
    } else if (is_key(key, "uid")) {
      metadata_.stored = !fields_.text(field).empty();
    } else if (is_key(key, "ownerReferences")) {
      read_owners(field);
    } else if (is_key(key, "labels")) {
      fields_.each_member(field, [&](const char* label, Value text) {
        if (is_key(label, "pod-template-hash")) metadata_.template_hash = fields_.text(text);
      });
    } else if (is_key(key, "annotations")) {
      read_annotations(field, path);
    }
  });
}

// The controller speaks for the object; without one, its first owner.
void KubernetesReader::read_owners(Value value) {
  fields_.each_element(value, [&](Value element, std::size_t) {
    std::string_view kind, name;
    bool controller = false;
    fields_.each_member(element, [&](const char* key, Value field) {
      if (is_key(key, "kind"))
        kind = fields_.text(field);
      else if (is_key(key, "name"))
        name = fields_.text(field);
      else if (is_key(key, "controller"))
        controller = fields_.flag(field);
    });
    if (metadata_.has_owner && (metadata_.controlled || !controller)) return;
    metadata_.has_owner = true;
    metadata_.controlled = controller;
    metadata_.owner_kind = kind;
    metadata_.owner_name = name;
  });
}

void KubernetesReader::read_pod_spec(Value value) {
  std::string_view old_service_account;
  fields_.each_member(value, [&](const char* key, Value field) {
    if (is_key(key, "hostNetwork")) {
      pod_.host_network = fields_.flag(field);
    } else if (is_key(key, "nodeName")) {
      pod_.node_name = fields_.text(field);
    } else if (is_key(key, "serviceAccountName")) {
      pod_.service_account = fields_.text(field);
    } else if (is_key(key, "serviceAccount")) {
      old_service_account = fields_.text(field);
    } else if (is_key(key, "imagePullSecrets")) {
      fields_.each_element(field, [&](Value element, std::size_t) {
        fields_.each_member(element, [&](const char* member, Value name) {
          // The kubelet steps over an empty name without a word.
          if (is_key(member, "name") && !fields_.text(name).empty())
            pod_.pull_secrets.push_back(fields_.text(name));
        });
      });
    } else if (is_key(key, "containers")) {
      read_containers(field, ContainerKind::container);
    } else if (is_key(key, "initContainers")) {
      read_containers(field, ContainerKind::init);
    } else if (is_key(key, "ephemeralContainers")) {
      read_containers(field, ContainerKind::ephemeral);
    } else if (is_key(key, "volumes")) {
      read_volumes(field);
    } else if (is_key(key, "schedulerName")) {
      const std::string_view name = fields_.text(field);
      if (name != "default-scheduler") pod_.scheduler = name;
    } else if (is_key(key, "nodeSelector")) {
      pod_.node_selector = fields_.raw(field);
    } else if (is_key(key, "tolerations")) {
      pod_.tolerations = fields_.raw(field);
    } else if (is_key(key, "affinity")) {
      fields_.each_member(field, [&](const char* kind, Value affinity) {
        if (!is_key(kind, "nodeAffinity")) return;
        fields_.each_member(affinity, [&](const char* mode, Value required) {
          if (is_key(mode, "requiredDuringSchedulingIgnoredDuringExecution"))
            pod_.affinity = fields_.raw(required);
        });
      });
    }
  });
  if (pod_.service_account.empty()) pod_.service_account = old_service_account;
}

// Keeps the first of each sort.
void KubernetesReader::note_conflict(AciConflict conflict) {
  const bool known = std::ranges::any_of(
      pod_.aci_conflicts, [&](const AciConflict& other) { return other.what == conflict.what; });
  if (!known) pod_.aci_conflicts.push_back(std::move(conflict));
}

void KubernetesReader::read_volumes(Value value) {
  // What azure-aci can mount. A csi volume only with the driver of Azure Files.
  static constexpr std::array<std::string_view, 6> kMountable{
      "azureFile", "emptyDir", "gitRepo", "secret", "configMap", "projected"};
  fields_.each_element(value, [&](Value volume, std::size_t index) {
    ContainerView image{{}, {}, {}, ContainerKind::image_volume, index};
    bool found = false;
    std::string_view refused;
    fields_.each_member(volume, [&](const char* member, Value part) {
      if (is_key(member, "name")) {
        image.name = fields_.text(part);
        return;
      }
      const std::string_view type(member, std::strcspn(member, "\""));
      if (is_key(member, "image")) {
        found = true;
        fields_.each_member(part, [&](const char* name, Value text) {
          if (is_key(name, "reference"))
            image.image = fields_.text(text);
          else if (is_key(name, "pullPolicy"))
            image.pull_policy = fields_.text(text);
        });
      } else if (is_key(member, "csi")) {
        std::string_view driver;
        fields_.each_member(part, [&](const char* name, Value text) {
          if (is_key(name, "driver")) driver = fields_.text(text);
        });
        if (driver == "file.csi.azure.com") return;
      }
      if (std::ranges::find(kMountable, type) == kMountable.end()) refused = type;
    });
    if (found) pod_.containers.push_back(image);
    if (!refused.empty()) {
      note_conflict({AciConflict::What::volume_type, fmt::format("volumes/{}", index),
                     cut_text(image.name, kNameBytes), cut_text(refused, kNameBytes)});
    }
  });
}

void KubernetesReader::read_containers(Value value, ContainerKind kind) {
  using What = AciConflict::What;
  const bool init = kind == ContainerKind::init;
  fields_.each_element(value, [&](Value element, std::size_t index) {
    ContainerView container;
    container.kind = kind;
    container.index = index;
    bool has_args = false, has_command = false, has_hook = false, has_startup_probe = false;
    bool has_ports = false, has_resources = false;
    std::string_view probe, strange_probe;
    const auto read_probe = [&](std::string_view name, Value field) {
      bool handled = false;
      fields_.each_member(field, [&](const char* member, Value) {
        handled |= is_key(member, "httpGet") || is_key(member, "exec");
      });
      probe = name;
      if (!handled) strange_probe = name;
    };
    fields_.each_member(element, [&](const char* key, Value field) {
      if (is_key(key, "name")) {
        container.name = fields_.text(field);
      } else if (is_key(key, "image")) {
        container.image = fields_.text(field);
      } else if (is_key(key, "imagePullPolicy")) {
        container.pull_policy = fields_.text(field);
      } else if (is_key(key, "args")) {
        has_args = !fields_.raw(field).empty();
      } else if (is_key(key, "command")) {
        has_command = !fields_.raw(field).empty();
      } else if (is_key(key, "lifecycle")) {
        has_hook = !fields_.raw(field).empty();
      } else if (is_key(key, "startupProbe")) {
        has_startup_probe = !fields_.raw(field).empty();
      } else if (is_key(key, "livenessProbe")) {
        read_probe("livenessProbe", field);
      } else if (is_key(key, "readinessProbe")) {
        read_probe("readinessProbe", field);
      } else if (init && is_key(key, "ports")) {
        has_ports = !fields_.raw(field).empty();
      } else if (init && is_key(key, "resources")) {
        fields_.each_member(field, [&](const char* member, Value amounts) {
          if (is_key(member, "requests") || is_key(member, "limits"))
            has_resources |= !fields_.raw(amounts).empty();
        });
      }
    });
    pod_.containers.push_back(container);

    const auto note = [&](What what, std::string_view leaf, std::string_view detail = {}) {
      note_conflict({what,
                     fmt::format("{}/{}/{}", init ? "initContainers" : "containers", index, leaf),
                     cut_text(container.name, kNameBytes), std::string(detail)});
    };
    if (kind == ContainerKind::ephemeral) return;
    if (has_args && !has_command) note(What::args_without_command, "args");
    if (has_hook) note(What::lifecycle_hook, "lifecycle");
    if (has_startup_probe) note(What::startup_probe, "startupProbe");
    if (init) {
      if (has_ports) note(What::init_ports, "ports");
      if (has_resources) note(What::init_resources, "resources");
      if (!probe.empty()) note(What::init_probe, probe, probe);
    } else if (!strange_probe.empty()) {
      note(What::probe_handler, strange_probe, strange_probe);
    }
  });
}

void KubernetesReader::read_pod_status(Value value) {
  std::string_view reason, message;
  fields_.each_member(value, [&](const char* key, Value field) {
    if (is_key(key, "containerStatuses"))
      read_statuses(field, ContainerKind::container);
    else if (is_key(key, "initContainerStatuses"))
      read_statuses(field, ContainerKind::init);
    else if (is_key(key, "ephemeralContainerStatuses"))
      read_statuses(field, ContainerKind::ephemeral);
    else if (is_key(key, "reason"))
      reason = fields_.text(field);
    else if (is_key(key, "message"))
      message = fields_.text(field);
  });
  // A classic virtual node has no statuses of containers to tell with.
  if (reason == "ProviderFailed") {
    pod_.provider_failed = true;
    pod_.provider_message = message;
  }
}

void KubernetesReader::read_statuses(Value value, ContainerKind kind) {
  fields_.each_element(value, [&](Value element, std::size_t index) {
    ContainerStatusView status;
    status.kind = kind;
    status.index = index;
    fields_.each_member(element, [&](const char* key, Value field) {
      if (is_key(key, "name")) {
        status.name = fields_.text(field);
      } else if (is_key(key, "imageID")) {
        status.pulled = !fields_.text(field).empty();
      } else if (is_key(key, "state")) {
        fields_.each_member(field, [&](const char* state, Value detail) {
          if (!is_key(state, "waiting")) return;
          fields_.each_member(detail, [&](const char* member, Value text) {
            if (is_key(member, "reason"))
              status.reason = fields_.text(text);
            else if (is_key(member, "message"))
              status.message = fields_.text(text);
          });
        });
      }
    });
    pod_.statuses.push_back(status);
  });
}

void KubernetesReader::name_pod_workload() {
  const std::string_view kind = metadata_.owner_kind, name = metadata_.owner_name;
  if (name.empty() || kind == "Node") return;
  std::string_view prefix = prefix_of(kind), stem = name;
  if (kind == "ReplicaSet") {
    // A Deployment's ReplicaSet is named after it and the hash of its template.
    const std::string_view hash = metadata_.template_hash;
    if (!hash.empty() && name.size() > hash.size() + 1 && name.ends_with(hash) &&
        name[name.size() - hash.size() - 1] == '-') {
      prefix = "deploy";
      stem = name.substr(0, name.size() - hash.size() - 1);
    }
  } else if (kind == "Job") {
    if (const std::string_view cron = cron_job_name(name); !cron.empty()) {
      prefix = "cronjob";
      stem = cron;
    }
  }
  pod_.workload = prefix.empty() ? lower(kind) : std::string(prefix);
  pod_.workload += '/';
  pod_.workload += stem;
}

void KubernetesReader::absorb_pod(Object& object, const ElementPlace& place, std::uint64_t group) {
  pod_.clear();
  bool has_status = false;
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata")) {
      read_metadata(value);
    } else if (is_key(key, "spec")) {
      read_pod_spec(value);
    } else if (is_key(key, "status")) {
      has_status = true;
      read_pod_status(value);
    }
  });
  if (fields_.error()) return;
  pod_.name = metadata_.name;
  pod_.name_space = metadata_.name_space;
  pod_.mirror = metadata_.mirror;
  // A manifest: never seen by an API server, so nothing was observed and admission is to come.
  pod_.template_only = !has_status && !metadata_.stored;
  name_pod_workload();
  // Admission sets it, and leaves mirror pods alone.
  if (pod_.service_account.empty() && !pod_.mirror) pod_.service_account = "default";
  if (const auto& focus = context_.input.focus)
    pod_.focus = focus->pod == pod_.name &&
                 (focus->name_space.empty() || focus->name_space == pod_.name_space);
  classes_.add(pod_, place, group);
  absorb_ignores(place);
  if (pod_.template_only) note_written(place);
}

void KubernetesReader::absorb_workload(Object& object, std::string_view kind,
                                       const ElementPlace& place, std::uint64_t group) {
  pod_.clear();
  pod_.spec_path = "spec/template/spec";
  std::string_view template_path = "spec/template/metadata";
  const auto read_template = [&](Value value) {
    fields_.each_member(value, [&](const char* key, Value field) {
      if (is_key(key, "spec")) read_pod_spec(field);
      if (!is_key(key, "metadata")) return;
      fields_.each_member(field, [&](const char* member, Value part) {
        if (is_key(member, "annotations")) read_annotations(part, template_path);
      });
    });
  };
  const auto read_spec = [&](Value value) {
    fields_.each_member(value, [&](const char* key, Value field) {
      if (is_key(key, "template")) {
        read_template(field);
      } else if (is_key(key, "replicas")) {
        std::int64_t replicas = 1;
        if (field.get_int64().get(replicas) == simdjson::SUCCESS && replicas == 0)
          pod_.suspended = true;
      } else if (is_key(key, "suspend")) {
        pod_.suspended = fields_.flag(field);
      } else if (is_key(key, "jobTemplate")) {
        pod_.spec_path = "spec/jobTemplate/spec/template/spec";
        template_path = "spec/jobTemplate/spec/template/metadata";
        fields_.each_member(field, [&](const char* part, Value job) {
          if (!is_key(part, "spec")) return;
          fields_.each_member(job, [&](const char* member, Value value_of_member) {
            if (is_key(member, "template")) read_template(value_of_member);
          });
        });
      }
    });
  };
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata"))
      read_metadata(value);
    else if (is_key(key, "spec"))
      read_spec(value);
  });
  // A ReplicaSet of a Deployment, a Job of a CronJob: the owner's template is the one that counts.
  if (fields_.error() || metadata_.controlled) return;
  pod_.template_only = true;
  pod_.name_space = metadata_.name_space;
  pod_.workload = fmt::format("{}/{}", prefix_of(kind), metadata_.name);
  if (kind == "DaemonSet") pod_.added_tolerations = daemon_tolerations(pod_.host_network);
  if (pod_.service_account.empty()) pod_.service_account = "default";
  classes_.add(pod_, place, group);
  absorb_ignores(place);
  note_written(place);
}

void KubernetesReader::absorb_service_account(Object& object, const ElementPlace& place) {
  ServiceAccount account;
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata")) {
      read_metadata(value);
    } else if (is_key(key, "imagePullSecrets")) {
      fields_.each_element(value, [&](Value element, std::size_t) {
        fields_.each_member(element, [&](const char* member, Value name) {
          if (is_key(member, "name")) account.pull_secrets.emplace_back(fields_.text(name));
        });
      });
    }
  });
  if (fields_.error()) return;
  account.origin = place.origin();
  account.name_space = metadata_.name_space;
  account.name = metadata_.name;
  account.pull_client_id = cut_text(metadata_.pull_client_id, kNameBytes);
  account.pull_tenant_id = cut_text(metadata_.pull_tenant_id, kNameBytes);
  context_.estate.service_accounts.push_back(std::move(account));
  note_written(place);
}

void KubernetesReader::absorb_secret(Object& object, const ElementPlace& place) {
  SecretFields found;
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata"))
      read_metadata(value);
    else
      found.read(fields_, key, value);
  });
  if (fields_.error()) return;
  PullSecret secret;
  secret.origin = place.origin();
  secret.name_space = metadata_.name_space;
  secret.name = metadata_.name;
  decode(secret, found, context_.estate.documents[place.document].source);
  context_.estate.secrets.push_back(std::move(secret));
  note_written(place);
}

void KubernetesReader::absorb_node(Object& object, const ElementPlace& place) {
  Node node;
  const auto read_labels = [&](Value value) {
    Object labels;
    if (const auto error = value.get_object().get(labels)) return fields_.note(error);
    for (auto item : labels) {
      simdjson::ondemand::field field;
      std::string_view key;
      if (const auto error = std::move(item).get(field)) return fields_.note(error);
      if (const auto error = field.unescaped_key().get(key)) return fields_.note(error);
      std::string name(key);
      node.labels.insert_or_assign(std::move(name), std::string(fields_.text(field.value())));
    }
  };
  const auto read_taint = [&](Value element, std::size_t) {
    Taint taint;
    fields_.each_member(element, [&](const char* key, Value value) {
      if (is_key(key, "key"))
        taint.key = fields_.text(value);
      else if (is_key(key, "value"))
        taint.value = fields_.text(value);
      else if (is_key(key, "effect"))
        taint.effect = fields_.text(value);
    });
    node.taints.push_back(std::move(taint));
  };
  const auto read_condition = [&](Value element, std::size_t) {
    std::string_view type, status;
    fields_.each_member(element, [&](const char* key, Value value) {
      if (is_key(key, "type"))
        type = fields_.text(value);
      else if (is_key(key, "status"))
        status = fields_.text(value);
    });
    if (type == "Ready") node.ready = status == "True";
  };
  const auto read_info = [&](const char* key, Value value) {
    if (is_key(key, "operatingSystem"))
      node.os = fields_.text(value);
    else if (is_key(key, "architecture"))
      node.arch = fields_.text(value);
    else if (is_key(key, "kubeletVersion"))
      node.kubelet_version = fields_.text(value);
    else if (is_key(key, "containerRuntimeVersion"))
      node.container_runtime = fields_.text(value);
  };
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata")) {
      fields_.each_member(value, [&](const char* member, Value field) {
        if (is_key(member, "name"))
          node.name = fields_.text(field);
        else if (is_key(member, "labels"))
          read_labels(field);
      });
    } else if (is_key(key, "spec")) {
      fields_.each_member(value, [&](const char* member, Value field) {
        if (is_key(member, "providerID"))
          node.provider_id = fields_.text(field);
        else if (is_key(member, "taints"))
          fields_.each_element(field, read_taint);
        else if (is_key(member, "unschedulable"))
          node.unschedulable = fields_.flag(field);
      });
    } else if (is_key(key, "status")) {
      fields_.each_member(value, [&](const char* member, Value field) {
        if (is_key(member, "nodeInfo"))
          fields_.each_member(field, read_info);
        else if (is_key(member, "conditions"))
          fields_.each_element(field, read_condition);
      });
    }
  });
  if (fields_.error()) return;
  node.origin = place.origin();
  context_.estate.nodes.push_back(std::move(node));
}

void KubernetesReader::absorb_event(Object& object, const ElementPlace& place) {
  PullEvent event;
  std::string_view reason, message, object_kind, object_name, object_space, field_path;
  std::string_view last, event_time, series_last, created;
  std::int64_t count = 0, series_count = 0;
  const auto number = [&](Value value) {
    std::int64_t result = 0;
    fields_.note(value.get_int64().get(result) == simdjson::SUCCESS ? simdjson::SUCCESS
                                                                    : simdjson::INCORRECT_TYPE);
    return std::max<std::int64_t>(result, 0);
  };
  fields_.each_member(object, [&](const char* key, Value value) {
    if (is_key(key, "metadata")) {
      read_metadata(value);
    } else if (is_key(key, "involvedObject") || is_key(key, "regarding")) {
      fields_.each_member(value, [&](const char* member, Value field) {
        if (is_key(member, "kind"))
          object_kind = fields_.text(field);
        else if (is_key(member, "name"))
          object_name = fields_.text(field);
        else if (is_key(member, "namespace"))
          object_space = fields_.text(field);
        else if (is_key(member, "fieldPath"))
          field_path = fields_.text(field);
      });
    } else if (is_key(key, "series")) {
      fields_.each_member(value, [&](const char* member, Value field) {
        if (is_key(member, "count"))
          series_count = number(field);
        else if (is_key(member, "lastObservedTime"))
          series_last = fields_.text(field);
      });
    } else if (is_key(key, "reason")) {
      reason = fields_.text(value);
    } else if (is_key(key, "message") || is_key(key, "note")) {
      message = fields_.text(value);
    } else if (is_key(key, "count") || is_key(key, "deprecatedCount")) {
      count = number(value);
    } else if (is_key(key, "lastTimestamp") || is_key(key, "deprecatedLastTimestamp")) {
      last = fields_.text(value);
    } else if (is_key(key, "eventTime")) {
      event_time = fields_.text(value);
    } else if (is_key(key, "firstTimestamp") || is_key(key, "deprecatedFirstTimestamp")) {
      created = fields_.text(value);
    }
  });
  if (fields_.error() || object_kind != "Pod" || !is_about_pulling(reason, message)) return;
  event.origin = place.origin();
  event.name_space = object_space.empty() ? metadata_.name_space : object_space;
  event.pod = object_name;
  event.reason = reason;
  event.message = cut_text(hide_credentials(message), kTextBytes);
  event.container = container_of_field(field_path);
  event.count = static_cast<std::uint64_t>(std::max({count, series_count, std::int64_t{1}}));
  for (const std::string_view time : {series_last, last, event_time, created})
    if (event.last_seen.empty()) event.last_seen = time;
  context_.estate.events.push_back(std::move(event));
}

}  // namespace acr
