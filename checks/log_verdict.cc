#include "log_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "registry_verdict.h"

namespace acr {

Verdict judge_logs(const Estate& estate, const ResourceId& resource, std::string_view name,
                   std::initializer_list<std::string_view> categories, std::string_view whose) {
  std::vector<Evidence> evidence;
  const auto counts = [&](const DiagnosticSetting::Log& log) {
    const auto is = [&log](std::string_view category) { return same_text(log.category, category); };
    return log.enabled && (same_text(log.group, "audit") || same_text(log.group, "allLogs") ||
                           std::ranges::any_of(categories, is));
  };
  for (const DiagnosticSetting& setting : estate.diagnostic_settings) {
    if (setting.resource != resource) continue;
    evidence.push_back(estate.cite(setting.origin, "logs", setting.name));
    if (setting.has_target && std::ranges::any_of(setting.logs, counts)) {
      return pass(fmt::format("diagnostic setting {} keeps {} logs", setting.name, whose),
                  {evidence.back()}, Basis::arm);
    }
  }
  const ChildList* list = estate.child_list(resource, Kind::diagnostic_setting);
  if (list == nullptr) return unknown_list(estate, resource, name, Kind::diagnostic_setting);
  evidence.push_back(estate.cite(list->origin, "", counted(list->count, Kind::diagnostic_setting)));
  return fail(
      list->count == 0
          ? fmt::format("{} has no diagnostic setting: its logs are kept nowhere", name)
          : fmt::format("no diagnostic setting of {} keeps {} logs of who did what", name, whose),
      std::move(evidence), Basis::arm, {});
}

}  // namespace acr
