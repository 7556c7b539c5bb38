#include "estate/login_server.h"

#include <algorithm>
#include <array>
#include <vector>

#include "estate/keyring.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

// azurecr.de is the closed German cloud: node configurations still name it, no zone serves it.
constexpr std::array kClouds = {
    RegistryCloud{"AzurePublicCloud", "azurecr.io", "privatelink.azurecr.io"},
    RegistryCloud{"AzureUSGovernment", "azurecr.us", "privatelink.azurecr.us"},
    RegistryCloud{"AzureChinaCloud", "azurecr.cn", "privatelink.azurecr.cn"},
    RegistryCloud{"AzureGermanCloud", "azurecr.de", ""},
};

constexpr std::size_t kHostMax = 253;  // RFC 1035; longer names need no suggestion

std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.ends_with(']')) return host;
  return host.substr(0, colon);
}

// Edits that turn a into b: insertions, deletions, substitutions, swaps of neighbours (optimal
// string alignment form of Damerau-Levenshtein).
std::size_t count_edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last = std::move(last);
    last = row;
  }
  return last[b.size()];
}

// contoso.azurecr.us for contoso.azurecr.io, or the name without the hash of a domain name label
// scope (contoso-a1b2c3.azurecr.io).
bool names_same_registry(std::string_view host, std::string_view candidate) {
  if (!cloud_of(host) || !cloud_of(candidate)) return false;
  std::string_view a = registry_label(host), b = registry_label(candidate);
  if (a.size() > b.size()) std::swap(a, b);
  return !a.empty() && b.starts_with(a) && (a.size() == b.size() || b[a.size()] == '-');
}

}  // namespace

std::span<const RegistryCloud> registry_clouds() {
  return kClouds;
}

const RegistryCloud* cloud_of(std::string_view host) {
  const std::string name = lower(without_port(host));
  const auto cloud = std::ranges::find_if(kClouds, [&name](const RegistryCloud& candidate) {
    if (name.size() <= candidate.suffix.size() + 1 || !name.ends_with(candidate.suffix))
      return false;
    return name[name.size() - candidate.suffix.size() - 1] == '.';
  });
  return cloud == kClouds.end() ? nullptr : &*cloud;
}

std::string_view registry_label(std::string_view login_server) {
  return login_server.substr(0, login_server.find('.'));
}

bool aks_provider_matches(std::string_view repository) {
  static constexpr std::array kPatterns = {
      "*.azurecr.io",       "*.azurecr.cn",       "*.azurecr.de",       "*.azurecr.us",
      "*.*.geo.azurecr.io", "*.*.geo.azurecr.cn", "*.*.geo.azurecr.de", "*.*.geo.azurecr.us"};
  return std::ranges::any_of(kPatterns, [repository](std::string_view pattern) {
    return urls_match(pattern, repository);
  });
}

std::string provider_login_server(std::string_view image, std::string_view environment_suffix) {
  // First the pattern [a-zA-Z0-9]+ and one of the four suffixes, ended by a slash or the text's
  // end.
  const std::string_view host = image.substr(0, image.find('/'));
  const std::string_view label = registry_label(host);
  const bool plain = !label.empty() && std::ranges::all_of(label, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  if (plain && label.size() < host.size()) {
    const std::string_view suffix = host.substr(label.size() + 1);
    if (std::ranges::find(kClouds, suffix, &RegistryCloud::suffix) != kClouds.end()) {
      return std::string(host);
    }
  }
  // Then the cloud's own suffix wherever it stands, even inside the path.
  if (environment_suffix.empty()) return {};
  const std::size_t found = image.find(environment_suffix);
  if (found == std::string_view::npos) return {};
  return std::string(image.substr(0, found + environment_suffix.size()));
}

std::optional<std::string> nearest_host(std::string_view host,
                                        std::span<const std::string> candidates) {
  constexpr std::size_t kEdits = 2;
  const std::string wanted = lower(host);
  if (wanted.empty() || wanted.size() > kHostMax) return std::nullopt;

  const std::string* best = nullptr;
  std::size_t best_distance = kEdits + 2;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > kHostMax) continue;
    const std::string name = lower(candidate);
    std::size_t distance = best_distance;
    if (std::max(name.size(), wanted.size()) - std::min(name.size(), wanted.size()) <= kEdits) {
      distance = count_edits(wanted, name);
    }
    if (distance > kEdits)
      distance = names_same_registry(wanted, name) ? kEdits + 1 : best_distance;
    if (distance < best_distance) {
      best = &candidate;
      best_distance = distance;
    }
  }
  return best ? std::optional(*best) : std::nullopt;
}

}  // namespace acr
