#include "live/exchange.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "collect/arm.h"
#include "collect/kubernetes.h"
#include "collect/pull_secret.h"
#include "estate/resource_id.h"
#include "live/json_copy.h"
#include "live/reduce.h"

namespace acr {
namespace {

constexpr std::size_t kStepBytes = 64;
constexpr std::size_t kNameBytes = 150;
constexpr std::size_t kHashDigits = 10;
constexpr std::string_view kEnding = ".json";
// Parameters that do not change what is asked for.
constexpr std::array<std::string_view, 3> kQuiet{"api-version", "limit", "n"};
constexpr std::array<std::string_view, 2> kHeaders{"link", "docker-content-digest"};

std::string hash_of(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int length = 0;
  EVP_Digest(text.data(), text.size(), hash.data(), &length, EVP_sha256(), nullptr);
  std::string digits;
  for (std::size_t i = 0; i < kHashDigits / 2; ++i) digits += fmt::format("{:02x}", hash.at(i));
  return digits;
}

// A name in the making. `exact` as long as nothing of the request was left out.
struct Name {
  std::vector<std::string> steps;
  bool exact = true;

  void add(std::string_view outside) { steps.push_back(plain(outside)); }

  // Letters, digits, '-', '_' and '.', neither hidden nor with the ending of a document.
  std::string plain(std::string_view outside) {
    std::string step(outside.substr(0, kStepBytes));
    for (char& byte : step) {
      const bool fine = std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '-' ||
                        byte == '_' || byte == '.';
      if (!fine) byte = '_';
    }
    if (step.starts_with('.')) step.front() = '_';
    if (step.ends_with('.')) step.back() = '_';
    if (lower(step).ends_with(kEnding)) step[step.size() - kEnding.size()] = '_';
    exact &= step == outside;
    return step;
  }
};

struct UrlSteps {
  std::vector<std::string_view> path;
  bool has_query = false;  // beyond what is quiet
};

UrlSteps split_url(std::string_view url) {
  UrlSteps found;
  url = url.substr(0, url.find('#'));
  std::string_view query;
  if (const std::size_t mark = url.find('?'); mark != std::string_view::npos) {
    query = url.substr(mark + 1);
    url = url.substr(0, mark);
  }
  while (!query.empty()) {
    const std::string_view part = query.substr(0, query.find('&'));
    const std::string_view name = part.substr(0, part.find('='));
    found.has_query |= !part.empty() && std::ranges::find(kQuiet, name) == kQuiet.end();
    query.remove_prefix(std::min(part.size() + 1, query.size()));
  }
  if (const std::size_t scheme = url.find("://"); scheme != std::string_view::npos) {
    const std::size_t slash = url.find('/', scheme + 3);
    url = slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
  }
  while (!url.empty()) {
    const std::string_view step = url.substr(0, url.find('/'));
    if (!step.empty()) found.path.push_back(step);
    url.remove_prefix(std::min(step.size() + 1, url.size()));
  }
  return found;
}

// "…/subscriptions/S/resourceGroups/G/providers/NS/type/name" -> S, G, type, name. The namespace
// stays where the type is none that we read.
void name_azure(Name& name, const std::vector<std::string_view>& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    const bool more = i + 1 < path.size();
    if (more && (same_text(path[i], "subscriptions") || same_text(path[i], "resourceGroups"))) {
      name.add(path[++i]);
    } else if (i + 2 < path.size() && same_text(path[i], "providers")) {
      if (!kind_of_type(fmt::format("{}/{}", path[i + 1], path[i + 2]))) name.add(path[i + 1]);
      ++i;
    } else {
      name.add(path[i]);
    }
  }
}

// The type that a Resource Graph query is about: its first quoted type path.
std::string_view type_of_query(std::string_view body) {
  const std::string text = lower(body);
  const std::size_t at = text.find("'microsoft.");
  if (at == std::string::npos) return {};
  const std::size_t end = text.find('\'', at + 1);
  if (end == std::string::npos) return {};
  const std::string_view type = body.substr(at + 1, end - at - 1);
  return type.substr(type.rfind('/') + 1);
}

// "/api/v1/namespaces/N/pods/P" -> "pods.N.P", all documents of a context in one folder: a folder
// is what surely comes from one cluster.
void name_kubernetes(Name& name, const Request& request,
                     const std::vector<std::string_view>& path) {
  Name context;
  std::string folder = context.plain(request.context.empty() ? "default" : request.context);
  if (!context.exact) folder += '-' + hash_of(request.context);
  name.steps.push_back(std::move(folder));
  const bool core = path.size() > 2 && path[0] == "api";
  if (!core && (path.size() <= 3 || path[0] != "apis")) {
    for (const std::string_view step : path) name.add(step);
    return;
  }
  std::size_t at = core ? 2 : 3;
  std::string_view name_space;
  if (path[at] == "namespaces" && path.size() > at + 2) {
    name_space = path[at + 1];
    at += 2;
  }
  std::string words = name.plain(path[at]);
  if (!core && !kind_of_resource(path[at])) words += '.' + name.plain(path[1]);
  if (!name_space.empty()) words += '.' + name.plain(name_space);
  for (std::size_t i = at + 1; i < path.size(); ++i) words += '.' + name.plain(path[i]);
  name.steps.push_back(std::move(words));
}

}  // namespace

