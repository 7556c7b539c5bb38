// The screen of `why`: what happens, the path link by link and how each is known, the evidence, the
// commands that repair it, and last, because that is what stays on the screen, the cause.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reports/causes.h"
#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/notes.h"
#include "reports/render.h"

namespace acr {
namespace {

constexpr std::size_t kNamed = 5;     // members of a list that are named
constexpr std::size_t kEvidence = 8;  // pieces of evidence shown
constexpr std::size_t kBlocks = 10;   // groups drawn on a terminal
constexpr std::size_t kLinkColumn = 17, kBasisColumn = 14, kLabelColumn = 13;

using Diagnosis = PullReport::Diagnosis;
using Role = ChainLink::Role;

using Group = PullGroup;

Mark mark_of(Role role) {
  switch (role) {
    case Role::holds:
      return Mark::good;
    case Role::cause:
    case Role::also:
      return Mark::bad;
    case Role::consequence:
      return Mark::skipped;
    case Role::unknown:
      return Mark::unsure;
    case Role::not_applicable:
      return Mark::aside;
  }
  return Mark::unsure;
}

// The first few of a list, and how many more there are.
std::string enumerate(const std::vector<std::string>& names, std::uint64_t total) {
  std::string list;
  const std::size_t shown = std::min(names.size(), kNamed);
  for (std::size_t i = 0; i < shown; ++i) list += (i == 0 ? "" : ", ") + names[i];
  if (total > shown) list += fmt::format(" and {} more", total - shown);
  return list;
}

void draw_more(Page& page, std::size_t count) {
  if (count > 0) page.faint(fmt::format("  and {} more", count));
}

std::size_t shown_of(const Page& page, std::size_t total, std::size_t most) {
  return page.options.verbose ? total : std::min(total, most);
}

void draw_members(Page& page, const Group& group) {
  const std::size_t shown = shown_of(page, group.size(), kNamed);
  std::size_t name_width = 0, image_width = 0;
  for (std::size_t i = 0; i < shown; ++i) {
    name_width = std::max(name_width, columns(name_of_pull(*group[i])));
    image_width = std::max(image_width, columns(clean(group[i]->subject->image)));
  }
  // One workload on several kinds of nodes: these tell its pulls apart, which stand together.
  const auto same = [&](std::size_t a, std::size_t b) {
    return name_of_pull(*group[a]) == name_of_pull(*group[b]) &&
           group[a]->subject->image == group[b]->subject->image;
  };
  const auto looks_alike = [&](std::size_t i) {
    return (i > 0 && same(i - 1, i)) || (i + 1 < group.size() && same(i, i + 1));
  };
  for (std::size_t i = 0; i < shown; ++i) {
    page.line(fmt::format("  {}  {}  {}{}", pad(name_of_pull(*group[i]), name_width),
                          pad(clean(group[i]->subject->image), image_width), pods_of(*group[i]),
                          looks_alike(i) ? ", nodes " + clean(group[i]->nodes) : ""));
  }
  draw_more(page, group.size() - shown);
}

void draw_header(Page& page, const Group& group) {
  const PullReport& pull = *group.front();
  const SubjectRef& subject = pull.subject;
  const std::string cluster = subject.cluster.empty() ? "not known" : clean(subject.cluster);
  if (group.size() > 1) {
    const std::string_view story = pull.diagnosis == Diagnosis::broken  ? "fail for one cause"
                                   : pull.diagnosis == Diagnosis::pulls ? "work"
                                                                        : "are in the same state";
    page.heading(fmt::format("{} {}", count_of(group.size(), "pull"), story));
    draw_members(page, group);
    page.labelled(kLabelColumn, "cluster", cluster);
    page.line();
    return;
  }
  std::string state = pods_of(pull);
  if (pull.message && !pull.message->reason.empty()) state += ": " + clean(pull.message->reason);
  page.line(fmt::format("{}   {}", page.paint(Tone::strong, name_of_pull(pull)), state));
  page.labelled(kLabelColumn, "image", clean(subject.image));
  if (!subject.container.empty())
    page.labelled(kLabelColumn, "container", clean(subject.container));
  page.labelled(kLabelColumn, "cluster", cluster);
  if (!pull.nodes.empty()) page.labelled(kLabelColumn, "nodes", clean(pull.nodes));
  if (!pull.pods.empty()) {
    std::vector<std::string> pods;
    pods.reserve(pull.pods.size());
    for (const auto& pod : pull.pods) pods.push_back(clean(pod));
    page.labelled(kLabelColumn, "pods",
                  enumerate(pods, std::max<std::uint64_t>(pull.pod_count, pods.size())));
  }
  page.line();
}

void draw_path(Page& page, const Group& group) {
  const PullReport& pull = *group.front();
  const bool verbose = page.options.verbose;
  std::string title = "Pull path";
  if (group.size() > 1) title += " of " + name_of_pull(pull);
  const std::size_t left = 2 + page.mark_width() + 1 + kLinkColumn;
  const std::size_t text_width = page.room(left + 2 + kBasisColumn);
  page.line(page.paint(Tone::strong, title) +
            pad("", left + text_width + 2 - std::min(columns(title), left + text_width)) +
            page.paint(Tone::faint, "how we know"));

  std::string_view drawn;  // the link of the line before
  for (std::size_t i = 0; i < pull.chain.size(); ++i) {
    const ChainLink& link = pull.chain[i];
    if ((link.role == Role::not_applicable || is_unseen(pull, link)) && !verbose) continue;
    if (!verbose && is_said_already(pull, i)) continue;
    std::string text = clean(link.verdict->reason);
    if (text.empty()) text = link.check->title;
    if (link.role != Role::holds || verbose) text += fmt::format(" ({})", link.check->id);
    const std::string_view name = to_string(link.check->link);
    const auto parts = wrap(text, text_width);
    page.line(fmt::format("  {} {}{}  {}", page.mark(mark_of(link.role)),
                          pad(name == drawn ? "" : name, kLinkColumn), pad(parts[0], text_width),
                          page.paint(Tone::faint, basis_words(link.verdict->basis))));
    for (std::size_t k = 1; k < parts.size(); ++k) page.line(std::string(left, ' ') + parts[k]);
    drawn = name;
  }
  page.line();
}

void draw_evidence(Page& page, const PullReport& pull) {
  auto rows = evidence_of(pull);
  const std::string message = pull.message ? clean(pull.message->message) : std::string();
  std::erase_if(rows, [&message](const auto& row) { return row.second == message; });
  if (rows.empty() && message.empty()) return;

  page.heading("Evidence");
  const bool from_kubelet = !pull.nodes.starts_with("virtual node") || pull.nodes.contains("v2");
  if (!message.empty()) page.labelled(kLabelColumn, from_kubelet ? "kubelet" : "event", message);
  if (!message.empty() && pull.error && pull.error->error != PullErrorClass::other_not_pull) {
    page.labelled(kLabelColumn, "that is",
                  fmt::format("{} ({})", clean(pull.error->says), pull.error->class_id));
  }
  constexpr std::size_t kWidestPlace = 40;  // a longer one gets a line of its own
  const std::size_t shown = shown_of(page, rows.size(), kEvidence);
  std::size_t place_width = kLabelColumn - 4;
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t need = columns(rows[i].first);
    if (need <= kWidestPlace) place_width = std::max(place_width, need);
  }
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [place, value] = rows[i];
    if (columns(place) <= kWidestPlace) {
      page.labelled(2 + place_width + 2, place, value);
    } else {
      page.line("  " + place);
      page.paragraph(2 + place_width + 2, value);
    }
  }
  draw_more(page, rows.size() - shown);
  page.line();
}

