#include "live/registry_plan.h"

#include <utility>

#include <fmt/format.h>

#include "collect/images.h"
#include "estate/image_reference.h"
#include "estate/login_server.h"
#include "estate/resource_id.h"
#include "live/challenge.h"
#include "live/registry_answer.h"
#include "live/registry_api.h"

namespace acr {
namespace {

using What = RegistryRequest::What;

// Of names, 1,000 each. A list that goes on is not whole, and then proves nothing.
constexpr std::size_t kMostPages = 50;
constexpr std::string_view kPageSize = "?n=1000";

}  // namespace

void RegistryPlan::ask(std::vector<Request>& requests, std::string url, std::string_view accept) {
  if (!asked_.insert(url).second) return;
  Request request;
  request.audience = Audience::registry;
  request.context = registry_request(url).host;
  request.url = std::move(url);
  request.accept = accept;
  requests.push_back(std::move(request));
}

std::vector<Request> RegistryPlan::look_into(const std::set<std::string>& images) {
  std::vector<Request> requests;
  for (const std::string& text : images) {
    const auto image = parse_image(text);
    if (!image) continue;
    const std::string host = lower(image->domain);
    // A host with a port is none that Azure's registries answer at.
    if (cloud_of(host) == nullptr || host_of(host) != host) continue;
    ask(requests,
        fmt::format("https://{}/v2/{}/manifests/{}", host, image->path,
                    image->digest.empty() ? image->tag : image->digest),
        kManifestTypes);
  }
  return requests;
}

NextStep RegistryPlan::absorb(const Exchange& exchange) {
  NextStep next;
  const RegistryRequest request = registry_request(exchange.request.url);
  const std::string base = fmt::format("https://{}", request.host);
  const bool by_digest = is_digest(request.reference);
  const bool missing = exchange.status == 404;
  if (!missing && exchange.status != 200) return next;

  const auto header = [&](const char* name) {
    const auto found = exchange.headers.find(name);
    return found == exchange.headers.end() ? std::string() : found->second;
  };
  if (request.what == What::content) {
    // Whether it may be read stands in the registry's own description.
    ask(next.requests, fmt::format("{}/acr/v1/{}", base, request.repository));
    const std::string digest = by_digest ? request.reference : header("docker-content-digest");
    if (is_digest(digest))
      ask(next.requests,
          fmt::format("{}/acr/v1/{}/_manifests/{}", base, request.repository, digest));
    if (!by_digest) {
      ask(next.requests,
          fmt::format("{}/acr/v1/{}/_tags/{}", base, request.repository, request.reference));
      if (missing)
        ask(next.requests,
            fmt::format("{}/v2/{}/tags/list{}", base, request.repository, kPageSize));
    }
  } else if (request.what == What::repository && missing) {
    ask(next.requests, fmt::format("{}/v2/_catalog{}", base, kPageSize));
  } else if (request.what == What::tags || request.what == What::catalog) {
    const std::string link = next_page(exchange.request.url, header("link"));
    const std::string path = exchange.request.url.substr(0, exchange.request.url.find('?'));
    // The same list of the same registry, whatever an answer says.
    if (link.starts_with(path + "?") && ++pages_[path] < kMostPages) ask(next.requests, link);
  }
  return next;
}

}  // namespace acr
