// What failed, by check, with the repair; what was accepted; what fails no more; the list of
// checks.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"
#include "reports/notes.h"

namespace acr {
namespace {

constexpr std::size_t kCommands = 50;  // of one check
constexpr std::size_t kOpened = 3;     // so few checks stand open at once
constexpr std::size_t kRows = 1'000;   // accepted, and no more
constexpr std::chrono::days kSoon{14};

struct Findings {
  const Check* check = nullptr;
  Severity severity = Severity::low;
  std::uint64_t open = 0, fresh = 0;
  std::set<std::string_view> reasons;
  std::vector<std::string> commands;
  std::set<std::string_view> known;  // of the commands, also those beyond the cap
};

// Gravest first, as the results are.
std::vector<Findings> group_by_check(const Report& report) {
  std::vector<Findings> groups;
  std::map<const Check*, std::size_t> places;
  for (const Result& result : report.results) {
    if (!result.is_open()) continue;
    const auto [place, is_new] = places.emplace(result.check, groups.size());
    if (is_new) groups.push_back({result.check, result.severity(), 0, 0, {}, {}, {}});
    Findings& group = groups[place->second];
    ++group.open;
    group.fresh += result.since == Result::Since::is_new;
    group.reasons.insert(result.verdict->reason);
    for (const std::string& command : result.verdict->fix) {
      if (group.known.insert(command).second && group.commands.size() < kCommands)
        group.commands.push_back(command);
    }
  }
  return groups;
}

std::string controls_of(const Check& check) {
  std::string text;
  for (const Control& control : check.controls)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", html_text(control.catalogue),
                        html_text(control.id));
  return text;
}

void write_group(std::string& out, const Findings& group, bool open) {
  constexpr std::size_t kReasons = 10;
  const Check& check = *group.check;
  out += fmt::format(
      "<details class=\"finding\"{}>\n<summary>{} <h3>{}</h3> <span "
      "class=\"faint\">{}{}</span></summary>\n",
      open ? " open" : "", html_severity(group.severity), html_text(check.problem),
      count_of(group.open, "finding"),
      group.fresh > 0 ? fmt::format(", {} new", group.fresh) : std::string());
  out += "<ul>\n";
  std::size_t told = 0;
  for (const auto reason : group.reasons) {
    if (++told > kReasons) break;
    out += fmt::format("<li>{}</li>\n", html_text(reason));
  }
  if (group.reasons.size() > kReasons)
    out += fmt::format("<li>and {} more like it</li>\n", group.reasons.size() - kReasons);
  out += "</ul>\n";
  if (!check.why.empty()) out += fmt::format("<p>{}</p>\n", html_text(check.why));
  if (!check.repair.empty())
    out += fmt::format("<p><strong>Repair.</strong> {}</p>\n", html_text(check.repair));
  out += html_commands(group.commands);
  if (group.known.size() > group.commands.size()) {
    out += fmt::format("<p>{} more: <code>-o json</code> has all of them.</p>\n",
                       count_of(group.known.size() - group.commands.size(), "command"));
  }
  const std::string controls = controls_of(check);
  out += fmt::format("<p class=\"faint\">{}{}{}</p>\n</details>\n",
                     html_link(check.id, check.reference), controls.empty() ? "" : " · ", controls);
}

void open_table(std::string& out, std::string_view id, std::string_view title, std::uint64_t count,
                std::initializer_list<std::string_view> columns) {
  out += fmt::format(
      "<section id=\"{0}\" aria-labelledby=\"{0}-title\">\n<h2 id=\"{0}-title\">{1} ({2})</h2>\n"
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"{0}-title\">\n<table>\n"
      "<thead><tr>",
      id, title, count);
  for (const auto column : columns) out += fmt::format("<th scope=\"col\">{}</th>", column);
  out += "</tr></thead>\n<tbody>\n";
}

void close_table(std::string& out, std::size_t left) {
  out += "</tbody>\n</table>\n</div>\n";
  if (left > 0) out += fmt::format("<p>{} more: <code>-o json</code> has all of them.</p>\n", left);
  out += "</section>\n";
}

// The last day on which the exception holds, and a word where that day is near or was.
std::string until_text(const Report& report, const Suppression& suppression) {
  if (suppression.expires.empty()) return "no end told";
  std::string day = html_text(suppression.expires);
  const auto end = parse_time(suppression.expires + "T00:00:00Z");
  if (!end) return day;
  const auto left = std::chrono::floor<std::chrono::days>(*end) -
                    std::chrono::floor<std::chrono::days>(report.started_at);
  if (left >= kSoon) return day;
  if (left.count() < 0) return day + " <strong class=\"bad\">over</strong>";
  return day + fmt::format(" <strong class=\"bad\">{} left</strong>",
                           count_of(static_cast<std::uint64_t>(left.count()), "day"));
}

}  // namespace

