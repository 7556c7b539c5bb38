// From the report to files, standard output and the exit code.
#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/terminal.h"
#include "reports/escape.h"

namespace acr {
namespace {

constexpr int kOutputFailed = 5;

std::string render_as(Format format, const Report& report, const RenderOptions& options) {
  switch (format) {
    case Format::json:
      return render_json(report, options);
    case Format::ndjson:
      return render_ndjson(report, options);
    case Format::markdown:
      return render_markdown(report, options);
    case Format::html:
      return render_html(report, options);
    case Format::csv:
      return render_csv(report, options);
    case Format::junit:
      return render_junit(report, options);
    case Format::sarif:
      return render_sarif(report, options);
    case Format::github:
      return render_github(report, options);
    case Format::ado:
      return render_ado(report, options);
    case Format::openmetrics:
      return render_openmetrics(report, options);
    case Format::policyreport:
      return render_policyreport(report, options);
    case Format::text:
      break;
  }
  return report.command == "why" ? render_text_why(report, options)
                                 : render_text_scan(report, options);
}

}  // namespace

bool json_goes_to_out(const Options& options) {
  return std::any_of(options.outputs.begin(), options.outputs.end(),
                     [](const OutputTarget& target) {
                       return target.format == Format::json && target.file.empty();
                     });
}

bool write_outputs(const Options& options, const Render& render, Streams streams) {
  bool written = true;
  const auto complain = [&](std::string_view text) {
    streams.err << "acr-doctor: " << text << '\n';
    written = false;
  };
  for (const auto& target : options.outputs) {
    const bool to_file = !target.file.empty();
    const std::string text =
        render(target.format, render_options(options, to_file ? nullptr : &streams.out));
    if (to_file) {
      if (const auto error = replace_file(target.file, text)) complain(clean(*error));
    } else if (!(streams.out << text << std::flush)) {
      complain("cannot write to standard output");
    }
  }
  return written;
}

int deliver(const Report& report, const Options& options, Streams streams) {
  const bool written = write_outputs(
      options,
      [&report](Format format, const RenderOptions& render) {
        return render_as(format, report, render);
      },
      streams);
  const bool has_sarif =
      std::any_of(options.outputs.begin(), options.outputs.end(),
                  [](const OutputTarget& target) { return target.format == Format::sarif; });
  if (has_sarif && report.summary.fail > kSarifResults) {
    streams.err << fmt::format(
        "acr-doctor: SARIF holds the gravest {} of {} findings: code scanning refuses more\n",
        kSarifResults, report.summary.fail);
  }
  return written ? exit_code(report) : kOutputFailed;
}

}  // namespace acr
