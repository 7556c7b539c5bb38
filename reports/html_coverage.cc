// What was not read and what nobody could judge, with the commands that would tell.
#include <fmt/format.h>

#include <algorithm>

#include "reports/gaps.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"
#include "reports/notes.h"
#include "reports/render.h"

namespace acr {
namespace {

// What a page lists; the JSON has all.
constexpr std::size_t kGaps = 100, kNotes = 200, kScopes = 200;
constexpr std::size_t kOpened = 5;  // so few stand open
constexpr std::size_t kNamed = 5;

// Open where something that matters is lacking, and little of it.
std::string open_details(const Report& report, std::size_t count, std::string_view summary) {
  return fmt::format("<details{}>\n<summary><h3>{}</h3></summary>\n",
                     !report.summary.complete && count <= kOpened ? " open" : "", summary);
}

void write_more(std::string& out, std::size_t total, std::size_t most) {
  if (total > most)
    out += fmt::format("<p>{} more: <code>-o json</code> has all of them.</p>\n", total - most);
}

void write_scopes(std::string& out, const Report& report) {
  std::size_t total = 0;
  std::string rows;
  for (const Scope& scope : report.scopes) {
    if (scope.status == "complete" || ++total > kScopes) continue;
    rows += fmt::format("<li>{} <strong>{}</strong>: {}</li>\n", html_text(scope.kind),
                        html_text(scope.name), html_text(scope.status));
  }
  if (total == 0) return;
  out += open_details(report, total, fmt::format("Judged in part only ({})", total));
  out += "<ul>\n" + rows + "</ul>\n";
  write_more(out, total, kScopes);
  out += "</details>\n";
}

void write_gap(std::string& out, const Gaps& gap) {
  out += "<li><p>" + html_text(gap.reason);
  if (gap.reasons > 1) out += fmt::format(" (and {} more like it)", gap.reasons - 1);
  out += fmt::format("</p>\n<p class=\"faint\">{}: ", count_of(gap.results, "result"));
  const std::size_t named = std::min(gap.checks.size(), kNamed);
  for (std::size_t i = 0; i < named; ++i)
    out += fmt::format("{}{}", i == 0 ? "" : ", ", html_text(gap.checks[i]));
  if (named < gap.checks.size()) out += fmt::format(" and {} more", gap.checks.size() - named);
  out += "</p>\n" + html_commands(gap.supply) + "</li>\n";
}

void write_gaps(std::string& out, const Report& report) {
  // Of a pull, its own section tells what is not known.
  if (report.command == "why" || report.summary.unknown == 0) return;
  const std::vector<Gaps> gaps = group_by_gap(report, false);
  std::size_t told = 0;
  for (const Gaps& gap : gaps) told += gap.results;
  out += open_details(report, gaps.size(), fmt::format("Not judged ({})", report.summary.unknown));
  out += "<ul class=\"gaps\">\n";
  for (std::size_t i = 0; i < std::min(gaps.size(), kGaps); ++i) write_gap(out, gaps[i]);
  out += "</ul>\n";
  write_more(out, gaps.size(), kGaps);
  if (told < report.summary.unknown) {
    out += fmt::format(
        "<p class=\"faint\">{}{} that would only confirm what is judged from "
        "configuration.</p>\n",
        told > 0 ? "And " : "", count_of(report.summary.unknown - told, "result"));
  }
  out += "</details>\n";
}

void write_notes(std::string& out, const Report& report) {
  const auto notes = gather_notes(report, false);
  if (notes.empty()) return;
  out += open_details(report, notes.size(), fmt::format("Not read ({})", notes.size())) + "<ul>\n";
  for (std::size_t i = 0; i < std::min(notes.size(), kNotes); ++i)
    out += fmt::format("<li>{}: {}</li>\n", level_name(notes[i].level), html_text(notes[i].text));
  out += "</ul>\n";
  write_more(out, notes.size(), kNotes);
  out += "</details>\n";
}

}  // namespace

void write_html_coverage(std::string& out, const Report& report) {
  std::string lists;
  write_scopes(lists, report);
  write_gaps(lists, report);
  write_notes(lists, report);
  if (lists.empty() && report.summary.complete) return;
  out +=
      "<section id=\"coverage\" aria-labelledby=\"coverage-title\">\n"
      "<h2 id=\"coverage-title\">Not known</h2>\n";
  out += report.summary.complete
             ? "<p>None of it is needed for the verdict.</p>\n"
             : "<p class=\"notice\"><strong><span aria-hidden=\"true\">?</span> Not all was "
               "judged.</strong> Something that matters is not known; what is not known counts "
               "neither as passed nor as failed.</p>\n";
  out += lists + "</section>\n";
}

}  // namespace acr
