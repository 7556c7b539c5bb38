// ARM templates, as Bicep compiles them. A template is judged as what it makes where nothing is
// yet. Source: https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include <simdjson.h>

#include "collect/planned.h"

namespace acr {

// Cheap: may this text be a template, or the parameters of one?
bool may_be_template(std::string_view json);
bool is_template(simdjson::dom::element root);
bool is_template_parameters(simdjson::dom::element root);

// What the template makes. `parameters`: the roots of parameter documents; one that gives a value
// for a parameter that the template does not have belongs to another.
PlannedEstate read_template(simdjson::dom::element root,
                            std::span<const simdjson::dom::element> parameters);

}  // namespace acr
