// Records what was asked and answered, for anyone to judge later.
#include <algorithm>
#include <map>
#include <ostream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "estate/command.h"
#include "live/mask.h"
#include "live/snapshot.h"
#include "reports/escape.h"

namespace acr {
namespace {

constexpr int kOutputFailed = 5, kIncomplete = 3;

}  // namespace

int run_collect(const Options& options, Streams streams) {
  if (!options.arguments.empty() || options.folder.empty()) {
    return refuse(UsageError{"collect needs a folder to write to", "acr-doctor collect -d FOLDER"},
                  false, streams);
  }
  auto live = ask_live(options, {}, streams);
  if (!live) return refuse_input(live.error(), false, streams);
  Recording recording;
  recording.at = now();
  recording.mode = "live";
  recording.complete =
      live->signal == 0 && std::ranges::none_of(live->notifications, [](const Notification& note) {
        return note.code == "run-interrupted";
      });
  std::map<std::string, std::string> names;
  if (options.mask) {
    const auto key = random_mask_key();
    if (!key) {
      streams.err << "acr-doctor: the system has no random bytes for --mask; nothing was written\n";
      return kOutputFailed;
    }
    Masked masked = mask_exchanges(std::move(live->exchanges), *key);
    live->exchanges = std::move(masked.exchanges);
    names = std::move(masked.names);
  }
  const auto written = write_snapshot(options.folder, live->exchanges, recording, ACR_VERSION);
  if (!written) {
    streams.err << "acr-doctor: " << clean(written.error()) << '\n';
    return kOutputFailed;
  }
  if (!options.mask_table.empty()) {
    if (const auto error = replace_file(options.mask_table, nlohmann::json(names).dump(2) + '\n',
                                        Readers::owner)) {
      streams.err << "acr-doctor: " << clean(*error) << '\n';
      return kOutputFailed;
    }
  }
  for (const Notification& note : live->notifications)
    streams.err << "acr-doctor: " << clean(note.text) << '\n';
  const std::size_t unread = written->unread;
  if (!options.quiet) {
    streams.out << fmt::format("{} answers in {}", written->documents, options.folder);
    if (written->silent > 0)
      streams.out << fmt::format("; {} to registries not answered", written->silent);
    if (unread > 0)
      streams.out << fmt::format(
          "; {} request{} refused or failed\nwhich: acr-doctor permissions --from {}", unread,
          unread == 1 ? " was" : "s were", quote(options.folder));
    streams.out << fmt::format("\nread them with: acr-doctor scan --from {}\n",
                               quote(options.folder));
  }
  if (live->signal != 0) return 128 + live->signal;
  return unread > 0 || !recording.complete ? kIncomplete : 0;
}

}  // namespace acr
