// What the references in a plan's configuration lead to. The plan says only which values are known
// after apply; the configuration says where they come from.
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/terraform.h"

namespace acr {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr int kDepth = 16;

// "module.acr["eu"].id" -> module, acr, ["eu"], id.
std::vector<std::string> steps_of(std::string_view reference) {
  std::vector<std::string> steps;
  std::string step;
  const auto end_step = [&] {
    if (!step.empty()) steps.push_back(std::exchange(step, {}));
  };
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const char c = reference[i];
    if (c == '.') {
      end_step();
    } else if (c == '[') {
      end_step();
      bool quoted = false;
      for (; i < reference.size(); ++i) {
        step += reference[i];
        if (reference[i] == '"') quoted = !quoted;
        if (reference[i] == ']' && !quoted) break;
      }
      end_step();
    } else {
      step += c;
    }
  }
  end_step();
  return steps;
}

bool is_index(std::string_view step) {
  return step.starts_with('[');
}

// The references that are no beginning of another one: Terraform lists each with all of its
// beginnings. Of what only chooses an instance, nothing is left.
std::vector<std::string> whole_references(element expression) {
  std::vector<std::string> whole;
  simdjson::dom::array list;
  if (expression["references"].get_array().get(list) != simdjson::SUCCESS) return whole;
  for (const element each : list) {
    const std::string reference = plan_text(each);
    if (reference.empty() || reference == "each.key" || reference == "count.index") continue;
    const bool known = std::ranges::any_of(whole, [&](const std::string& longer) {
      return longer.starts_with(reference) &&
             (longer.size() == reference.size() || longer[reference.size()] == '.' ||
              longer[reference.size()] == '[');
    });
    if (!known) whole.push_back(reference);
    if (whole.size() > 64) break;
  }
  return whole;
}

std::string joined_path(const std::vector<std::string>& steps, std::size_t from) {
  std::string path;
  for (std::size_t i = from; i < steps.size(); ++i) {
    if (!path.empty()) path += '/';
    path += is_index(steps[i]) ? steps[i].substr(1, steps[i].size() - 2) : steps[i];
  }
  return path;
}

// "kubelet_identity[0].object_id", however it was spelled.
std::string shown_attribute(std::string_view path) {
  std::string shown;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    if (!step.empty() && step.find_first_not_of("0123456789") == std::string_view::npos)
      shown += fmt::format("[{}]", step);
    else
      shown += fmt::format("{}{}", shown.empty() ? "" : ".", step);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  }
  return shown;
}

// An attribute that is asked for by the id of a resource, where the reference lost its end to an
// index that is computed: azurerm_container_registry.this[each.key].id.
bool asks_for_id(std::string_view path) {
  const std::string_view last = path.substr(path.rfind('/') + 1);
  return last == "scope" || (last.ends_with("_id") && last != "principal_id" &&
                             last != "object_id" && last != "client_id");
}

}  // namespace

const TerraformPlan::Module* TerraformPlan::module_at(const std::string& address) const {
  const auto found = modules_.find(address);
  return found == modules_.end() ? nullptr : &found->second;
}

std::optional<element> TerraformPlan::expression(const TerraformResource& resource,
                                                 std::string_view path) const {
  if (!resource.expressions) return std::nullopt;
  element found;
  bool first = true;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view step = path.substr(0, slash);
    path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    element next;
    if (first) {
      if ((*resource.expressions)[step].get(next) != simdjson::SUCCESS) return std::nullopt;
    } else if (found.is_array()) {
      std::size_t at = 0;
      for (const char digit : step.substr(0, 6)) {
        if (digit < '0' || digit > '9') return std::nullopt;
        at = at * 10 + static_cast<std::size_t>(digit - '0');
      }
      if (found.at(at).get(next) != simdjson::SUCCESS) return std::nullopt;
    } else if (found[step].get(next) != simdjson::SUCCESS) {
      // A block that holds at most one is written without its number.
      if (step == "0") continue;
      return std::nullopt;
    }
    found = next;
    first = false;
  }
  if (first) return std::nullopt;
  return found;
}

std::optional<TerraformPlan::Resolved> TerraformPlan::resolve(const TerraformResource& resource,
                                                              std::string_view path) const {
  return resolve(resource, path, 0);
}

