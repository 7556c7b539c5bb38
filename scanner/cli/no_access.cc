#include "cli/no_access.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "collect/status.h"
#include "live/live.h"

namespace acr {
namespace {

std::string service_of(const Request& request) {
  const std::size_t host = request.url.find("://");
  const std::string base = host == std::string::npos
                               ? request.url
                               : request.url.substr(0, request.url.find('/', host + 3));
  switch (request.audience) {
    case Audience::arm:
      return fmt::format("Azure Resource Manager ({})", base);
    case Audience::graph:
      return fmt::format("Microsoft Graph ({})", base);
    case Audience::kubernetes:
      return fmt::format("cluster {} ({})", request.context, base);
    case Audience::registry:
      break;
  }
  return fmt::format("registry {}", request.context);
}

std::string describe(const Exchange& exchange) {
  if (!exchange.failure.empty()) return exchange.failure;
  std::string text = describe_status(exchange.status);
  if (exchange.status != 401) return text;
  const bool kubernetes = exchange.request.audience == Audience::kubernetes;
  return text +
         (kubernetes ? "; for a new one: az aks get-credentials" : "; for a new one: az login");
}

}  // namespace

std::vector<std::string> list_failures(const std::vector<Exchange>& exchanges) {
  struct Failed {
    std::string service, why;
    std::size_t count = 0;
  };
  std::vector<Failed> all;
  for (const Exchange& exchange : exchanges) {
    if (exchange.failure == kNoCredential) continue;
    Failed failed{service_of(exchange.request), describe(exchange), 1};
    const auto same = std::ranges::find_if(all, [&](const Failed& each) {
      return each.service == failed.service && each.why == failed.why;
    });
    if (same == all.end())
      all.push_back(std::move(failed));
    else
      ++same->count;
  }
  std::vector<std::string> lines;
  lines.reserve(all.size());
  for (const Failed& each : all)
    lines.push_back(fmt::format("{}: {} request{}: {}", each.service, each.count,
                                each.count == 1 ? "" : "s", each.why));
  return lines;
}

std::string join_lines(std::string_view text) {
  std::string joined;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) continue;
    if (!joined.empty()) joined += joined.ends_with(':') ? " " : "; ";
    joined += line;
  }
  return joined;
}

}  // namespace acr
