#include "live/kube_access.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "estate/command.h"
#include "live/base64.h"
#include "live/json_text.h"
#include "live/kube_server.h"
#include "live/plain.h"
#include "live/small_file.h"
#include "live/tls_pair.h"
#include "live/token.h"

namespace acr {
namespace {

using Cause = KubeError::Cause;

std::unexpected<KubeError> fail(Cause cause, std::string text) {
  return std::unexpected(KubeError{cause, std::move(text)});
}

// The PEM text of a "-data" field or else of a file; empty when there is neither.
std::expected<Secret, KubeError> read_pem(std::string_view data, const std::string& file,
                                          std::string_view field) {
  if (!data.empty()) {
    auto text = decode_base64_secret(data);
    if (!text) return fail(Cause::malformed, fmt::format("{}-data is not base64", field));
    return std::move(*text);
  }
  if (file.empty()) return Secret{};
  auto text = read_small_file(file);
  if (!text) return fail(Cause::unreadable, fmt::format("{}: {}", field, text.error().text));
  return std::move(*text);
}

std::optional<KubeError> set_cluster(KubeAccess& access, const KubeCluster& cluster) {
  const std::string name = plain_name(access.cluster);
  if (cluster.server.empty())
    return KubeError{Cause::malformed, fmt::format("no server found for cluster \"{}\"", name)};
  if (cluster.skip_verify)
    return KubeError{
        Cause::refused,
        fmt::format(
            "cluster \"{}\" of {} asks not to verify the server (insecure-skip-tls-verify), and "
            "acr-doctor always does; give its certificate authority in place of that: az aks "
            "get-credentials --overwrite-existing, or kubectl config set-cluster {} "
            "--certificate-authority=FILE --embed-certs --insecure-skip-tls-verify=false",
            name, plain_name(cluster.file), quote(plain_name(access.cluster)))};
  auto server = read_kube_server(cluster.server);
  if (!server)
    return KubeError{Cause::refused, fmt::format("cluster \"{}\": {}", name, server.error())};
  access.server = std::move(*server);
  if (const std::string fault = check_proxy_url(cluster.proxy); !fault.empty())
    return KubeError{Cause::refused, fmt::format("cluster \"{}\": {}", name, fault)};
  access.proxy = cluster.proxy;
  access.trust.server_name = cluster.server_name;
  const auto authorities =
      read_pem(cluster.authority_data, cluster.authority_file, "certificate-authority");
  if (!authorities)
    return KubeError{authorities.error().cause,
                     fmt::format("cluster \"{}\": {}", name, authorities.error().text)};
  access.trust.authorities = authorities->view();
  if (!access.trust.authorities.empty() && !certificate_end(access.trust.authorities))
    return KubeError{
        Cause::malformed,
        fmt::format("cluster \"{}\": certificate-authority holds no certificate", name)};
  return std::nullopt;
}

// spec.cluster of KUBERNETES_EXEC_INFO.
std::string describe_cluster(const KubeCluster& cluster, const TlsTrust& trust) {
  std::string json = fmt::format(R"({{"server":{})", json_text(cluster.server));
  const auto add = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) json += fmt::format(R"(,"{}":{})", name, json_text(value));
  };
  add("tls-server-name", cluster.server_name);
  add("certificate-authority-data", encode_base64(trust.authorities));
  add("proxy-url", cluster.proxy);
  if (!cluster.plugin_config.empty()) json += ",\"config\":" + cluster.plugin_config;
  return json + "}";
}

std::optional<KubeError> set_certificate(KubeAccess& access, const KubeUser& user, Instant now) {
  const bool has_certificate = !user.certificate_data.empty() || !user.certificate_file.empty();
  const bool has_key = !user.key_data.empty() || !user.key_file.empty();
  if (!has_certificate) return std::nullopt;
  const std::string name = plain_name(access.user);
  if (!has_key)
    return KubeError{Cause::malformed,
                     fmt::format("client-key-data or client-key must be specified for {} to use "
                                 "the clientCert authentication method.",
                                 name)};
  const auto certificate =
      read_pem(user.certificate_data, user.certificate_file, "client-certificate");
  if (!certificate) return certificate.error();
  auto key = read_pem(user.key_data.view(), user.key_file, "client-key");
  if (!key) return key.error();
  if (const std::string fault = check_tls_pair(certificate->view(), key->view()); !fault.empty())
    return KubeError{Cause::malformed, fmt::format("client certificate of {}: {}", name, fault)};
  if (const auto end = certificate_end(certificate->view()); end && *end < now)
    access.remarks.push_back(
        fmt::format("the client certificate of {} expired at {}; for a new one: az aks "
                    "get-credentials --overwrite-existing",
                    name, format_time(*end)));
  access.trust.client_certificate = certificate->view();
  access.trust.client_key = std::move(*key);
  return std::nullopt;
}

