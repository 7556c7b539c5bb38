#include "estate/vm_size.h"

#include <algorithm>
#include <array>
#include <string>

#include "estate/resource_id.h"

namespace acr {
namespace {

// Sizes with Arm processors and no p in the name, by their accelerator.
constexpr std::array kArmAccelerators = {
    "gb200",  // Standard_ND128isr_NDR_GB200_v6: Microsoft Learn, "ND-GB200-v6 series" (Grace)
    "gb300",  // Standard_ND128isr_GB300_v6: Microsoft Learn, "ND-GB300-v6 series" (Grace)
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// Removes the leading characters that `is` takes, and gives them back.
std::string_view take_while(std::string_view& text, bool (*is)(char)) {
  const auto end = std::ranges::find_if_not(text, is);
  const std::string_view taken = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  text.remove_prefix(taken.size());
  return taken;
}

}  // namespace

// Standard_<family><vCPUs>[-<constrained vCPUs>]<features>[_<accelerator>][_v<version>]
std::string_view architecture_of(std::string_view vm_size) {
  const std::string name = lower(vm_size);
  std::string_view rest = name;
  const std::size_t tier = rest.find('_');
  const std::string_view tier_name = rest.substr(0, tier);
  if (tier_name != "standard" && tier_name != "basic") return {};
  if (tier == std::string_view::npos) return {};
  rest.remove_prefix(tier + 1);

  if (take_while(rest, is_letter).empty() || take_while(rest, is_digit).empty()) return {};
  if (rest.starts_with('-')) {
    rest.remove_prefix(1);
    if (take_while(rest, is_digit).empty()) return {};
  }
  const std::string_view features = take_while(rest, is_letter);
  if (!rest.empty() && rest.front() != '_') return {};
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find('_'));
    if (std::ranges::find(kArmAccelerators, part) != kArmAccelerators.end()) return "arm64";
    rest.remove_prefix(part.size());
  }
  return features.find('p') == std::string_view::npos ? "amd64" : "arm64";
}

}  // namespace acr
