#include <fmt/format.h>

#include "cli/commands.h"

namespace acr {

int run_scan(const Options& options, Streams streams) {
  const bool json = json_goes_to_out(options);
  if (!options.arguments.empty()) {
    return refuse({fmt::format("scan takes no argument '{}'", options.arguments.front()),
                   fmt::format("for its input: --from {}", options.arguments.front())},
                  json, streams);
  }
  const auto& given = keep(collect_input(options, {}, streams));
  if (!given) return refuse_input(given.error(), json, streams);
  Report report = scan(given->collected.estate, given->notifications, options.judge);
  report.mode = given->mode;
  return exit_code_of(*given, deliver(keep(std::move(report)), options, streams));
}

}  // namespace acr
