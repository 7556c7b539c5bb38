#include "collect/arm_template.h"

#include <algorithm>
#include <deque>
#include <map>

#include <fmt/format.h>

#include "collect/arm.h"
#include "collect/template_expression.h"

namespace acr {

namespace {

using simdjson::dom::element;
using simdjson::dom::object;

constexpr int kDepth = 24;                     // of values
constexpr int kNested = 16;                    // of expressions that lead to others, of deployments
constexpr std::size_t kMostSteps = 200'000;    // evaluations of one template
constexpr std::size_t kMostParts = 2'000'000;  // values made by them
constexpr std::size_t kPartsOfParameter = 2'000;
constexpr std::size_t kMostCopies = 100;
constexpr std::size_t kMostMembers = 2'000;  // of one object

std::string_view view_of(const object& from, std::string_view name) {
  std::string_view text;
  return from[name].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::optional<object> object_in(const std::optional<object>& from, std::string_view name) {
  object found;
  if (!from || (*from)[name].get_object().get(found) != simdjson::SUCCESS) return std::nullopt;
  return found;
}

// "A.B/t1/t2" and "n1/n2" as a path below providers; empty where they do not match.
std::string provider_path(std::string_view type, std::string_view name) {
  const std::size_t slash = type.find('/');
  if (slash == std::string_view::npos) return {};
  std::string path = fmt::format("/providers/{}", type.substr(0, slash));
  type.remove_prefix(slash + 1);
  while (!type.empty() && !name.empty()) {
    const std::size_t type_end = std::min(type.find('/'), type.size()),
                      name_end = std::min(name.find('/'), name.size());
    path += fmt::format("/{}/{}", type.substr(0, type_end), name.substr(0, name_end));
    type.remove_prefix(std::min(type_end + 1, type.size()));
    name.remove_prefix(std::min(name_end + 1, name.size()));
  }
  return type.empty() && name.empty() ? path : std::string{};
}

class TemplateReader {
 public:
  TemplateReader(PlannedEstate& estate, std::span<const element> parameters)
      : estate_(estate), given_(parameters) {}

  void read(const object& root) {
    Unit& main = units_.emplace_back();
    main.root = root;
    const std::string_view schema = view_of(root, "$schema");
    main.subscription = "subscription-of-the-deployment";
    if (!lower(schema).contains("subscriptiondeployment")) main.group = kDeploymentGroup;
    collect_units(main, 0);
    for (std::size_t i = 0; i < units_.size(); ++i) emit_all(units_[i]);
    if (steps_ > kMostSteps || parts_ > kMostParts)
      estate_.remarks.push_back({Remark::Level::warning,
                                 "document-too-large",
                                 "the template's expressions are too many to be worked out; what "
                                 "they say is not known",
                                 {}});
  }

 private:
  // A template: the document's own, or one within a deployment.
  struct Unit {
    object root;
    const Unit* outer = nullptr;
    std::optional<object> arguments;  // parameters of the deployment
    bool own_scope = true;            // false: its expressions are the outer template's
    std::string pointer, subscription, group;
    std::map<std::string, std::string> symbols;  // symbolic name -> id
  };

  // --- evaluation ---

  const Unit& scope_unit(const Unit& unit) const {
    const Unit* at = &unit;
    while (!at->own_scope && at->outer != nullptr) at = at->outer;
    return *at;
  }

  TemplateScope scope_of(const Unit& unit, std::optional<std::size_t> copy = {}) {
    const Unit& names = scope_unit(unit);
    return {.parameter = [this, &names](std::string_view name) { return parameter(names, name); },
            .variable = [this, &names](std::string_view name) { return variable(names, name); },
            .symbol =
                [&names](std::string_view symbol) {
                  const auto found = names.symbols.find(std::string(symbol));
                  return found == names.symbols.end() ? std::string{} : found->second;
                },
            .runtime = [this](const TemplateValue& value) { return runtime(value); },
            .subscription = unit.subscription,
            .resource_group = unit.group,
            .copy_index = copy};
  }

  TemplateValue evaluate_text(std::string_view text, const Unit& unit,
                              std::optional<std::size_t> copy = {}) {
    if (++steps_ > kMostSteps || nested_ > kNested) return {};
    ++nested_;
    TemplateValue value = evaluate(text, scope_of(unit, copy));
    --nested_;
    return value;
  }

  std::string text_of(std::string_view text, const Unit& unit,
                      std::optional<std::size_t> copy = {}) {
    const TemplateValue value = evaluate_text(text, unit, copy);
    const std::string* known = value.as_text();
    return known == nullptr || *known == kUnknownValue ? std::string{} : *known;
  }

  TemplateValue evaluate_json(element from, const Unit& unit) {
    std::string_view text;
    if (from.get_string().get(text) == simdjson::SUCCESS) return evaluate_text(text, unit);
    TemplateValue value;
    build(value.value.emplace(), from, unit, {}, "", 0);
    return value;
  }

  // The value of a part of a resource; what is not known says so.
  void build(ArmValue& to, element from, const Unit& unit, std::optional<std::size_t> copy,
             std::string_view name, int depth) {
    std::string_view text;
    object map;
    simdjson::dom::array list;
    if (depth > kDepth || ++parts_ > kMostParts) return to.set_text(kUnknownValue);
    if (from.get_string().get(text) == simdjson::SUCCESS) {
      const TemplateValue value = evaluate_text(text, unit, copy);
      const bool id = lower(name).ends_with("id") && !same_text(name, "principalId");
      if (value.value)
        to.merge(*value.value);
      else
        to.set_text(id ? kUnknownId : kUnknownValue);
    } else if (from.get_object().get(map) == simdjson::SUCCESS) {
      to.make_object();
      for (const auto [key, value] : map) {
        if (to.size() == kMostMembers) break;
        simdjson::dom::array copies;
        if (key == "copy" && value.get_array().get(copies) == simdjson::SUCCESS) {
          // A property made in a loop.
          for (const element each : copies) {
            std::string_view made;
            if (each["name"].get_string().get(made) == simdjson::SUCCESS)
              to.member(made).set_text(kUnknownValue);
          }
          continue;
        }
        const std::string own = key.starts_with('[') ? text_of(key, unit, copy) : std::string(key);
        if (!own.empty()) build(to.member(own), value, unit, copy, own, depth + 1);
      }
    } else if (from.get_array().get(list) == simdjson::SUCCESS) {
      to.make_list();
      for (const element value : list) build(to.add(), value, unit, copy, name, depth + 1);
    } else {
      to.set(from);
    }
  }

  TemplateValue parameter(const Unit& unit, std::string_view name) {
    if (unit.outer != nullptr) {
      element value;
      if (const auto argument = object_in(unit.arguments, name)) {
        if ((*argument)["value"].get(value) == simdjson::SUCCESS)
          return evaluate_json(value, *unit.outer);
        return {};
      }
    } else {
      for (const element document : given_) {
        element value;
        if (document["parameters"][name]["value"].get(value) != simdjson::SUCCESS) continue;
        TemplateValue known;
        if (!value.is_string()) parts_ += kPartsOfParameter;
        if (parts_ < kMostParts) known.value.emplace().set(value);
        return known;
      }
    }
    element fallback;
    if (unit.root["parameters"][name]["defaultValue"].get(fallback) == simdjson::SUCCESS)
      return evaluate_json(fallback, unit);
    return {};
  }

  TemplateValue variable(const Unit& unit, std::string_view name) {
    element value;
    if (unit.root["variables"][name].get(value) != simdjson::SUCCESS) return {};
    return evaluate_json(value, unit);
  }

  // What reference() will say.
  TemplateValue runtime(const TemplateValue& value) {
    const ResourceId id(value.resource);
    const std::string type = id.type(), path = lower(value.path);
    if (type == "microsoft.resources/deployments") {
      constexpr std::string_view kOutputs = "outputs.", kValue = ".value";
      const auto deployed = deployments_.find(id.key());
      if (deployed == deployments_.end() || !path.starts_with(kOutputs) ||
          !path.ends_with(kValue) || path.size() <= kOutputs.size() + kValue.size())
        return {};
      const std::string name =
          value.path.substr(kOutputs.size(), value.path.size() - kOutputs.size() - kValue.size());
      element output;
      if (deployed->second->root["outputs"][name]["value"].get(output) != simdjson::SUCCESS)
        return {};
      return evaluate_json(output, *deployed->second);
    }
    if (type == "microsoft.containerregistry/registries" && path == "loginserver")
      return TemplateValue::text(lower(id.name()) + ".azurecr.io");
    for (const std::string_view known :
         {"identityProfile.kubeletidentity.objectId", "identityProfile.kubeletidentity.clientId",
          "identity.principalId", "principalId", "clientId"}) {
      if (same_text(path, known))
        return TemplateValue::text(known_after_apply(short_name(id), known));
    }
    return {};
  }

  // --- resources ---

  // visit(resource, pointer, symbol) for each entry of "resources", a list or an object.
  template <class Visit>
  static void each_resource(const object& holder, const std::string& pointer, Visit visit) {
    simdjson::dom::array list;
    object map, entry;
    if (holder["resources"].get_array().get(list) == simdjson::SUCCESS) {
      std::size_t index = 0;
      for (const element each : list) {
        if (each.get_object().get(entry) == simdjson::SUCCESS)
          visit(entry, fmt::format("{}/resources/{}", pointer, index), std::string_view{});
        ++index;
      }
    } else if (holder["resources"].get_object().get(map) == simdjson::SUCCESS) {
      for (const auto [symbol, each] : map) {
        if (each.get_object().get(entry) == simdjson::SUCCESS)
          visit(entry, pointer_step(pointer + "/resources", symbol), symbol);
      }
    }
  }

  void collect_units(Unit& unit, int depth) {
    if (depth > kNested) return;
    each_resource(
        unit.root, unit.pointer,
        [&](const object& entry, const std::string& pointer, std::string_view symbol) {
          std::string_view type = view_of(entry, "type");
          type = type.substr(0, type.find('@'));
          if (!symbol.empty()) unit.symbols[std::string(symbol)] = id_of(entry, unit, {}, {}, {});
          if (!same_text(type, "Microsoft.Resources/deployments")) return;
          const auto properties = object_in(entry, "properties");
          const auto inner = object_in(properties, "template");
          if (!inner || units_.size() > 500) {
            estate_.unread_assignment = estate_.unread_endpoint = true;
            estate_.remark(
                "template-not-followed",
                fmt::format("{}: a deployment without its template in the document; what it "
                            "makes is not known",
                            pointer));
            return;
          }
          Unit& child = units_.emplace_back();
          child.root = *inner;
          child.outer = &unit;
          child.arguments = object_in(properties, "parameters");
          const auto options = object_in(properties, "expressionEvaluationOptions");
          child.own_scope = options && same_text(view_of(*options, "scope"), "inner");
          child.pointer = pointer + "/properties/template";
          const std::string group = text_of(view_of(entry, "resourceGroup"), unit);
          const std::string subscription = text_of(view_of(entry, "subscriptionId"), unit);
          child.group = group.empty() ? unit.group : group;
          child.subscription = subscription.empty() ? unit.subscription : subscription;
          const std::string name = text_of(view_of(entry, "name"), unit);
          const std::string id =
              child.group.empty()
                  ? fmt::format("/subscriptions/{}/providers/Microsoft.Resources/deployments/{}",
                                child.subscription, name)
                  : fmt::format(
                        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Resources/"
                        "deployments/{}",
                        child.subscription, child.group, name);
          deployments_.emplace(ResourceId(id).key(), &child);
          if (!symbol.empty()) unit.symbols[std::string(symbol)] = id;
          collect_units(child, depth + 1);
        });
  }

  // An extension's scope: an id, or type and name of a resource beside it.
  std::string scope_id(std::string_view scope, const Unit& unit) const {
    if (scope.starts_with('/')) return std::string(scope);
    return fmt::format("/subscriptions/{}/resourceGroups/{}/providers/{}", unit.subscription,
                       unit.group, scope);
  }

  std::string id_of(const object& entry, const Unit& unit, std::optional<std::size_t> copy,
                    std::string_view parent_type, std::string_view parent_name) {
    std::string type(view_of(entry, "type"));
    type = type.substr(0, type.find('@'));
    std::string name = text_of(view_of(entry, "name"), unit, copy);
    if (name.empty()) return {};
    if (!parent_type.empty()) {
      type = fmt::format("{}/{}", parent_type, type);
      name = fmt::format("{}/{}", parent_name, name);
    }
    const std::string here = unit.group.empty() ? "/subscriptions/" + unit.subscription
                                                : fmt::format("/subscriptions/{}/resourceGroups/{}",
                                                              unit.subscription, unit.group);
    if (same_text(type, "Microsoft.Resources/resourceGroups"))
      return fmt::format("/subscriptions/{}/resourceGroups/{}", unit.subscription, name);
    // ".../registries/providers/roleAssignments" with "acr/Microsoft.Authorization/NAME".
    if (const std::size_t at = type.find("/providers/"); at != std::string::npos) {
      const std::size_t provider = name.find("/Microsoft.");
      if (provider == std::string::npos) return {};
      const std::size_t own = name.find('/', provider + 1);
      if (own == std::string::npos) return {};
      const std::string above = provider_path(type.substr(0, at), name.substr(0, provider));
      const std::string below = provider_path(
          fmt::format("{}/{}", name.substr(provider + 1, own - provider - 1), type.substr(at + 11)),
          name.substr(own + 1));
      return above.empty() || below.empty() ? std::string{} : here + above + below;
    }
    const std::string path = provider_path(type, name);
    if (path.empty()) return {};
    const std::string_view scope = view_of(entry, "scope");
    if (scope.empty()) return here + path;
    const std::string extended = text_of(scope, unit, copy);
    return extended.empty() ? std::string{} : scope_id(extended, unit) + path;
  }

  void emit_all(const Unit& unit) {
    each_resource(unit.root, unit.pointer,
                  [&](const object& entry, const std::string& pointer, std::string_view) {
                    emit(entry, unit, pointer, {}, {}, 0);
                  });
  }

  void emit(const object& entry, const Unit& unit, const std::string& pointer,
            const std::string& parent_type, const std::string& parent_name, int depth) {
    bool existing = false;
    if (depth > 8 || (entry["existing"].get_bool().get(existing) == simdjson::SUCCESS && existing))
      return;
    if (estate_.objects.size() >= PlannedEstate::kMostObjects) {
      estate_.unread_assignment = estate_.unread_endpoint = true;
      return;
    }
    std::size_t copies = 1;
    const auto loop = object_in(entry, "copy");
    if (loop) {
      element wanted;
      std::optional<std::size_t> count;
      if ((*loop)["count"].get(wanted) == simdjson::SUCCESS) {
        std::uint64_t number = 0;
        const TemplateValue value = evaluate_json(wanted, unit);
        if (value.value && !value.value->own_text().empty() &&
            value.value->own_text().find_first_not_of("0123456789") == std::string::npos &&
            value.value->own_text().size() < 6)
          number = std::stoull(value.value->own_text()), count = number;
      }
      if (!count || *count > kMostCopies) {
        estate_.unread_assignment = estate_.unread_endpoint = true;
        estate_.remark(
            "template-value-unknown",
            fmt::format("{}: how often it is made is not known; it is not used", pointer));
        return;
      }
      copies = *count;
    }
    for (std::size_t i = 0; i < copies; ++i)
      emit_one(entry, unit, pointer, parent_type, parent_name, depth,
               loop ? std::optional(i) : std::nullopt);
  }

  void emit_one(const object& entry, const Unit& unit, const std::string& pointer,
                const std::string& parent_type, const std::string& parent_name, int depth,
                std::optional<std::size_t> copy) {
    std::string type(view_of(entry, "type"));
    type = type.substr(0, type.find('@'));
    if (!parent_type.empty()) type = fmt::format("{}/{}", parent_type, type);
    element condition;
    if (entry["condition"].get(condition) == simdjson::SUCCESS) {
      std::string_view text;
      bool flag = true;
      std::optional<bool> holds;
      if (condition.get_bool().get(flag) == simdjson::SUCCESS)
        holds = flag;
      else if (condition.get_string().get(text) == simdjson::SUCCESS)
        holds = evaluate_text(text, unit, copy).as_flag();
      if (holds && !*holds) return;
      if (!holds)
        estate_.remark("template-value-unknown",
                       fmt::format("{}: whether its condition holds is not known; it is judged as "
                                   "if it did",
                                   pointer));
    }
    const std::size_t extended = type.find("/providers/");
    const std::string kind =
        extended == std::string::npos
            ? type
            : fmt::format("Microsoft.Authorization/{}", type.substr(extended + 11));
    if (kind_of_type(kind)) {
      const std::string id = id_of(entry, unit, copy, parent_type, parent_name);
      const bool assignment = same_text(kind, "Microsoft.Authorization/roleAssignments");
      if (id.empty()) {
        estate_.unread_assignment |= assignment;
        estate_.unread_endpoint |= same_text(kind, "Microsoft.Network/privateEndpoints");
        estate_.remark(
            "template-value-unknown",
            fmt::format("{}: its name or its scope is not known; it is not used", pointer));
        return;
      }
      add(entry, unit, pointer, kind, id, copy);
    }
    // Children within it.
    if (same_text(type, "Microsoft.Resources/deployments")) return;
    const std::string name = text_of(view_of(entry, "name"), unit, copy);
    if (name.empty()) return;
    const std::string whole = parent_name.empty() ? name : fmt::format("{}/{}", parent_name, name);
    each_resource(entry, pointer,
                  [&](const object& child, const std::string& place, std::string_view) {
                    emit(child, unit, place, type, whole, depth + 1);
                  });
  }

  void add(const object& entry, const Unit& unit, const std::string& pointer,
           const std::string& kind, const std::string& id, std::optional<std::size_t> copy) {
    std::string_view shown = pointer;
    shown.remove_prefix(std::min<std::size_t>(1, shown.size()));
    const ResourceId resource(id);
    const std::string_view name = resource.name();
    std::string called = fmt::format("{} {}", shown, kind);
    if (!name.starts_with("guid-")) called += fmt::format(" {}", name);
    estate_.plan.resources.emplace(pointer, std::move(called));
    PlannedObject& object =
        estate_.add(kind, id, copy ? fmt::format("{}#{}", pointer, *copy) : pointer, true);
    object.arm.set_place({pointer, true});
    object.arm.member("id").set_text(id, {pointer});
    for (const std::string_view part :
         {"location", "sku", "kind", "identity", "tags", "properties"}) {
      element value;
      if (entry[part].get(value) == simdjson::SUCCESS && !value.is_null())
        build(object.arm.member(part), value, unit, copy, part, 0);
    }
    if (!object.arm.member("properties").is_object()) object.arm.member("properties").make_object();
    ArmValue& properties = object.arm.member("properties");
    if (same_text(kind, "Microsoft.Network/privateEndpoints")) note_endpoint(properties);
    if (!same_text(kind, "Microsoft.Authorization/roleAssignments")) return;
    const std::size_t at = lower(id).rfind("/providers/microsoft.authorization/");
    properties.member("scope").set_text(at == 0 ? "/" : id.substr(0, at), {pointer});
    const std::string principal = properties.text("principalId");
    const std::string role = properties.text("roleDefinitionId");
    if (principal.empty() || role.empty() || role == kUnknownId) {
      estate_.unread_assignment = true;
      estate_.remark("template-value-unknown",
                     fmt::format("{}: {} is not known; the role assignment may be any", pointer,
                                 principal.empty() ? "its principal" : "its role"));
    }
    if (principal.starts_with("known-after-apply:") && properties.text("principalType").empty())
      properties.member("principalType").set_text("ServicePrincipal", {pointer});
  }

  void note_endpoint(ArmValue& properties) {
    for (const std::string_view list :
         {"privateLinkServiceConnections", "manualPrivateLinkServiceConnections"}) {
      const ArmValue* parts = properties.find(list);
      for (std::size_t i = 0; parts != nullptr && i < parts->size(); ++i)
        estate_.unread_endpoint |=
            (*parts)[i].text("properties/privateLinkServiceId") == kUnknownId;
    }
  }

  PlannedEstate& estate_;
  std::span<const element> given_;
  std::deque<Unit> units_;
  std::map<std::string, Unit*> deployments_;
  std::size_t steps_ = 0, parts_ = 0;
  int nested_ = 0;
};

bool has_schema(element root, std::string_view word) {
  std::string_view schema;
  return root["$schema"].get_string().get(schema) == simdjson::SUCCESS &&
         lower(schema).contains(word);
}

}  // namespace

bool may_be_template(std::string_view json) {
  return json.contains("eploymentTemplate.json") || json.contains("eploymentParameters.json");
}

bool is_template(element root) {
  return has_schema(root, "deploymenttemplate.json");
}

bool is_template_parameters(element root) {
  return has_schema(root, "deploymentparameters.json");
}

PlannedEstate read_template(element root, std::span<const element> parameters) {
  PlannedEstate estate;
  estate.plan.language = Plan::Language::arm_template;
  object top;
  if (root.get_object().get(top) != simdjson::SUCCESS) return estate;
  // Values for another template do not count for this one.
  std::vector<element> fitting;
  for (const element each : parameters) {
    object values;
    if (each["parameters"].get_object().get(values) != simdjson::SUCCESS) continue;
    const bool fits = std::ranges::all_of(values, [&](const auto& value) {
      element declared;
      return top["parameters"][value.key].get(declared) == simdjson::SUCCESS;
    });
    if (fits) fitting.push_back(each);
  }
  TemplateReader(estate, fitting).read(top);
  complete(estate);
  return estate;
}

}  // namespace acr
