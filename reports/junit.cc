#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "judge/fingerprint.h"
#include "judge/summary.h"
#include "reports/escape.h"
#include "reports/render.h"

namespace acr {
namespace {

// XSDs demand a duration; judging takes no time worth telling.
constexpr std::string_view kTime = "0.000";

enum class State { passed, failed, errored, skipped };

struct Case {
  const Result* result;
  State state;
  std::string name;
};

struct Suite {
  Scope scope;
  std::vector<Case> cases;
  std::size_t failures = 0, errors = 0, skipped = 0;
  std::set<std::string> names;
};

std::string xml(std::string_view outside) {
  return escape_xml(clean(outside));
}

State state_of(const Report& report, const Result& result) {
  switch (result.verdict->outcome) {
    case Outcome::pass:
    case Outcome::not_applicable:
      return State::passed;
    case Outcome::unknown:
      return State::errored;
    case Outcome::fail:
      break;
  }
  return counts(report, result) ? State::failed : State::skipped;
}

// Jenkins splits class names at dots and replaces the other characters by itself.
std::string class_segment(std::string_view text) {
  std::string out = clean(text);
  for (char& c : out) {
    if (std::string_view("./\\:?#%<> ").find(c) != std::string_view::npos) c = '_';
  }
  return out;
}

std::string package_of(const Scope& scope) {
  std::string out = class_segment(scope.kind);
  if (!scope.subscription.empty()) out += "." + class_segment(scope.subscription);
  return out;
}

// What history is kept by: no severity, no finding text. The registry of an attachment is part of
// its name already.
std::string name_of(const Result& result) {
  std::string out =
      fmt::format("{} {} [{}]", result.check->id, result.check->title, clean(result.subject->name));
  std::string_view rest = result.subject->discriminator;
  if (rest.starts_with("registry=")) {
    rest.remove_prefix(std::min(rest.find(';'), rest.size() - 1) + 1);
  }
  if (!rest.empty()) out += fmt::format(" ({})", clean(rest));
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

std::string message_of(const Result& result, State state, Severity threshold) {
  const std::string reason = clean(result.verdict->reason);
  const std::string_view severity = to_string(result.severity());
  if (state == State::errored) return "[NOT EVALUATED] " + reason;
  if (result.suppression) {
    const std::string until = clean(result.suppression->expires);
    return fmt::format("[accepted{}{}] {} ({})", until.empty() ? "" : " until ", until, reason,
                       clean(result.suppression->owner));
  }
  if (state == State::skipped && result.severity() >= threshold)
    return fmt::format("[in the baseline: {}] {}", severity, reason);
  if (state == State::skipped) return fmt::format("[below threshold: {}] {}", severity, reason);
  if (!result.place) return fmt::format("[{}] {}", upper(severity), reason);
  return fmt::format("[{}] {} ({})", upper(severity), reason, clean(to_string(*result.place)));
}

// Plain text; the first line repeats the message, because some readers show only this and some only
// that.
std::string body_of(const Result& result, const std::string& message) {
  const Verdict& verdict = result.verdict;
  std::string out = message + "\n";
  const auto to = std::back_inserter(out);
  if (!verdict.evidence.empty()) out += "\nEvidence:\n";
  for (const auto& item : verdict.evidence) {
    fmt::format_to(to, "  - {}   [{}{}{}]\n", clean(item.value), clean(item.source),
                   item.pointer.empty() ? "" : "#", clean(item.pointer));
  }
  const auto commands = [&](std::string_view heading, const std::vector<std::string>& list) {
    if (list.empty()) return;
    fmt::format_to(to, "\n{}:\n", heading);
    for (const auto& command : list) fmt::format_to(to, "  {}\n", clean_lines(command));
  };
  if (verdict.outcome == Outcome::fail) {
    if (!result.check->repair.empty()) fmt::format_to(to, "\nRepair: {}\n", result.check->repair);
    commands("Fix", verdict.fix);
  }
  commands("To find out", verdict.supply);
  if (result.place)
    fmt::format_to(to, "\nPlace:       {}{}\n", clean(to_string(*result.place)),
                   result.place->rendered.empty()
                       ? ""
                       : fmt::format(", rendered to {}", clean(result.place->rendered)));
  fmt::format_to(to, "\nCheck:       {} {}\nResource:    {}\nSeverity:    {}\nFingerprint: {}",
                 result.check->id, result.check->reference, clean(result.subject->id),
                 to_string(result.severity()), fingerprint(result));
  return out;
}

void add(Suite& suite, const Report& report, const Result& result) {
  const State state = state_of(report, result);
  suite.failures += state == State::failed;
  suite.errors += state == State::errored;
  suite.skipped += state == State::skipped;
  // GitLab keeps only the first of two cases that share a name.
  std::string name = name_of(result);
  for (int number = 2; !suite.names.insert(name).second; ++number) {
    name = fmt::format("{} #{}", name_of(result), number);
  }
  suite.cases.push_back({&result, state, std::move(name)});
}

void write_case(std::string& out, const Suite& suite, const Case& item, Severity threshold) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "    <testcase classname=\"{}.{}\" name=\"{}\" time=\"{}\"",
                 xml(package_of(suite.scope)), xml(class_segment(suite.scope.name)), xml(item.name),
                 kTime);
  if (item.state == State::passed) {
    out += "/>\n";
    return;
  }
  const std::string message = message_of(*item.result, item.state, threshold);
  const std::string_view element = item.state == State::failed    ? "failure"
                                   : item.state == State::errored ? "error"
                                                                  : "skipped";
  const std::string type = item.state == State::skipped
                               ? std::string()
                               : fmt::format(" type=\"{}\"", xml(item.result->check->id));
  fmt::format_to(to, ">\n      <{0}{1} message=\"{2}\">{3}</{0}>\n    </testcase>\n", element, type,
                 xml(message), escape_xml(body_of(*item.result, message)));
}

void write_suite(std::string& out, const Suite& suite, std::size_t id, const Report& report,
                 const RenderOptions& options) {
  const auto to = std::back_inserter(out);
  std::string timestamp = render_instant(report.started_at);
  timestamp.pop_back();  // JUnit.xsd: no zone
  const std::string host = xml(options.host);
  fmt::format_to(
      to,
      "  <testsuite id=\"{}\" package=\"{}\" name=\"{}\" timestamp=\"{}\" hostname=\"{}\" "
      "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{}\">\n",
      id, xml(package_of(suite.scope)), xml(suite.scope.name), timestamp,
      host.empty() ? "localhost" : host, suite.cases.size(), suite.failures, suite.errors,
      suite.skipped, kTime);
  out += "    <properties>\n";
  const auto property = [&](std::string_view name, std::string_view value) {
    if (value.empty()) return;
    fmt::format_to(to, "      <property name=\"{}\" value=\"{}\"/>\n", name, xml(value));
  };
  property("tool", "acr-doctor " + version_of(report));
  property("scopeKind", suite.scope.kind);
  property("resourceId", suite.scope.id);
  property("subscription", suite.scope.subscription);
  property("coverage", suite.scope.status);
  out += "    </properties>\n";
  for (const auto& item : suite.cases) write_case(out, suite, item, report.fail_on);
  out += "    <system-out/>\n    <system-err/>\n  </testsuite>\n";
}

}  // namespace

std::string render_junit(const Report& report, const RenderOptions& options) {
  std::vector<Suite> suites(report.scopes.size());
  std::map<std::string_view, std::size_t> by_id;
  for (std::size_t i = 0; i < suites.size(); ++i) {
    suites[i].scope = report.scopes[i];
    if (suites[i].scope.name.empty()) suites[i].scope.name = "unnamed";
    by_id.emplace(report.scopes[i].id, i);
  }
  Suite input;
  input.scope.kind = input.scope.name = "input";
  for (const auto& result : report.results) {
    if (result.verdict->outcome == Outcome::not_applicable) continue;
    const auto found = by_id.find(result.subject->scope);
    add(found == by_id.end() ? input : suites[found->second], report, result);
  }
  if (!input.cases.empty()) suites.push_back(std::move(input));

  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n";
  for (std::size_t i = 0; i < suites.size(); ++i) write_suite(out, suites[i], i, report, options);
  return out + "</testsuites>\n";
}

}  // namespace acr
