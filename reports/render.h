// The report in the formats people and machines read. Each function is pure: the same report gives
// the same bytes. Nobody counts here: numbers come from Report::summary.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "coverage.h"
#include "estate/observation.h"
#include "estate/pull_error.h"
#include "judge/report.h"

namespace acr {

struct RenderOptions {
  // Text only.
  std::size_t width = 100;  // columns
  bool terminal = false;    // cut table cells to the width, cap long lists
  bool unicode = true;      // false: ASCII only
  bool color = false;
  bool verbose = false;               // also what does not apply, and all evidence
  bool quiet = false;                 // the verdict only
  bool show_passed = false;           // scan: list what passed as well
  Severity severity = Severity::low;  // scan: the least severity listed

  std::string host = "localhost";  // junit: where the run took place
};

std::string render_text_why(const Report& report, const RenderOptions& options);
std::string render_text_scan(const Report& report, const RenderOptions& options);

// The canonical report; docs/report.schema.json describes it.
std::string render_json(const Report& report, const RenderOptions& options);

// JUnit XML in the strict dialect: both windyroad's JUnit.xsd (Azure Pipelines) and Jenkins'
// junit-10.xsd accept it. One suite a scope, one case a result.
std::string render_junit(const Report& report, const RenderOptions& options);

// SARIF 2.1.0 as GitHub code scanning takes it: failed results only, each at a synthetic path.
// Code scanning refuses a run of more results than this, so the file holds the gravest and says so.
inline constexpr std::size_t kSarifResults = 25'000;
std::string render_sarif(const Report& report, const RenderOptions& options);

// A line a JSON object: the run, each scope, result, pull and notification, and last the summary.
std::string render_ndjson(const Report& report, const RenderOptions& options);

// A row a result.
std::string render_csv(const Report& report, const RenderOptions& options);

// The summary of a job. Capped below what GitHub accepts.
std::string render_markdown(const Report& report, const RenderOptions& options);

// One file for a browser: it loads nothing from elsewhere and can be read without its script.
std::string render_html(const Report& report, const RenderOptions& options);

// Log commands of GitHub Actions and Azure Pipelines, as many as these show.
std::string render_github(const Report& report, const RenderOptions& options);
std::string render_ado(const Report& report, const RenderOptions& options);

// OpenMetrics, which is valid Prometheus text as well.
std::string render_openmetrics(const Report& report, const RenderOptions& options);

// Kubernetes objects of wgpolicyk8s.io/v1alpha2, as YAML.
std::string render_policyreport(const Report& report, const RenderOptions& options);

// The catalogue: all checks, and one check at length.
std::string render_catalogue(std::span<const Check* const> checks, const RenderOptions& options);
std::string render_catalogue_json(std::span<const Check* const> checks);
std::string render_explanation(const Check& check, const RenderOptions& options);
std::string render_explanation_json(const Check& check);

// What answers to a rule of another catalogue: checks at length, and decisions against.
std::string render_control(std::string_view id, const Answers& answers,
                           const RenderOptions& options);
std::string render_control_json(std::string_view id, const Answers& answers);

// What texts of pull failures say. JSON: one object a line.
std::string render_pull_errors(std::span<const PullError> errors, const RenderOptions& options);
std::string render_pull_errors_json(std::span<const PullError> errors);

// What a probe saw. JSON: docs/probe.md describes it, and `why` and `scan` read it.
std::string render_probe(const Probe& probe, const RenderOptions& options);
std::string render_probe_json(const Probe& probe);

// RFC 3339 in UTC: "2026-03-01T02:00:00Z".
std::string render_instant(Instant instant);

std::string_view level_name(Notification::Level level);  // "note", "warning", "error"

// Of the program that judged; clean.
std::string version_of(const Report& report);

}  // namespace acr