std::optional<TerraformPlan::Resolved> TerraformPlan::resolve(const TerraformResource& resource,
                                                              std::string_view path,
                                                              int depth) const {
  if (depth > kDepth) return std::nullopt;
  if (const auto known = value(resource, path)) {
    if (std::string text = plan_text(*known); !text.empty()) return Resolved{std::move(text)};
    return std::nullopt;
  }
  const Module* module = module_at(resource.module);
  const auto from = expression(resource, path);
  if (module == nullptr || !from) return std::nullopt;
  const Reference at{module, resource.index};
  if (auto found = resolve_expression(*from, at, depth + 1)) return found;
  const auto references = whole_references(*from);
  if (references.size() != 1 || !asks_for_id(path)) return std::nullopt;
  const auto steps = steps_of(references.front());
  const bool bare = steps.size() == 2 + (steps.front() == "data" ? 1U : 0U);
  if (!bare || steps.front() == "var" || steps.front() == "module") return std::nullopt;
  return follow(references.front() + ".id", at, depth + 1);
}

const TerraformResource* TerraformPlan::origin(const TerraformResource& resource,
                                               std::string_view path) const {
  const Module* module = module_at(resource.module);
  const auto from = expression(resource, path);
  if (module == nullptr || !from) return nullptr;
  const auto found = resolve_expression(*from, {module, resource.index}, 1);
  return found ? found->from : nullptr;
}

TerraformPlan::ResolvedList TerraformPlan::resolve_list(const TerraformResource& resource,
                                                        std::string_view path) const {
  ResolvedList result;
  simdjson::dom::array list;
  const auto known = value(resource, path);
  const bool partly = is_unknown(resource, path);
  if (known && known->get_array().get(list) == simdjson::SUCCESS && !partly) {
    bool holes = false;
    for (const element each : list) {
      if (std::string text = plan_text(each); !text.empty())
        result.values.push_back({std::move(text)});
      else
        holes = true;
    }
    if (!holes) return result;
    result.values.clear();
  } else if (!partly) {
    return result;  // not there
  }
  const Module* module = module_at(resource.module);
  const auto from = expression(resource, path);
  const auto references = module && from ? whole_references(*from) : std::vector<std::string>{};
  result.complete = !references.empty();
  for (const std::string& reference : references) {
    if (auto found = follow(reference, {module, resource.index}, 1))
      result.values.push_back(std::move(*found));
    else
      result.complete = false;
  }
  return result;
}

std::optional<TerraformPlan::Resolved> TerraformPlan::resolve_ending(
    const TerraformResource& resource, std::string_view path,
    const std::vector<std::string_view>& endings) const {
  const Module* module = module_at(resource.module);
  const auto from = expression(resource, path);
  if (module == nullptr || !from) return std::nullopt;
  std::optional<std::string> chosen;
  for (const std::string& reference : whole_references(*from)) {
    const bool fits = std::ranges::any_of(
        endings, [&](std::string_view ending) { return reference.ends_with(ending); });
    if (!fits) continue;
    if (chosen) return std::nullopt;
    chosen = reference;
  }
  if (!chosen) return std::nullopt;
  return follow(*chosen, {module, resource.index}, 1);
}

std::optional<TerraformPlan::Resolved> TerraformPlan::resolve_expression(element from,
                                                                         const Reference& at,
                                                                         int depth) const {
  if (depth > kDepth) return std::nullopt;
  element constant;
  if (from["constant_value"].get(constant) == simdjson::SUCCESS) {
    if (std::string text = plan_text(constant); !text.empty()) return Resolved{std::move(text)};
    return std::nullopt;
  }
  const auto references = whole_references(from);
  if (references.size() != 1) return std::nullopt;
  return follow(references.front(), at, depth + 1);
}

