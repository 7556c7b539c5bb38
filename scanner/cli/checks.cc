#include <fmt/format.h>

#include "cli/commands.h"

namespace acr {

int run_checks(const Options& options, Streams streams) {
  if (!options.arguments.empty()) {
    return refuse({fmt::format("checks takes no argument '{}'", options.arguments.front()),
                   fmt::format("for one check: acr-doctor explain {}", options.arguments.front())},
                  json_goes_to_out(options), streams);
  }
  const bool written = write_outputs(
      options,
      [](Format format, const RenderOptions& render) {
        return format == Format::json ? render_catalogue_json(all_checks())
                                      : render_catalogue(all_checks(), render);
      },
      streams);
  return written ? 0 : 5;
}

}  // namespace acr
