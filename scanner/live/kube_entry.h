// The parts of a KubeAccess, each from its entry of a kubeconfig. For kube_access.cc.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "live/kube_access.h"

namespace acr {

std::optional<KubeError> set_cluster(KubeAccess& access, const KubeCluster& cluster);
// After set_cluster: an exec plugin may want to be told of the cluster.
std::optional<KubeError> set_user(KubeAccess& access, const KubeUser& user,
                                  const KubeCluster& cluster, Instant now);

// "Bearer …" of a token file.
std::expected<Secret, KubeError> read_token_file(const std::string& file);
// Takes "Bearer …" over, and until when it serves where it is a JSON Web Token.
void take_token(KubeAccess& access, Secret authorization);

}  // namespace acr