std::optional<TerraformPlan::Resolved> TerraformPlan::follow(std::string_view reference,
                                                             const Reference& at, int depth) const {
  if (depth > kDepth) return std::nullopt;
  const std::vector<std::string> steps = steps_of(reference);
  if (steps.size() < 2) return std::nullopt;
  const Module& module = *at.module;
  const std::string inner = module.address.empty() ? "" : module.address + ".";

  if (steps[0] == "var") {
    if (steps.size() != 2) return std::nullopt;
    if (module.parent == nullptr) {
      const auto known = variables_.find(steps[1]);
      if (known == variables_.end()) return std::nullopt;
      return Resolved{known->second};
    }
    element argument;
    if (!module.arguments || (*module.arguments)[steps[1]].get(argument) != simdjson::SUCCESS)
      return std::nullopt;
    const std::size_t bracket =
        module.address.find('[', module.parent->address.size() + module.call.size());
    return resolve_expression(
        argument,
        {module.parent, bracket == std::string::npos ? "" : module.address.substr(bracket)},
        depth + 1);
  }
  if (steps[0] == "module") {
    std::size_t next = 2;
    std::string address = inner + "module." + steps[1];
    if (steps.size() > 2 && is_index(steps[2])) address += steps[next++];
    if (next + 1 != steps.size()) return std::nullopt;  // a part of an output
    const Module* child = module_at(address);
    if (child == nullptr && next == 2) child = module_at(address + at.index);
    Module unseen;  // without resources of its own
    if (child == nullptr) {
      object calls, call, inside, arguments;
      if (!module.configuration ||
          (*module.configuration)["module_calls"].get_object().get(calls) != simdjson::SUCCESS ||
          calls[steps[1]].get_object().get(call) != simdjson::SUCCESS ||
          call["module"].get_object().get(inside) != simdjson::SUCCESS)
        return std::nullopt;
      unseen.configuration = inside;
      if (call["expressions"].get_object().get(arguments) == simdjson::SUCCESS)
        unseen.arguments = arguments;
      unseen.address = address;
      unseen.call = steps[1];
      unseen.parent = &module;
      child = &unseen;
    }
    element output;
    if (!child->configuration || (*child->configuration)["outputs"][steps[next]]["expression"].get(
                                     output) != simdjson::SUCCESS)
      return std::nullopt;
    return resolve_expression(output, {child, ""}, depth + 1);
  }

  const bool data = steps[0] == "data";
  const std::size_t first = data ? 1 : 0;
  if (steps.size() < first + 3) return std::nullopt;
  const auto found =
      by_key_.find(terraform_key(module.address, data, steps[first], steps[first + 1]));
  if (found == by_key_.end()) return std::nullopt;
  std::size_t next = first + 2;
  std::string index = at.index;
  const bool indexed = is_index(steps[next]);
  if (indexed) index = steps[next++];
  const TerraformResource* chosen = nullptr;
  for (const std::size_t i : found->second) {
    const bool only = found->second.size() == 1 && !indexed;
    if (only || resources_[i].index == index) chosen = &resources_[i];
  }
  if (chosen == nullptr || next >= steps.size()) return std::nullopt;
  return value_of(*chosen, joined_path(steps, next), depth + 1);
}

std::optional<TerraformPlan::Resolved> TerraformPlan::value_of(const TerraformResource& resource,
                                                               std::string_view attribute,
                                                               int depth) const {
  if (depth > kDepth) return std::nullopt;
  if (const auto known = value(resource, attribute)) {
    if (std::string text = plan_text(*known); !text.empty())
      return Resolved{std::move(text), &resource};
    return std::nullopt;
  }
  const bool definition = resource.type == "azurerm_role_definition";
  if (attribute == "id" || (definition && attribute == "role_definition_resource_id")) {
    std::string id = id_of(resource, depth + 1);
    if (id.empty()) return std::nullopt;
    return Resolved{std::move(id), &resource};
  }
  if (expression(resource, attribute)) {
    auto found = resolve(resource, attribute, depth + 1);
    if (found && found->from == nullptr) found->from = &resource;
    return found;
  }
  if (!is_unknown(resource, attribute)) return std::nullopt;
  // What azapi shows of ARM's answer.
  if (resource.type.starts_with("azapi_")) {
    const ResourceId id(id_of(resource, depth + 1));
    const std::string low = lower(attribute);
    if (id.empty()) return std::nullopt;
    if (low.contains("kubeletidentity"))
      return Resolved{known_after_apply(short_name(id), "identityProfile.kubeletidentity.objectId"),
                      &resource};
    if (low.starts_with("identity/"))
      return Resolved{known_after_apply(short_name(id), "identity.principalId"), &resource};
    if (low.ends_with("/principalid"))
      return Resolved{known_after_apply(short_name(id), "principalId"), &resource};
  }
  return Resolved{known_after_apply(resource.address, shown_attribute(attribute)), &resource};
}

}  // namespace acr
