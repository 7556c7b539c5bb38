// Which credentials a pull will use: the pod's pull secrets and the kubelet identity behind them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "estate/access.h"
#include "estate/pull.h"

namespace acr {

// One secret the pod names, and what is known of it.
struct SecretUse {
  enum class State { present, missing, unknown };
  std::string name;
  State state = State::unknown;
  const PullSecret* secret = nullptr;  // when present
  std::string reason;                  // missing or unknown: on what that rests
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;  // unknown: the command that would tell
};
std::vector<SecretUse> secrets_of(const Estate& estate, const Pull& pull);

// The entries of the present secrets that the kubelet would try for this image, in its order.
struct MatchingCredential {
  const PullSecret* secret = nullptr;
  const PullCredential* credential = nullptr;
};
std::vector<MatchingCredential> matching_credentials(const std::vector<SecretUse>& secrets,
                                                     const Pull& pull);

// Who pulls when no secret does: the kubelet identity, or the cluster's service principal.
Fact<Principal> puller(const Estate& estate, const Cluster& cluster);

// Every node of the cluster says that it is another cloud's, or a machine of its own: such nodes
// have no kubelet identity. The evidence is one of them; nullopt where that is not so, or not
// known.
std::optional<Evidence> outside_azure(const Estate& estate, const Cluster& cluster);

// Would the pull work without any pull secret? `yes`: the node's own credential suffices, the
// registry allows anonymous pulls, or the image was pulled already; `no`: only a secret can help.
struct NodeCredential {
  Tri suffices = Tri::unknown;
  std::string reason;
  std::vector<Evidence> evidence;
  std::vector<std::string> supply;
};
NodeCredential node_credential(const Estate& estate, const Pull& pull);

// Commands that repair, with real names only. Each makes a registry token that may only pull.
std::vector<std::string> make_secret(const Pull& pull, std::string_view name);  // it is missing
std::vector<std::string> renew_secret(const Pull& pull,
                                      const PullSecret& secret);  // it is of no use
// The pod names no such secret; `make` when it does not exist yet either.
std::vector<std::string> name_secret(const Pull& pull, std::string_view name, bool make);

// A secret of the pod's namespace that would serve this pull if the pod named it, or nullptr.
const PullSecret* serving_secret(const Estate& estate, const Pull& pull);

}  // namespace acr