void write_html_findings(std::string& out, const Report& report) {
  // The causes of a pull stand in its own section.
  if (report.command == "why" || report.summary.fail == 0) return;
  out += fmt::format(
      "<section id=\"findings\" aria-labelledby=\"findings-title\">\n"
      "<h2 id=\"findings-title\">Findings ({})</h2>\n",
      report.summary.fail);
  const auto groups = group_by_check(report);
  for (const Findings& group : groups) write_group(out, group, groups.size() <= kOpened);
  out += "</section>\n";
}

namespace {

// Exceptions that ended, will end soon, or fit nothing.
void write_exceptions(std::string& out, const Report& report) {
  const std::vector<std::string> notes = notes_on_exceptions(report);
  if (notes.empty()) return;
  out +=
      "<section aria-labelledby=\"exceptions-title\">\n"
      "<h2 id=\"exceptions-title\">Exceptions to look at</h2>\n<ul>\n";
  const std::size_t shown = std::min(notes.size(), kRows);
  for (std::size_t i = 0; i < shown; ++i) out += fmt::format("<li>{}</li>\n", html_text(notes[i]));
  out += "</ul>\n";
  if (shown < notes.size()) out += fmt::format("<p>and {} more</p>\n", notes.size() - shown);
  out += "</section>\n";
}

}  // namespace

void write_html_accepted(std::string& out, const Report& report) {
  write_exceptions(out, report);
  if (report.summary.suppressed == 0) return;
  open_table(out, "accepted", "Accepted", report.summary.suppressed,
             {"Until", "Check", "Resource", "Reason", "By"});
  std::size_t count = 0;
  for (const Result& result : report.results) {
    if (!result.suppression || result.verdict->outcome != Outcome::fail || ++count > kRows)
      continue;
    const Suppression& suppression = *result.suppression;
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
        until_text(report, suppression), html_text(result.check->id),
        html_text(result.subject->name), html_text(suppression.reason),
        suppression.ticket.empty() ? std::string() : " (" + html_text(suppression.ticket) + ")",
        html_text(suppression.owner));
  }
  close_table(out, count - std::min(count, kRows));
}

void write_html_absent(std::string& out, const Report& report) {
  if (report.absent.empty()) return;
  open_table(out, "absent", "No more since the baseline", report.absent.size(),
             {"Severity", "Check", "Resource", "What it was"});
  const std::size_t shown = std::min(report.absent.size(), kRows);
  for (std::size_t i = 0; i < shown; ++i) {
    const Result& result = report.absent[i];
    out += fmt::format("<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n",
                       html_severity(result.severity()), html_text(result.check->id),
                       html_text(result.subject->name), html_text(result.verdict->reason));
  }
  close_table(out, report.absent.size() - shown);
}

void write_html_checks(std::string& out, const Report& report) {
  if (report.checks.empty()) return;
  struct Tally {
    std::uint64_t pass = 0, fail = 0, unknown = 0, accepted = 0;
  };
  std::map<const Check*, Tally> tallies;
  for (const Result& result : report.results) {
    Tally& tally = tallies[result.check];
    tally.pass += result.verdict->outcome == Outcome::pass;
    tally.fail += result.is_open();
    tally.accepted += result.verdict->outcome == Outcome::fail && !result.is_open();
    tally.unknown += result.verdict->outcome == Outcome::unknown;
  }
  out += fmt::format(
      "<section id=\"checks\" aria-labelledby=\"checks-title\">\n<details>\n"
      "<summary><h2 id=\"checks-title\">Checks ({})</h2></summary>\n"
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"checks-title\">\n"
      "<table>\n<thead><tr><th scope=\"col\">Check</th><th scope=\"col\">What holds</th>"
      "<th scope=\"col\">Severity</th><th scope=\"col\">Passed</th><th scope=\"col\">Failed</th>"
      "<th scope=\"col\">Accepted</th><th scope=\"col\">Not judged</th>"
      "<th scope=\"col\">Controls</th></tr></thead>\n<tbody>\n",
      report.checks.size());
  for (const Check* check : report.checks) {
    const Tally& tally = tallies[check];
    out += fmt::format(
        "<tr id=\"{}\"><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
        "<td>{}</td><td>{}</td><td>{}</td></tr>\n",
        html_anchor(*check), html_link(check->id, check->reference), html_text(check->title),
        html_severity(check->severity), tally.pass, tally.fail, tally.accepted, tally.unknown,
        controls_of(*check));
  }
  out += "</tbody>\n</table>\n</div>\n</details>\n</section>\n";
}

}  // namespace acr