std::expected<Secret, KubeError> bearer(std::string_view token, std::string_view whence) {
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.back())) != 0)
    token.remove_suffix(1);
  while (!token.empty() && std::isspace(static_cast<unsigned char>(token.front())) != 0)
    token.remove_prefix(1);
  if (!is_header_word(token))
    return fail(
        Cause::malformed,
        fmt::format("{} {}", whence, token.empty() ? "is empty" : "cannot stand in a header"));
  return scheme_and("Bearer ", token);
}

std::expected<Secret, KubeError> read_token(const std::string& file) {
  const auto text = read_small_file(file);
  if (!text) return fail(Cause::no_credential, "token file " + text.error().text);
  return bearer(text->view(), "the token of " + plain_name(file));
}

// "Bearer …" and until when, where it is a JSON Web Token.
void take_token(KubeAccess& access, Secret authorization) {
  access.expires = token_end(authorization.view());
  access.authorization = std::move(authorization);
}

std::optional<KubeError> set_headers(KubeAccess& access, const KubeUser::Impersonation& as) {
  const std::string name = plain_name(access.user);
  if (as.user.empty()) {
    if (as.uid.empty() && as.groups.empty() && as.extra.empty()) return std::nullopt;
    return KubeError{
        Cause::malformed,
        fmt::format("requesting uid, groups or user-extra for {} without impersonating "
                    "a user",
                    name)};
  }
  bool fit = true;
  const auto add = [&](const std::string& header, const std::string& value) {
    fit = fit && std::ranges::none_of(value, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
    access.headers.push_back(header + ": " + value);
  };
  add("Impersonate-User", as.user);
  if (!as.uid.empty()) add("Impersonate-Uid", as.uid);
  for (const std::string& group : as.groups) add("Impersonate-Group", group);
  for (const auto& [key, value] : as.extra) add("Impersonate-Extra-" + percent_encode(key), value);
  if (!fit)
    return KubeError{Cause::malformed,
                     fmt::format("what {} impersonates cannot stand in a header", name)};
  access.remarks.push_back(fmt::format("the cluster is asked as {}, whom user {} impersonates",
                                       plain_name(as.user), name));
  return std::nullopt;
}

std::optional<KubeError> set_user(KubeAccess& access, const KubeUser& user,
                                  const KubeCluster& cluster, Instant now) {
  const std::string name = plain_name(access.user);
  const bool basic = !user.user_name.empty() || !user.password.empty();
  if (basic && !user.token.empty())
    return KubeError{Cause::malformed,
                     fmt::format("more than one authentication method found for {}; found [token "
                                 "basicAuth], only one is allowed",
                                 name)};
  if (!user.auth_provider.empty())
    return KubeError{Cause::refused,
                     fmt::format("user {} of {} uses the auth-provider {}, which Kubernetes 1.26 "
                                 "removed; to convert it: kubelogin convert-kubeconfig -l azurecli",
                                 name, plain_name(user.file), plain_name(user.auth_provider))};
  if (auto error = set_headers(access, user.as)) return error;
  if (auto error = set_certificate(access, user, now)) return error;
  // A token of the file is stronger than one in the entry, and both are than a plugin.
  access.token_file = user.token_file;
  std::expected<Secret, KubeError> credential;
  if (!user.token_file.empty()) credential = read_token(user.token_file);
  if (!user.token.empty() && (user.token_file.empty() || !credential))
    credential = bearer(user.token.view(), "the token of " + name);
  if (!credential) return credential.error();
  if (!credential->empty()) {
    take_token(access, std::move(*credential));
    if (access.expires && *access.expires < now)
      access.remarks.push_back(
          fmt::format("the token of {} expired at {}", name, format_time(*access.expires)));
  } else if (basic) {
    access.authorization = basic_authorization(user.user_name, user.password.view());
    access.remarks.push_back(fmt::format(
        "user {} comes with a name and a password, which Kubernetes refuses since 1.19", name));
  } else if (user.exec) {
    access.exec = user.exec->copy();
    if (access.exec->wants_cluster) access.exec->cluster = describe_cluster(cluster, access.trust);
    if (std::string refusal = refuse_plugin(*access.exec); !refusal.empty())
      return KubeError{Cause::refused, std::move(refusal)};
  }
  return std::nullopt;
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
  auto token = read_token(access.token_file);
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
    auto token = read_token(access.token_file);
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
