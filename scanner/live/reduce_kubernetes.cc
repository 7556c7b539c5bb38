#include "live/reduce_kubernetes.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "collect/document.h"
#include "collect/json_fields.h"
#include "collect/kubernetes.h"
#include "collect/pull_secret.h"

namespace acr {
namespace {

using Value = JsonFields::Value;
using Object = simdjson::ondemand::object;
using simdjson::ondemand::json_type;

constexpr std::size_t kNestedLists = 4;
constexpr std::size_t kNameBytes = 63;

// How much of a member stays.
enum class Keep {
  scalar,   // a string, number or truth value, credentials hidden
  whole,    // everything below, credentials hidden
  object,   // the members listed
  list,     // of objects, of each the members listed
  present,  // only that there is something: [true] or {"present":true}; empty ones go
  empty,    // only that the member is there: {}
};

// A member that stays; all others go. The name "*" stands for every name.
struct Rule {
  std::string_view name;
  Keep keep = Keep::scalar;
  std::span<const Rule> members = {};
};
using Rules = std::span<const Rule>;

constexpr Rule kName[] = {{"name"}};
constexpr Rule kOwner[] = {{"apiVersion"}, {"kind"}, {"name"}, {"controller"}};
constexpr Rule kHashLabel[] = {{"pod-template-hash"}};
constexpr Rule kIgnore[] = {
    {"acr-doctor.dev/ignore"}, {"acr-doctor.dev/ignore-reason"}, {"acr-doctor.dev/ignore-until"}};
constexpr Rule kAnnotations[] = {
    {"kubernetes.io/config.mirror", Keep::empty}, kIgnore[0], kIgnore[1], kIgnore[2]};
constexpr Rule kMetadata[] = {{"name"},
                              {"namespace"},
                              {"uid"},
                              {"creationTimestamp"},
                              {"deletionTimestamp"},
                              {"labels", Keep::object, kHashLabel},
                              {"annotations", Keep::object, kAnnotations},
                              {"ownerReferences", Keep::list, kOwner}};
constexpr Rule kShortMetadata[] = {{"name"}, {"namespace"}, {"creationTimestamp"}};

constexpr Rule kHandler[] = {{"httpGet", Keep::empty},
                             {"exec", Keep::empty},
                             {"tcpSocket", Keep::empty},
                             {"grpc", Keep::empty}};
constexpr Rule kResources[] = {{"requests", Keep::present}, {"limits", Keep::present}};
constexpr Rule kContainer[] = {{"name"},
                               {"image"},
                               {"imagePullPolicy"},
                               {"command", Keep::present},
                               {"args", Keep::present},
                               {"lifecycle", Keep::present},
                               {"startupProbe", Keep::present},
                               {"livenessProbe", Keep::object, kHandler},
                               {"readinessProbe", Keep::object, kHandler},
                               {"ports", Keep::present},
                               {"resources", Keep::object, kResources}};
constexpr Rule kImageVolume[] = {{"reference"}, {"pullPolicy"}};
constexpr Rule kCsi[] = {{"driver"}};
constexpr Rule kVolume[] = {{"name"},
                            {"image", Keep::object, kImageVolume},
                            {"csi", Keep::object, kCsi},
                            {"*", Keep::empty}};
constexpr Rule kToleration[] = {{"key"}, {"operator"}, {"value"}, {"effect"}};
constexpr Rule kNodeAffinity[] = {{"requiredDuringSchedulingIgnoredDuringExecution", Keep::whole}};
constexpr Rule kAffinity[] = {{"nodeAffinity", Keep::object, kNodeAffinity}};
constexpr Rule kPodSpec[] = {{"hostNetwork"},
                             {"nodeName"},
                             {"serviceAccountName"},
                             {"serviceAccount"},
                             {"schedulerName"},
                             {"imagePullSecrets", Keep::list, kName},
                             {"containers", Keep::list, kContainer},
                             {"initContainers", Keep::list, kContainer},
                             {"ephemeralContainers", Keep::list, kContainer},
                             {"volumes", Keep::list, kVolume},
                             {"nodeSelector", Keep::whole},
                             {"tolerations", Keep::list, kToleration},
                             {"affinity", Keep::object, kAffinity}};
constexpr Rule kWaiting[] = {{"reason"}, {"message"}};
constexpr Rule kState[] = {
    {"waiting", Keep::object, kWaiting}, {"running", Keep::empty}, {"terminated", Keep::empty}};
constexpr Rule kContainerStatus[] = {
    {"name"}, {"image"}, {"imageID"}, {"state", Keep::object, kState}};
constexpr Rule kPodStatus[] = {{"phase"},
                               {"reason"},
                               {"message"},
                               {"containerStatuses", Keep::list, kContainerStatus},
                               {"initContainerStatuses", Keep::list, kContainerStatus},
                               {"ephemeralContainerStatuses", Keep::list, kContainerStatus}};
constexpr Rule kPod[] = {{"apiVersion"},
                         {"kind"},
                         {"metadata", Keep::object, kMetadata},
                         {"spec", Keep::object, kPodSpec},
                         {"status", Keep::object, kPodStatus}};

constexpr Rule kTemplateMetadata[] = {{"annotations", Keep::object, kIgnore}};
constexpr Rule kTemplate[] = {{"metadata", Keep::object, kTemplateMetadata},
                              {"spec", Keep::object, kPodSpec}};
constexpr Rule kJobSpec[] = {{"template", Keep::object, kTemplate}};
constexpr Rule kJobTemplate[] = {{"spec", Keep::object, kJobSpec}};
constexpr Rule kWorkloadSpec[] = {{"replicas"},
                                  {"suspend"},
                                  {"template", Keep::object, kTemplate},
                                  {"jobTemplate", Keep::object, kJobTemplate}};
constexpr Rule kWorkload[] = {{"apiVersion"},
                              {"kind"},
                              {"metadata", Keep::object, kMetadata},
                              {"spec", Keep::object, kWorkloadSpec}};

constexpr Rule kPullIdentity[] = {{"kubernetes.azure.com/acr-client-id"},
                                  {"kubernetes.azure.com/acr-tenant-id"}};
constexpr Rule kAccountMetadata[] = {
    {"name"}, {"namespace"}, {"creationTimestamp"}, {"annotations", Keep::object, kPullIdentity}};
constexpr Rule kServiceAccount[] = {{"apiVersion"},
                                    {"kind"},
                                    {"metadata", Keep::object, kAccountMetadata},
                                    {"imagePullSecrets", Keep::list, kName}};

// What an admission rule lists is what it is read for.
constexpr Rule kRuleSpec[] = {{"enforcementAction"},
                              {"validationFailureAction"},
                              {"parameters", Keep::whole},
                              {"rules", Keep::whole}};
constexpr Rule kAdmissionRule[] = {{"apiVersion"},
                                   {"kind"},
                                   {"metadata", Keep::object, kShortMetadata},
                                   {"spec", Keep::object, kRuleSpec}};

// What the server knows of: discovery.
constexpr Rule kVersion[] = {{"version"}};
constexpr Rule kGroup[] = {{"name"}, {"preferredVersion", Keep::object, kVersion}};
constexpr Rule kGroups[] = {{"apiVersion"}, {"kind"}, {"groups", Keep::list, kGroup}};
constexpr Rule kResourceKind[] = {{"name"}, {"kind"}};
constexpr Rule kResourceKinds[] = {
    {"apiVersion"}, {"kind"}, {"groupVersion"}, {"resources", Keep::list, kResourceKind}};

constexpr Rule kNodeMetadata[] = {{"name"}, {"creationTimestamp"}, {"labels", Keep::whole}};
constexpr Rule kTaint[] = {{"key"}, {"value"}, {"effect"}};
constexpr Rule kNodeSpec[] = {{"providerID"}, {"unschedulable"}, {"taints", Keep::list, kTaint}};
constexpr Rule kNodeInfo[] = {
    {"operatingSystem"}, {"architecture"}, {"kubeletVersion"}, {"containerRuntimeVersion"}};
constexpr Rule kCondition[] = {{"type"}, {"status"}};
constexpr Rule kNodeStatus[] = {{"nodeInfo", Keep::object, kNodeInfo},
                                {"conditions", Keep::list, kCondition}};
constexpr Rule kNode[] = {{"apiVersion"},
                          {"kind"},
                          {"metadata", Keep::object, kNodeMetadata},
                          {"spec", Keep::object, kNodeSpec},
                          {"status", Keep::object, kNodeStatus}};

constexpr Rule kEventObject[] = {{"kind"}, {"name"}, {"namespace"}, {"fieldPath"}};
constexpr Rule kSeries[] = {{"count"}, {"lastObservedTime"}};
// Without the message, which tells of anything: see reduce_event.
constexpr Rule kEvent[] = {{"apiVersion"},
                           {"kind"},
                           {"metadata", Keep::object, kShortMetadata},
                           {"involvedObject", Keep::object, kEventObject},
                           {"regarding", Keep::object, kEventObject},
                           {"series", Keep::object, kSeries},
                           {"reason"},
                           {"count"},
                           {"deprecatedCount"},
                           {"firstTimestamp"},
                           {"deprecatedFirstTimestamp"},
                           {"lastTimestamp"},
                           {"deprecatedLastTimestamp"},
                           {"eventTime"}};

constexpr Rule kSecret[] = {
    {"apiVersion"}, {"kind"}, {"metadata", Keep::object, kShortMetadata}, {"type"}};

constexpr Rule kDetails[] = {{"name"}, {"group"}, {"kind"}};
constexpr Rule kStatus[] = {{"apiVersion"}, {"kind"},   {"status"},
                            {"message"},    {"reason"}, {"details", Keep::object, kDetails},
                            {"code"}};
constexpr Rule kOther[] = {{"apiVersion"}, {"kind"}, {"metadata", Keep::object, kShortMetadata}};
// What is no object of Kubernetes: GET /version, and the errors of whatever stands before a server.
constexpr Rule kErrorText[] = {{"code"}, {"message"}};
constexpr Rule kForeign[] = {{"major"},
                             {"minor"},
                             {"gitVersion"},
                             {"platform"},
                             {"code"},
                             {"message"},
                             {"error", Keep::object, kErrorText}};

constexpr Rule kContextAnnotation[] = {{"acr-doctor/kube-context"}};
constexpr Rule kListMetadata[] = {{"continue"},
                                  {"remainingItemCount"},
                                  {"resourceVersion"},
                                  {"annotations", Keep::object, kContextAnnotation}};

Rules rules_of(Kind kind) {
  switch (kind) {
    case Kind::pod:
      return kPod;
    case Kind::workload:
      return kWorkload;
    case Kind::service_account:
      return kServiceAccount;
    case Kind::node:
      return kNode;
    case Kind::event:
      return kEvent;
    case Kind::secret:
      return kSecret;
    case Kind::admission_rule:
      return kAdmissionRule;
    default:
      return kOther;
  }
}

const Rule* find_rule(Rules rules, const char* key) {
  for (const Rule& rule : rules) {
    if (rule.name == "*") {
      const std::string_view name = key_text(key);
      const bool plain = name.size() <= kNameBytes && std::ranges::all_of(name, [](char byte) {
                           return std::isalnum(static_cast<unsigned char>(byte)) != 0;
                         });
      return plain ? &rule : nullptr;
    }
    // Names written with escapes are not recognised: the readers do not either.
    if (key[0] == rule.name[0] && std::string_view(key, rule.name.size()) == rule.name &&
        key[rule.name.size()] == '"')
      return &rule;
  }
  return nullptr;
}

class Reducer {
 public:
  Reducer(JsonCopy& copy, std::optional<Kind> asked) : copy_(copy), asked_(asked) {}

