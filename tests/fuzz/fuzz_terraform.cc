// Any JSON as a Terraform plan: translated without a crash and without growing beyond bounds; what
// was made of it is JSON that parses.
#include <cstdint>
#include <cstdlib>

#include "collect/terraform.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const simdjson::padded_string text(reinterpret_cast<const char*>(data), size);
  simdjson::dom::parser parser, again;
  simdjson::dom::element root;
  if (parser.allocate(size + 64, 256) != simdjson::SUCCESS ||
      parser.parse(text).get(root) != simdjson::SUCCESS)
    return 0;
  auto planned = acr::read_terraform(root);
  if (!planned) return 0;
  for (const acr::PlannedObject& object : planned->objects) {
    std::string json;
    object.arm.write(json, object.pointer, planned->plan);
    if (again.parse(json).error() != simdjson::SUCCESS) std::abort();
  }
  return 0;
}
