#include "live/vantage.h"

#include <unistd.h>

#include <array>

#include "live/plain.h"
#include "live/small_file.h"

namespace acr {
namespace {

constexpr const char* kServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";

std::string_view take_word(std::string_view& line) {
  const auto start = line.find_first_not_of(" \t\r");
  if (start == std::string_view::npos) return line = {};
  line.remove_prefix(start);
  const std::string_view word = line.substr(0, line.find_first_of(" \t\r"));
  line.remove_prefix(word.size());
  return word;
}

}  // namespace

Standpoint look_around() {
  Standpoint standpoint{read_environment(), {}, {}, access(kServiceAccount, F_OK) == 0};
  if (const auto text = read_small_file("/etc/resolv.conf")) standpoint.resolver = text->view();
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) == 0) standpoint.host = name.data();
  return standpoint;
}

Vantage vantage_of(const Standpoint& standpoint, std::string_view cluster, bool own_servers) {
  const auto variable = [&standpoint](std::string_view name) {
    return plain_name(standpoint.environment.get(name), 253);
  };
  Vantage vantage;
  vantage.host = plain_name(standpoint.host, 253);
  vantage.cluster = cluster.empty() ? variable("ACR_DOCTOR_CLUSTER") : plain_name(cluster, 253);
  const std::string node = variable("NODE_NAME"), pod = variable("POD_NAME");
  const bool in_cluster = !standpoint.environment.get("KUBERNETES_SERVICE_HOST").empty() &&
                          (standpoint.service_account || !node.empty() || !pod.empty());
  if (!in_cluster) return vantage;
  vantage.kind = Vantage::Kind::pod;
  vantage.node = node;
  vantage.pod = pod;
  vantage.name_space = variable("POD_NAMESPACE");
  vantage.node_resolver = !own_servers && !asks_cluster_dns(standpoint.resolver);
  return vantage;
}

bool asks_cluster_dns(std::string_view resolver) {
  while (!resolver.empty()) {
    std::string_view line = resolver.substr(0, resolver.find('\n'));
    resolver.remove_prefix(line.size() < resolver.size() ? line.size() + 1 : line.size());
    if (take_word(line) != "search") continue;
    for (auto word = take_word(line); !word.empty(); word = take_word(line)) {
      if (word.find(".svc.") != std::string_view::npos || word.ends_with(".svc") ||
          word.starts_with("svc."))
        return true;
    }
  }
  return false;
}

}  // namespace acr
