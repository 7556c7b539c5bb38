#include "cli/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <nlohmann/json.hpp>
#include <ostream>

#include "cli/commands.h"
#include "cli/nearest.h"
#include "cli/no_access.h"
#include "reports/escape.h"

namespace acr {
namespace {

constexpr int kInternal = 5;

// Arguments that cannot be read may still say that JSON is expected on standard output.
bool asks_for_json(const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& word = arguments[i];
    if (word == "-ojson" || word == "--output=json") return true;
    if ((word == "-o" || word == "--output") && i + 1 < arguments.size() &&
        arguments[i + 1] == "json") {
      return true;
    }
  }
  return false;
}

bool is_help(std::string_view word) {
  return word == "--help" || word == "-h" || word == "help";
}

void print_error(int exit_code, std::string_view text, bool json_to_out, Streams streams,
                 const std::vector<std::string>& tried = {}) {
  streams.err << "acr-doctor: " << text << '\n';
  for (const std::string& item : tried) {
    std::string lines = clean_lines(item);
    for (std::size_t at = 0; (at = lines.find('\n', at)) != std::string::npos; at += 3)
      lines.insert(at + 1, "  ");
    streams.err << "  " << lines << '\n';
  }
  if (!json_to_out) return;
  nlohmann::ordered_json error{{"error", {{"message", text}, {"exitCode", exit_code}}}};
  for (const std::string& item : tried) error["error"]["tried"].push_back(clean(join_lines(item)));
  streams.out << error.dump(2) << '\n';
  streams.out.flush();
}

int print_help(std::string_view command, Streams streams) {
  const auto text = help_text(command);
  if (!text) {
    const auto known = command_names();
    const auto near = nearest(command, known);
    return refuse({fmt::format("there is no command '{}'", command),
                   near ? fmt::format("did you mean {}?", *near) : "the list: acr-doctor help"},
                  false, streams);
  }
  streams.out << *text;
  streams.out.flush();
  return streams.out ? 0 : kInternal;
}

int dispatch(const std::vector<std::string>& words, Streams streams) {
  if (words.empty()) {
    streams.err << help_text("").value_or("");
    return 2;
  }
  const std::string& command = words.front();
  const std::vector<std::string> rest(words.begin() + 1, words.end());
  if (is_help(command)) return print_help(rest.empty() ? "" : rest.front(), streams);
  if (command == "version" || command == "--version" || command == "-V") {
    streams.out << "acr-doctor " ACR_VERSION "\n";
    streams.out.flush();
    return streams.out ? 0 : kInternal;
  }
  const bool json = asks_for_json(rest);
  if (!help_text(command)) {
    if (command.starts_with('-')) {
      return refuse({fmt::format("'{}' stands before the command", command),
                     "the command comes first: acr-doctor why …"},
                    json, streams);
    }
    const auto known = command_names();
    const auto near = nearest(command, known);
    return refuse({fmt::format("there is no command '{}'", command),
                   near ? fmt::format("did you mean {}?", *near) : "the list: acr-doctor help"},
                  json, streams);
  }
  const auto end = std::find(rest.begin(), rest.end(), "--");
  if (std::find_if(rest.begin(), end, [](const std::string& word) {
        return word == "--help" || word == "-h";
      }) != end) {
    return print_help(command, streams);
  }
  const auto options = parse_options(command, rest);
  if (!options) return refuse(options.error(), json, streams);
  if (command == "why") return run_why(*options, streams);
  if (command == "scan") return run_scan(*options, streams);
  if (command == "permissions") return run_permissions(*options, streams);
  if (command == "probe") return run_probe_command(*options, streams);
  if (command == "collect") return run_collect(*options, streams);
  if (command == "report") return run_report(*options, streams);
  if (command == "completion") return run_completion(*options, streams);
  if (command == "explain") return run_explain(*options, streams);
  return run_checks(*options, streams);
}

}  // namespace

int refuse_input(const NoInput& error, bool json_to_out, Streams streams) {
  std::string text = clean(error.error.text);
  if (!error.error.hint.empty()) text += "; " + clean(error.error.hint);
  print_error(error.exit_code, text, json_to_out, streams, error.tried);
  return error.exit_code;
}

int refuse(const UsageError& error, bool json_to_out, Streams streams) {
  return refuse_input(NoInput{error}, json_to_out, streams);
}

int run(int argc, const char* const* argv, std::istream& in, std::ostream& out, std::ostream& err) {
  const Streams streams{in, out, err};
  std::vector<std::string> words;
  try {
    words.assign(argv + std::min(argc, 1), argv + argc);
    return dispatch(words, streams);
  } catch (const std::exception& error) {
    print_error(kInternal, fmt::format("internal error: {}", clean(error.what())),
                asks_for_json(words), streams);
  }
  return kInternal;
}

}  // namespace acr
