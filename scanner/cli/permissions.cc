#include <fmt/format.h>

#include "cli/commands.h"
#include "reports/permissions.h"

namespace acr {

int run_permissions(const Options& options, Streams streams) {
  constexpr int kIncomplete = 3, kNoAccess = 4, kOutputFailed = 5;
  const bool json = json_goes_to_out(options);
  if (!options.arguments.empty()) {
    return refuse({fmt::format("permissions takes no argument '{}'", options.arguments.front()),
                   fmt::format("for its input: --from {}", options.arguments.front())},
                  json, streams);
  }
  const auto& given = keep(collect_input(options, {}, streams));
  if (!given) return refuse_input(given.error(), json, streams);
  const Estate& estate = given->collected.estate;
  const bool written = write_outputs(
      options,
      [&](Format format, const RenderOptions& render) {
        return format == Format::json ? render_permissions_json(estate, given->notifications)
                                      : render_permissions(estate, given->notifications, render);
      },
      streams);
  if (!written) return kOutputFailed;
  const Permissions permissions = count_permissions(estate, given->notifications);
  const bool whole = permissions.refused + permissions.failed == 0;
  return exit_code_of(*given, permissions.read == 0 ? kNoAccess : whole ? 0 : kIncomplete);
}

}  // namespace acr
