#include "collect/pod_classes.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/json_fields.h"
#include "collect/redact.h"
#include "collect/source.h"

namespace acr {
namespace {

// Every field with its length before it, so that no two lists of fields make the same bytes.
void append_field(std::string& key, std::string_view field) {
  const auto length = static_cast<std::uint32_t>(field.size());
  key.append(reinterpret_cast<const char*>(&length), sizeof length);
  key.append(field);
}

template <class Number>
void append_number(std::string& key, Number number) {
  key.append(reinterpret_cast<const char*>(&number), sizeof number);
}

std::string_view status_list(ContainerKind kind) {
  switch (kind) {
    case ContainerKind::init:
      return "initContainerStatuses";
    case ContainerKind::ephemeral:
      return "ephemeralContainerStatuses";
    default:
      return "containerStatuses";
  }
}

// The kubelet up to 1.31 tells a back-off without its cause.
bool tells_cause(std::string_view message) {
  return !message.empty() &&
         !(message.starts_with("Back-off pulling image") && message.ends_with('"'));
}

void keep_symptom(PodClass& entry, PullSymptom symptom) {
  const auto same =
      std::find_if(entry.symptoms.begin(), entry.symptoms.end(), [&](const PullSymptom& known) {
        return known.reason == symptom.reason && known.message == symptom.message;
      });
  if (same != entry.symptoms.end()) {
    ++same->count;
    return;
  }
  // Those that tell a cause stand first, and push out the others.
  const auto place =
      tells_cause(symptom.message)
          ? std::find_if_not(entry.symptoms.begin(), entry.symptoms.end(),
                             [](const PullSymptom& known) { return tells_cause(known.message); })
          : entry.symptoms.end();
  entry.symptoms.insert(place, std::move(symptom));
  if (entry.symptoms.size() > PodClass::kSymptoms) entry.symptoms.pop_back();
}

// Longer rules are not read: they are held for every distinct pod.
constexpr std::size_t kPlacementBytes = std::size_t{64} << 10;

// Does a toleration stand without a key, for every taint there is? Told from the text alone,
// because this is asked of every pod.
bool tolerates_everything(std::string_view tolerations) {
  constexpr std::string_view kKey = "\"key\"";
  auto objects = std::ranges::count(tolerations, '{');
  for (std::size_t at = tolerations.find(kKey); at != std::string_view::npos;
       at = tolerations.find(kKey, at + kKey.size())) {
    --objects;
  }
  return objects > 0;
}

// Nothing lands on a virtual node by chance. Only of pods that may does it matter what such a node
// refuses; the others are not kept apart for it.
bool may_be_virtual(const PodView& pod) {
  return pod.node_name == kVirtualNodeName || pod.tolerations.contains("virtual-kubelet.io/") ||
         pod.node_selector.contains("\"virtual-kubelet\"") || tolerates_everything(pod.tolerations);
}

// A pod of a DaemonSet names its node in its affinity; once it is there, that only keeps alike pods
// apart.
bool is_pinned(const PodView& pod) {
  return !pod.template_only && !pod.node_name.empty() && pod.affinity.contains("\"metadata.name\"");
}

}  // namespace

std::string ElementPlace::pointer() const {
  return index ? fmt::format("{}/{}", list, *index) : std::string(list);
}

void PodView::clear() {
  name = name_space = service_account = node_name = {};
  node_selector = tolerations = affinity = scheduler = provider_message = {};
  added_tolerations.clear();
  aci_conflicts.clear();
  workload.clear();
  pull_secrets.clear();
  containers.clear();
  statuses.clear();
  mirror = template_only = focus = provider_failed = host_network = suspended = false;
  spec_path = "spec";
}

namespace {

// A container waits for the images of its pod's volumes too, and its status then names theirs:
// the image of that volume, or nothing.
std::string_view awaited_volume(const PodView& pod, const ContainerStatusView& status) {
  if (!is_pull_failure(status.reason)) return {};
  const auto names = [&](std::string_view image) {
    return !image.empty() && status.message.contains(fmt::format("image \"{}\"", image));
  };
  std::string_view awaited;
  for (const ContainerView& container : pod.containers) {
    if (container.kind == ContainerKind::image_volume) {
      if (awaited.empty() && names(container.image)) awaited = container.image;
    } else if (container.kind == status.kind && container.name == status.name &&
               names(container.image)) {
      return {};  // it names the container's own
    }
  }
  return awaited;
}

}  // namespace

bool is_pull_failure(std::string_view reason) {
  static constexpr std::array<std::string_view, 7> kReasons{
      "ErrImagePull",      "ImagePullBackOff",    "InvalidImageName",         "ImageInspectError",
      "ErrImageNeverPull", "RegistryUnavailable", "SignatureValidationFailed"};
  // Reasons are single words. From 1.33 on, the kubelet puts the raw error text of a malformed pull
  // secret there.
  return std::find(kReasons.begin(), kReasons.end(), reason) != kReasons.end() ||
         reason.contains(' ');
}

void PodClasses::forget_groups() {
  shapes_.clear();
  known_.clear();
  nodes_.clear();
  tallies_.clear();
  failing_examples_.clear();
}

void PodClasses::add(const PodView& pod, const ElementPlace& place, std::uint64_t group) {
  key_.clear();
  append_number(key_, group);
  append_number(key_, pod.mirror);
  append_number(key_, pod.template_only);
  append_number(key_, pod.suspended);
  append_field(key_, pod.focus ? pod.name : std::string_view{});
  append_field(key_, pod.name_space);
  append_field(key_, pod.workload);
  append_field(key_, pod.service_account);
  append_field(key_, pod.node_selector);
  append_field(key_, pod.tolerations);
  append_field(key_, pod.scheduler);
  append_field(key_, is_pinned(pod) ? std::string_view{} : pod.affinity);
  append_field(key_, pod.template_only ? pod.node_name : std::string_view{});
  if (!pod.aci_conflicts.empty() && may_be_virtual(pod)) {
    for (const AciConflict& conflict : pod.aci_conflicts) {
      append_field(key_, conflict.field);
      append_field(key_, conflict.detail);
    }
    append_number(key_, '\0');  // what follows is a list as well
  }
  for (const std::string_view secret : pod.pull_secrets) append_field(key_, secret);
  auto shape = shapes_.find(std::string_view(key_));
  if (shape == shapes_.end())
    shape = shapes_.emplace(key_, static_cast<std::uint32_t>(shapes_.size())).first;

  for (const ContainerView& container : pod.containers)
    count(class_of(pod, container, shape->second, place), pod, container, place);
}

std::uint32_t PodClasses::class_of(const PodView& pod, const ContainerView& container,
                                   std::uint32_t shape, const ElementPlace& place) {
  key_.clear();
  append_number(key_, shape);
  append_number(key_, container.kind);
  append_field(key_, container.name);
  append_field(key_, container.image);
  append_field(key_, container.pull_policy);
  if (const auto known = known_.find(std::string_view(key_)); known != known_.end())
    return known->second;

  const auto index = static_cast<std::uint32_t>(classes_.size());
  known_.emplace(key_, index);
  PodClass& entry = classes_.emplace_back();
  entry.document = place.document;
  entry.from_template = pod.template_only;
  entry.suspended = pod.suspended;
  entry.name_space = pod.name_space;
  entry.workload = pod.workload;
  entry.service_account = pod.service_account;
  entry.pull_secrets.assign(pod.pull_secrets.begin(), pod.pull_secrets.end());
  entry.container = {std::string(container.name), cut_text(container.image, kTextBytes),
                     std::string(container.pull_policy), container.kind, container.index};
  entry.spec_path = pod.spec_path;
  entry.placement = placement_of(pod);
  if (!pod.aci_conflicts.empty() && may_be_virtual(pod)) entry.aci_conflicts = pod.aci_conflicts;
  entry.mirror = pod.mirror;
  entry.focus = pod.focus;
  entry.origin = place.origin();
  return index;
}

std::shared_ptr<const Placement> PodClasses::placement_of(const PodView& pod) {
  key_.clear();
  append_field(key_, pod.template_only ? pod.node_name : std::string_view{});
  append_field(key_, pod.scheduler);
  append_field(key_, pod.node_selector);
  append_field(key_, pod.tolerations);
  append_field(key_, is_pinned(pod) ? std::string_view{} : pod.affinity);
  for (const Toleration& toleration : pod.added_tolerations) append_field(key_, toleration.key);
  auto& placement = placements_[key_];
  if (!placement) placement = std::make_shared<const Placement>(read_placement(pod));
  return placement;
}

Placement PodClasses::read_placement(const PodView& pod) {
  Placement placement;
  placement.scheduler = pod.scheduler;
  if (pod.template_only) placement.node_name = pod.node_name;
  const std::string_view affinity = is_pinned(pod) ? std::string_view{} : pod.affinity;
  if (pod.node_selector.size() + pod.tolerations.size() + affinity.size() > kPlacementBytes) {
    placement.whole = false;
    return placement;
  }
  JsonFields fields;
  simdjson::ondemand::document document;
  const auto parse = [&](std::string_view json) {
    return !json.empty() &&
           parser_.iterate(json, json.size() + kTextPadding).get(document) == simdjson::SUCCESS;
  };
  if (parse(pod.node_selector)) {
    simdjson::ondemand::object object;
    if (document.get_object().get(object) == simdjson::SUCCESS)
      for (auto item : object) {
        simdjson::ondemand::field field;
        std::string_view key;
        if (std::move(item).get(field) || field.unescaped_key().get(key)) break;
        std::string name(key);
        placement.node_selector.insert_or_assign(std::move(name),
                                                 std::string(fields.text(field.value())));
      }
  }
  if (parse(pod.tolerations)) {
    simdjson::ondemand::value list;
    if (document.get_value().get(list) == simdjson::SUCCESS)
      fields.each_element(list, [&](JsonFields::Value element, std::size_t) {
        Toleration toleration;
        fields.each_member(element, [&](const char* key, JsonFields::Value value) {
          if (is_key(key, "key"))
            toleration.key = fields.text(value);
          else if (is_key(key, "operator"))
            toleration.op = fields.text(value);
          else if (is_key(key, "value"))
            toleration.value = fields.text(value);
          else if (is_key(key, "effect"))
            toleration.effect = fields.text(value);
        });
        placement.tolerations.push_back(std::move(toleration));
      });
  }
  placement.tolerations.insert(placement.tolerations.end(), pod.added_tolerations.begin(),
                               pod.added_tolerations.end());
  if (parse(affinity)) placement.affinity = read_affinity(document);
  return placement;
}

NodeAffinity PodClasses::read_affinity(simdjson::ondemand::document& document) {
  NodeAffinity affinity;
  JsonFields fields;
  using Value = JsonFields::Value;
  const auto read_requirements = [&](Value list, std::vector<NodeRequirement>& requirements) {
    fields.each_element(list, [&](Value element, std::size_t) {
      NodeRequirement& requirement = requirements.emplace_back();
      fields.each_member(element, [&](const char* key, Value value) {
        if (is_key(key, "key")) {
          requirement.key = fields.text(value);
        } else if (is_key(key, "operator")) {
          requirement.op = fields.text(value);
        } else if (is_key(key, "values")) {
          fields.each_element(value, [&](Value text, std::size_t) {
            requirement.values.emplace_back(fields.text(text));
          });
        }
      });
    });
  };
  simdjson::ondemand::value root;
  if (document.get_value().get(root) != simdjson::SUCCESS) return affinity;
  fields.each_member(root, [&](const char* key, Value terms) {
    if (!is_key(key, "nodeSelectorTerms")) return;
    fields.each_element(terms, [&](Value element, std::size_t) {
      NodeSelectorTerm& term = affinity.terms.emplace_back();
      fields.each_member(element, [&](const char* member, Value list) {
        if (is_key(member, "matchExpressions")) {
          read_requirements(list, term.expressions);
        } else if (is_key(member, "matchFields")) {
          read_requirements(list, term.fields);
        }
      });
    });
  });
  return affinity;
}

void PodClasses::count(std::uint32_t index, const PodView& pod, const ContainerView& container,
                       const ElementPlace& place) {
  PodClass& entry = classes_[index];
  if (pod.template_only) {
    if (!pod.name.empty() && entry.pods.size() < PodClass::kExamples)
      entry.pods.emplace_back(pod.name);
    return;
  }
  const auto status = std::find_if(
      pod.statuses.begin(), pod.statuses.end(), [&](const ContainerStatusView& candidate) {
        return container.kind == ContainerKind::image_volume
                   ? !container.image.empty() && awaited_volume(pod, candidate) == container.image
                   : candidate.kind == container.kind && candidate.name == container.name &&
                         awaited_volume(pod, candidate).empty();
      });
  const bool waits = status != pod.statuses.end() && is_pull_failure(status->reason);
  const bool fails = waits || pod.provider_failed;
  const bool pulled = !fails && status != pod.statuses.end() && status->pulled;

  auto node = nodes_.find(pod.node_name);
  if (node == nodes_.end())
    node =
        nodes_.emplace(std::string(pod.node_name), static_cast<std::uint32_t>(nodes_.size())).first;
  const auto [tally_index, fresh] = tallies_.try_emplace(
      std::uint64_t{index} << 32 | node->second, static_cast<std::uint32_t>(entry.nodes.size()));
  if (fresh) entry.nodes.push_back({std::string(pod.node_name), 0, 0, 0});
  NodeTally& tally = entry.nodes[tally_index->second];

  ++entry.pod_count, ++tally.pods;
  if (pulled) ++entry.pulled, ++tally.pulled;
  if (fails) {
    std::uint32_t& examples = failing_examples_[index];
    if (entry.failing == 0) entry.origin = place.origin(), entry.document = place.document;
    ++entry.failing, ++tally.failing;
    if (examples < PodClass::kExamples)
      entry.pods.insert(entry.pods.begin() + examples++, std::string(pod.name));
    if (entry.pods.size() > PodClass::kExamples) entry.pods.pop_back();

    PullSymptom symptom;
    // Redacted before it is cut: half a parameter does not look like one.
    symptom.reason =
        waits ? cut_text(hide_credentials(status->reason), kTextBytes) : "ProviderFailed";
    symptom.message =
        cut_text(hide_credentials(waits ? status->message : pod.provider_message), kTextBytes);
    symptom.pod = pod.name;
    symptom.count = 1;
    symptom.origin = waits ? place.origin(fmt::format("/status/{}/{}/state/waiting",
                                                      status_list(status->kind), status->index))
                           : place.origin("/status");
    keep_symptom(entry, std::move(symptom));
  } else if (entry.pods.size() < PodClass::kExamples) {
    entry.pods.emplace_back(pod.name);
  }
}

}  // namespace acr
