#include <fmt/format.h>

#include "observed_verdict.h"

namespace acr {

extern const Check egress_allows_registry;

extern const Check data_endpoint_record_exists;

extern const Check login_server_accepts_connections;

namespace {

// The last step that a probe came to at the host of layers. That its name resolves opens nothing.
Sight see_layers(const Estate& estate, const Pull& pull) {
  using Step = Observation::Step;
  for (const Step step : {Step::blob, Step::tls, Step::connect, Step::resolve}) {
    Sight sight = see_probe(estate, pull, step, true);
    if (sight.works == Tri::no || (sight.works == Tri::yes && step != Step::resolve)) return sight;
  }
  return {};
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  std::optional<Sight> failure;
  if (pull.symptom) {
    const PullError& error = pull.symptom->error;
    const bool network = error.error == PullErrorClass::network_dns ||
                         error.error == PullErrorClass::network_timeout ||
                         error.error == PullErrorClass::network_refused ||
                         error.error == PullErrorClass::network_proxy;
    if (error.error == PullErrorClass::blob_redirect || (network && is_data_host(error.host))) {
      Sight sight = see_failure(estate, pull);
      sight.reason =
          fmt::format("the node got the manifest, but no layers{}{}",
                      error.host.empty() ? std::string() : fmt::format(" from {}", error.host),
                      error.detail.empty() ? std::string() : fmt::format(": {}", error.detail));
      failure = std::move(sight);
    }
  }
  return verdict_of(
      estate, pull,
      see(estate, pull, PullStage::blob_started, see_layers(estate, pull), std::move(failure)));
}

}  // namespace

extern const Check data_endpoint_accepts_connections;
const Check data_endpoint_accepts_connections{
    .id = "data-endpoint-accepts-connections",
    .title = "The nodes get layers from the data endpoint",
    .problem = "The nodes get no layers from the data endpoint",
    .severity = Severity::high,
    .link = Link::network,
    .step = 6,
    .corroborates = true,
    .why =
        "Layers come from another host than manifests: a dedicated data endpoint or Azure Storage. "
        "A way that is open for the login server alone lets the manifest through and stops at the "
        "first layer.",
    .reads = "messages of pulls that failed; probes within the cluster; images that nodes pulled",
    .repair =
        "Open the way to the data endpoints too: their record in the private zone, or "
        "*.blob.core.windows.net (with dedicated data endpoints "
        "<registry>.<region>.data.azurecr.io) in the firewall. Needs rights on the zone or the "
        "firewall.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-dedicated-data-endpoints",
    .controls = {},
    .features = "F-022 F-041 B-15",
    .after = {&data_endpoint_record_exists, &egress_allows_registry,
              &login_server_accepts_connections},
    .judge = &judge};

}  // namespace acr
