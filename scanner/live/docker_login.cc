#include "live/docker_login.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "collect/docker_config.h"
#include "estate/keyring.h"
#include "live/small_file.h"

namespace acr {

std::expected<DockerLogin, std::string> read_docker_login(const std::string& path,
                                                          const std::string& repository) {
  const auto file = read_small_file(path);
  if (!file) return std::unexpected(file.error().text);
  auto login = find_docker_login(file->view(), repository);
  if (!login) return std::unexpected(fmt::format("{}: {}", path, login.error()));
  return login;
}

std::expected<DockerLogin, std::string> find_docker_login(std::string_view config,
                                                          const std::string& repository) {
  auto entries = decode_dockerconfigjson(config);
  if (!entries) return std::unexpected(entries.error().text);
  std::vector<std::string> locations;
  for (const auto& entry : *entries) locations.push_back(entry.location);
  const auto found = keyring_lookup(locations, repository);
  if (found.empty()) return std::unexpected(fmt::format("it has no entry for {}", repository));
  DockerEntry& entry = (*entries)[found.front()];
  if (entry.username.empty() || entry.password.empty())
    return std::unexpected(
        fmt::format("its entry for {} has no user and password; the kubelet asks no credential "
                    "helper and uses no identity token",
                    repository));
  DockerLogin login;
  login.user = entry.username;
  login.password = Secret(std::move(entry.password));
  return login;
}

}  // namespace acr
