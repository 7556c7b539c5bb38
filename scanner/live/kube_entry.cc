#include "live/kube_entry.h"

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

}  // namespace

std::expected<Secret, KubeError> read_token_file(const std::string& file) {
  const auto text = read_small_file(file);
  if (!text) return fail(Cause::no_credential, "token file " + text.error().text);
  return bearer(text->view(), "the token of " + plain_name(file));
}

void take_token(KubeAccess& access, Secret authorization) {
  access.expires = token_end(authorization.view());
  access.authorization = std::move(authorization);
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
  if (!user.token_file.empty()) credential = read_token_file(user.token_file);
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

}  // namespace acr
