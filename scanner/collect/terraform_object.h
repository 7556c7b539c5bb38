// One resource of Terraform on its way to ARM's form.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "collect/terraform.h"

namespace acr {

// What becomes of an attribute.
struct TerraformAttribute {
  enum class Way {
    copy,      // as it stands, or what a reference leads to
    id,        // an id: where it cannot be told, one that names nothing
    enabled,   // true -> "Enabled"
    status,    // true -> "enabled"
    inverted,  // true -> false
    present    // a block -> true
  };
  std::string_view from;  // "default_node_pool/0/vm_size"
  std::string_view to;    // below the place given, in ARM's spelling
  Way way = Way::copy;
};

class TerraformObject {
 public:
  TerraformObject(const TerraformPlan& plan, const TerraformResource& resource)
      : plan_(plan), resource_(resource) {}

  const TerraformResource& resource() const { return resource_; }
  // `below`: a path within the resource's values, before each attribute's own.
  void put(std::span<const TerraformAttribute> attributes, ArmValue& to,
           std::string_view below = {}) const;
  void put(const TerraformAttribute& attribute, ArmValue& to, std::string_view below = {}) const;
  // A list of ids as [{"id": …}] or as texts; false where not all can be told.
  bool put_list(std::string_view from, ArmValue& to, std::string_view member = {}) const;

  std::string text(std::string_view path) const;  // known or resolved; empty
  std::optional<bool> flag(std::string_view path) const;
  bool has(std::string_view path) const {
    return TerraformPlan::value(resource_, path).has_value();
  }
  bool is_unknown(std::string_view path) const {
    return TerraformPlan::is_unknown(resource_, path);
  }
  // Its configuration sets it, or the plan does not show the configuration.
  bool is_configured(std::string_view path) const {
    return !resource_.expressions || plan_.is_configured(resource_, path);
  }
  // The resource that the value comes from by its configuration, known or not; or nullptr.
  const TerraformResource* origin(std::string_view path) const {
    return plan_.origin(resource_, path);
  }
  std::size_t size(std::string_view path) const;  // of a list
  ArmValue::Place place(std::string_view path) const;
  std::optional<TerraformPlan::Resolved> resolve(std::string_view path) const {
    return plan_.resolve(resource_, path);
  }

 private:
  const TerraformPlan& plan_;
  const TerraformResource& resource_;
};

// The readers of types; each adds what the resource says, in ARM's form.
void translate_registry(const TerraformObject& from, PlannedEstate& estate, std::string id);
void translate_cluster(const TerraformPlan& plan, const TerraformObject& from,
                       PlannedEstate& estate, const std::string& id);
void translate_node_pool(const TerraformObject& from, PlannedEstate& estate, const std::string& id);
void translate_role_assignment(const TerraformObject& from, PlannedEstate& estate);
void translate_azapi(const TerraformPlan& plan, const TerraformObject& from, PlannedEstate& estate);
// True when it is a type of networks or names.
bool translate_network(const TerraformObject& from, PlannedEstate& estate, const std::string& id);
// What stands in resources of its own and belongs to another: rules, routes, associations.
void join_network(const TerraformPlan& plan, PlannedEstate& estate);

}  // namespace acr
