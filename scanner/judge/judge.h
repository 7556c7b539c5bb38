// From the estate to the report: judge every check, explain every pull.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "estate/pull.h"
#include "judge/policy.h"
#include "judge/report.h"

namespace acr {

struct JudgeOptions {
  std::vector<std::string> check_globs;  // empty = all
  Policy policy;
  std::shared_ptr<const Report> baseline;            // an earlier report of the same estate
  std::optional<Severity> fail_on = Severity::high;  // nullopt: nothing fails the run
  bool fail_on_new = false;                          // only what the baseline does not hold
  bool incomplete_is_ok = false;                     // --on-incomplete warn
};

// `scan`: every check over every subject, and every pull explained.
Report scan(const Estate& estate, std::vector<Notification> notifications,
            const JudgeOptions& options);

// `why`: the pulls that match the target. `target` is empty for "every pull that fails now".
struct WhyTarget {
  std::string
      kind;  // "pod", "deploy", "sts", "ds", "rs", "job", "cronjob", "image"; empty = all failing
  std::string name;        // pod or workload name, or the image reference
  std::string name_space;  // empty = any
  std::string cluster;     // empty = any
};
struct WhyError {
  std::string text;  // "no pod named cart-1 in namespace shop; nearest: cart-7d9-x2x"
};
std::expected<Report, WhyError> why(const Estate& estate, std::vector<Notification> notifications,
                                    const WhyTarget& target, const JudgeOptions& options);

// One pull, explained: the checks of the pull path in kubelet order with their roles.
PullReport explain(const Estate& estate, const Pull& pull);

// The exit code of the contract for a finished report.
int exit_code(const Report& report);

}  // namespace acr
