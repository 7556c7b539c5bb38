// Gauges for node_exporter's textfile collector, a Pushgateway or a scrape: both OpenMetrics and
// the older Prometheus text format, which knows no "info" and takes "# EOF" for a comment. Samples
// carry no timestamps: the time of the run is a value.
#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>
#include <vector>

#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/render.h"

namespace acr {
namespace {

// Every distinct value of a label costs a time series. What is above goes into one series, so that
// sums stay right.
constexpr std::size_t kLabelValues = 2'000;
constexpr std::size_t kLabelColumns = 128;
constexpr std::string_view kOthers = "(others)";

using Labels = std::vector<std::pair<std::string_view, std::string>>;
// Indexed by Outcome, and accepted failures at the end.
using Outcomes = std::array<std::uint64_t, 5>;
constexpr std::size_t kSuppressed = 4;
constexpr std::array<std::string_view, 5> kOutcomes{"pass", "fail", "unknown", "not-applicable",
                                                    "suppressed"};
static_assert(static_cast<std::size_t>(Outcome::not_applicable) + 1 == kSuppressed);

std::size_t place_of(const Result& result) {
  return result.suppression ? kSuppressed : static_cast<std::size_t>(result.verdict->outcome);
}

// What a label's value is made of. Keys are made of it too: two alike would be one series twice.
std::string label_text(std::string_view outside) {
  return cut_to(clean(outside), kLabelColumns, "…");
}

class Metrics {
 public:
  // `unit` is the end of the name, or empty.
  void family(std::string_view name, std::string_view unit, std::string_view help) {
    name_ = name;
    out_ += fmt::format("# HELP acr_doctor_{} {}\n# TYPE acr_doctor_{} gauge\n", name, help, name);
    if (!unit.empty()) out_ += fmt::format("# UNIT acr_doctor_{} {}\n", name, unit);
  }

  void sample(const Labels& labels, std::int64_t value) {
    out_ += "acr_doctor_";
    out_ += name_;
    if (!labels.empty()) {
      out_ += '{';
      for (const auto& [label, text] : labels) {
        if (out_.back() != '{') out_ += ',';
        out_.append(label).append("=\"");
        append_escaped(text);
        out_ += '"';
      }
      out_ += '}';
    }
    out_ += fmt::format(" {}\n", value);
  }

  void outcomes(Labels labels, const Outcomes& counts) {
    labels.emplace_back("outcome", "");
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
      labels.back().second = kOutcomes[i];
      sample(labels, static_cast<std::int64_t>(counts[i]));
    }
  }

  std::string finish() { return std::move(out_) + "# EOF\n"; }

 private:
  void append_escaped(std::string_view text) {
    for (const char c : text) {
      if (c == '\\' || c == '"') out_ += '\\';
      out_ += c;
    }
  }

