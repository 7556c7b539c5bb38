#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/nearest.h"

namespace acr {

int run_explain(const Options& options, Streams streams) {
  const bool json = json_goes_to_out(options);
  if (options.arguments.size() != 1) {
    return refuse({"explain takes the name of one check", "the list: acr-doctor checks"}, json,
                  streams);
  }
  const Check* check = find_check(options.arguments.front());
  if (check == nullptr) {
    std::vector<std::string> ids;
    for (const Check* known : all_checks()) ids.emplace_back(known->id);
    const auto near = nearest(options.arguments.front(), ids);
    return refuse({fmt::format("there is no check '{}'", options.arguments.front()),
                   near ? fmt::format("did you mean {}?", *near) : "the list: acr-doctor checks"},
                  json, streams);
  }
  const bool written = write_outputs(
      options,
      [check](Format format, const RenderOptions& render) {
        return format == Format::json ? render_explanation_json(*check)
                                      : render_explanation(*check, render);
      },
      streams);
  return written ? 0 : 5;
}

}  // namespace acr
