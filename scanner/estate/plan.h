// What a document of things to come (a Terraform plan, an ARM template) adds to the resources that
// it plans: where in it their parts stand, and what they are called there.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "estate/fact.h"

namespace acr {

struct Estate;

struct Plan {
  enum class Language { terraform, arm_template };
  // Where the user wrote what a pointer of our reading means. `with_rest`: what is below it stands
  // there in the same shape.
  struct Place {
    std::string pointer;
    bool with_rest = false;
  };

  Language language = Language::terraform;
  // Pointer in ARM's form -> place; the longest one that holds a pointer counts.
  std::map<std::string, Place, std::less<>> places;
  // Pointer of a resource in the document -> "azurerm_container_registry.main (module.acr)".
  std::map<std::string, std::string, std::less<>> resources;
  // Who pulls is made by the plan itself, and every role assignment in it could be read: nobody
  // else can have given a right.
  bool tells_all_assignments = false;

  std::string place_of(std::string_view pointer) const;
  // The resource that holds the pointer, as the document calls it; nullptr where none does.
  const std::string* resource_at(std::string_view pointer) const;
};

// What stands in place of a value that is only known after the plan was applied. As a text it is
// no value at all; as an id it names nothing that could be in the input.
inline constexpr std::string_view kUnknownValue = "(known after apply)";
inline constexpr std::string_view kUnknownId =
    "/known-after-apply/virtualNetworks/(known after apply)/subnets/(known after apply)";

// A command that names an id which Azure has yet to give, or a subscription that the plan does not
// name.
bool names_planned(std::string_view command);

// "# in Terraform: azurerm_role_assignment.pull (module.acr)": where to change what these pieces of
// evidence show, of which some come from a plan. Empty where none does. What grants, links and
// connects is named before the registry and the cluster at the ends.
std::string where_planned(const Estate& estate, const std::vector<Evidence>& evidence);

}  // namespace acr