  void reduce_root(simdjson::ondemand::document& document) {
    Object object;
    if (const auto error = document.get_object().get(object)) return copy_.note(error);
    reduce_object(object, {}, {}, 0);
  }

 private:
  JsonCopy& copy_;
  JsonFields fields_;
  std::optional<Kind> asked_;  // what PartialObjectMetadata stands for

  template <class Visit>
  void each_member(Object& object, Visit visit) {
    for (auto item : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field)) return copy_.note(error);
      visit(field.key().raw(), field.value());
      if (copy_.error()) return;
    }
  }

  // False, and "null" written, where the value is no object.
  bool enter(Value value, Object& object) {
    json_type type{};
    if (const auto error = value.type().get(type)) return copy_.note(error), false;
    if (type == json_type::object) {
      if (const auto error = value.get_object().get(object)) return copy_.note(error), false;
      return true;
    }
    copy_.text += "null";
    return false;
  }

  void put_member(const char* key, Value value, Rules rules, bool& first) {
    const Rule* rule = find_rule(rules, key);
    if (!rule) return;
    if (rule->keep == Keep::present) {
      const std::string_view raw = fields_.raw(value);
      copy_.note(fields_.error());
      if (raw.empty()) return;
      copy_.put_key(key, first);
      copy_.text += raw.front() == '[' ? "[true]" : R"({"present":true})";
      return;
    }
    copy_.put_key(key, first);
    switch (rule->keep) {
      case Keep::whole:
        return copy_.copy(value, LeaveOut::nothing);
      case Keep::object:
        return put_object(value, rule->members);
      case Keep::list:
        return put_list(value, rule->members);
      case Keep::empty:
        copy_.text += "{}";
        return;
      default:
        return put_scalar(value);
    }
  }

