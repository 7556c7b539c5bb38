#include "collect/terraform.h"

#include <algorithm>

#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr int kModuleDepth = 32;
constexpr std::size_t kMostResources = 20'000;

std::string_view view_of(const object& from, std::string_view name) {
  std::string_view text;
  return from[name].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::optional<object> object_in(const std::optional<object>& from, std::string_view name) {
  object found;
  if (!from || (*from)[name].get_object().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

// `["eu"]` and `[0]`, as addresses spell it; empty without an index.
std::string index_of(const object& resource) {
  element index;
  if (resource["index"].get(index) != simdjson::SUCCESS || index.is_null()) return {};
  return fmt::format("[{}]", cut_text(simdjson::minify(index), 200));
}

// One step down a path of names and numbers.
std::optional<element> step_into(element from, std::string_view step) {
  element next;
  object map;
  simdjson::dom::array list;
  if (from.get_object().get(map) == simdjson::SUCCESS) {
    if (map[step].get(next) == simdjson::SUCCESS) return next;
    return std::nullopt;
  }
  if (from.get_array().get(list) != simdjson::SUCCESS || step.empty() || step.size() > 6 ||
      step.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  std::size_t at = 0;
  for (const char digit : step) at = at * 10 + static_cast<std::size_t>(digit - '0');
  if (list.at(at).get(next) == simdjson::SUCCESS) return next;
  return std::nullopt;
}

std::string_view take_step(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view step = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return step;
}

}  // namespace

std::string terraform_key(std::string_view module, bool data, std::string_view type,
                          std::string_view name) {
  return fmt::format("{}\x1f{}\x1f{}\x1f{}", module, data, type, name);
}

bool may_be_terraform(std::string_view json) {
  return json.contains("\"terraform_version\"") || json.contains("\"planned_values\"");
}

std::optional<TerraformPlan> TerraformPlan::read(element root) {
  object top;
  if (root.get_object().get(top) != simdjson::SUCCESS || view_of(top, "format_version").empty())
    return std::nullopt;
  const auto planned = object_in(top, "planned_values"), state = object_in(top, "values");
  if (!planned && !state) return std::nullopt;

  TerraformPlan plan;
  plan.is_plan_ = planned.has_value();
  Module& main = plan.modules_[""];
  const auto configuration = object_in(top, "configuration");
  main.configuration = object_in(configuration, "root_module");
  index_blocks(main);
  if (const auto variables = object_in(top, "variables")) {
    for (const auto [name, variable] : *variables) {
      element value;
      if (variable["value"].get(value) == simdjson::SUCCESS && value.is_string())
        plan.variables_.emplace(name, plan_text(value));
    }
  }
  plan.read_changes(root);
  element module;
  if (planned && (*planned)["root_module"].get(module) == simdjson::SUCCESS)
    plan.read_module(module, "/planned_values/root_module", main, false, 0);
  if (!planned && (*state)["root_module"].get(module) == simdjson::SUCCESS)
    plan.read_module(module, "/values/root_module", main, false, 0);
  // What data sources read before the plan was made.
  if (root.at_pointer("/prior_state/values/root_module").get(module) == simdjson::SUCCESS)
    plan.read_module(module, "/prior_state/values/root_module", main, true, 0);
  plan.find_subscription();
  if (const auto providers = object_in(configuration, "provider_config")) {
    for (const auto [key, provider] : *providers) {
      element expression;
      if (provider["expressions"]["subscription_id"].get(expression) != simdjson::SUCCESS) continue;
      if (const auto id = plan.resolve_expression(expression, {&main, ""}, 0))
        plan.provider_subscription_.emplace(key, id->text);
    }
  }
  return plan;
}

void TerraformPlan::index_blocks(Module& module) {
  simdjson::dom::array configured;
  if (!module.configuration ||
      (*module.configuration)["resources"].get_array().get(configured) != simdjson::SUCCESS)
    return;
  for (const element each : configured) {
    object block;
    if (each.get_object().get(block) == simdjson::SUCCESS)
      module.blocks.emplace(terraform_key("", view_of(block, "mode") == "data",
                                          view_of(block, "type"), view_of(block, "name")),
                            block);
  }
}

void TerraformPlan::read_changes(element root) {
  simdjson::dom::array changes;
  if (root["resource_changes"].get_array().get(changes) != simdjson::SUCCESS) return;
  for (const element each : changes) {
    object change;
    if (each["change"].get_object().get(change) != simdjson::SUCCESS) continue;
    std::string_view address;
    if (each["address"].get_string().get(address) != simdjson::SUCCESS) continue;
    Change known;
    simdjson::dom::array actions;
    if (change["actions"].get_array().get(actions) == simdjson::SUCCESS) {
      for (const element action : actions) {
        std::string_view word;
        known.created |= action.get_string().get(word) == simdjson::SUCCESS && word == "create";
      }
    }
    element unknown;
    if (change["after_unknown"].get(unknown) == simdjson::SUCCESS) known.unknown = unknown;
    // A deposed object has the address of the one that takes its place, and is only deleted.
    std::string_view deposed;
    if (each["deposed"].get_string().get(deposed) == simdjson::SUCCESS) continue;
    changes_.insert_or_assign(std::string(address), known);
  }
}

void TerraformPlan::read_module(element module, const std::string& pointer, const Module& config,
                                bool data_only, int depth) {
  if (depth > kModuleDepth) {
    incomplete_ = true;
    return;
  }
  simdjson::dom::array list;
  if (module["resources"].get_array().get(list) == simdjson::SUCCESS) {
    std::size_t index = 0;
    for (const element each : list)
      read_resource(each, fmt::format("{}/resources/{}", pointer, index++), config, data_only);
  }
  if (module["child_modules"].get_array().get(list) != simdjson::SUCCESS) return;
  std::size_t index = 0;
  for (const element each : list) {
    const std::string place = fmt::format("{}/child_modules/{}", pointer, index++);
    std::string_view address;
    if (each["address"].get_string().get(address) != simdjson::SUCCESS) continue;
    const auto [entry, fresh] = modules_.try_emplace(cut_text(address, kTextBytes));
    Module& child = entry->second;
    if (fresh) {
      child.address = entry->first;
      // "module.acr[0]", behind the parent's address and a dot.
      std::string_view own = address;
      if (!config.address.empty() && own.starts_with(config.address))
        own.remove_prefix(std::min(own.size(), config.address.size() + 1));
      if (own.starts_with("module.")) own.remove_prefix(7);
      child.call = own.substr(0, own.find('['));
      child.parent = &config;
      const auto call = object_in(object_in(config.configuration, "module_calls"), child.call);
      child.arguments = object_in(call, "expressions");
      child.configuration = object_in(call, "module");
      index_blocks(child);
    }
    read_module(each, place, child, data_only, depth + 1);
  }
}

void TerraformPlan::read_resource(element from, const std::string& pointer, const Module& config,
                                  bool data_only) {
  object map;
  TerraformResource resource;
  if (from.get_object().get(map) != simdjson::SUCCESS ||
      map["values"].get(resource.values) != simdjson::SUCCESS)
    return;
  resource.data = view_of(map, "mode") == "data";
  resource.type = cut_text(view_of(map, "type"), 200);
  const bool ours = resource.type.starts_with("azurerm_") || resource.type.starts_with("azapi_") ||
                    resource.type.starts_with("azuread_");
  if ((data_only && !resource.data) || !ours) return;
  if (resources_.size() == kMostResources) {
    incomplete_ = true;
    return;
  }
  resource.address = cut_text(view_of(map, "address"), kTextBytes);
  if (by_key_.contains(resource.address)) return;  // read both before and in the plan
  by_key_[resource.address];
  resource.module = config.address;
  resource.name = cut_text(view_of(map, "name"), kTextBytes);
  resource.index = index_of(map);
  resource.pointer = pointer;
  if (const auto change = changes_.find(resource.address); change != changes_.end()) {
    resource.created = change->second.created;
    resource.unknown = change->second.unknown;
  }
  const auto block =
      config.blocks.find(terraform_key("", resource.data, resource.type, resource.name));
  if (block != config.blocks.end()) {
    resource.expressions = object_in(block->second, "expressions");
    resource.provider = view_of(block->second, "provider_config_key");
  }
  by_key_[terraform_key(resource.module, resource.data, resource.type, resource.name)].push_back(
      resources_.size());
  resources_.push_back(std::move(resource));
}

std::optional<element> TerraformPlan::value(const TerraformResource& resource,
                                            std::string_view path) {
  std::optional<element> found = resource.values;
  while (!path.empty() && found) found = step_into(*found, take_step(path));
  if (!found || found->is_null()) return std::nullopt;
  return found;
}

bool TerraformPlan::is_unknown(const TerraformResource& resource, std::string_view path) {
  std::optional<element> found = resource.unknown;
  while (found) {
    bool all = false;
    if (found->get_bool().get(all) == simdjson::SUCCESS) return all;
    if (path.empty()) return false;
    found = step_into(*found, take_step(path));
  }
  return false;
}

// Where every id in the plan is of one subscription, that is the one it is applied to.
void TerraformPlan::find_subscription() {
  std::set<std::string> seen;
  for (const TerraformResource& resource : resources_) {
    for (const std::string_view name : {"id", "subscription_id"}) {
      const auto known = value(resource, name);
      if (!known) continue;
      const std::string text = plan_text(*known);
      const std::string id(ResourceId(text).subscription());
      if (is_guid(id)) seen.insert(lower(id));
      if (is_guid(text) && name == "subscription_id") seen.insert(lower(text));
    }
  }
  if (seen.size() == 1) only_subscription_ = *seen.begin();
}

std::string TerraformPlan::subscription_of(const TerraformResource& resource) const {
  std::string_view key = resource.provider;
  auto found = provider_subscription_.find(std::string(key));
  if (found == provider_subscription_.end()) {
    // A module's own provider: "module.acr:azurerm".
    if (const std::size_t colon = key.rfind(':'); colon != std::string_view::npos)
      key = key.substr(colon + 1);
    found = provider_subscription_.find(std::string(key));
  }
  if (found != provider_subscription_.end()) return found->second;
  if (!only_subscription_.empty()) return only_subscription_;
  std::string name(key.empty() ? std::string_view("azurerm") : key.substr(key.rfind(':') + 1));
  // azapi and azurerm log in alike where nothing else is said.
  if (name == "azapi") name = "azurerm";
  return "subscription-of-" + name;
}

std::optional<PlannedEstate> read_terraform(element root) {
  const auto plan = TerraformPlan::read(root);
  if (!plan) return std::nullopt;
  PlannedEstate estate;
  estate.plan.language = Plan::Language::terraform;
  TerraformTranslation(*plan, estate).run();
  complete(estate);
  if (plan->incomplete()) {
    estate.plan.tells_all_assignments = false;
    estate.remarks.push_back({Remark::Level::warning,
                              "document-too-large",
                              "the plan holds more resources or modules within modules than are "
                              "read; what is missing may still be planned",
                              {}});
  }
  return estate;
}

}  // namespace acr
