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
  const auto& collected = keep(collect_input(options, {}, streams));
  if (!collected) return refuse(collected.error(), json, streams);
  return deliver(keep(scan(collected->estate, notifications_of(*collected), options.judge)),
                 options, {}, streams);
}

}  // namespace acr
