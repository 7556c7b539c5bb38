#include "live/kubeconfig.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include <fmt/format.h>

#include "live/plain.h"
#include "live/small_file.h"

namespace acr {

std::vector<std::string> kubeconfig_paths(const Environment& environment, std::string_view named) {
  if (!named.empty()) return {std::string(named)};
  std::vector<std::string> paths;
  std::string_view list = environment.get("KUBECONFIG");
  if (list.empty()) {
    const std::string_view home = environment.get("HOME");
    if (!home.empty()) paths.push_back(fmt::format("{}/.kube/config", home));
    return paths;
  }
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(':'), list.size());
    const std::string path(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!path.empty() && std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  }
  return paths;
}

void merge_kubeconfig(Kubeconfig& first, Kubeconfig later) {
  first.clusters.merge(later.clusters);
  first.users.merge(later.users);
  first.contexts.merge(later.contexts);
  if (first.current_context.empty()) first.current_context = later.current_context;
  first.files.insert(first.files.end(), later.files.begin(), later.files.end());
}

std::expected<Kubeconfig, KubeError> load_kubeconfig(const Environment& environment,
                                                     std::string_view named) {
  constexpr std::size_t kMostFiles = 100;
  Kubeconfig whole;
  const std::vector<std::string> paths = kubeconfig_paths(environment, named);
  if (paths.size() > kMostFiles)
    return std::unexpected(KubeError{KubeError::Cause::malformed,
                                     fmt::format("KUBECONFIG names {} files", paths.size())});
  for (const std::string& path : paths) {
    const auto text = read_small_file(path);
    if (!text && text.error().absent && named.empty()) continue;
    if (!text) return std::unexpected(KubeError{KubeError::Cause::unreadable, text.error().text});
    std::error_code error;
    const auto absolute = std::filesystem::absolute(path, error);
    auto config = parse_kubeconfig(text->view(), error ? path : absolute.string());
    if (!config) return std::unexpected(config.error());
    merge_kubeconfig(whole, std::move(*config));
  }
  return whole;
}

std::vector<std::string> context_names(const Kubeconfig& config) {
  std::vector<std::string> names;
  names.reserve(config.contexts.size());
  for (const auto& [name, context] : config.contexts) names.push_back(name);
  return names;
}

}  // namespace acr
