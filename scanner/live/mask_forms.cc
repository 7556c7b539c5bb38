// Ids, hosts, images and labels: what of them is a name, and what says what it is.
#include "live/mask_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

#include <fmt/format.h>

#include "estate/login_server.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

// Registries that everybody may read: what lies in them says nothing of the reader.
constexpr std::array<std::string_view, 4> kPublicHosts{"mcr.microsoft.com", "registry.k8s.io",
                                                       "k8s.gcr.io", "eus.data.mcr.microsoft.com"};
// Behind these a host is somebody's own; the words themselves are Azure's and the public's.
constexpr auto kSuffixes = std::to_array<std::string_view>({"azurecr.io",
                                                            "azurecr.cn",
                                                            "azurecr.us",
                                                            "azmk8s.io",
                                                            "cx.prod.service.azk8s.cn",
                                                            "cx.aks.containerservice.azure.us",
                                                            "cloudapp.azure.com",
                                                            "core.windows.net",
                                                            "vault.azure.net",
                                                            "azure.com",
                                                            "azure.cn",
                                                            "azure.us",
                                                            "microsoft.com",
                                                            "microsoftonline.com",
                                                            "windows.net",
                                                            "docker.io",
                                                            "docker.com",
                                                            "quay.io",
                                                            "ghcr.io",
                                                            "gcr.io",
                                                            "k8s.io",
                                                            "kubernetes.io",
                                                            "cluster.local",
                                                            "svc",
                                                            "internal",
                                                            "local",
                                                            "lan",
                                                            "com",
                                                            "net",
                                                            "org",
                                                            "io",
                                                            "dev",
                                                            "example"});
constexpr auto kLabels = std::to_array<std::string_view>(
    {"privatelink", "data", "geo", "hcp", "portal", "private", "blob", "cloudapp", "management",
     "login", "graph", "registry-1", "auth", "index", "production", "cloudflare", "www", "*"});
constexpr std::array<std::string_view, 2> kPlaces{"data", "geo"};  // behind a region
// Keys of labels that AKS and Kubernetes set; of the last ones the values say nothing either.
constexpr auto kKnownDomains = std::to_array<std::string_view>(
    {"kubernetes.io", "k8s.io", "azure.com", "virtual-kubelet.io", "karpenter.sh", "acr-doctor"});
constexpr auto kKnownKeys = std::to_array<std::string_view>(
    {"agentpool", "type", "storageprofile", "storagetier", "virtualization", "CriticalAddonsOnly"});
constexpr auto kPlainKeys =
    std::to_array<std::string_view>({"kubernetes.io/arch",
                                     "kubernetes.io/os",
                                     "beta.kubernetes.io/arch",
                                     "beta.kubernetes.io/os",
                                     "node.kubernetes.io/instance-type",
                                     "beta.kubernetes.io/instance-type",
                                     "topology.kubernetes.io/region",
                                     "topology.kubernetes.io/zone",
                                     "failure-domain.beta.kubernetes.io/region",
                                     "failure-domain.beta.kubernetes.io/zone",
                                     "topology.disk.csi.azure.com/zone",
                                     "kubernetes.azure.com/mode",
                                     "kubernetes.azure.com/role",
                                     "kubernetes.azure.com/os-sku",
                                     "kubernetes.azure.com/scalesetpriority",
                                     "kubernetes.io/role",
                                     "kubernetes.azure.com/node-image-version",
                                     "type",
                                     "virtualization",
                                     "storageprofile",
                                     "storagetier",
                                     "virtual-kubelet.io/provider",
                                     "CriticalAddonsOnly",
                                     "alpha.service-controller.kubernetes.io"});

template <class Words>
bool is_one_of(const Words& words, std::string_view text) {
  return std::ranges::find(words, text) != words.end();
}