void draw_fix(Page& page, const PullReport& pull) {
  const ChainLink* cause = pull.cause();
  if (cause == nullptr || (cause->check->repair.empty() && cause->verdict->fix.empty())) return;
  page.heading("Fix");
  if (!cause->check->repair.empty()) page.paragraph(2, cause->check->repair);
  if (!cause->check->repair.empty() && !cause->verdict->fix.empty()) page.line();
  page.commands(2, cause->verdict->fix);
  page.line();
  // Faults of their own: without their repair the next attempt fails as well.
  for (const ChainLink* link : pull.also()) {
    if (link->verdict->fix.empty()) continue;
    page.heading(fmt::format("Fix as well: {}", link->check->problem));
    page.commands(2, link->verdict->fix);
    page.line();
  }
}

void draw_supply(Page& page, const PullReport& pull) {
  const std::vector<std::string> commands = supply_of(pull);
  if (commands.empty()) return;
  page.heading("To find out");
  page.commands(2, commands);
  page.line();
}

void draw_again(Page& page, const Report& report, const PullReport& pull) {
  if (report.again.empty() || pull.diagnosis == Diagnosis::pulls) return;
  page.heading(report.mode == "offline" ? "Then, with the documents collected again" : "Then");
  page.commands(2, {clean(report.again)});
  page.line();
}

