// Failing pulls, those with one cause as one story: what is broken, the path as a picture and as a
// list, the evidence, the repair.
#include <fmt/format.h>

#include <algorithm>

#include "reports/causes.h"
#include "reports/escape.h"
#include "reports/html_sections.h"
#include "reports/html_text.h"
#include "reports/layout.h"

namespace acr {
namespace {

using Diagnosis = PullReport::Diagnosis;
using Role = ChainLink::Role;

constexpr std::size_t kStories = 100, kMembers = 20, kEvidence = 30;

HtmlMark mark_of(Role role) {
  switch (role) {
    case Role::holds:
      return HtmlMark::good;
    case Role::cause:
    case Role::also:
      return HtmlMark::bad;
    case Role::unknown:
      return HtmlMark::unsure;
    case Role::consequence:
    case Role::not_applicable:
      break;
  }
  return HtmlMark::skipped;
}

std::string_view word_of(Role role) {
  switch (role) {
    case Role::holds:
      return "holds";
    case Role::cause:
      return "broken";
    case Role::also:
      return "broken too";
    case Role::unknown:
      return "not known";
    case Role::consequence:
      return "follows";
    case Role::not_applicable:
      return "does not apply";
  }
  return "";
}

std::string heading_of(const PullReport& pull) {
  switch (pull.diagnosis) {
    case Diagnosis::broken:
      return html_mark(HtmlMark::bad, html_text(pull.cause()->verdict->reason));
    case Diagnosis::unexplained:
      return html_mark(HtmlMark::unsure, "Cannot pull, and no link is known to be broken");
    case Diagnosis::unknown:
      return html_mark(HtmlMark::unsure, "Whether it can work is not known");
    case Diagnosis::pulls:
      break;
  }
  return html_mark(HtmlMark::good, "Every link that the documents show holds");
}

void write_members(std::string& out, const PullGroup& group) {
  out += "<ul class=\"members\">\n";
  for (std::size_t i = 0; i < std::min(group.size(), kMembers); ++i) {
    const PullReport& pull = *group[i];
    out += fmt::format(
        "<li><strong>{}</strong> <code>{}</code> <span class=\"faint\">{}{}{}</span></li>\n",
        escape_xml(name_of_pull(pull)), html_text(pull.subject->image), pods_of(pull),
        pull.subject->cluster.empty() ? "" : " · " + html_text(pull.subject->cluster),
        pull.nodes.empty() ? "" : " · " + html_text(pull.nodes));
  }
  if (group.size() > kMembers)
    out += fmt::format("<li>and {} more</li>\n", group.size() - kMembers);
  out += "</ul>\n";
}

void write_chain(std::string& out, const PullReport& pull) {
  out += fmt::format(
      "<div class=\"wide\" tabindex=\"0\" role=\"group\" aria-label=\"Pull path\">\n"
      "<table class=\"chain\">\n<caption>Pull path of {}</caption>\n"
      "<thead><tr><th scope=\"col\">Link</th><th scope=\"col\">State</th>"
      "<th scope=\"col\">What is seen</th><th scope=\"col\">How we know</th></tr></thead>\n"
      "<tbody>\n",
      escape_xml(name_of_pull(pull)));
  std::string_view drawn;  // the link of the row before
  for (std::size_t i = 0; i < pull.chain.size(); ++i) {
    const ChainLink& link = pull.chain[i];
    if (link.role == Role::not_applicable || is_unseen(pull, link) || is_said_already(pull, i))
      continue;
    const std::string_view name = to_string(link.check->link);
    const std::string reason =
        html_text(link.verdict->reason.empty() ? link.check->title : link.verdict->reason);
    const std::string check =
        link.role == Role::holds
            ? std::string()
            : fmt::format(" <span class=\"faint\">({})</span>", html_text(link.check->id));
    out += fmt::format(
        "<tr class=\"{}\"><th scope=\"row\">{}</th><td>{}</td><td>{}{}</td><td>{}</td></tr>\n",
        to_string(link.role),
        name == drawn ? fmt::format("<span class=\"unseen\">{}</span>", name) : std::string(name),
        html_mark(mark_of(link.role), word_of(link.role)), reason, check,
        basis_words(link.verdict->basis));
    drawn = name;
  }
  out += "</tbody>\n</table>\n</div>\n";
}

void write_message(std::string& out, const PullReport& pull) {
  if (!pull.message || pull.message->message.empty()) return;
  out += fmt::format("<h4>The message</h4>\n<blockquote>{}</blockquote>\n",
                     html_text(pull.message->message));
  if (pull.error && pull.error->error != PullErrorClass::other_not_pull)
    out += fmt::format("<p>That is: {} <span class=\"faint\">({})</span></p>\n",
                       html_text(pull.error->says), html_text(pull.error->class_id));
}

void write_evidence(std::string& out, const PullReport& pull) {
  auto rows = evidence_of(pull);
  const std::string message = pull.message ? clean(pull.message->message) : std::string();
  std::erase_if(rows, [&message](const auto& row) { return row.second == message; });
  if (rows.empty()) return;
  out += fmt::format("<details>\n<summary><h4>Evidence ({})</h4></summary>\n<dl>\n", rows.size());
  for (std::size_t i = 0; i < std::min(rows.size(), kEvidence); ++i)
    out += fmt::format("<dt><code>{}</code></dt><dd>{}</dd>\n", escape_xml(rows[i].first),
                       escape_xml(rows[i].second));
  out += "</dl>\n";
  if (rows.size() > kEvidence)
    out += fmt::format("<p>{} more: <code>-o json</code> has all of them.</p>\n",
                       rows.size() - kEvidence);
  out += "</details>\n";
}

void write_fix(std::string& out, const PullReport& pull) {
  const ChainLink* cause = pull.cause();
  if (cause == nullptr) return;
  if (!cause->check->repair.empty() || !cause->verdict->fix.empty()) out += "<h4>Fix</h4>\n";
  if (!cause->check->repair.empty())
    out += fmt::format("<p>{}</p>\n", html_text(cause->check->repair));
  out += html_commands(cause->verdict->fix);
  for (const ChainLink* link : pull.also()) {
    out += fmt::format("<h4>Broken as well: {}</h4>\n", html_text(link->check->problem));
    out += fmt::format("<p>{}</p>\n", html_text(link->verdict->reason));
    out += html_commands(link->verdict->fix);
  }
}

void write_story(std::string& out, const Report& report, const PullGroup& group,
                 std::size_t number) {
  const PullReport& pull = *group.front();
  out += fmt::format(
      "<article class=\"story\" aria-labelledby=\"story-{0}\">\n<h3 id=\"story-{0}\">{1}</h3>\n",
      number, heading_of(pull));
  write_members(out, group);
  write_html_drawing(out, pull, number);
  for (const std::string& sentence : pull.contradictions)
    out += fmt::format("<p class=\"notice\"><strong>But:</strong> {}</p>\n", html_text(sentence));
  write_fix(out, pull);
  const auto supply = supply_of(pull);
  if (!supply.empty()) out += "<h4>To find out</h4>\n" + html_commands(supply);
  write_message(out, pull);
  write_chain(out, pull);
  write_evidence(out, pull);
  if (!report.again.empty() && pull.diagnosis != Diagnosis::pulls) {
    out += report.mode == "offline" ? "<h4>Then, with the documents collected again</h4>\n"
                                    : "<h4>Then</h4>\n";
    out += html_commands({report.again});
  }
  out += "</article>\n";
}

// Of a scan, pulls that are not known stand among what is not judged.
bool is_shown(const Report& report, const PullReport& pull) {
  return report.command == "why" || pull.diagnosis == Diagnosis::broken ||
         pull.diagnosis == Diagnosis::unexplained;
}

}  // namespace

void write_html_pulls(std::string& out, const Report& report) {
  std::vector<PullGroup> groups = group_by_cause(report);
  std::erase_if(groups,
                [&report](const PullGroup& group) { return !is_shown(report, *group.front()); });
  if (groups.empty() && report.command != "why") return;
  out += "<section id=\"pulls\" aria-labelledby=\"pulls-title\">\n";
  out += report.command == "why" ? "<h2 id=\"pulls-title\">Pulls</h2>\n"
                                 : fmt::format("<h2 id=\"pulls-title\">Why pulls fail ({})</h2>\n",
                                               count_of(groups.size(), "cause"));
  if (groups.empty()) {
    out += report.summary.complete
               ? "<p>No pull in the input fails.</p>\n"
               : "<p>No pull is seen to fail, but the input is not complete.</p>\n";
  }
  for (std::size_t i = 0; i < std::min(groups.size(), kStories); ++i)
    write_story(out, report, groups[i], i + 1);
  if (groups.size() > kStories) {
    out += fmt::format("<p>{}: <code>-o json</code> has all of them.</p>\n",
                       fmt::format("{} more causes", groups.size() - kStories));
  }
  out += "</section>\n";
}

}  // namespace acr
