// Expressions of ARM templates: "[concat(parameters('name'), '-acr')]". Only what names resources
// and settings is worked out; everything else is not known. Source:
// https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/arm_value.h"

namespace acr {

// A value of the template language; nothing where it is not known.
struct TemplateValue {
  std::optional<ArmValue> value = {};
  // What reference() says of a resource once it is there: its id, and the members asked for.
  std::string resource = {}, path = {};
  bool full = false;  // 'Full': the whole resource, not its properties

  static TemplateValue text(std::string_view text);
  bool is_runtime() const { return !resource.empty(); }
  const std::string* as_text() const;
  std::optional<bool> as_flag() const;
};

// What expressions ask of their surroundings.
struct TemplateScope {
  std::function<TemplateValue(std::string_view name)> parameter, variable;
  // The id of the resource of this symbolic name; empty where there is none.
  std::function<std::string(std::string_view symbol)> symbol;
  // What a value of reference() will be.
  std::function<TemplateValue(const TemplateValue& runtime)> runtime;
  std::string subscription, resource_group;
  std::optional<std::size_t> copy_index;
};

// The value of a JSON string of a template: plain text, or an expression in brackets.
TemplateValue evaluate(std::string_view text, const TemplateScope& scope);

}  // namespace acr
