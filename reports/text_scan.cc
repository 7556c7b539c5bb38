// The screen of `scan`: the numbers, who can pull, the findings, what could not be judged, and last
// the verdict.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reports/conclusion.h"
#include "reports/escape.h"
#include "reports/gaps.h"
#include "reports/layout.h"
#include "reports/matrix.h"
#include "reports/notes.h"
#include "reports/render.h"

namespace acr {
namespace {

constexpr std::size_t kListed = 40;       // rows of a list on a terminal
constexpr std::size_t kClusterRows = 20;  // rows of the matrix; more hide the healthy ones

using Row = std::vector<std::string>;

bool caps_lists(const Page& page) {
  return page.options.terminal && !page.options.verbose;
}

// The first row is the head. On a terminal the last column is cut to what is left of the width, or
// moves below its row where hardly anything is left; the others never are.
void draw_table(Page& page, const std::vector<Row>& rows) {
  constexpr std::size_t kLeast = 30, kIndent = 10;
  std::vector<std::size_t> widths(rows.front().size());
  for (const auto& row : rows) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], columns(row[c]));
  }
  std::size_t left = 0;
  for (std::size_t c = 0; c + 1 < widths.size(); ++c) left += widths[c] + 2;
  const bool below = page.options.terminal && left + kLeast > page.options.width;
  for (const auto& row : rows) {
    const bool is_head = &row == &rows.front();
    std::string text;
    for (std::size_t c = 0; c + 1 < row.size(); ++c) text += pad(row[c], widths[c]) + "  ";
    if (!below) {
      text += page.options.terminal ? page.cut(row.back(), page.room(left)) : row.back();
    }
    page.line(is_head ? page.paint(Tone::strong, text) : text);
    if (below && !is_head) page.paragraph(kIndent, row.back());
  }
}

void draw_counts(Page& page, const Report& report) {
  const auto scopes = [&report](std::string_view kind) {
    const auto count = std::count_if(report.scopes.begin(), report.scopes.end(),
                                     [kind](const Scope& scope) { return scope.kind == kind; });
    return static_cast<std::uint64_t>(count);
  };
  const Summary& sum = report.summary;
  const std::string_view dot = page.dot();
  std::string text = page.paint(Tone::strong, "acr-doctor " + version_of(report));
  for (const auto& part :
       {count_of(scopes("cluster"), "cluster"), count_of(scopes("registry"), "registry"),
        count_of(report.pulls.size(), "pull"), count_of(report.checks.size(), "check")}) {
    text.append(dot).append(part);
  }
  page.line(text);
  std::string counts =
      fmt::format("{} passed{}{} failed{}{} not judged{}{} not applicable", sum.pass, dot, sum.fail,
                  dot, sum.unknown, dot, sum.not_applicable);
  if (sum.suppressed > 0) counts += fmt::format("{}{} accepted", dot, sum.suppressed);
  page.line(counts);
  if (report.compared) {
    page.line(fmt::format("since the baseline: {} new{}{} as before{}{} no more", sum.fail_new, dot,
                          sum.fail - sum.fail_new, dot, report.absent.size()));
  }
  page.line();
  page.heading("SEVERITY  FAILED");
  for (int s = 3; s >= 0; --s) {
    const std::uint64_t count = sum.fail_by_severity[s];
    const std::string row = fmt::format("{:<8}  {:>6}", to_string(static_cast<Severity>(s)), count);
    page.line(page.paint(count == 0 ? Tone::faint : Tone::plain, row));
  }
  page.line();
}

Mark mark_of(CanPull state) {
  switch (state) {
    case CanPull::nothing:
      return Mark::skipped;
    case CanPull::yes:
      return Mark::good;
    case CanPull::unsure:
      return Mark::unsure;
    case CanPull::no:
      return Mark::bad;
  }
  return Mark::unsure;
}

