#include "estate/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/estate.h"

namespace acr {

namespace {

// visit(prefix) for the pointer and each pointer above it, until it returns true.
template <class Visit>
void walk_up(std::string_view pointer, Visit visit) {
  for (;;) {
    if (visit(pointer)) return;
    const std::size_t slash = pointer.rfind('/');
    if (slash == std::string_view::npos) return;
    pointer = pointer.substr(0, slash);
  }
}

// Registries and clusters stand at the ends of every attachment.
bool is_end(std::string_view resource) {
  constexpr std::string_view kEnds[] = {
      "azurerm_container_registry.", "azurerm_kubernetes_cluster.",
      "Microsoft.ContainerRegistry/registries ", "Microsoft.ContainerService/managedClusters "};
  return std::ranges::any_of(kEnds, [&](std::string_view end) { return resource.contains(end); });
}

}  // namespace

std::string Plan::place_of(std::string_view pointer) const {
  std::string result(pointer);
  walk_up(pointer, [&](std::string_view prefix) {
    const auto found = places.find(prefix);
    if (found == places.end()) return false;
    result = found->second.pointer;
    if (found->second.with_rest) result += pointer.substr(prefix.size());
    return true;
  });
  return result;
}

const std::string* Plan::resource_at(std::string_view pointer) const {
  const std::string* name = nullptr;
  walk_up(pointer, [&](std::string_view prefix) {
    const auto found = resources.find(prefix);
    if (found != resources.end()) name = &found->second;
    return name != nullptr;
  });
  return name;
}

bool names_planned(std::string_view command) {
  return command.contains("known-after-apply") || command.contains(kUnknownValue) ||
         command.contains("subscription-of-") || command.contains("resource-group-of-");
}

std::string where_planned(const Estate& estate, const std::vector<Evidence>& evidence) {
  constexpr std::size_t kMost = 3;
  std::vector<std::string> between, ends;
  Plan::Language language = Plan::Language::terraform;
  for (const Document& document : estate.documents) {
    if (!document.plan) continue;
    for (const Evidence& piece : evidence) {
      if (piece.source != document.source) continue;
      const std::string* name = document.plan->resource_at(piece.pointer);
      if (name == nullptr) continue;
      auto& names = is_end(*name) ? ends : between;
      // A comment must not end before its line does.
      std::string shown = *name;
      std::erase_if(shown,
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
      if (std::ranges::find(names, shown) == names.end()) names.push_back(std::move(shown));
      language = document.plan->language;
    }
  }
  std::vector<std::string>& names = between.empty() ? ends : between;
  if (names.empty()) return {};
  const std::size_t others = names.size() - std::min(names.size(), kMost);
  names.resize(names.size() - others);
  return fmt::format(
      "# {}: {}{}", language == Plan::Language::terraform ? "in Terraform" : "in the template",
      fmt::join(names, ", "), others == 0 ? "" : fmt::format(" and {} more", others));
}

}  // namespace acr
