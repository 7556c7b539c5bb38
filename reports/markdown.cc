// The summary of a job, for $GITHUB_STEP_SUMMARY and ##vso[task.uploadsummary]: the verdict, what
// is not covered, causes with their repair, findings. Both services refuse long files: lists are
// capped, and say what they leave out.
#include <fmt/format.h>

#include <algorithm>

#include "reports/causes.h"
#include "reports/conclusion.h"
#include "reports/escape.h"
#include "reports/gaps.h"
#include "reports/layout.h"
#include "reports/markdown_text.h"
#include "reports/notes.h"
#include "reports/render.h"

namespace acr {
namespace {

constexpr std::size_t kBytes = std::size_t{900} * 1024;  // GitHub refuses a summary above 1,024 KiB
constexpr std::size_t kCauses = 20, kFindings = 50, kGaps = 20, kNotes = 20, kNamed = 5;
constexpr std::size_t kColumns = 600;  // of one text

using Diagnosis = PullReport::Diagnosis;

std::string text_of(std::string_view outside) {
  return markdown_text(cut_to(clean(outside), kColumns, "…"));
}

// The file while it is written. What does not fit is left out, as a whole.
class Sheet {
 public:
  void add(std::string_view piece) {
    if (out_.size() + piece.size() > kBytes)
      full_ = true;
    else
      out_ += piece;
  }
  void more(std::size_t count, std::string_view what) {
    if (count > 0) add(fmt::format("\n{} more {}: `-o json` has all of them.\n", count, what));
  }
  std::string finish() {
    if (full_) out_ += "\nMore is left out here, because services refuse longer summaries.\n";
    return std::move(out_);
  }

