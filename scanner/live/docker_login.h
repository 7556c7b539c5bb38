// The credential that a pull secret holds for one image, found as the kubelet finds it.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "live/secret.h"

namespace acr {

struct DockerLogin {
  std::string user;
  Secret password;
};

// Of a docker config file ({"auths": …}, as in a secret of type kubernetes.io/dockerconfigjson) the
// first entry for `repository` (host and path). Other registries' entries are decoded beside it and
// wiped. The error is one clause without any value of the file: it cannot be read, has no entry for
// the registry, or only one whose password is kept elsewhere (credential helpers, identity tokens).
std::expected<DockerLogin, std::string> read_docker_login(const std::string& path,
                                                          const std::string& repository);
std::expected<DockerLogin, std::string> find_docker_login(std::string_view config,
                                                          const std::string& repository);

}  // namespace acr
