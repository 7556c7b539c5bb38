// Every result as a row of one table, failed ones first. Without the script all rows are there;
// with it they are filtered and paged.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "judge/fingerprint.h"
#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"

namespace acr {
namespace {

// Browsers stay quick with so many rows, and with evidence in so many of them.
constexpr std::size_t kRows = 25'000, kDetailed = 2'000;

// In the order of the table.
enum class Standing { open, accepted, unknown, pass, not_applicable };
constexpr Standing kStandings[] = {Standing::open, Standing::accepted, Standing::unknown,
                                   Standing::pass, Standing::not_applicable};

Standing standing_of(const Result& result) {
  switch (result.verdict->outcome) {
    case Outcome::fail:
      return result.is_open() ? Standing::open : Standing::accepted;
    case Outcome::unknown:
      return Standing::unknown;
    case Outcome::pass:
      return Standing::pass;
    case Outcome::not_applicable:
      return Standing::not_applicable;
  }
  return Standing::unknown;
}

std::string_view standing_cell(Standing standing) {
  static const std::string kCells[] = {
      html_mark(HtmlMark::bad, "failed"), html_mark(HtmlMark::skipped, "accepted"),
      html_mark(HtmlMark::unsure, "not judged"), html_mark(HtmlMark::good, "passed"),
      html_mark(HtmlMark::skipped, "not applicable")};
  return kCells[static_cast<std::size_t>(standing)];
}

// "cluster aks-prod", with the subscription where two have that name; escaped, by the scope's id.
std::map<std::string_view, std::string> scope_names(const Report& report) {
  std::map<std::string, std::size_t> uses;
  const auto name_of = [](const Scope& scope) { return clean(scope.kind + " " + scope.name); };
  for (const Scope& scope : report.scopes) ++uses[name_of(scope)];
  std::map<std::string_view, std::string> names;
  for (const Scope& scope : report.scopes) {
    std::string name = name_of(scope);
    if (uses[name] > 1) name += " (" + clean(scope.subscription) + ")";
    names.emplace(scope.id, escape_xml(name));
  }
  return names;
}

void write_details(std::string& out, const Result& result, const std::string& reason) {
  const Verdict& verdict = result.verdict;
  out += fmt::format("<details><summary>{}</summary>\n", reason);
  if (!verdict.evidence.empty()) out += "<dl>";
  for (const Evidence& item : verdict.evidence) {
    out += fmt::format("<dt><code>{}{}{}</code></dt><dd>{}</dd>", html_text(item.source),
                       item.pointer.empty() ? "" : "#", html_text(item.pointer),
                       html_text(item.value));
  }
  if (!verdict.evidence.empty()) out += "</dl>\n";
  if (result.place)
    out += fmt::format("<p>In <code>{}</code></p>\n", html_text(to_string(*result.place)));
  out += html_commands(verdict.outcome == Outcome::fail ? verdict.fix : verdict.supply);
  out += fmt::format("<p class=\"faint\">{}<br>fingerprint {}</p></details>",
                     html_text(result.subject->id), html_text(fingerprint(result)));
}

void write_row(std::string& out, const Result& result, Standing standing, std::string_view scope,
               bool detailed) {
  const SubjectRef& subject = result.subject;
  out += standing == Standing::open ? "<tr class=\"failed\"><td>" : "<tr><td>";
  out += standing_cell(standing);
  if (result.since == Result::Since::is_new) out += " <strong>new</strong>";
  out += fmt::format("</td><td>{}</td><td>{}</td><td>{}", html_severity(result.severity()),
                     html_text(result.check->id), html_text(subject.name));
  if (!subject.container.empty()) out += fmt::format(" [{}]", html_text(subject.container));
  out += fmt::format("</td><td>{}</td><td>", scope);
  const std::string reason = html_text(result.verdict->reason);
  if (detailed)
    write_details(out, result, reason);
  else
    out += reason;
  out += "</td></tr>\n";
}

// Hidden until the script, which alone can filter, shows it.
constexpr std::string_view kForm =
    R"(<form id="filter" role="search" aria-label="Filter the results" hidden>
<label>Text <input type="search" name="filter" autocomplete="off" spellcheck="false"></label>
<label>Outcome <select name="outcome"><option value="">any</option></select></label>
<label>Severity <select name="severity"><option value="">any</option></select></label>
<label>Check <select name="check"><option value="">any</option></select></label>
<label>Scope <select name="scope"><option value="">any</option></select></label>
<button type="reset">Show all</button>
<output id="count" aria-live="polite"></output>
</form>
)";

constexpr std::string_view kPager =
    R"(<nav id="pager" aria-label="Pages of the results" hidden>
<button type="button" id="before">Previous page</button>
<span id="page"></span>
<button type="button" id="after">Next page</button>
</nav>
)";

}  // namespace

void write_html_results(std::string& out, const Report& report) {
  if (report.results.empty()) return;
  const auto scopes = scope_names(report);
  out += fmt::format(
      "<section id=\"results\" aria-labelledby=\"results-title\">\n"
      "<h2 id=\"results-title\">All results ({})</h2>\n{}"
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"results-title\">\n"
      "<table id=\"rows\">\n<thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\">Severity"
      "</th><th scope=\"col\">Check</th><th scope=\"col\">Resource</th><th scope=\"col\">Scope"
      "</th><th scope=\"col\">What is seen</th></tr></thead>\n<tbody>\n",
      report.results.size(), kForm);
  std::size_t rows = 0;
  for (const Standing standing : kStandings) {
    std::size_t detailed = 0;
    for (const Result& result : report.results) {
      if (standing_of(result) != standing) continue;
      if (rows == kRows) break;
      ++rows;
      const auto scope = scopes.find(result.subject->scope);
      const bool asks = standing == Standing::open || standing == Standing::accepted ||
                        standing == Standing::unknown;
      write_row(out, result, standing,
                scope == scopes.end() ? std::string_view() : std::string_view(scope->second),
                asks && detailed++ < kDetailed);
    }
  }
  out += "</tbody>\n</table>\n</div>\n";
  out += kPager;
  if (rows < report.results.size()) {
    out += fmt::format("<p class=\"notice\">{} more: <code>-o json</code> has all of them.</p>\n",
                       report.results.size() - rows);
  }
  if (std::max(report.summary.fail, report.summary.unknown) > kDetailed) {
    out += fmt::format(
        "<p class=\"faint\">Evidence and commands stand in the first {} rows of an outcome; "
        "<code>-o json</code> has all of them.</p>\n",
        kDetailed);
  }
  out += "</section>\n";
}

}  // namespace acr
