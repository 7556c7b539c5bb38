// kubeconfig files: what they say, and how several become one. The rules are kubectl's (client-go
// tools/clientcmd). What it takes to speak to a cluster is made of it in kube_access.h.
#pragma once

#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/environment.h"
#include "live/exec_plugin.h"
#include "live/secret.h"

namespace acr {

struct KubeCluster {
  std::string server, server_name, proxy;
  std::string authority_file;  // absolute
  std::string authority_data;  // base64; stronger than the file
  bool skip_verify = false;
  std::string plugin_config;  // JSON: what the cluster has to say to exec plugins
  std::string file;           // the kubeconfig that it comes from
};

struct KubeUser {
  std::string certificate_file, key_file, token_file;  // absolute
  std::string certificate_data;                        // base64; stronger than the file
  Secret key_data;                                     // the same
  Secret token, password;
  std::string user_name;
  std::optional<ExecPlugin> exec;
  std::string auth_provider;  // its name
  struct Impersonation {
    std::string user, uid;
    std::vector<std::string> groups;
    std::vector<std::pair<std::string, std::string>> extra;
  } as;
  std::string file;
};

struct KubeContext {
  std::string cluster, user, name_space;
  std::string file;
};

struct Kubeconfig {
  std::map<std::string, KubeCluster> clusters;
  std::map<std::string, KubeUser> users;
  std::map<std::string, KubeContext> contexts;
  std::string current_context;
  std::vector<std::string> files;  // that were read
};

// Why there is no way to the cluster.
struct KubeError {
  enum class Cause {
    none,           // nothing is configured
    unreadable,     // a file that was named, or that an entry names
    malformed,      // a file, or an entry
    no_context,     // of that name, or none chosen
    refused,        // what we do not do: TLS without verification, a credential in the clear, …
    no_credential,  // an exec plugin or a token file gave none
  };
  Cause cause = Cause::none;
  std::string text;  // one plain line, without any credential
};

// The files to read, in their order: `named` alone, else those of KUBECONFIG, else ~/.kube/config.
std::vector<std::string> kubeconfig_paths(const Environment& environment, std::string_view named);

// One file's text; `file` is its absolute path, which relative paths in it are relative to. Of the
// bytes that yaml-cpp copied we cannot wipe what it has freed.
std::expected<Kubeconfig, KubeError> parse_kubeconfig(std::string_view text,
                                                      const std::string& file);

// What `first` does not name itself it takes from `later`, entry by entry; the first current
// context that is not empty stays.
void merge_kubeconfig(Kubeconfig& first, Kubeconfig later);

// Reads and merges. A file of a list that is not there is passed over, one that `named` names is an
// error; a damaged one is an error in either place, as for kubectl.
std::expected<Kubeconfig, KubeError> load_kubeconfig(const Environment& environment,
                                                     std::string_view named);

// Sorted.
std::vector<std::string> context_names(const Kubeconfig& config);

}  // namespace acr
