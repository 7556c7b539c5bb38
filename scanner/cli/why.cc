#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/policy_file.h"
#include "estate/command.h"

namespace acr {
namespace {

// The command that asks the same again, or nothing when standard input is part of the question.
std::string repeat_command(const Options& options) {
  std::string command = "acr-doctor why";
  for (const auto& argument : options.arguments) command += " " + quote(argument);
  if (!options.name_space.empty()) command += " -n " + quote(options.name_space);
  if (!options.cluster.empty()) command += " --cluster " + quote(options.cluster);
  for (const auto& path : options.from) {
    if (path == "-") return {};
    command += " --from " + quote(path);
  }
  return command;
}

}  // namespace

int run_why(const Options& asked, Streams streams) {
  Options options = asked;
  const bool json = json_goes_to_out(options);
  if (const auto error = add_policy(options)) return refuse(*error, json, streams);
  if (options.arguments.size() > 1) {
    return refuse({fmt::format("why takes one TARGET, not {}", options.arguments.size()),
                   "without a TARGET it explains every pull that fails"},
                  json, streams);
  }
  WhyTarget target;
  Input input;
  if (!options.arguments.empty()) {
    auto parsed = parse_target(options.arguments.front());
    if (!parsed) return refuse(parsed.error(), json, streams);
    target = *parsed;
    if (target.kind == "pod") input.focus = Input::Focus{options.name_space, target.name};
  }
  target.name_space = options.name_space;
  target.cluster = options.cluster;

  const auto& given = keep(collect_input(options, std::move(input), streams));
  if (!given) return refuse_input(given.error(), json, streams);
  auto report = why(given->collected.estate, given->notifications, target, options.judge);
  if (!report) return refuse(UsageError{report.error().text, {}}, json, streams);
  report->mode = given->mode;
  report->again = repeat_command(options);
  return exit_code_of(*given, deliver(keep(*std::move(report)), options, streams));
}

}  // namespace acr
