#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/render.h"

namespace acr {

namespace {

// The table of messages knows the whole pull path; a reader can only ask for checks that exist.
std::vector<std::string_view> known_links(const PullError& error) {
  std::vector<std::string_view> links;
  for (const std::string_view link : likely_links(error.error)) {
    if (find_check(link) != nullptr) links.push_back(link);
  }
  return links;
}

}  // namespace

std::string render_pull_errors(std::span<const PullError> errors, const RenderOptions& options) {
  Page page(options);
  bool first = true;
  for (const PullError& error : errors) {
    if (!first) page.line();
    first = false;
    std::string head = page.paint(Tone::strong, error.class_id);
    if (!error.detail.empty()) head += ": " + clean(error.detail);
    page.line(fmt::format("{}   {}", head, to_string(error.confidence)));
    if (options.quiet) continue;
    page.labelled(12, "Says", clean(error.says));
    if (error.furthest != PullStage::none) {
      page.labelled(12, "Came to", to_string(error.furthest));
    }
    std::string links;
    for (const std::string_view link : known_links(error)) {
      links.append(links.empty() ? "" : ", ").append(link);
    }
    if (!links.empty()) page.labelled(12, "Likely", links);
    for (const std::string& next : error.next) page.labelled(12, "Next", clean(next));
  }
  return page.finish();
}

std::string render_pull_errors_json(std::span<const PullError> errors) {
  std::string lines;
  for (const PullError& error : errors) {
    nlohmann::ordered_json json{{"class", error.class_id},
                                {"detail", clean(error.detail)},
                                {"confidence", to_string(error.confidence)},
                                {"says", clean(error.says)},
                                {"next", nlohmann::ordered_json::array()},
                                {"furthest", to_string(error.furthest)},
                                {"links", nlohmann::ordered_json::array()}};
    for (const std::string& next : error.next) json["next"].push_back(clean(next));
    for (const std::string_view link : known_links(error)) json["links"].push_back(link);
    lines += json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  return lines;
}

}  // namespace acr
