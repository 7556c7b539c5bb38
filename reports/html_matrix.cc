// Who can pull: a row a cluster, a column a registry.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"
#include "reports/matrix.h"

namespace acr {
namespace {

// A page holds so many; of more, registries with something broken and clusters in which not all
// works come first.
constexpr std::size_t kColumns = 100, kCells = 20'000;

HtmlMark mark_of(CanPull state) {
  switch (state) {
    case CanPull::nothing:
      return HtmlMark::skipped;
    case CanPull::yes:
      return HtmlMark::good;
    case CanPull::unsure:
      return HtmlMark::unsure;
    case CanPull::no:
      return HtmlMark::bad;
  }
  return HtmlMark::unsure;
}

std::string_view word_of(CanPull state) {
  switch (state) {
    case CanPull::nothing:
      return "<span class=\"unseen\">not used</span>";
    case CanPull::yes:
      return "pulls";
    case CanPull::unsure:
      return "not known";
    case CanPull::no:
      return "broken";
  }
  return "";
}

// Sorted by name, the broken ones first where not all fit.
std::vector<std::string> columns_of(const PullMatrix& matrix) {
  std::set<std::string> all, broken;
  for (const auto& [cluster, row] : matrix) {
    for (const auto& [registry, cell] : row) {
      all.insert(registry);
      if (cell.state == CanPull::no) broken.insert(registry);
    }
  }
  std::vector<std::string> columns(all.begin(), all.end());
  if (columns.size() > kColumns) {
    std::ranges::stable_partition(columns,
                                  [&](const std::string& name) { return broken.contains(name); });
    columns.resize(kColumns);
  }
  return columns;
}

std::vector<PullMatrix::const_iterator> rows_of(const PullMatrix& matrix, std::size_t most) {
  std::vector<PullMatrix::const_iterator> rows;
  for (auto row = matrix.begin(); row != matrix.end(); ++row) rows.push_back(row);
  if (rows.size() > most) {
    std::ranges::stable_partition(rows, [](auto row) { return !is_healthy(row->second); });
    rows.resize(most);
  }
  return rows;
}

std::string cell_text(const PullCell& cell, std::vector<const Check*>& causes) {
  std::string text = html_mark(mark_of(cell.state), word_of(cell.state));
  if (cell.cause == nullptr) return text;
  auto place = std::ranges::find(causes, cell.cause);
  if (place == causes.end()) place = causes.insert(causes.end(), cell.cause);
  const auto number = place - causes.begin() + 1;
  return text + fmt::format(" <a href=\"#cause-{0}\" aria-label=\"cause {0}\">{0}</a>", number);
}

}  // namespace

void write_html_matrix(std::string& out, const Report& report) {
  const PullMatrix matrix = who_can_pull(report);
  if (matrix.empty()) return;
  // One pull explained needs no table of one cell.
  if (report.command == "why" && matrix.size() == 1 && matrix.begin()->second.size() == 1) return;
  const std::vector<std::string> columns = columns_of(matrix);
  const auto rows = rows_of(matrix, std::max<std::size_t>(kCells / columns.size(), 1));
  std::vector<const Check*> causes;

  out +=
      "<section id=\"matrix\" aria-labelledby=\"matrix-title\">\n"
      "<h2 id=\"matrix-title\">Who can pull</h2>\n"
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-labelledby=\"matrix-title\">\n"
      "<table class=\"matrix\">\n<thead><tr><th scope=\"col\">Cluster</th>";
  for (const auto& registry : columns)
    out += fmt::format("<th scope=\"col\">{}</th>", escape_xml(registry));
  out += "</tr></thead>\n<tbody>\n";
  for (const auto row : rows) {
    out += fmt::format("<tr><th scope=\"row\">{}</th>", escape_xml(row->first));
    for (const auto& registry : columns) {
      const auto cell = row->second.find(registry);
      out += fmt::format("<td>{}</td>",
                         cell_text(cell == row->second.end() ? PullCell{} : cell->second, causes));
    }
    out += "</tr>\n";
  }
  out += "</tbody>\n</table>\n</div>\n";
  if (rows.size() < matrix.size()) {
    out += fmt::format("<p>{} not shown: <code>-o json</code> has all of them.</p>\n",
                       count_of(matrix.size() - rows.size(), "more cluster"));
  }
  if (columns.size() == kColumns)
    out += fmt::format("<p>At most {} registries are shown.</p>\n", kColumns);
  if (!causes.empty()) out += "<ol class=\"causes\">\n";
  for (std::size_t i = 0; i < causes.size(); ++i) {
    out += fmt::format("<li id=\"cause-{}\">{} (<a href=\"#{}\">{}</a>)</li>\n", i + 1,
                       html_text(causes[i]->problem), html_anchor(*causes[i]),
                       html_text(causes[i]->id));
  }
  if (!causes.empty()) out += "</ol>\n";
  out += "</section>\n";
}

}  // namespace acr
