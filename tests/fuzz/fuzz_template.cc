// Any JSON as an ARM template, and any text as an expression: worked out, or not, without a crash.
#include <cstdint>
#include <cstdlib>

#include "collect/arm_template.h"
#include "collect/template_expression.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto nothing = [](std::string_view) { return acr::TemplateValue{}; };
  acr::evaluate(bytes, {.parameter = nothing,
                        .variable = nothing,
                        .symbol = [](std::string_view) { return std::string{}; },
                        .runtime = [](const acr::TemplateValue&) { return acr::TemplateValue{}; },
                        .subscription = "s",
                        .resource_group = "g",
                        .copy_index = {}});
  const simdjson::padded_string text(bytes);
  simdjson::dom::parser parser, again;
  simdjson::dom::element root;
  if (parser.allocate(size + 64, 256) != simdjson::SUCCESS ||
      parser.parse(text).get(root) != simdjson::SUCCESS)
    return 0;
  acr::PlannedEstate planned = acr::read_template(root, std::span(&root, 1));
  for (const acr::PlannedObject& object : planned.objects) {
    std::string json;
    object.arm.write(json, object.pointer, planned.plan);
    if (again.parse(json).error() != simdjson::SUCCESS) std::abort();
  }
  return 0;
}
