#include <fmt/format.h>

#include "observed_verdict.h"

namespace acr {

extern const Check egress_allows_registry;

extern const Check login_server_resolves;
extern const Check private_dns_record_matches_endpoint;
extern const Check private_endpoint_is_approved;
extern const Check peering_is_connected;

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  std::optional<Sight> failure;
  if (pull.symptom && !is_data_host(pull.symptom->error.host)) {
    const PullError& error = pull.symptom->error;
    if (error.error == PullErrorClass::network_timeout ||
        error.error == PullErrorClass::network_refused ||
        error.error == PullErrorClass::network_proxy) {
      Sight sight = see_failure(estate, pull);
      const std::string_view what = error.error == PullErrorClass::network_timeout ? "timed out"
                                    : error.error == PullErrorClass::network_refused
                                        ? "was refused or cut"
                                        : "failed at a proxy";
      sight.reason = fmt::format(
          "the node's connection to {}{} {}", pull.reference->domain,
          error.address.empty() ? std::string() : fmt::format(" at {}", error.address), what);
      failure = std::move(sight);
    }
  }
  return verdict_of(estate, pull,
                    see(estate, pull, PullStage::connected,
                        see_probe(estate, pull, Observation::Step::connect), std::move(failure)));
}

}  // namespace

extern const Check login_server_accepts_connections;
const Check login_server_accepts_connections{
    .id = "login-server-accepts-connections",
    .title = "The nodes connect to the login server",
    .problem = "The nodes cannot connect to the login server",
    .severity = Severity::high,
    .link = Link::network,
    .step = 5,
    .corroborates = true,
    .why =
        "A time-out or a refused connection on port 443 happens between the node and the registry: "
        "a security group, a route to a firewall, a proxy, a private endpoint that is not "
        "approved. Where configuration shows none of these, the message shows that something else "
        "is in the way.",
    .reads = "messages of pulls that failed; probes within the cluster; images that nodes pulled",
    .repair =
        "Ask who runs the firewall or proxy on the way, with the address and port from the "
        "message. Needs no rights to look.",
    .reference =
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/"
        "cannot-pull-image-from-acr-to-aks-cluster",
    .controls = {},
    .features = "F-023",
    .after = {&egress_allows_registry, &login_server_resolves, &private_dns_record_matches_endpoint,
              &private_endpoint_is_approved, &peering_is_connected},
    .judge = &judge};

}  // namespace acr
