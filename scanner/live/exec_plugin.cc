#include "live/exec_plugin.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "estate/command.h"
#include "estate/resource_id.h"
#include "live/child.h"
#include "live/json_text.h"
#include "live/plain.h"
#include "live/secret_json.h"
#include "live/tls_pair.h"

namespace acr {
namespace {

constexpr std::string_view kGroup = "client.authentication.k8s.io/";

bool names_secret(std::string_view name) {
  const std::string word = lower(name);
  for (const std::string_view part : {"secret", "password", "token", "key", "credential"})
    if (word.find(part) != std::string::npos) return true;
  return false;
}

// Is the word a flag whose value, the next word, lets its holder in? "get-token" is none.
bool is_secret_flag(std::string_view word) {
  return word.starts_with('-') && names_secret(word);
}

std::vector<std::string_view> texts_to_hide(const ExecPlugin& plugin) {
  std::vector<std::string_view> hidden;
  bool value = false;
  for (const Secret& argument : plugin.args) {
    const std::string_view word = argument.view();
    const std::size_t equals = word.find('=');
    if (value) hidden.push_back(word);
    if (is_secret_flag(word.substr(0, equals)) && equals != std::string_view::npos)
      hidden.push_back(word.substr(equals + 1));
    value = is_secret_flag(word) && equals == std::string_view::npos;
  }
  for (const ExecPlugin::Variable& variable : plugin.variables)
    if (names_secret(variable.name)) hidden.push_back(variable.value.view());
  return hidden;
}

std::string shown_variable(const ExecPlugin::Variable& variable) {
  return fmt::format(
      "{}={}", plain_name(variable.name),
      names_secret(variable.name) ? "***" : quote(plain_line(variable.value.view())));
}

}  // namespace

ExecPlugin ExecPlugin::copy() const {
  ExecPlugin plugin{user, api_version, command, {}, {}, install_hint, mode, wants_cluster, cluster};
  for (const Secret& argument : args) plugin.args.push_back(argument.copy());
  for (const Variable& variable : variables)
    plugin.variables.push_back({variable.name, variable.value.copy()});
  return plugin;
}

std::string command_text(const ExecPlugin& plugin) {
  std::string text;
  for (const ExecPlugin::Variable& variable : plugin.variables)
    text += shown_variable(variable) + " ";
  text += quote(plain_name(plugin.command, 4096));
  bool value = false;
  for (const Secret& argument : plugin.args) {
    const std::string_view word = argument.view();
    const std::size_t equals = word.find('=');
    text += ' ';
    if (value)
      text += "***";
    else if (equals != std::string_view::npos && is_secret_flag(word.substr(0, equals)))
      text += quote(plain_line(word.substr(0, equals))) + "=***";
    else
      text += quote(plain_line(word));
    value = !value && is_secret_flag(word) && equals == std::string_view::npos;
  }
  return text;
}

std::string refuse_plugin(const ExecPlugin& plugin) {
  const std::string user = plain_name(plugin.user);
  if (plugin.command.empty())
    return fmt::format("command must be specified for {} to use exec authentication plugin", user);
  if (plugin.api_version == "client.authentication.k8s.io/v1alpha1")
    return fmt::format(
        "the exec plugin of {} uses client.authentication.k8s.io/v1alpha1, which Kubernetes 1.24 "
        "removed; write the kubeconfig anew: az aks get-credentials, then kubelogin "
        "convert-kubeconfig",
        user);
  if (plugin.api_version != "client.authentication.k8s.io/v1" &&
      plugin.api_version != "client.authentication.k8s.io/v1beta1")
    return fmt::format("the exec plugin of {} has the unknown apiVersion \"{}\"", user,
                       plain_name(plugin.api_version));
  if (plugin.mode == "Always")
    return fmt::format(
        "exec plugin cannot support interactive mode: {} asks for a terminal (interactiveMode: "
        "Always), and nothing is typed here; for kubelogin: kubelogin convert-kubeconfig -l "
        "azurecli",
        user);
  const bool v1 = plugin.api_version.ends_with("/v1");
  if (plugin.mode != "Never" && plugin.mode != "IfAvailable" && (v1 || !plugin.mode.empty()))
    return fmt::format(
        "exec plugin cannot support interactive mode: unknown interactiveMode: "
        "\"{}\" of {}",
        plain_name(plugin.mode), user);
  for (const ExecPlugin::Variable& variable : plugin.variables)
    if (variable.name.empty() || variable.name.find('=') != std::string::npos)
      return fmt::format(
          "env variable name must be specified for {} to use exec authentication "
          "plugin",
          user);
  return {};
}

std::string exec_info(const ExecPlugin& plugin) {
  std::string spec = R"("interactive":false)";
  if (plugin.wants_cluster && !plugin.cluster.empty())
    spec = "\"cluster\":" + plugin.cluster + "," + spec;
  return fmt::format(R"({{"kind":"ExecCredential","apiVersion":{},"spec":{{{}}}}})",
                     json_text(plugin.api_version), spec);
}

std::expected<ExecCredential, std::string> read_exec_credential(std::string_view output,
                                                                std::string_view api_version) {
  const auto fail = [](std::string text) { return std::unexpected(std::move(text)); };
  const SecretJson json(output);
  const auto root = json.object();
  if (!root)
    return fail(
        fmt::format("decoding stdout: {}", json.error().empty() ? "no JSON object" : json.error()));
  const std::string_view version = text_of(*root, "apiVersion"), kind = text_of(*root, "kind");
  if (kind != "ExecCredential") return fail("decoding stdout: no ExecCredential");
  if (version != api_version)
    return fail(fmt::format(
        "exec plugin is configured to use API version {}, plugin returned version {}", api_version,
        version.starts_with(kGroup) ? plain_line(version, {}, 80)
                                    : std::string("of another kind")));
  const auto status = object_of(*root, "status");
  if (!status) return fail("exec plugin didn't return a status field");
  const std::string_view token = text_of(*status, "token"),
                         certificate = text_of(*status, "clientCertificateData"),
                         key = text_of(*status, "clientKeyData"),
                         expires = text_of(*status, "expirationTimestamp");
  if (token.empty() && certificate.empty() && key.empty())
    return fail("exec plugin didn't return a token or cert/key pair");
  if (certificate.empty() != key.empty())
    return fail("exec plugin returned only certificate or key, not both");
  if (!token.empty() && !is_header_word(token))
    return fail("exec plugin returned a token that cannot stand in a header");
  ExecCredential credential;
  if (!certificate.empty()) {
    if (const std::string fault = check_tls_pair(certificate, key); !fault.empty())
      return fail("exec plugin returned a certificate and key that do not serve: " + fault);
    credential.certificate = certificate;
    credential.key = Secret(std::string(key));
  }
  credential.token = Secret(std::string(token));
  if (!expires.empty()) {
    credential.expires = parse_time(expires);
    if (!credential.expires) return fail("decoding stdout: expirationTimestamp is no time");
  }
  return credential;
}

std::expected<ExecCredential, std::string> run_exec_plugin(const ExecPlugin& plugin,
                                                           const Environment& environment,
                                                           const ExecRules& rules) {
  if (std::string refusal = refuse_plugin(plugin); !refusal.empty())
    return std::unexpected(std::move(refusal));
  const std::string command = command_text(plugin);
  if (!rules.announce || !rules.announce(command))
    return std::unexpected(
        fmt::format("getting credentials: {} was not run: it is not allowed", command));
  Environment variables = environment;
  for (const ExecPlugin::Variable& variable : plugin.variables)
    variables.set(variable.name, variable.value.view());
  variables.set("KUBERNETES_EXEC_INFO", exec_info(plugin));
  Child child;
  child.argv.reserve(plugin.args.size() + 1);
  child.argv.push_back(plugin.command);
  for (const Secret& argument : plugin.args) child.argv.emplace_back(argument.view());
  child.environment = &variables;
  child.timeout = Milliseconds{1000} * rules.seconds;
  child.cancelled = rules.cancelled;
  child.hidden = texts_to_hide(plugin);
  const ChildEnd end = run_child(child);
  for (std::string& word : child.argv) wipe(word);
  const std::string name = plain_name(plugin.command);
  if (end.how == ChildEnd::How::not_found) {
    std::string text = fmt::format("getting credentials: exec: executable {} not found", name);
    if (!plugin.install_hint.empty())
      text += "; the kubeconfig says: " + plain_line(plugin.install_hint, {}, 600);
    else if (name == "kubelogin")
      text += "; to install it: az aks install-cli";
    return std::unexpected(std::move(text));
  }
  if (end.how == ChildEnd::How::exited && end.code != 0)
    return std::unexpected(
        fmt::format("getting credentials: exec: executable {} failed with exit code {}{}{}", name,
                    end.code, end.complaint.empty() ? "" : ": ", end.complaint));
  if (!end.ok())
    return std::unexpected(
        fmt::format("getting credentials: exec: executable {} {}", name, describe(end, child)));
  auto credential = read_exec_credential(end.output.view(), plugin.api_version);
  if (!credential)
    return std::unexpected(fmt::format("getting credentials: {}: {}", name, credential.error()));
  return credential;
}

}  // namespace acr
