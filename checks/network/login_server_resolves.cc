#include <fmt/format.h>

#include "observed_verdict.h"

namespace acr {

extern const Check node_dns_reaches_azure_dns;

extern const Check private_dns_zone_is_linked;
extern const Check private_dns_record_exists;

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  std::optional<Sight> failure;
  if (pull.symptom && pull.symptom->error.error == PullErrorClass::network_dns &&
      !is_data_host(pull.symptom->error.host)) {
    Sight sight = see_failure(estate, pull);
    const PullError& error = pull.symptom->error;
    sight.reason = fmt::format(
        "the node could not resolve {}{}", pull.reference->domain,
        error.resolver.empty() ? std::string() : fmt::format(": it asked {}", error.resolver));
    failure = std::move(sight);
  }
  return verdict_of(estate, pull,
                    see(estate, pull, PullStage::name_resolved,
                        see_probe(estate, pull, Observation::Step::resolve), std::move(failure)));
}

}  // namespace

extern const Check login_server_resolves;
const Check login_server_resolves{
    .id = "login-server-resolves",
    .title = "The nodes resolve the login server",
    .problem = "The nodes do not resolve the login server",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 6,
    .corroborates = true,
    .why =
        "A node that cannot turn the login server into an address gets no further. Where "
        "configuration says that the name has a record, this shows what the node really met: an "
        "old resolver setting, a DNS server that does not forward, a firewall before port 53.",
    .reads = "messages of pulls that failed; probes within the cluster; images that nodes pulled",
    .repair =
        "Compare the DNS server that the message names with the virtual network's setting; nodes "
        "take up a new setting when they restart. Needs no rights to look.",
    .reference =
        "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/"
        "cannot-pull-image-from-acr-to-aks-cluster",
    .controls = {},
    .features = "F-019",
    .after = {&node_dns_reaches_azure_dns, &private_dns_zone_is_linked, &private_dns_record_exists},
    .judge = &judge};

}  // namespace acr
