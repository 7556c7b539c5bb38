#include "live/kubernetes_plan.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <simdjson.h>

#include "collect/allow_lists.h"

namespace acr {
namespace {

struct Resource {
  std::string_view group;  // "api/v1", "apis/apps/v1"
  std::string_view name;
  bool in_namespace;
  std::string_view selector;  // a field selector, as it stands in a URL
};
constexpr std::array kResources{
    Resource{"api/v1", "nodes", false, ""},
    Resource{"api/v1", "pods", true, ""},
    Resource{"api/v1", "serviceaccounts", true, ""},
    // Pull secrets and no others: what is not needed is not fetched.
    Resource{"api/v1", "secrets", true, "type%3Dkubernetes.io%2Fdockerconfigjson"},
    Resource{"api/v1", "secrets", true, "type%3Dkubernetes.io%2Fdockercfg"},
    // Failed pulls are warnings; the rest is most of what a cluster says.
    Resource{"api/v1", "events", true, "type%3DWarning"},
    Resource{"apis/apps/v1", "deployments", true, ""},
    Resource{"apis/apps/v1", "statefulsets", true, ""},
    Resource{"apis/apps/v1", "daemonsets", true, ""},
    Resource{"apis/batch/v1", "jobs", true, ""},
    Resource{"apis/batch/v1", "cronjobs", true, ""},
};

constexpr std::string_view kDiscovery = "apis";

// Part of a path, from outside: only what names of kinds and versions are made of.
bool is_path_word(std::string_view text) {
  return !text.empty() && text.size() < 100 &&
         std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0; });
}

std::string_view text_of(const simdjson::dom::element& element, std::string_view field) {
  std::string_view text;
  return element[field].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::string_view without_continue(std::string_view url) {
  return url.substr(0, url.find("&continue="));
}

// A token is opaque: what is not unreserved is escaped.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    result += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return result;
}

}  // namespace

Request KubernetesPlan::list(std::string_view path) const {
  Request request;
  request.audience = Audience::kubernetes;
  request.context = scope_.context;
  request.url = fmt::format("{}/{}", scope_.server, path);
  return request;
}

std::vector<Request> KubernetesPlan::begin() const {
  std::vector<Request> requests;
  for (const Resource& resource : kResources) {
    if (resource.name == "secrets" && !scope_.secrets) continue;
    std::string path(resource.group);
    if (resource.in_namespace && !scope_.name_space.empty())
      path += fmt::format("/namespaces/{}", escaped(scope_.name_space));
    path += fmt::format("/{}?limit={}", resource.name, scope_.page);
    if (!resource.selector.empty()) path += fmt::format("&fieldSelector={}", resource.selector);
    requests.push_back(list(path));
  }
  if (scope_.posture) requests.push_back(list(kDiscovery));
  return requests;
}

std::vector<Request> KubernetesPlan::list_rules(const simdjson::dom::element& groups) const {
  std::vector<Request> requests;
  simdjson::dom::array array;
  if (groups["groups"].get_array().get(array) != simdjson::SUCCESS) return requests;
  for (const simdjson::dom::element group : array) {
    const std::string_view name = text_of(group, "name");
    std::string_view version;
    if (group["preferredVersion"]["version"].get_string().get(version) != simdjson::SUCCESS ||
        !is_path_word(version))
      continue;
    if (name == kConstraintGroup) {
      requests.push_back(list(fmt::format("apis/{}/{}", name, version)));
    } else if (name == kKyvernoGroup) {
      requests.push_back(
          list(fmt::format("apis/{}/{}/clusterpolicies?limit={}", name, version, scope_.page)));
      const std::string space = scope_.name_space.empty()
                                    ? std::string()
                                    : fmt::format("/namespaces/{}", escaped(scope_.name_space));
      requests.push_back(
          list(fmt::format("apis/{}/{}{}/policies?limit={}", name, version, space, scope_.page)));
    }
  }
  return requests;
}

std::vector<Request> KubernetesPlan::list_constraints(const simdjson::dom::element& kinds) const {
  std::vector<Request> requests;
  const std::string_view version = text_of(kinds, "groupVersion");
  const std::size_t slash = version.find('/');
  simdjson::dom::array array;
  if (slash == std::string_view::npos || version.substr(0, slash) != kConstraintGroup ||
      !is_path_word(version.substr(slash + 1)) ||
      kinds["resources"].get_array().get(array) != simdjson::SUCCESS)
    return requests;
  for (const simdjson::dom::element kind : array) {
    const std::string_view name = text_of(kind, "name");  // "k8sallowedrepos", ".../status"
    if (is_path_word(name) && lists_images(text_of(kind, "kind")))
      requests.push_back(list(fmt::format("apis/{}/{}?limit={}", version, name, scope_.page)));
  }
  return requests;
}

NextStep KubernetesPlan::absorb(const Exchange& exchange) const {
  NextStep next;
  const std::string& url = exchange.request.url;
  const std::string_view first = without_continue(url);
  if (url.size() < scope_.server.size() + 1) return next;
  const std::string_view path = first.substr(scope_.server.size() + 1);
  const auto ask = [&](std::string_view list_path, std::string_view token) {
    Request request = list(list_path);
    if (!token.empty()) request.url += fmt::format("&continue={}", escaped(token));
    next.requests.push_back(std::move(request));
  };

  // Refused for all namespaces: what the caller may read of his own.
  if (exchange.status == 403 && scope_.name_space.empty() && !path.contains("/namespaces/") &&
      !scope_.fallback_name_space.empty()) {
    for (const Resource& resource : kResources) {
      const std::string all = fmt::format("{}/{}?", resource.group, resource.name);
      if (!resource.in_namespace || !path.starts_with(all) || !path.ends_with(resource.selector))
        continue;
      ask(fmt::format("{}/namespaces/{}/{}?{}", resource.group, escaped(scope_.fallback_name_space),
                      resource.name, path.substr(all.size())),
          {});
    }
    return next;
  }

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const simdjson::padded_string text(exchange.body);
  if (parser.parse(text).get(root) != simdjson::SUCCESS) return next;
  if (exchange.status == 200 && path == kDiscovery) next.requests = list_rules(root);
  if (exchange.status == 200 && text_of(root, "kind") == "APIResourceList")
    next.requests = list_constraints(root);
  std::string_view token;
  const bool more =
      root["metadata"]["continue"].get_string().get(token) == simdjson::SUCCESS && !token.empty();
  if (exchange.status == 200 && more) ask(path, token);
  // The continue token was too old: with the token of the answer the rest is read as it is now;
  // without one the list begins anew, in one piece, and its pages so far are dropped.
  if (exchange.status == 410 && first.size() < url.size()) {
    next.superseded = true;
    if (more) {
      ask(path, token);
    } else {
      next.restarts = std::string(first);
      const std::size_t limit = path.find("limit="), end = path.find('&', limit);
      std::string whole(path.substr(0, limit));
      if (end != std::string_view::npos) whole += path.substr(end + 1);
      if (whole.ends_with('?') || whole.ends_with('&')) whole.pop_back();
      ask(whole, {});
    }
  }
  return next;
}

}  // namespace acr