  std::string out_;
  std::string_view name_;
};

// Counts by what `key_of` says of a result.
template <class KeyOf>
auto tally(const Report& report, KeyOf key_of) {
  std::map<decltype(key_of(report.results.front())), Outcomes> counts;
  for (const auto& result : report.results) ++counts[key_of(result)][place_of(result)];
  return counts;
}

// Writes at most kLabelValues entries, and the sum of the others.
template <class Key, class LabelsOf>
void write_outcomes(Metrics& metrics, const std::map<Key, Outcomes>& counts, const Key& others,
                    LabelsOf labels_of) {
  Outcomes rest{};
  std::size_t written = 0;
  for (const auto& [key, outcomes] : counts) {
    if (written < kLabelValues) {
      ++written;
      metrics.outcomes(labels_of(key), outcomes);
    } else {
      for (std::size_t i = 0; i < rest.size(); ++i) rest[i] += outcomes[i];
    }
  }
  if (counts.size() > written) metrics.outcomes(labels_of(others), rest);
}

void write_results(Metrics& metrics, const Report& report) {
  const Summary& sum = report.summary;
  metrics.family("results", "", "Results of the last run by outcome.");
  metrics.outcomes({}, {sum.pass, sum.fail, sum.unknown, sum.not_applicable, sum.suppressed});

  metrics.family("findings", "", "Failed results of the last run by severity.");
  for (const Severity severity :
       {Severity::critical, Severity::high, Severity::medium, Severity::low}) {
    const std::uint64_t failed = sum.fail_by_severity[static_cast<std::size_t>(severity)];
    metrics.sample({{"severity", std::string(to_string(severity))}},
                   static_cast<std::int64_t>(failed));
  }

  metrics.family("check_results", "", "Results of the last run by check and outcome.");
  using CheckKey = std::pair<std::string_view, std::string_view>;  // id, severity
  write_outcomes(metrics,
                 tally(report,
                       [](const Result& result) {
                         return CheckKey(result.check->id, to_string(result.severity()));
                       }),
                 CheckKey(kOthers, ""), [](const CheckKey& key) {
                   return Labels{{"check", std::string(key.first)},
                                 {"severity", std::string(key.second)}};
                 });

  metrics.family("registry_results", "",
                 "Results of the last run by the registry they are about and outcome.");
  auto registries =
      tally(report, [](const Result& result) { return label_text(result.subject->registry); });
  registries.erase("");
  write_outcomes(metrics, registries, std::string(kOthers),
                 [](const std::string& name) { return Labels{{"registry", name}}; });
}

void write_scopes(Metrics& metrics, const Report& report) {
  using ScopeKey = std::array<std::string, 3>;  // kind, subscription, name
  std::map<std::string_view, ScopeKey> keys;
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> states;
  for (const Scope& scope : report.scopes) {
    keys.emplace(scope.id, ScopeKey{label_text(scope.kind), label_text(scope.subscription),
                                    label_text(scope.name)});
    ++states[{scope.kind, scope.status}];
  }
  metrics.family("scopes", "",
                 "Registries and clusters of the last run by how well they were seen.");
  for (const auto& [state, count] : states) {
    metrics.sample({{"kind", std::string(state.first)}, {"status", std::string(state.second)}},
                   static_cast<std::int64_t>(count));
  }
  metrics.family("scope_results", "",
                 "Results of the last run by the registry or cluster they belong to and outcome.");
  const ScopeKey none{"none", "", ""};
  write_outcomes(metrics,
                 tally(report,
                       [&](const Result& result) {
                         const auto found = keys.find(result.subject->scope);
                         return found == keys.end() ? none : found->second;
                       }),
                 ScopeKey{std::string(kOthers), "", ""}, [](const ScopeKey& key) {
                   return Labels{{"kind", key[0]}, {"subscription", key[1]}, {"scope", key[2]}};
                 });
}

void write_run(Metrics& metrics, const Report& report) {
  using Diagnosis = PullReport::Diagnosis;
  std::array<std::int64_t, 4> pulls{};
  for (const auto& pull : report.pulls) ++pulls[static_cast<std::size_t>(pull.diagnosis)];
  metrics.family("pulls", "", "Pulls of the last run by verdict.");
  for (const Diagnosis verdict :
       {Diagnosis::pulls, Diagnosis::broken, Diagnosis::unexplained, Diagnosis::unknown}) {
    metrics.sample({{"verdict", std::string(to_string(verdict))}},
                   pulls[static_cast<std::size_t>(verdict)]);
  }
  metrics.family("run_complete", "", "1 when everything that matters could be judged.");
  metrics.sample({}, report.summary.complete ? 1 : 0);
  metrics.family("run_exit_code", "", "Exit code of the last run.");
  metrics.sample({}, report.summary.exit_code);
  metrics.family("last_run_timestamp_seconds", "seconds", "When the last run began.");
  metrics.sample({}, report.started_at.time_since_epoch().count());
  metrics.family("build_info", "", "The program that judged; always 1.");
  metrics.sample({{"version", version_of(report)}}, 1);
}

}  // namespace

std::string render_openmetrics(const Report& report, const RenderOptions&) {
  Metrics metrics;
  write_results(metrics, report);
  write_scopes(metrics, report);
  write_run(metrics, report);
  return metrics.finish();
}

}  // namespace acr