std::string_view to_string(Audience audience) {
  switch (audience) {
    case Audience::arm:
      return "arm";
    case Audience::graph:
      return "graph";
    case Audience::kubernetes:
      return "kubernetes";
    case Audience::registry:
      return "registry";
  }
  return "arm";
}

std::string Request::key() const {
  std::string key;
  for (const std::string_view part :
       {to_string(audience), std::string_view(context), std::string_view(method),
        std::string_view(url), std::string_view(accept), std::string_view(body)}) {
    key.append(part).append("\x1f");
  }
  return key;
}

std::string document_name(const Request& request) {
  Name name;
  const UrlSteps url = split_url(request.url);
  switch (request.audience) {
    case Audience::arm:
      name.steps.emplace_back("azure");
      name_azure(name, url.path);
      if (const std::string_view type = type_of_query(request.body); !type.empty()) name.add(type);
      break;
    case Audience::graph:
      name.steps.emplace_back("graph");
      for (const std::string_view step : url.path)
        if (step != "v1.0") name.add(step);
      break;
    case Audience::kubernetes:
      name.steps.emplace_back("kubernetes");
      name_kubernetes(name, request, url.path);
      break;
    case Audience::registry:
      name.steps.emplace_back("registry");
      name.add(request.context.empty() ? "unnamed" : request.context);
      for (const std::string_view step : url.path) name.add(step);
      break;
  }
  if (name.steps.size() == 1) name.steps.emplace_back("root");
  std::string path = fmt::format("{}", fmt::join(name.steps, "/"));
  const std::size_t room = kNameBytes - kEnding.size() - kHashDigits - 1;
  if (path.size() > room) {
    path.resize(room);
    while (path.ends_with('/') || path.ends_with('.')) path.pop_back();
    name.exact = false;
  }
  const bool plain_get = request.method == "GET" && request.body.empty() && !url.has_query;
  if (!plain_get || !name.exact) path += '-' + hash_of(request.key());
  return path.append(kEnding);
}

std::string to_document(const Exchange& exchange, bool* unread) {
  std::string json;
  const auto put = [&](std::string_view name, std::string_view text) {
    json += fmt::format("\"{}\":", name);
    append_json_string(json, hide_secrets(text));
  };
  const Request& request = exchange.request;
  json += R"({"request":{)";
  put("audience", to_string(request.audience));
  if (!request.context.empty()) json += ',', put("context", request.context);
  json += ',', put("method", request.method);
  json += ',', put("url", request.url);
  if (!request.accept.empty()) json += ',', put("accept", request.accept);
  if (!request.body.empty()) json += ',', put("body", request.body);
  json += "},", put("at", format_time(exchange.at));
  json += fmt::format(",\"status\":{},\"headers\":{{", exchange.status);
  bool first = true;
  for (const std::string_view header : kHeaders) {
    const auto found = exchange.headers.find(std::string(header));
    if (found == exchange.headers.end()) continue;
    if (!std::exchange(first, false)) json += ',';
    put(header, found->second);
  }
  json += '}';

  std::string failure = exchange.failure;
  if (failure.empty() && exchange.status == 0) failure = "no answer came";
  if (failure.empty()) {
    const bool error = exchange.status >= 400;
    auto body = reduce_body(request, exchange.body);
    if (body) {
      json += ",\"body\":";
      json += *body;
    } else if (error) {
      json += ',', put("body", reduce_text(exchange.body));
    } else if (request.method != "HEAD" && exchange.status == 200) {
      failure = std::move(body.error());
    }
  }
  if (!failure.empty()) json += ',', put("failure", reduce_text(failure));
  if (unread != nullptr)
    *unread = !failure.empty() || (exchange.status >= 400 && exchange.status != 404);
  json += "}\n";
  return json;
}

}  // namespace acr
