// The commands, one file each.
#pragma once

#include <deque>
#include <functional>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.h"
#include "collect/collect.h"
#include "live/exchange.h"
#include "live/probe.h"
#include "reports/render.h"

namespace acr {

struct Streams {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
};

int run_why(const Options& options, Streams streams);
int run_scan(const Options& options, Streams streams);
int run_collect(const Options& options, Streams streams);
int run_permissions(const Options& options, Streams streams);
int run_explain(const Options& options, Streams streams);
int run_probe_command(const Options& options, Streams streams);
// "contoso.azurecr.io", "contoso.azurecr.io/shop/cart:1.4.2" as `probe` reads them: the tag is
// "latest" where neither tag nor digest is given, as for a container.
std::expected<ProbeRequest, UsageError> parse_probe_target(std::string_view text);
int run_checks(const Options& options, Streams streams);
int run_report(const Options& options, Streams streams);
int run_completion(const Options& options, Streams streams);
// The help of a command, or of the program when it is empty; nullopt for what is no command.
std::optional<std::string_view> help_text(std::string_view command);
std::vector<std::string> command_names();
// "text (default), json, …" as the help of a command has it: the first words on an option, or
// empty.
std::string_view help_on(std::string_view command, std::string_view option);

// The script that completes commands and options in bash, zsh or fish; nullopt for other shells.
std::optional<std::string> completion_for(std::string_view shell);

// What the commands share.

// Holds a large value until the program ends, because to free it takes longer than to print it.
template <class T>
const T& keep(T value) {
  static std::deque<T> kept;
  return kept.emplace_back(std::move(value));
}

// Reports a mistake of the user's on standard error, and as {"error": …} on standard output where
// JSON goes there. Returns 2.
int refuse(const UsageError& error, bool json_to_out, Streams streams);
bool json_goes_to_out(const Options& options);

// Why there is no input: the user's mistake (2), or nobody let us in (4).
struct NoInput {
  UsageError error;
  int exit_code = 2;
  std::vector<std::string> tried = {};  // with exit code 4: what nobody answered, and why
};
int refuse_input(const NoInput& error, bool json_to_out, Streams streams);

// What was asked of the outside world, and by which signal it was broken off (0: by none).
struct LiveInput {
  std::vector<Exchange> exchanges;
  std::vector<Notification> notifications;
  int signal = 0;
};
// Does the command line ask for more than its --from?
bool asks_live(const Options& options);
// `images`: those that registries are asked about beside the images of failing pulls.
std::expected<LiveInput, NoInput> ask_live(const Options& options,
                                           const std::set<std::string>& images, Streams streams);

// The documents of --from and the answers of the outside world, read.
struct GivenInput {
  Collected collected;
  std::vector<Notification> notifications;
  bool live = false;
  // For the report. Of a recording that of the run that recorded it, so that both reports are one.
  std::string mode = "offline";
  int signal = 0;
};
std::expected<GivenInput, NoInput> collect_input(const Options& options, Input input,
                                                 Streams streams);
// Puts on each finding the place that is to be changed, where a file that was given holds it.
void locate(Report& report, const Collected& collected);
// The exit code of a run that a signal broke off; `code` where none did.
int exit_code_of(const GivenInput& given, int code);

// A report of an earlier run, as JSON; "-" is standard input. The error is one line.
std::expected<Report, std::string> read_report_file(const std::string& path, Streams streams);

// Writes every output that was asked for. False when one could not be written; standard error says
// which, and why.
using Render = std::function<std::string(Format, const RenderOptions&)>;
bool write_outputs(const Options& options, const Render& render, Streams streams);
// The same for a report. Returns the run's exit code.
int deliver(const Report& report, const Options& options, Streams streams);

}  // namespace acr
