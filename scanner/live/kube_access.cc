#include "live/kube_access.h"

#include <fmt/format.h>

#include "live/base64.h"
#include "live/kube_entry.h"
#include "live/kube_server.h"
#include "live/plain.h"
#include "live/small_file.h"
#include "live/tls_pair.h"

namespace acr {
namespace {

using Cause = KubeError::Cause;

std::unexpected<KubeError> fail(Cause cause, std::string text) {
  return std::unexpected(KubeError{cause, std::move(text)});
}

// Nothing that lets its holder in leaves this host in the clear.
std::optional<KubeError> guard_clear_text(KubeAccess& access) {
  if (!access.server.starts_with("http:")) return std::nullopt;
  if (!access.authorization.empty() || access.exec || !access.token_file.empty())
    return KubeError{Cause::refused,
                     fmt::format("the server of cluster \"{}\" is not https, and user {} has a "
                                 "credential, which would be sent in the clear",
                                 plain_name(access.cluster), plain_name(access.user))};
  return std::nullopt;
}

std::string known_contexts(const Kubeconfig& config) {
  std::string text;
  std::size_t count = 0;
  for (const auto& [name, context] : config.contexts) {
    if (count++ == 10) return text + ", …";
    text += (text.empty() ? "" : ", ") + plain_name(name);
  }
  return text.empty() ? "there is none" : "there are " + text;
}

}  // namespace

std::expected<KubeAccess, KubeError> kube_access(const Kubeconfig& config, std::string_view context,
                                                 Instant now) {
  KubeAccess access;
  access.context = context.empty() ? config.current_context : std::string(context);
  const std::string name = plain_name(access.context);
  if (access.context.empty())
    return fail(Cause::no_context,
                fmt::format("the kubeconfig has no current-context; choose one with --context: {}",
                            known_contexts(config)));
  const auto chosen = config.contexts.find(access.context);
  if (chosen == config.contexts.end())
    return fail(Cause::no_context,
                fmt::format("context was not found for specified context: {}; {}", name,
                            known_contexts(config)));
  access.cluster = chosen->second.cluster;
  access.user = chosen->second.user;
  access.name_space = chosen->second.name_space.empty() ? "default" : chosen->second.name_space;
  const auto cluster = config.clusters.find(access.cluster);
  if (cluster == config.clusters.end())
    return fail(Cause::malformed, fmt::format("cluster \"{}\" was not found for context \"{}\"",
                                              plain_name(access.cluster), name));
  const auto user = config.users.find(access.user);
  if (user == config.users.end() && !access.user.empty())
    return fail(Cause::malformed, fmt::format("user \"{}\" was not found for context \"{}\"",
                                              plain_name(access.user), name));
  if (auto error = set_cluster(access, cluster->second)) return std::unexpected(std::move(*error));
  if (user != config.users.end())
    if (auto error = set_user(access, user->second, cluster->second, now))
      return std::unexpected(std::move(*error));
  if (auto error = guard_clear_text(access)) return std::unexpected(std::move(*error));
  return access;
}

std::expected<KubeAccess, KubeError> in_cluster_access(const Environment& environment,
                                                       const std::string& folder) {
  const std::string_view host = environment.get("KUBERNETES_SERVICE_HOST"),
                         port = environment.get("KUBERNETES_SERVICE_PORT");
  if (host.empty() || port.empty())
    return fail(Cause::none,
                "unable to load in-cluster configuration, KUBERNETES_SERVICE_HOST and "
                "KUBERNETES_SERVICE_PORT must be defined");
  KubeAccess access;
  const bool bracket = host.find(':') != std::string_view::npos && !host.starts_with('[');
  auto server = read_kube_server(bracket ? fmt::format("https://[{}]:{}", host, port)
                                         : fmt::format("https://{}:{}", host, port));
  if (!server) return fail(Cause::malformed, "KUBERNETES_SERVICE_HOST: " + server.error());
  access.server = std::move(*server);
  access.cluster = access.user = "in-cluster";
  access.token_file = folder + "/token";
  auto token = read_token_file(access.token_file);
  if (!token) return std::unexpected(token.error());
  take_token(access, std::move(*token));
  const auto authorities = read_small_file(folder + "/ca.crt");
  if (!authorities) return fail(Cause::unreadable, authorities.error().text);
  access.trust.authorities = authorities->view();
  // An empty text would stand for the system's authorities, which do not vouch for a cluster.
  if (!certificate_end(access.trust.authorities))
    return fail(Cause::malformed, plain_name(folder) + "/ca.crt holds no certificate");
  access.name_space = environment.get("POD_NAMESPACE");
  if (access.name_space.empty())
    if (const auto name = read_small_file(folder + "/namespace", 256)) {
      const std::string_view text = name->view();
      access.name_space = text.substr(0, text.find_last_not_of(" \r\n\t") + 1);
    }
  if (access.name_space.empty()) access.name_space = "default";
  return access;
}

std::expected<KubeAccess, KubeError> find_kube_access(const Environment& environment,
                                                      const KubeWanted& wanted, Instant now) {
  auto config = load_kubeconfig(environment, wanted.file);
  if (!config) return std::unexpected(config.error());
  const bool nothing = config->contexts.empty() && config->clusters.empty();
  std::expected<KubeAccess, KubeError> access;
  if (nothing && wanted.file.empty() && wanted.context.empty()) {
    access = in_cluster_access(environment, wanted.account_folder);
    if (!access && access.error().cause == Cause::none)
      return fail(
          Cause::none,
          "no kubeconfig: neither KUBECONFIG nor ~/.kube/config holds a cluster, and this is "
          "no pod; to get one: az aks get-credentials --resource-group GROUP --name CLUSTER");
  } else {
    access = kube_access(*config, wanted.context, now);
  }
  if (access && !wanted.name_space.empty()) access->name_space = wanted.name_space;
  return access;
}

bool needs_renewal(const KubeAccess& access, Instant now) {
  if (access.exec && access.authorization.empty() && access.trust.client_key.empty()) return true;
  return access.expires && *access.expires - now < std::chrono::minutes(1);
}

std::optional<KubeError> renew(KubeAccess& access, const Environment& environment,
                               const ExecRules& rules) {
  if (access.exec) {
    auto credential = run_exec_plugin(*access.exec, environment, rules);
    if (!credential) return KubeError{Cause::no_credential, credential.error()};
    access.authorization =
        credential->token.empty() ? Secret{} : scheme_and("Bearer ", credential->token.view());
    if (!credential->certificate.empty()) {
      access.trust.client_certificate = std::move(credential->certificate);
      access.trust.client_key = std::move(credential->key);
    }
    access.expires = credential->expires;
  } else if (!access.token_file.empty()) {
    auto token = read_token_file(access.token_file);
    if (!token) return token.error();
    take_token(access, std::move(*token));
  }
  return std::nullopt;
}

Call kube_call(const KubeAccess& access, std::string_view path) {
  Call call;
  call.url = access.server + std::string(path);
  call.headers = access.headers;
  call.headers.emplace_back("Accept: application/json");
  call.authorization = access.authorization.copy();
  call.trust = &access.trust;
  call.proxy = access.proxy;
  return call;
}

}  // namespace acr
