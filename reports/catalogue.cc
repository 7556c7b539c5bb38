#include <algorithm>

#include "reports/layout.h"
#include "reports/render.h"

namespace acr {

std::string render_catalogue(std::span<const Check* const> checks, const RenderOptions& options) {
  Page page(options);
  std::size_t link_width = 4, id_width = 5;
  for (const Check* check : checks) {
    link_width = std::max(link_width, to_string(check->link).size());
    id_width = std::max(id_width, check->id.size());
  }
  const auto row = [&](std::string_view link, std::string_view id, std::string_view severity,
                       std::string_view title) {
    const std::string left =
        pad(link, link_width + 2) + pad(id, id_width + 2) + pad(severity, 8 + 2);
    return left +
           (options.terminal ? page.cut(title, page.room(columns(left))) : std::string(title));
  };
  page.heading(row("LINK", "CHECK", "SEVERITY", "TITLE"));
  for (const Check* check : checks) {
    page.line(row(to_string(check->link), check->id, to_string(check->severity), check->title));
  }
  return page.finish();
}

}  // namespace acr
