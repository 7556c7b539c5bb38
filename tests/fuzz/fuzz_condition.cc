// A negated condition answers the opposite, whatever the text, and unknown stays unknown.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "estate/access.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using acr::Tri;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const Tri answer = acr::evaluate_condition(text, acr::kPullDataAction, "shop/cart");
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) return 0;
  const Tri opposite =
      acr::evaluate_condition("!(" + text + ")", acr::kPullDataAction, "shop/cart");
  // Two things may tell them apart: the extra bracket exceeds the depth, or the text closes it
  // early.
  if (opposite != Tri::unknown && answer != Tri::unknown && opposite == answer) std::abort();
  return 0;
}
