#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/policy_file.h"
#include "reports/escape.h"

namespace acr {

int run_scan(const Options& asked, Streams streams) {
  Options options = asked;
  const bool json = json_goes_to_out(options);
  if (const auto error = add_policy(options)) return refuse(*error, json, streams);
  if (!options.arguments.empty()) {
    return refuse({fmt::format("scan takes no argument '{}'", options.arguments.front()),
                   fmt::format("for its input: --from {}", options.arguments.front())},
                  json, streams);
  }
  if (options.judge.fail_on_new && options.baseline.empty())
    return refuse({"--fail-on-new needs a baseline", "for example --baseline report.json"}, json,
                  streams);
  if (!options.baseline.empty()) {
    auto baseline = read_report_file(options.baseline, streams);
    if (!baseline) return refuse({baseline.error(), {}}, json, streams);
    if (baseline->command != "scan")
      return refuse({fmt::format("{} is a report of {}, and a baseline is one of scan",
                                 clean(options.baseline), baseline->command),
                     {}},
                    json, streams);
    options.judge.baseline = std::make_shared<const Report>(*std::move(baseline));
  }
  const auto& given = keep(collect_input(options, {}, streams));
  if (!given) return refuse_input(given.error(), json, streams);
  Report report = scan(given->collected.estate, given->notifications, options.judge);
  report.mode = given->mode;
  locate(report, given->collected);
  return exit_code_of(*given, deliver(keep(std::move(report)), options, streams));
}

}  // namespace acr
