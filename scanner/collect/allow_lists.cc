#include "collect/allow_lists.h"

#include <array>

#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {
namespace {

constexpr std::size_t kMostEntries = 1000;

// "K8sAzureV2ContainerAllowedImages": Azure Policy numbers its templates.
bool is_azure_template(std::string_view kind) {
  return kind.starts_with("K8sAzure") && kind.ends_with("ContainerAllowedImages");
}

void add_entries(AllowList& list, std::vector<std::string> texts, std::string_view field) {
  for (std::size_t i = 0; i < texts.size() && list.entries.size() < kMostEntries; ++i)
    list.entries.push_back({std::move(texts[i]), fmt::format("{}/{}", field, i)});
}

void read_constraint(AllowList& list, const AzureObject& object) {
  const AzureObject spec = object.object("spec"), parameters = spec.object("parameters");
  const std::string action = spec.text("enforcementAction");
  list.enforced = action.empty() || same_text(action, "deny");
  if (list.kind == "K8sAllowedRepos") {
    list.form = AllowList::Form::prefix;
    add_entries(list, parameters.texts("repos"), "spec/parameters/repos");
  } else if (list.kind == "K8sAllowedReposv2") {
    list.form = AllowList::Form::exact_or_prefix;
    add_entries(list, parameters.texts("allowedImages"), "spec/parameters/allowedImages");
  } else if (is_azure_template(list.kind)) {
    list.form = AllowList::Form::expression;
    if (std::string text = parameters.text("imageRegex"); !text.empty())
      list.entries.push_back({std::move(text), "spec/parameters/imageRegex"});
  }
}

// A pattern that asks for a host, not one that forbids a tag ("!*:latest") or asks for any ("*:*").
bool names_hosts(std::string_view pattern) {
  const std::size_t slash = pattern.find('/');
  return slash != std::string_view::npos && pattern.substr(0, slash).contains('.') &&
         pattern.find_first_of("!&<>") == std::string_view::npos;
}

void read_pattern(AllowList& list, const AzureObject& pattern, std::string_view field) {
  std::size_t index = 0;
  for (const AzureObject& container : pattern.object("spec").objects("containers")) {
    std::string image = container.text("image");
    if (names_hosts(image) && list.entries.size() < kMostEntries) {
      list.entries.push_back(
          {std::move(image), fmt::format("{}/spec/containers/{}/image", field, index)});
    }
    ++index;
  }
}

void read_kyverno(AllowList& list, const AzureObject& object) {
  list.form = AllowList::Form::wildcard;
  const AzureObject spec = object.object("spec");
  list.enforced = same_text(spec.text("validationFailureAction"), "Enforce");
  std::size_t rule_index = 0;
  for (const AzureObject& rule : spec.objects("rules")) {
    const AzureObject validate = rule.object("validate");
    const std::string place = fmt::format("spec/rules/{}/validate", rule_index++);
    const std::size_t before = list.entries.size();
    if (const AzureObject pattern = validate.object("pattern"); pattern.known())
      read_pattern(list, pattern, place + "/pattern");
    std::size_t index = 0;
    for (const AzureObject& pattern : validate.objects("anyPattern"))
      read_pattern(list, pattern, fmt::format("{}/anyPattern/{}", place, index++));
    if (list.entries.size() > before && validate.has("failureAction"))
      list.enforced = same_text(validate.text("failureAction"), "Enforce");
  }
}

}  // namespace

bool lists_images(std::string_view constraint_kind) {
  return constraint_kind == "K8sAllowedRepos" || constraint_kind == "K8sAllowedReposv2" ||
         is_azure_template(constraint_kind);
}

bool proves_no_rules(std::string_view text) {
  simdjson::dom::parser parser;
  simdjson::dom::element root;
  if (parser.parse(text.data(), text.size(), false).get(root)) return false;
  const auto none_of = [&](std::string_view list, std::string_view field, auto is_ours) {
    simdjson::dom::array array;
    if (root[list].get_array().get(array)) return false;
    for (const simdjson::dom::element entry : array) {
      std::string_view name;
      if (entry[field].get_string().get(name) || is_ours(name)) return false;
    }
    return true;
  };
  std::string_view version;
  if (root["groupVersion"].get_string().get(version) == simdjson::SUCCESS) {
    const bool constraints = version.substr(0, version.find('/')) == kConstraintGroup;
    return constraints && none_of("resources", "kind", lists_images);
  }
  return none_of("groups", "name", [](std::string_view group) {
    return group == kConstraintGroup || group == kKyvernoGroup;
  });
}

simdjson::error_code absorb_admission_rule(AbsorbContext& context, std::string_view text,
                                           std::string_view kind, const Origin& origin) {
  simdjson::dom::parser parser;
  simdjson::dom::element element;
  if (const auto error = parser.parse(text.data(), text.size(), false).get(element)) return error;
  const AzureObject object(element, origin);
  AllowList list;
  list.origin = origin;
  list.kind = kind;
  list.name = object.object("metadata").text("name");
  if (kind == "ClusterPolicy" || kind == "Policy")
    read_kyverno(list, object);
  else
    read_constraint(list, object);
  if (!list.entries.empty()) context.estate.allow_lists.push_back(std::move(list));
  return simdjson::SUCCESS;
}

void read_policy_assignment(AbsorbContext& context, const AzureObject& object) {
  AllowList list;
  list.origin = object.origin();
  list.kind = "policyAssignment";
  list.name = object.name();
  list.form = AllowList::Form::expression;
  list.enforced = !same_text(object.text("enforcementMode"), "DoNotEnforce");
  list.scope = ResourceId(object.text("scope"));
  if (list.scope.empty()) {
    const std::string id(object.id().text());
    const std::size_t end = lower(id).rfind("/providers/microsoft.authorization/");
    if (end != std::string::npos) list.scope = ResourceId(id.substr(0, end));
  }
  for (const auto& [name, parameter] : object.members("parameters")) {
    std::string text = parameter.text("value");
    if (same_text(name, "effect")) list.enforced &= same_text(text, "Deny");
    if (same_text(name, "allowedContainerImagesRegex") && !text.empty()) {
      list.entries.push_back({std::move(text), fmt::format("parameters/{}/value", name)});
    }
  }
  if (!list.entries.empty()) context.estate.allow_lists.push_back(std::move(list));
}

}  // namespace acr