  void put_scalar(Value value) {
    json_type type{};
    if (const auto error = value.type().get(type)) return copy_.note(error);
    if (type == json_type::object || type == json_type::array)
      copy_.text += "null";
    else
      copy_.copy_scalar(value);
  }

  void put_object(Value value, Rules rules) {
    Object object;
    if (!enter(value, object)) return;
    copy_.text += '{';
    bool first = true;
    each_member(object,
                [&](const char* key, Value member) { put_member(key, member, rules, first); });
    copy_.text += '}';
  }

  // visit(value) writes one element.
  template <class Visit>
  void put_elements(Value value, Visit visit) {
    json_type type{};
    if (const auto error = value.type().get(type)) return copy_.note(error);
    if (type != json_type::array) {
      copy_.text += "null";
      return;
    }
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return copy_.note(error);
    copy_.text += '[';
    bool first = true;
    for (auto item : array) {
      Value element;
      if (const auto error = std::move(item).get(element)) return copy_.note(error);
      if (!first) copy_.text += ',';
      first = false;
      visit(element);
      if (copy_.error()) return;
    }
    copy_.text += ']';
  }

  void put_list(Value value, Rules rules) {
    put_elements(value, [&](Value element) { put_object(element, rules); });
  }

  // An object, or a list of objects. Elements of typed lists have their kind from the list.
  void reduce_object(Object& object, std::string_view list_kind, std::string_view list_version,
                     std::size_t level) {
    std::string kind(kind_of_list(list_kind)), version(list_version);
    bool is_list = false;
    if (kind.empty()) {
      each_member(object, [&](const char* key, Value value) {
        if (is_key(key, "kind"))
          kind = fields_.text(value);
        else if (is_key(key, "apiVersion"))
          version = fields_.text(value);
        else if (is_key(key, "items"))
          is_list = true;
      });
      copy_.note(fields_.error());
      if (copy_.error()) return;
      if (const auto error = object.reset().error()) return copy_.note(error);
      // Without a kind it may still be a list, of objects that say what they are.
      is_list = is_list && (kind.empty() || kind.ends_with("List"));
      if (is_list && level < kNestedLists) return reduce_list(object, kind, version, level);
    }
    if (kind == "Status" && version == "v1") return put_members(object, kStatus);
    if (kind.empty() || version.empty()) return put_members(object, kForeign);
    if (kind == "APIGroupList") return put_members(object, kGroups);
    if (kind == "APIResourceList") return put_members(object, kResourceKinds);
    const std::optional<Kind> ours =
        kind == "PartialObjectMetadata" ? asked_ : kind_of_object(version, kind);
    if (ours == Kind::secret) return reduce_secret(object);
    if (ours == Kind::event) return reduce_event(object);
    put_members(object, ours ? rules_of(*ours) : Rules(kOther));
  }

