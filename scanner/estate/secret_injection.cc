#include "estate/secret_injection.h"

#include <fmt/format.h>

#include <algorithm>

namespace acr {

std::string_view account_name(std::string_view written) {
  return written.empty() ? "default" : written;
}

std::expected<AdmittedPod, std::string> admit(const PodRequest& pod, const ServiceAccount* account,
                                              bool only_listed) {
  AdmittedPod admitted{pod.service_account, pod.pull_secrets};
  if (!pod.created) return admitted;
  if (pod.mirror) {
    if (!pod.service_account.empty()) {
      return std::unexpected("a mirror pod may not reference service accounts");
    }
    if (!pod.pull_secrets.empty()) {
      return std::unexpected("a mirror pod may not reference secrets");
    }
    return admitted;
  }

  admitted.service_account = account_name(pod.service_account);
  if (!account) {
    return std::unexpected(
        fmt::format("error looking up service account {}/{}: serviceaccount \"{}\" not found",
                    pod.name_space, admitted.service_account, admitted.service_account));
  }
  if (pod.pull_secrets.empty()) {
    admitted.pull_secrets = account->pull_secrets;
  } else if (only_listed) {
    for (std::size_t i = 0; i < pod.pull_secrets.size(); ++i) {
      if (std::ranges::find(account->pull_secrets, pod.pull_secrets[i]) ==
          account->pull_secrets.end()) {
        return std::unexpected(
            fmt::format("imagePullSecrets[{}].name=\"{}\" is not allowed because service account "
                        "{} does not reference that imagePullSecret",
                        i, pod.pull_secrets[i], admitted.service_account));
      }
    }
  }
  return admitted;
}

}  // namespace acr