 private:
  std::string out_;
  bool full_ = false;
};

bool has(const Report& report, Diagnosis diagnosis) {
  return std::any_of(report.pulls.begin(), report.pulls.end(),
                     [&](const PullReport& pull) { return pull.diagnosis == diagnosis; });
}

std::string_view verdict_of(const Report& report) {
  if (report.command == "why") {
    if (has(report, Diagnosis::broken)) return "✗ acr-doctor: cause found";
    if (has(report, Diagnosis::unexplained)) return "? acr-doctor: not explained";
    return report.summary.complete ? "✓ acr-doctor: pulls work" : "? acr-doctor: not known";
  }
  if (grave_findings(report) > 0) return "✗ acr-doctor: failed";
  return report.summary.complete ? "✓ acr-doctor: passed" : "? acr-doctor: incomplete";
}

void write_head(Sheet& sheet, const Report& report) {
  const auto scopes = [&report](std::string_view kind) {
    return static_cast<std::uint64_t>(
        std::count_if(report.scopes.begin(), report.scopes.end(),
                      [kind](const Scope& scope) { return scope.kind == kind; }));
  };
  sheet.add(fmt::format("## {}\n\n**{}** in {}, {} and {}.\n\n", verdict_of(report),
                        conclusion(report), count_of(scopes("cluster"), "cluster"),
                        count_of(scopes("registry"), "registry"),
                        count_of(report.pulls.size(), "pull")));
  if (!report.summary.complete) {
    sheet.add(
        "> **Not all was judged:** something that matters is not known. What is lacking, and how "
        "to supply it, stands below.\n\n");
  }
  const Summary& sum = report.summary;
  sheet.add(
      fmt::format("| Critical | High | Medium | Low | Passed | Not judged | Not applicable |\n"
                  "|---:|---:|---:|---:|---:|---:|---:|\n| {} | {} | {} | {} | {} | {} | {} |\n\n",
                  sum.fail_by_severity[3], sum.fail_by_severity[2], sum.fail_by_severity[1],
                  sum.fail_by_severity[0], sum.pass, sum.unknown, sum.not_applicable));
}

std::string names_of(const PullGroup& group) {
  std::string names;
  const std::size_t shown = std::min(group.size(), kNamed);
  for (std::size_t i = 0; i < shown; ++i) {
    names += i == 0 ? "" : ", ";
    names += markdown_code(name_of_pull(*group[i]));
  }
  if (shown < group.size()) names += fmt::format(" and {} more", group.size() - shown);
  return names;
}

void append(std::vector<std::string>& commands, const std::vector<std::string>& more) {
  for (const auto& command : more) {
    if (std::find(commands.begin(), commands.end(), command) == commands.end())
      commands.push_back(command);
  }
}

std::string describe_cause(const PullGroup& group, const ChainLink& cause) {
  std::string text =
      fmt::format("### ✗ {}\n\nStops {} ({}).\n\n", text_of(cause.verdict->reason), names_of(group),
                  markdown_link(cause.check->id, cause.check->reference));
  if (!cause.check->repair.empty()) text += text_of(cause.check->repair) + "\n\n";
  std::vector<std::string> commands;
  append(commands, cause.verdict->fix);
  for (const ChainLink* link : group.front()->also()) {
    text += fmt::format("Also: {} ({})\n\n", text_of(link->verdict->reason),
                        markdown_code(link->check->id));
    append(commands, link->verdict->fix);
  }
  for (const auto& sentence : group.front()->contradictions)
    text += fmt::format("But: {}\n\n", text_of(sentence));
  if (!commands.empty()) text += markdown_commands(commands) + "\n";
  return text;
}

// A pull that fails, and nothing known to be broken explains it; or one of which too little is
// known.
std::string describe_open(const PullGroup& group) {
  const PullReport& pull = *group.front();
  std::string text = pull.diagnosis == Diagnosis::unexplained
                         ? "### ? Cannot pull, and no link is known to be broken\n\n"
                         : "### ? Whether it can work is not known\n\n";
  text += names_of(group) + "\n\n";
  if (pull.message) text += fmt::format("The message: {}\n\n", text_of(pull.message->message));
  std::vector<std::string> commands;
  for (const auto& link : pull.chain) {
    if (link.role != ChainLink::Role::unknown || is_unseen(pull, link)) continue;
    text +=
        fmt::format("- {} ({})\n", text_of(link.verdict->reason), markdown_code(link.check->id));
    append(commands, link.verdict->supply);
  }
  if (!commands.empty()) text += "\nTo find out:\n\n" + markdown_commands(commands);
  return text + "\n";
}

void write_pulls(Sheet& sheet, const Report& report) {
  std::size_t shown = 0, left = 0;
  for (const PullGroup& group : group_by_cause(report)) {
    const PullReport& pull = *group.front();
    const ChainLink* cause = pull.cause();
    // Of a scan, pulls that are not known stand among what is not judged.
    const bool open = pull.diagnosis == Diagnosis::unexplained ||
                      (pull.diagnosis == Diagnosis::unknown && report.command == "why");
    if (cause == nullptr && !open) continue;
    if (shown == kCauses) {
      ++left;
      continue;
    }
    ++shown;
    sheet.add(cause != nullptr ? describe_cause(group, *cause) : describe_open(group));
  }
  sheet.more(left, "causes of failing pulls");
}

void write_findings(Sheet& sheet, const Report& report) {
  if (report.command == "why" || report.summary.fail == 0) return;
  std::size_t shown = 0, left = 0;
  std::string table = "| Severity | Check | Resource | Finding |\n|---|---|---|---|\n";
  std::vector<std::string> commands;
  for (const auto& result : report.results) {
    if (!result.is_open()) continue;
    if (shown == kFindings) {
      ++left;
      continue;
    }
    ++shown;
    std::string resource = result.subject->name;
    if (!result.subject->container.empty()) resource += " [" + result.subject->container + "]";
    table += fmt::format(
        "| {} | {} | {} | {}{} |\n", to_string(result.severity()),
        markdown_link(result.check->id, result.check->reference),
        markdown_code(cut_to(clean(resource), kColumns, "…")), text_of(result.verdict->reason),
        result.place ? " in " + markdown_code(clean(to_string(*result.place))) : std::string());
    append(commands, result.verdict->fix);
  }
  sheet.add(fmt::format("### Findings ({})\n\n{}", report.summary.fail, table));
  sheet.more(left, "findings");
  if (commands.empty()) return;
  sheet.add(fmt::format("\n<details><summary>{} that repair them</summary>\n\n{}\n</details>\n",
                        count_of(commands.size(), "command"), markdown_commands(commands)));
}

void write_accepted(Sheet& sheet, const Report& report) {
  const std::vector<std::string> notes = notes_on_exceptions(report);
  if (report.command == "why" || (report.summary.suppressed == 0 && notes.empty())) return;
  std::string text = fmt::format("\n### Accepted ({})\n\n", report.summary.suppressed);
  std::size_t shown = 0;
  for (const auto& result : report.results) {
    if (!result.suppression || ++shown > kFindings) continue;
    const std::string until =
        result.suppression->expires.empty() ? "" : " until " + text_of(result.suppression->expires);
    text += fmt::format("- {} on {}{}: {} ({})\n", result.check->id,
                        markdown_code(cut_to(clean(result.subject->name), kColumns, "…")), until,
                        text_of(result.suppression->reason), text_of(result.suppression->owner));
  }
  for (std::size_t i = 0; i < std::min(notes.size(), kFindings); ++i)
    text += fmt::format("- {}\n", text_of(notes[i]));
  sheet.add(text);
  sheet.more(shown > kFindings ? shown - kFindings : 0, "accepted findings");
}

void write_gaps(Sheet& sheet, const Report& report) {
  if (report.command == "why" || report.summary.unknown == 0) return;
  const std::vector<Gaps> gaps = group_by_gap(report, false);
  std::string text = fmt::format("\n### Not judged ({})\n\n", report.summary.unknown);
  std::vector<std::string> commands;
  std::size_t told = 0;
  for (const Gaps& gap : gaps) told += gap.results;
  const std::size_t shown = std::min(gaps.size(), kGaps);
  for (std::size_t i = 0; i < shown; ++i) {
    text += fmt::format("- {}: {}", count_of(gaps[i].results, "result"), text_of(gaps[i].reason));
    if (gaps[i].reasons > 1) text += fmt::format(" (and {} more like it)", gaps[i].reasons - 1);
    text += '\n';
    append(commands, gaps[i].supply);
  }
  if (told < report.summary.unknown) {
    text += fmt::format("- {} that would only confirm what is judged from configuration\n",
                        count_of(report.summary.unknown - told, "result"));
  }
  if (!commands.empty()) text += "\nTo find out:\n\n" + markdown_commands(commands);
  sheet.add(text);
  sheet.more(gaps.size() - shown, "lacks");
}

void write_notes(Sheet& sheet, const Report& report) {
  std::string list;
  std::size_t total = 0;
  for (const auto& note : report.notifications) {
    if (note.level == Notification::Level::note || ++total > kNotes) continue;
    list += fmt::format("- {}: {}\n", level_name(note.level), text_of(note.text));
  }
  if (total == 0) return;
  sheet.add(fmt::format("\n### Not read ({})\n\n{}", total, list));
  sheet.more(total - std::min(total, kNotes), "remarks");
}

}  // namespace

std::string render_markdown(const Report& report, const RenderOptions&) {
  Sheet sheet;
  write_head(sheet, report);
  write_pulls(sheet, report);
  write_findings(sheet, report);
  write_accepted(sheet, report);
  write_gaps(sheet, report);
  write_notes(sheet, report);
  sheet.add(fmt::format("\nacr-doctor {} · {} · {} · exit code {}\n",
                        markdown_text(version_of(report)), report.mode,
                        render_instant(report.started_at), report.summary.exit_code));
  return sheet.finish();
}

}  // namespace acr
