// Reports of earlier runs, in other formats; several as one.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "collect/source.h"
#include "judge/merge.h"
#include "judge/summary.h"
#include "reports/escape.h"
#include "reports/read_report.h"

namespace acr {
namespace {

constexpr std::size_t kReports = 10'000;  // of one command line

// What decided about the run, unless the command line decides anew.
JudgeOptions gate_of(const Report& report, const Options& options) {
  JudgeOptions gate = options_of(report);
  if (options.sets_fail_on) gate.fail_on = options.judge.fail_on;
  if (options.sets_on_incomplete) gate.incomplete_is_ok = options.judge.incomplete_is_ok;
  return gate;
}

}  // namespace

std::expected<Report, std::string> read_report_file(const std::string& path, Streams streams) {
  const auto source = path == "-" ? SourceText::read(streams.in) : SourceText::open(path);
  const std::string name = path == "-" ? "standard input" : clean(path);
  if (!source) return std::unexpected(fmt::format("cannot read {}: {}", name, source.error()));
  auto report = read_report(source->text());
  if (!report) return std::unexpected(fmt::format("{}: {}", name, report.error()));
  return *std::move(report);
}

int run_report(const Options& options, Streams streams) {
  const bool json = json_goes_to_out(options);
  if (options.arguments.empty()) {
    return refuse({"report takes the JSON reports of earlier runs",
                   "they are made with: acr-doctor scan -o json=report.json"},
                  json, streams);
  }
  if (options.arguments.size() > kReports ||
      std::count(options.arguments.begin(), options.arguments.end(), "-") > 1)
    return refuse({"report takes at most 10000 files, and standard input once", {}}, json, streams);
  std::vector<Report> reports;
  for (const auto& path : options.arguments) {
    auto report = read_report_file(path, streams);
    if (!report) return refuse({report.error(), {}}, json, streams);
    reports.push_back(*std::move(report));
  }
  auto merged = merge(std::move(reports));
  if (!merged) return refuse({merged.error(), {}}, json, streams);
  if (options.sets_fail_on || options.sets_on_incomplete)
    summarise(*merged, gate_of(*merged, options));
  return deliver(keep(*std::move(merged)), options, streams);
}

}  // namespace acr
