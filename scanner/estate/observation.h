// What a probe met on its way to a registry, step by step, and where it stood. What a laptop
// resolves is not what a node resolves: only what was seen from within a cluster counts for it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "estate/fact.h"
#include "estate/time.h"

namespace acr {

struct Estate;
struct Pull;

struct Vantage {
  enum class Kind : std::uint8_t { host, pod, node };
  Kind kind = Kind::host;
  std::string cluster;  // as the probe was told; may be empty
  std::string node;     // the Kubernetes name of the node it ran on; may be empty
  std::string pod, name_space;
  std::string host;  // the machine's own name
  // The kubelet asks the node's DNS servers. A pod asks those of the cluster unless its dnsPolicy
  // is Default; then its answers are no proof of what the node gets.
  bool node_resolver = false;
};
std::string_view to_string(Vantage::Kind kind);

struct Observation {
  enum class Step : std::uint8_t { resolve, connect, tls, challenge, token, manifest, blob };
  Origin origin;
  Step step = Step::resolve;
  bool works = false;
  std::string host;
  std::string outcome;                 // one word: "addresses", "no-name", "timeout", "untrusted"
  std::vector<std::string> addresses;  // resolve: the answer; connect: whom it dialled
  std::string server;                  // resolve: who answered
  std::string detail;                  // one clause for people
  std::vector<std::string> chain;      // resolve: the aliases that were followed, in order
  int status = 0;                      // of HTTP; 0: there was no answer
  std::string digest;                  // manifest, blob: of what was asked for
  std::vector<std::string> platforms;  // manifest: "linux/arm64"
  std::string client_address;          // how the registry's firewall sees the one who asks
  std::string issuer;                  // tls: of a certificate that is not trusted
  int milliseconds = -1;               // -1: not measured
};
std::string_view to_string(Observation::Step step);

struct Probe {
  Origin origin;
  std::string registry;               // login server, in lower case
  std::string repository, reference;  // empty where only the way to the registry was asked for
  std::string credential;             // "none", "docker-config", "entra"; empty where not told
  std::string untried;  // a clause: why steps are missing though none failed; may be empty
  Instant at{};
  Vantage vantage;
  std::vector<Observation> observations;
  // Estate::link(): the index into `clusters` it counts for, -1 for none.
  int cluster = -1;
};

// What the newest probe that counts for the pull saw of this step: at the login server, or with
// `layers` at the host that serves layers. Both nullptr when there is none. A probe from another
// node pool than the pull's does not count; pools may have networks of their own.
struct Sighting {
  const Probe* probe = nullptr;
  const Observation* observation = nullptr;
  explicit operator bool() const { return observation != nullptr; }
};
Sighting find_sighting(const Estate& estate, const Pull& pull, Observation::Step step,
                       bool layers = false);

// "a pod on node aks-user-1-vmss000000".
std::string describe(const Vantage& vantage);

// Is this the host of layers: a dedicated data endpoint or the storage behind a registry?
bool is_data_host(std::string_view host);

// "aks-user-12345678-vmss000001" -> "user"; empty for names of another form.
std::string_view pool_of_node_name(std::string_view node);

}  // namespace acr
