#include <fmt/format.h>

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

}  // namespace acr