// The names of checks are too long for the cells: causes are numbered, and named below.
void draw_matrix(Page& page, const Report& report) {
  const PullMatrix matrix = who_can_pull(report);
  if (matrix.empty()) return;
  constexpr std::string_view kTitle = "WHO CAN PULL";
  std::vector<std::string> registries;
  std::size_t cluster_width = kTitle.size();
  for (const auto& [cluster, row] : matrix) {
    cluster_width = std::max(cluster_width, columns(cluster));
    for (const auto& entry : row) registries.push_back(entry.first);
  }
  std::sort(registries.begin(), registries.end());
  registries.erase(std::unique(registries.begin(), registries.end()), registries.end());

  const auto width_of = [&page](const std::string& registry) {
    return std::max(columns(registry), page.mark_width() + 4) + 3;
  };
  std::vector<const Check*> causes;
  const auto draw_cell = [&](const PullCell& cell) {
    std::string text = page.mark(mark_of(cell.state));
    std::size_t width = page.mark_width();
    if (cell.cause != nullptr) {
      auto place = std::find(causes.begin(), causes.end(), cell.cause);
      if (place == causes.end()) place = causes.insert(causes.end(), cell.cause);
      const std::string number = fmt::format(" {}", place - causes.begin() + 1);
      text += number;
      width += number.size();
    }
    return std::pair(std::move(text), width);
  };
  const bool hide_healthy = matrix.size() > kClusterRows && !page.options.verbose;

  for (std::size_t begin = 0, end = 0; begin < registries.size(); begin = end) {
    std::string head = pad(kTitle, cluster_width + 3);
    std::size_t used = cluster_width;
    for (end = begin; end < registries.size(); ++end) {
      used += width_of(registries[end]);
      if (used > page.options.width && end > begin) break;
      head += pad(registries[end], width_of(registries[end]));
    }
    page.heading(head);
    std::size_t healthy = 0;
    for (const auto& [cluster, row] : matrix) {
      if (hide_healthy && is_healthy(row)) {
        ++healthy;
        continue;
      }
      std::string text = pad(cluster, cluster_width + 3);
      for (std::size_t i = begin; i < end; ++i) {
        const auto found = row.find(registries[i]);
        const auto [cell, width] = draw_cell(found == row.end() ? PullCell{} : found->second);
        text += cell;
        text.append(width_of(registries[i]) - std::min(width, width_of(registries[i])), ' ');
      }
      page.line(text);
    }
    if (healthy > 0)
      page.faint(fmt::format("and {} in which every pull works", count_of(healthy, "cluster")));
  }
  for (std::size_t i = 0; i < causes.size(); ++i) {
    page.faint(fmt::format("  {} {}: {}", i + 1, causes[i]->id, causes[i]->problem));
  }
  page.line();
}

// What was accepted stays in sight, with the day on which it comes back.
void draw_accepted(Page& page, const Report& report) {
  const std::vector<std::string> notes = notes_on_exceptions(report);
  if (report.summary.suppressed == 0 && notes.empty()) return;
  std::vector<Row> rows{{"UNTIL", "CHECK", "RESOURCE", "REASON"}};
  for (const auto& result : report.results) {
    if (!result.suppression) continue;
    Row row{clean(result.suppression->expires), std::string(result.check->id),
            clean(result.subject->name),
            fmt::format("{} ({})", clean(result.suppression->reason),
                        clean(result.suppression->owner))};
    if (row != rows.back()) rows.push_back(std::move(row));
  }
  page.heading(fmt::format("ACCEPTED ({})", report.summary.suppressed));
  if (rows.size() > 1) draw_table(page, rows);
  const std::size_t shown = caps_lists(page) ? std::min(notes.size(), kListed) : notes.size();
  for (std::size_t i = 0; i < shown; ++i) page.paragraph(2, notes[i]);
  if (shown < notes.size())
    page.faint(fmt::format("  and {} more: -v, or -o json", notes.size() - shown));
  page.line();
}

