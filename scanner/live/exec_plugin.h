// Programs that a kubeconfig names to get a credential (client-go's exec plugins). Nothing is run
// without telling the command first.
// Protocol: https://kubernetes.io/docs/reference/access-authn-authz/authentication/
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/time.h"
#include "live/environment.h"
#include "live/secret.h"

namespace acr {

struct ExecPlugin {
  struct Variable {
    std::string name;
    Secret value;
  };
  std::string user;          // of the kubeconfig, that it speaks for
  std::string api_version;   // client.authentication.k8s.io/v1 or …/v1beta1
  std::string command;       // absolute, or a name for PATH
  std::vector<Secret> args;  // may hold a --client-secret
  std::vector<Variable> variables;
  std::string install_hint;
  std::string mode;            // Never, IfAvailable, Always; "" where the file names none
  bool wants_cluster = false;  // provideClusterInfo
  std::string cluster;         // JSON: spec.cluster of KUBERNETES_EXEC_INFO, when it is wanted
  ExecPlugin copy() const;     // a second holder of what is secret in it
};

struct ExecCredential {
  Secret token;
  std::string certificate;  // PEM, with key
  Secret key;               // PEM
  std::optional<Instant> expires;
};

// The command as people read it: words quoted for a shell, values of secret names as "***".
std::string command_text(const ExecPlugin& plugin);

// Why the plugin cannot be run by us; empty when it can.
std::string refuse_plugin(const ExecPlugin& plugin);

// The value of KUBERNETES_EXEC_INFO. We are never interactive.
std::string exec_info(const ExecPlugin& plugin);

// A plugin's standard output. The error is one clause without anything that the plugin printed.
std::expected<ExecCredential, std::string> read_exec_credential(std::string_view output,
                                                                std::string_view api_version);

struct ExecRules {
  // Told the whole command before it runs; false: it shall not run. Empty: nothing runs.
  std::function<bool(const std::string& command)> announce;
  const std::atomic<bool>* cancelled = nullptr;
  int seconds = 60;
};

// The error is one clause for people: what failed, the first line of what the plugin said, and
// where the program can be had.
std::expected<ExecCredential, std::string> run_exec_plugin(const ExecPlugin& plugin,
                                                           const Environment& environment,
                                                           const ExecRules& rules);

}  // namespace acr