// Pulls of other groups that the same check breaks for the same registry.
std::vector<std::string> also_hit(const Report& report, const Group& group) {
  const PullReport& pull = *group.front();
  std::vector<std::string> names;
  for (const auto& other : report.pulls) {
    const ChainLink* cause = other.cause();
    const bool same = cause != nullptr && cause->check == pull.cause()->check &&
                      other.subject->registry == pull.subject->registry;
    if (same && std::find(group.begin(), group.end(), &other) == group.end()) {
      names.push_back(name_of_pull(other));
    }
  }
  return names;
}

// "14 pods of 5 workloads in 2 namespaces, 9 of them failing".
std::string describe(const Reach& reach) {
  std::string text =
      fmt::format("{} of {} in {}", count_of(reach.pods, "pod"),
                  count_of(reach.workloads, "workload"), count_of(reach.namespaces, "namespace"));
  if (reach.clusters > 1) text += fmt::format(" of {}", count_of(reach.clusters, "cluster"));
  if (reach.failing > 0 && reach.failing < reach.pods)
    text += fmt::format(", {} of them failing now", reach.failing);
  return text;
}

void draw_cause(Page& page, const Report& report, const Group& group) {
  const PullReport& pull = *group.front();
  const ChainLink* cause = pull.cause();
  page.verdict(Mark::bad, "CAUSE",
               fmt::format("{} ({})", clean(cause->verdict->reason), cause->check->id));
  for (const ChainLink* link : pull.also()) {
    page.labelled(kLabelColumn, "also",
                  fmt::format("{} ({})", clean(link->verdict->reason), link->check->id));
  }
  for (const std::string& text : pull.contradictions)
    page.labelled(kLabelColumn, "but", clean(text));
  if (pull.reach && pull.reach->workloads > group.size()) {
    page.labelled(kLabelColumn, "reaches", describe(*pull.reach));
  }
  if (const auto names = also_hit(report, group); !names.empty()) {
    page.labelled(kLabelColumn, "also hits", enumerate(names, names.size()));
  }
  page.labelled(kLabelColumn, "more", fmt::format("acr-doctor explain {}", cause->check->id));
}

void draw_unsure(Page& page, const Group& group, std::string_view word, std::string_view text) {
  page.verdict(Mark::unsure, word, text);
  for (const std::string& sentence : group.front()->contradictions)
    page.labelled(kLabelColumn + 1, "but", clean(sentence));
  std::vector<std::string> checks;
  for (const auto& link : group.front()->chain) {
    if (link.role == Role::unknown && !is_unseen(*group.front(), link))
      checks.emplace_back(link.check->id);
  }
  if (!checks.empty())
    page.labelled(kLabelColumn + 1, "not judged", enumerate(checks, checks.size()));
  const PullReport& pull = *group.front();
  if (!pull.error) return;
  std::vector<std::string> likely;
  for (const std::string_view link : likely_links(pull.error->error)) {
    // What was judged and holds is not likely any more.
    const bool holds =
        std::any_of(pull.chain.begin(), pull.chain.end(), [link](const ChainLink& other) {
          return other.check->id == link && other.role == Role::holds;
        });
    if (!holds && find_check(link) != nullptr) likely.emplace_back(link);
  }
  if (!likely.empty()) {
    page.labelled(kLabelColumn + 1, "likely",
                  fmt::format("{} (by the message alone)", enumerate(likely, likely.size())));
  }
}