  void put_members(Object& object, Rules rules) {
    copy_.text += '{';
    bool first = true;
    each_member(object,
                [&](const char* key, Value value) { put_member(key, value, rules, first); });
    copy_.text += '}';
  }

  void reduce_list(Object& object, const std::string& kind, const std::string& version,
                   std::size_t level) {
    static constexpr Rule kList[] = {
        {"apiVersion"}, {"kind"}, {"metadata", Keep::object, kListMetadata}};
    copy_.text += '{';
    bool first = true;
    each_member(object, [&](const char* key, Value value) {
      if (!is_key(key, "items")) return put_member(key, value, kList, first);
      copy_.put_key(key, first);
      put_elements(value, [&](Value element) {
        Object item;
        if (enter(element, item)) reduce_object(item, kind, version, level + 1);
      });
    });
    copy_.text += '}';
  }

  // The message of an event that is not about pulling may quote anything: the output of a probe.
  void reduce_event(Object& object) {
    copy_.text += '{';
    bool first = true;
    std::string_view reason, message;
    const char* message_key = nullptr;
    each_member(object, [&](const char* key, Value value) {
      if (is_key(key, "message") || is_key(key, "note")) {
        message = fields_.text(value);
        message_key = key;
        return;
      }
      if (is_key(key, "reason")) reason = fields_.text(value);
      put_member(key, value, kEvent, first);
    });
    copy_.note(fields_.error());
    if (message_key && is_about_pulling(reason, message)) {
      copy_.put_key(message_key, first);
      append_json_string(copy_.text, hide_secrets(message));
    }
    copy_.text += '}';
  }

  void reduce_secret(Object& object) {
    copy_.text += '{';
    bool first = true;
    SecretFields found;
    each_member(object, [&](const char* key, Value value) {
      found.read(fields_, key, value);
      if (find_rule(kSecret, key)) put_member(key, value, kSecret, first);
    });
    copy_.note(fields_.error());
    if (has_facts(found)) {
      PullSecret secret;
      decode(secret, found, {});
      if (!first) copy_.text += ',';
      copy_.text += "\"acrDoctor\":";
      append_facts(copy_.text, secret);
    }
    copy_.text += '}';
  }
};

}  // namespace

void reduce_kubernetes(const Request& request, simdjson::ondemand::document& document,
                       JsonCopy& copy) {
  Reducer(copy, target_of_url(request.url).kind).reduce_root(document);
}

}  // namespace acr