// Off the pull path one check often says the same of many resources: one row for all of them
// on a terminal.
bool is_merged(const Page& page, const Result& result) {
  return result.check->link == Link::none && caps_lists(page) && !result.place;
}

struct Merged {
  std::vector<std::string> resources;
  std::string reason;
  bool one_reason = true;

  std::string names() const {
    constexpr std::size_t kNamed = 2;
    std::string text;
    for (std::size_t i = 0; i < std::min(resources.size(), kNamed); ++i)
      text.append(i == 0 ? "" : ", ").append(resources[i]);
    if (resources.size() > kNamed) text += fmt::format(" and {} more", resources.size() - kNamed);
    return text;
  }
};

std::string resource_of(const Result& result) {
  std::string resource = clean(result.subject->name);
  if (!result.subject->container.empty())
    resource += fmt::format(" [{}]", clean(result.subject->container));
  return resource;
}

std::map<const Check*, Merged> merge_results(const Page& page, const Report& report,
                                             Outcome outcome) {
  std::map<const Check*, Merged> merged;
  for (const auto& result : report.results) {
    if (result.verdict->outcome != outcome || result.suppression || !is_merged(page, result))
      continue;
    Merged& entry = merged[result.check];
    if (entry.resources.empty()) entry.reason = result.verdict->reason;
    entry.one_reason &= entry.reason == result.verdict->reason;
    entry.resources.push_back(resource_of(result));
  }
  return merged;
}

void draw_results(Page& page, const Report& report, Outcome outcome) {
  const bool fail = outcome == Outcome::fail;
  std::vector<Row> rows;
  rows.push_back({"SEVERITY", "CHECK", "RESOURCE", fail ? "FINDING" : "WHY"});
  std::size_t total = 0, listed = 0;
  std::map<const Check*, Merged> merged = merge_results(page, report, outcome);
  for (const auto& result : report.results) {
    if (result.verdict->outcome != outcome || result.suppression ||
        result.severity() < page.options.severity) {
      continue;
    }
    if (++total > kListed && caps_lists(page)) continue;
    ++listed;
    std::string resource = resource_of(result);
    std::string finding = result.verdict->reason;
    if (const auto entry = merged.find(result.check); entry != merged.end()) {
      // Told with the first.
      if (resource != entry->second.resources.front()) continue;
      resource = entry->second.names();
      if (!entry->second.one_reason) finding = fail ? result.check->problem : result.check->title;
    }
    Row row{std::string(to_string(result.severity())), std::string(result.check->id),
            std::move(resource), clean(finding)};
    if (result.place) row.back() += fmt::format(" ({})", clean(to_string(*result.place)));
    if (result.since == Result::Since::is_new) row.back() = "new: " + row.back();
    // The same on several classes of nodes is one row.
    if (row != rows.back()) rows.push_back(std::move(row));
  }
  if (total == 0) return;
  page.heading(fmt::format("{} ({})", fail ? "FINDINGS" : "PASSED", total));
  draw_table(page, rows);
  if (listed < total) page.faint(fmt::format("and {} more: -v, or -o json", total - listed));
  page.line();
}

