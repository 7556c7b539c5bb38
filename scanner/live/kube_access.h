// How to speak to one cluster: where it is, how it proves itself, and as whom we come.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/time.h"
#include "live/call.h"
#include "live/kubeconfig.h"

namespace acr {

// Calls point to `trust`: it stays where it is while they are open.
struct KubeAccess {
  std::string context;  // empty in the cluster itself
  std::string cluster, user;
  std::string server;      // "https://host:port/path", without a slash at its end
  std::string name_space;  // "default" where none is named
  std::string proxy;       // kubeconfig's proxy-url
  TlsTrust trust;
  Secret authorization;              // "Bearer …", "Basic …"; empty: none, or not fetched yet
  std::vector<std::string> headers;  // impersonation
  std::string token_file;            // read again by renew(): such tokens are short-lived
  std::optional<ExecPlugin> exec;    // run by renew()
  std::optional<Instant> expires;    // of the credential, where it is known
  std::vector<std::string> remarks;  // plain lines for people
};

struct KubeWanted {
  // --kubeconfig, --context, --namespace; may be empty.
  std::string file{}, context{}, name_space{};
  std::string account_folder = "/var/run/secrets/kubernetes.io/serviceaccount";
};

// One context of a kubeconfig (empty: the current one). Reads the files that its entries name; runs
// nothing: where `exec` is set, renew() gets the credential.
std::expected<KubeAccess, KubeError> kube_access(const Kubeconfig& config, std::string_view context,
                                                 Instant now);

// As a pod of the cluster, by its service account.
std::expected<KubeAccess, KubeError> in_cluster_access(const Environment& environment,
                                                       const std::string& folder);

// kubeconfig, else in-cluster: as kubectl looks.
std::expected<KubeAccess, KubeError> find_kube_access(const Environment& environment,
                                                      const KubeWanted& wanted, Instant now);

// True when a credential is still to be fetched, or will expire within a minute.
bool needs_renewal(const KubeAccess& access, Instant now);
// Reads the token file or runs the exec plugin. Not while calls are open: it may change `trust`.
std::optional<KubeError> renew(KubeAccess& access, const Environment& environment,
                               const ExecRules& rules);

// GET of a path such as "/api/v1/pods?limit=500".
Call kube_call(const KubeAccess& access, std::string_view path);

}  // namespace acr