void draw_pulls(Page& page, const Group& group) {
  const PullReport& pull = *group.front();
  std::string text =
      group.size() > 1 ? fmt::format("{} work", count_of(group.size(), "pull"))
                       : fmt::format("{} pulls {}", name_of_pull(pull), clean(pull.subject->image));
  const auto seen = std::find_if(pull.chain.begin(), pull.chain.end(), [](const ChainLink& link) {
    return link.check->link == Link::symptom && link.role == Role::holds;
  });
  text += seen == pull.chain.end()
              ? ": every link that the documents show holds; no pull was observed"
              : ": " + clean(seen->verdict->reason);
  page.verdict(Mark::good, "PULLS", text);
}

void draw_verdict(Page& page, const Report& report, const Group& group) {
  const PullReport& pull = *group.front();
  const std::string who = group.size() > 1 ? count_of(group.size(), "pull") : name_of_pull(pull);
  if (pull.cause() != nullptr) {
    draw_cause(page, report, group);
  } else if (pull.diagnosis == Diagnosis::pulls) {
    draw_pulls(page, group);
  } else if (pull.diagnosis == Diagnosis::unknown) {
    draw_unsure(page, group, "UNKNOWN", fmt::format("whether {} can work is not known", who));
  } else {
    draw_unsure(page, group, "UNEXPLAINED",
                fmt::format("{} cannot pull, and no link is known to be broken", who));
  }
}

void draw_group(Page& page, const Report& report, const Group& group) {
  const PullReport& pull = *group.front();
  if (!page.options.quiet) {
    draw_header(page, group);
    draw_path(page, group);
    draw_evidence(page, pull);
    draw_fix(page, pull);
    draw_supply(page, pull);
    draw_again(page, report, pull);
  }
  draw_verdict(page, report, group);
}

void draw_notifications(Page& page, const Report& report) {
  const auto notes = gather_notes(report, page.options.verbose);
  if (notes.empty()) return;
  page.heading("Not read");
  const std::size_t shown = shown_of(page, notes.size(), kNamed);
  for (std::size_t i = 0; i < shown; ++i) page.paragraph(2, notes[i].text);
  draw_more(page, notes.size() - shown);
  page.line();
}

}  // namespace

std::string render_text_why(const Report& report, const RenderOptions& options) {
  Page page(options);
  if (!options.quiet) draw_notifications(page, report);

  const auto groups = group_by_cause(report);
  if (groups.empty()) {
    if (report.summary.complete) {
      page.verdict(Mark::good, "PULLS", "no pull in the input fails");
    } else {
      page.verdict(Mark::unsure, "UNKNOWN",
                   "no pull is seen to fail, but the input is not complete");
    }
  }
  const bool all = options.verbose || !options.terminal;
  const std::size_t shown = all ? groups.size() : std::min(groups.size(), kBlocks);
  if (shown < groups.size()) {
    page.faint(
        fmt::format("{} of {} causes follow; all of them: -v, or -o json", shown, groups.size()));
    page.line();
  }
  // The first group is the gravest: it comes last.
  for (std::size_t i = shown; i-- > 0;) {
    draw_group(page, report, groups[i]);
    if (i == 0) break;
    if (!options.quiet) {
      page.line();
      page.faint(std::string(std::min<std::size_t>(options.width, 100), '-'));
    }
    page.line();
  }
  return page.finish();
}

}  // namespace acr
