#include <fmt/format.h>

#include <istream>

#include "cli/commands.h"
#include "cli/nearest.h"
#include "estate/pull_error.h"

namespace acr {

namespace {

constexpr std::size_t kLines = 100'000;  // of standard input, one message each

// Every line of standard input is a message of its own; on the command line the whole text is one.
std::vector<std::string> error_texts(const Options& options, std::istream& in) {
  if (options.error_text != "-") return {options.error_text};
  std::vector<std::string> texts;
  for (std::string line; texts.size() < kLines && std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) texts.push_back(std::move(line));
  }
  return texts;
}

int explain_errors(const Options& options, Streams streams) {
  if (!options.arguments.empty()) {
    return refuse({"explain takes the name of a check or --error, not both", {}},
                  json_goes_to_out(options), streams);
  }
  std::vector<PullError> errors;
  for (const std::string& text : error_texts(options, streams.in)) {
    errors.push_back(read_pull_error(text));
  }
  if (errors.empty()) {
    return refuse({"no message to explain", "one a line on standard input, or as --error TEXT"},
                  json_goes_to_out(options), streams);
  }
  const bool written = write_outputs(
      options,
      [&errors](Format format, const RenderOptions& render) {
        return format == Format::json ? render_pull_errors_json(errors)
                                      : render_pull_errors(errors, render);
      },
      streams);
  return written ? 0 : 5;
}

int explain_control(const Options& options, const Answers& answers, Streams streams) {
  const bool written = write_outputs(
      options,
      [&](Format format, const RenderOptions& render) {
        return format == Format::json ? render_control_json(options.arguments.front(), answers)
                                      : render_control(options.arguments.front(), answers, render);
      },
      streams);
  return written ? 0 : 5;
}

}  // namespace

int run_explain(const Options& options, Streams streams) {
  if (!options.error_text.empty()) return explain_errors(options, streams);
  const bool json = json_goes_to_out(options);
  if (options.arguments.size() != 1) {
    return refuse({"explain takes the name of one check", "the list: acr-doctor checks"}, json,
                  streams);
  }
  const Check* check = find_check(options.arguments.front());
  if (check == nullptr) {
    if (const Answers answers = find_control(options.arguments.front());
        !answers.checks.empty() || !answers.decisions.empty())
      return explain_control(options, answers, streams);
    std::vector<std::string> ids;
    for (const Check* known : all_checks()) ids.emplace_back(known->id);
    const auto near = nearest(options.arguments.front(), ids);
    return refuse({fmt::format("there is no check '{}'", options.arguments.front()),
                   near ? fmt::format("did you mean {}?", *near) : "the list: acr-doctor checks"},
                  json, streams);
  }
  const bool written = write_outputs(
      options,
      [check](Format format, const RenderOptions& render) {
        return format == Format::json ? render_explanation_json(*check)
                                      : render_explanation(*check, render);
      },
      streams);
  return written ? 0 : 5;
}

}  // namespace acr
