#include "usage_verdict.h"

#include <fmt/format.h>

#include "registry_verdict.h"

namespace acr {

namespace {

std::string amount(std::int64_t value, std::string_view unit) {
  if (!same_text(unit, "Bytes")) return fmt::format("{}", value);
  return fmt::format("{:.1f} GiB", static_cast<double>(value) / (1024.0 * 1024.0 * 1024.0));
}

}  // namespace

Verdict judge_usage(const Estate& estate, const Registry& registry,
                    bool (*chosen)(std::string_view name)) {
  std::vector<Evidence> evidence;
  std::string full, last;
  for (const RegistryUsage& usage : estate.registry_usages) {
    if (usage.registry != registry.id || !chosen(usage.name)) continue;
    const std::string text =
        usage.limit ? fmt::format("{} {} of {}", usage.name, amount(usage.used, usage.unit),
                                  amount(*usage.limit, usage.unit))
                    : fmt::format("{} {}", usage.name, amount(usage.used, usage.unit));
    evidence.push_back(estate.cite(usage.origin, "currentValue", text));
    last = text;
    const bool near_full =
        usage.limit && *usage.limit > 0 &&
        static_cast<double>(usage.used) * 100.0 >=
            static_cast<double>(estate.expects.quota_percent) * static_cast<double>(*usage.limit);
    if (near_full) full += (full.empty() ? "" : ", ") + text;
  }
  if (evidence.empty()) return unknown_list(estate, registry, Kind::registry_usage);
  if (!full.empty())
    return fail(fmt::format("{} % or more are used: {}", estate.expects.quota_percent, full),
                std::move(evidence), Basis::arm, {});
  std::string reason = evidence.size() == 1
                           ? fmt::format("room is left: {}", last)
                           : fmt::format("all {} quotas have room left", evidence.size());
  return pass(std::move(reason), std::move(evidence), Basis::arm);
}

}  // namespace acr
