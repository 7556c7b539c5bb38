// Terraform's plans and states: what `terraform show -json` prints. Source of the format:
// https://developer.hashicorp.com/terraform/internals/json-format
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "collect/planned.h"

namespace acr {

// Cheap: may this text be a plan or a state?
bool may_be_terraform(std::string_view json);
// The resources that will be there after the plan was applied; nullopt when it is neither a plan
// nor a state. Azure's resources of azurerm and azapi, principals of azuread; the others are left
// out.
std::optional<PlannedEstate> read_terraform(simdjson::dom::element root);

// One resource of the plan.
struct TerraformResource {
  std::string address;  // "module.acr[0].azurerm_container_registry.main["eu"]"
  std::string module;   // "module.acr[0]"; empty for the root
  std::string type, name, index;
  bool data = false;     // read, not made
  bool created = false;  // it does not exist yet
  std::string pointer;   // in the document
  simdjson::dom::element values;
  std::optional<simdjson::dom::element> unknown;     // after_unknown
  std::optional<simdjson::dom::object> expressions;  // of its configuration
  std::string provider;                              // "azurerm.hub"
};

// All instances of one resource block share this.
std::string terraform_key(std::string_view module, bool data, std::string_view type,
                          std::string_view name);

// The plan as its own language has it, with what the references in its configuration lead to.
class TerraformPlan {
 public:
  static std::optional<TerraformPlan> read(simdjson::dom::element root);

  const std::vector<TerraformResource>& resources() const { return resources_; }
  bool incomplete() const { return incomplete_; }

  // The value at a path of names and numbers ("identity/0/principal_id"), where it is known.
  static std::optional<simdjson::dom::element> value(const TerraformResource& resource,
                                                     std::string_view path);
  // It is there, and known only after apply.
  static bool is_unknown(const TerraformResource& resource, std::string_view path);

  bool is_configured(const TerraformResource& resource, std::string_view path) const {
    return expression(resource, path).has_value();
  }
  const TerraformResource* origin(const TerraformResource& resource, std::string_view path) const;

  // What a value is or will be. `from`: the resource that a reference led to, nullptr where the
  // value stands there itself. Text that Azure has yet to give is known_after_apply().
  struct Resolved {
    std::string text;
    const TerraformResource* from = nullptr;
  };
  std::optional<Resolved> resolve(const TerraformResource& resource, std::string_view path) const;
  // The same for a list; `complete` is false where something of it cannot be told.
  struct ResolvedList {
    std::vector<Resolved> values;
    bool complete = true;
  };
  ResolvedList resolve_list(const TerraformResource& resource, std::string_view path) const;
  // What the references anywhere in one expression lead to, if it ends with one of these words.
  std::optional<Resolved> resolve_ending(const TerraformResource& resource, std::string_view path,
                                         const std::vector<std::string_view>& endings) const;

  // ARM id: known, or made of the names in the plan; empty where it has none.
  std::string id_of(const TerraformResource& resource) const { return id_of(resource, 0); }
  std::string subscription_of(const TerraformResource& resource) const;

 private:
  // A module's configuration, and from where it is called.
  struct Module {
    std::string address;                                  // "module.acr[0]"
    std::string call;                                     // "acr"
    const Module* parent = nullptr;                       // nullptr: this is the root
    std::optional<simdjson::dom::object> configuration;   // of the module
    std::optional<simdjson::dom::object> arguments;       // expressions of the call
    std::map<std::string, simdjson::dom::object> blocks;  // of resources, by terraform_key()
  };
  struct Reference {
    const Module* module;
    std::string index;  // of the resource or module that refers: for [count.index], [each.key]
  };

  void read_module(simdjson::dom::element module, const std::string& pointer, const Module& config,
                   bool data_only, int depth);
  void read_resource(simdjson::dom::element element, const std::string& pointer,
                     const Module& config, bool data_only);
  static void index_blocks(Module& module);
  void read_changes(simdjson::dom::element root);
  void find_subscription();
  const Module* module_at(const std::string& address) const;
  std::optional<simdjson::dom::element> expression(const TerraformResource& resource,
                                                   std::string_view path) const;
  std::optional<Resolved> resolve(const TerraformResource& resource, std::string_view path,
                                  int depth) const;
  std::optional<Resolved> resolve_expression(simdjson::dom::element expression, const Reference& at,
                                             int depth) const;
  std::optional<Resolved> follow(std::string_view reference, const Reference& at, int depth) const;
  std::optional<Resolved> value_of(const TerraformResource& resource, std::string_view attribute,
                                   int depth) const;
  std::string id_of(const TerraformResource& resource, int depth) const;

  struct Change {
    bool created = false;
    std::optional<simdjson::dom::element> unknown;
  };
  std::vector<TerraformResource> resources_;
  std::map<std::string, Module> modules_;                   // by address
  std::map<std::string, Change> changes_;                   // by address
  std::map<std::string, std::vector<std::size_t>> by_key_;  // module, mode, type, name
  std::map<std::string, std::string> variables_, provider_subscription_;
  std::string only_subscription_;  // where all known ids of the plan are of one
  bool incomplete_ = false;
  bool is_plan_ = false;
};

// From Terraform's resources to ARM's.
class TerraformTranslation {
 public:
  TerraformTranslation(const TerraformPlan& plan, PlannedEstate& estate)
      : plan_(plan), estate_(estate) {}
  void run();

 private:
  friend class TerraformObject;
  void translate(const TerraformResource& resource);
  const TerraformPlan& plan_;
  PlannedEstate& estate_;
};

}  // namespace acr