bool ends_in(std::string_view host, std::string_view suffix) {
  return host == suffix || (host.ends_with(suffix) && host[host.size() - suffix.size() - 1] == '.');
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = std::min(text.find(at), text.size());
    parts.push_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

// The case of the first letter stays: an image with a capital in it cannot be pulled.
std::string like(std::string_view original, std::string made) {
  const bool capital =
      std::ranges::any_of(original, [](unsigned char c) { return std::isupper(c) != 0; });
  if (capital && !made.empty())
    made[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(made[0])));
  return made;
}

}  // namespace

bool is_host(std::string_view name) {
  const std::string low = lower(name);
  return low.contains('.') && !low.contains('/') && !low.contains(':') &&
         std::ranges::any_of(kSuffixes, [&](std::string_view each) { return ends_in(low, each); });
}

std::string MaskNames::host(std::string_view text) {
  if (text.starts_with('[') || text.empty()) return patterns(text);
  const std::size_t colon = text.rfind(':');
  if (colon != std::string_view::npos && text.find(':') == colon)
    return host(text.substr(0, colon)) + std::string(text.substr(colon));
  if (text.ends_with('.')) return host(text.substr(0, text.size() - 1)) + '.';
  if (auto masked = address(text)) return *std::move(masked);
  const std::string low = lower(text);
  if (is_one_of(kPublicHosts, low) || is_one_of(kSuffixes, low) || !low.contains('.'))
    return low.contains('.') || is_one_of(kLabels, low) ? std::string(text)
                                                        : like(text, name(text, "host"));
  hosts_.insert(low);
  if (misspelt_.contains(low)) {
    const std::string_view label = registry_label(text);
    return like(label, name(label, "registry")).append(text.substr(label.size()));
  }
  const auto suffix =
      std::ranges::find_if(kSuffixes, [&](std::string_view each) { return ends_in(low, each); });
  const std::size_t own = suffix == kSuffixes.end() ? low.size() : low.size() - suffix->size() - 1;
  const bool of_registry = cloud_of(low) != nullptr;
  const bool of_azure = of_registry || low.contains(".azmk8s.") || low.contains(".cloudapp.");
  const auto labels = split(text.substr(0, own), '.');
  if (of_registry && labels[0].contains('-'))
    registries_.insert(lower(labels[0].substr(0, labels[0].find('-'))));
  std::string made;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    // "contoso.westeurope.data.azurecr.io", "dns.hcp.westeurope.azmk8s.io"
    const bool place =
        i > 0 && !is_guid(labels[i]) && !is_one_of(kLabels, lower(labels[i])) &&
        (of_registry ? i + 1 < labels.size() && is_one_of(kPlaces, lower(labels[i + 1]))
                     : of_azure && i + 1 == labels.size());
    if (place) add_region(labels[i]);
    const bool fixed = is_one_of(kLabels, lower(labels[i])) || is_region(labels[i]);
    made += i == 0 ? "" : ".";
    made += fixed ? std::string(labels[i])
                  : like(labels[i], name(labels[i], of_registry ? "registry" : "host"));
  }
  return made.append(text.substr(own));
}

std::string MaskNames::id(std::string_view text) {
  const auto steps = split(text, '/');
  std::string made;
  bool below_provider = false, is_type = false;
  std::string_view type;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::string_view step = steps[i];
    const std::string before = i > 0 ? lower(steps[i - 1]) : std::string();
    std::string part(step);
    if (before == "providers") {
      below_provider = is_type = true;  // the provider's own name
    } else if (lower(step) == "providers") {
      below_provider = false;
    } else if (before == "subscriptions") {
      part = name(step, "subscription");
    } else if (before == "resourcegroups" && !below_provider) {
      part = name(step, "group");
    } else if (below_provider && is_type) {
      type = step;
      is_type = false;
    } else if (below_provider) {
      is_type = true;
      const std::string kind = lower(type);
      if (kind == "replications" || kind == "locations")
        add_region(step);
      else if (kind == "privatednszones")
        part = host(step);
      else
        part = name(step, kind_word(type));
    } else if (!step.empty() && lower(step) != "subscriptions" && lower(step) != "resourcegroups") {
      part = name(step, "name");
    }
    made += i == 0 ? "" : "/";
    made += part;
  }
  return made;
}

