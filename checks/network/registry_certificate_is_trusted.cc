#include <fmt/format.h>

#include "observed_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  std::optional<Sight> failure;
  if (pull.symptom) {
    const PullError& error = pull.symptom->error;
    std::string_view what;
    switch (error.error) {
      case PullErrorClass::tls_untrusted:
        what = "does not trust the authority of the certificate that it was shown";
        break;
      case PullErrorClass::tls_name_mismatch:
        what = "was shown a certificate for another name";
        break;
      case PullErrorClass::tls_expired:
        what = "holds the certificate for expired or not yet valid";
        break;
      case PullErrorClass::tls_http_https:
        what = "was answered without TLS";
        break;
      default:
        break;
    }
    if (!what.empty()) {
      Sight sight = see_failure(estate, pull);
      sight.reason = fmt::format("the node asked {} and {}",
                                 error.host.empty() ? pull.reference->domain : error.host, what);
      failure = std::move(sight);
    }
  }
  return verdict_of(estate, pull,
                    see(estate, pull, PullStage::tls_established,
                        see_probe(estate, pull, Observation::Step::tls), std::move(failure)));
}

}  // namespace

extern const Check registry_certificate_is_trusted;
const Check registry_certificate_is_trusted{
    .id = "registry-certificate-is-trusted",
    .title = "The nodes trust the certificate that the registry shows",
    .problem = "The nodes do not trust the certificate that they are shown",
    .severity = Severity::high,
    .link = Link::tls,
    .step = 1,
    .corroborates = true,
    .why =
        "Every pull goes over TLS. A certificate that the node does not trust, or that is for "
        "another name, comes from something in between: a proxy that opens TLS, an image host that "
        "is not the login server, a clock that is wrong.",
    .reads = "messages of pulls that failed; probes within the cluster; images that nodes pulled",
    .repair =
        "Exempt the registry from TLS inspection, or put the inspecting authority on the nodes (az "
        "aks update --custom-ca-trust-certificates). Needs rights on the firewall or the cluster; "
        "nodes are replaced.",
    .reference = "https://learn.microsoft.com/azure/aks/custom-certificate-authority",
    .controls = {},
    .features = "F-024 B-19",
    .after = {},
    .judge = &judge};

}  // namespace acr
