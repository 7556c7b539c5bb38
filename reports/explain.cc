#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/render.h"

namespace acr {

std::string render_explanation(const Check& check, const RenderOptions& options) {
  Page page(options);
  std::string head = page.paint(Tone::strong, check.id);
  head.append("   ").append(to_string(check.severity));
  if (check.link != Link::none) head.append(page.dot()).append(to_string(check.link));
  page.line(head);

  const auto part = [&page](std::string_view label, std::string_view text) {
    if (!text.empty()) page.labelled(12, label, text);
  };
  part("Healthy", check.title);
  part("Broken", check.problem);
  part("Why", check.why);
  part("Reads", check.reads);
  part("Repair", check.repair);
  std::string after, controls;
  for (const Check* other : check.after) {
    if (other != nullptr) after.append(after.empty() ? "" : ", ").append(other->id);
  }
  for (const auto& control : check.controls) {
    controls += fmt::format("{}{} {}", controls.empty() ? "" : ", ", control.catalogue, control.id);
  }
  part("After", after);
  part("Maps to", controls);
  part("Source", check.reference);
  return page.finish();
}

std::string render_control(std::string_view id, const Answers& answers,
                           const RenderOptions& options) {
  std::string text;
  for (const Check* check : answers.checks) {
    if (!text.empty()) text += '\n';
    text += render_explanation(*check, options);
  }
  for (const Feature* feature : answers.decisions) {
    Page page(options);
    if (!text.empty()) page.line();
    std::string head = page.paint(Tone::strong, clean(id));
    head.append("   ").append(feature->decision == Decision::checks
                                  ? std::string_view("not asked for as such")
                                  : to_string(feature->decision));
    page.line(head);
    page.labelled(12, "Asks for", feature->what);
    page.labelled(12, "Decision", feature->reason);
    std::string names;
    for (const Check* check : checks_of(*feature))
      names.append(names.empty() ? "" : ", ").append(check->id);
    if (!names.empty()) page.labelled(12, "See", names);
    text += page.finish();
  }
  return text;
}

}  // namespace acr