// A part of a repository. What the grammar does not allow must not become allowed.
std::string MaskNames::component(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && text[end] != '.' && text[end] != '*' &&
           static_cast<unsigned char>(text[end]) > 0x20 &&
           (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-' ||
            text[end] == '_'))
      ++end;
    const std::string_view run = text.substr(i, end - i);
    const std::size_t first = std::min(run.find_first_not_of("-_"), run.size());
    const std::size_t last = run.find_last_not_of("-_") + 1;
    if (first >= last) {
      made += run;
    } else {
      std::string word = like(run, name(run.substr(first, last - first), "image"));
      // Longer than a reference may be: still so.
      if (last - first > 128 && word.size() < last - first) word.resize(last - first, 'x');
      made.append(run.substr(0, first)).append(word).append(run.substr(last));
    }
    i = end;
    if (i < text.size()) made += text[i++];
  }
  return made;
}

std::string MaskNames::repository(std::string_view text) {
  std::string made;
  for (const std::string_view part : split(text, '/'))
    made += (part.data() == text.data() ? "" : "/") + component(part);
  return made;
}

std::string MaskNames::image(std::string_view text) {
  std::string_view rest = text;
  std::string_view digest;
  if (const std::size_t at = rest.find('@'); at != std::string_view::npos) {
    digest = rest.substr(at);
    rest = rest.substr(0, at);
  }
  std::string made;
  if (const std::size_t scheme = rest.find("://"); scheme != std::string_view::npos) {
    made = rest.substr(0, scheme + 3);
    rest.remove_prefix(scheme + 3);
  }
  const std::size_t slash = rest.find('/');
  const std::string_view domain = rest.substr(0, std::min(slash, rest.size()));
  const bool has_domain = slash != std::string_view::npos &&
                          (domain.contains('.') || domain.contains(':') || domain == "localhost");
  if (has_domain && is_one_of(kPublicHosts, lower(domain))) return std::string(text);
  if (has_domain) {
    made += host(domain) + '/';
    rest.remove_prefix(slash + 1);
  }
  const std::size_t colon = rest.rfind(':');
  const bool tagged = colon != std::string_view::npos && !rest.substr(colon).contains('/');
  const std::string_view path = tagged ? rest.substr(0, colon) : rest;
  // A bare digest, as containerd gives it for an image without a name.
  if (path == "sha256" && digest.empty()) return std::string(text);
  made += repository(path);
  if (tagged) {
    const std::string_view word = rest.substr(colon + 1);
    const bool plain = std::ranges::all_of(word, [](unsigned char c) {
      return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_';
    });
    made += ':' + (word.empty() ? std::string() : plain ? tag(word) : component(word));
    if (word.size() > 128) made.append(word.size(), 'x');
  }
  return made.append(digest);
}

std::string MaskNames::label_key(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos)
    return is_one_of(kKnownKeys, text) ? std::string(text) : name(text, "label");
  const std::string_view domain = text.substr(0, slash);
  for (const std::string_view known : kKnownDomains)
    if (ends_in(lower(domain), known)) return std::string(text);
  return host(domain) + '/' + name(text.substr(slash + 1), "label");
}

std::string MaskNames::label_value(std::string_view key, std::string_view value) {
  if (is_one_of(kPlainKeys, key)) {
    if (key.ends_with("/region")) add_region(value);
    return std::string(value);
  }
  if (key.ends_with("agentpool")) return name(value, "pool");
  if (key.ends_with("azure.com/cluster")) return name(value, "group");
  if (key.ends_with("/hostname")) return name(value, "node");
  return name(value, "value");
}

}  // namespace acr