void draw_gaps(Page& page, const Report& report) {
  if (report.summary.unknown == 0) return;
  const auto groups = group_by_gap(report, page.options.verbose);
  page.heading(fmt::format("NOT JUDGED ({})", report.summary.unknown));
  std::size_t told = 0;
  for (const auto& group : groups) told += group.results;
  const auto draw = [&page](const Gaps& group) {
    std::string text = group.reason;
    if (group.reasons > 1) text += fmt::format(" (and {} more like it)", group.reasons - 1);
    const bool brief = group.off_path && !group.denied;
    if (!brief) page.paragraph(2, text);
    constexpr std::size_t kNamed = 3;
    const std::size_t named =
        page.options.verbose ? group.checks.size() : std::min(group.checks.size(), kNamed);
    std::string checks = count_of(group.results, "result") + ": ";
    for (std::size_t i = 0; i < named; ++i) {
      checks.append(i == 0 ? "" : ", ").append(group.checks[i]);
    }
    if (named < group.checks.size()) {
      checks += fmt::format(" and {} more", group.checks.size() - named);
    }
    if (brief) page.commands(4, group.supply);
    if (brief && group.commands > 1)
      checks +=
          fmt::format("; and the same for {}", count_of(group.commands - 1, "other resource"));
    for (const auto& part : wrap(checks, page.room(4))) page.faint("    " + part);
    if (!brief) page.commands(4, group.supply);
  };
  for (const auto& group : groups) {
    if (!group.off_path || group.denied) draw(group);
  }
  std::size_t posture = 0;
  for (const auto& group : groups) {
    if (group.off_path && !group.denied) posture += group.results;
  }
  if (posture > 0)
    page.paragraph(2, fmt::format("{} off the pull path; the commands show what is missing:",
                                  count_of(posture, "result")));
  for (const auto& group : groups) {
    if (group.off_path && !group.denied) draw(group);
  }
  if (told < report.summary.unknown) {
    page.faint(
        fmt::format("  {}{} that would only confirm what is judged from configuration "
                    "(-v lists them)",
                    told > 0 ? "and " : "", count_of(report.summary.unknown - told, "result")));
  }
  page.line();
}

void draw_notifications(Page& page, const Report& report) {
  const auto notes = gather_notes(report, page.options.verbose);
  if (notes.empty()) return;
  page.heading(fmt::format("NOT READ ({})", notes.size()));
  const std::size_t shown = caps_lists(page) ? std::min(notes.size(), kListed) : notes.size();
  for (std::size_t i = 0; i < shown; ++i) {
    page.labelled(11, level_name(notes[i].level), notes[i].text);
  }
  if (shown < notes.size()) {
    page.faint(fmt::format("  and {} more: -v, or -o json", notes.size() - shown));
  }
  page.line();
}

// The gravest finding that is no mere symptom; failing pulls have a screen of their own.
void draw_next(Page& page, const Report& report) {
  const auto worst = std::find_if(
      report.results.begin(), report.results.end(),
      [](const Result& result) { return result.is_open() && result.check->link != Link::symptom; });
  const bool failing = std::any_of(report.pulls.begin(), report.pulls.end(),
                                   [](const PullReport& pull) { return pull.failing > 0; });
  if (worst == report.results.end() && !failing) return;
  std::string next;
  if (worst != report.results.end()) next = fmt::format("acr-doctor explain {}", worst->check->id);
  if (failing) next += next.empty() ? "acr-doctor why" : "  or  acr-doctor why";
  page.line(fmt::format("Next  {}", next));
  page.line();
}

void draw_verdict(Page& page, const Report& report) {
  const Summary& sum = report.summary;
  const std::uint64_t grave = grave_findings(report);
  std::string text = conclusion(report) + fmt::format("; exit code {}", sum.exit_code);
  if (grave > 0 && !report.fail_on_nothing) {
    page.verdict(Mark::bad, "FAILED", text);
  } else if (!sum.complete) {
    page.verdict(Mark::unsure, "INCOMPLETE", text);
  } else {
    page.verdict(Mark::good, "PASSED", text);
  }
}

}  // namespace

std::string render_text_scan(const Report& report, const RenderOptions& options) {
  Page page(options);
  if (!options.quiet) {
    draw_counts(page, report);
    draw_matrix(page, report);
    draw_results(page, report, Outcome::fail);
    draw_accepted(page, report);
    if (options.show_passed) draw_results(page, report, Outcome::pass);
    draw_gaps(page, report);
    draw_notifications(page, report);
    draw_next(page, report);
  }
  draw_verdict(page, report);
  return page.finish();
}

}  // namespace acr
