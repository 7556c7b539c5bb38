#include <fmt/format.h>

#include "network_verdict.h"
#include "observed_verdict.h"

namespace acr {

extern const Check node_dns_reaches_azure_dns;

extern const Check private_dns_zone_is_linked;
extern const Check private_dns_record_exists;
extern const Check private_dns_record_matches_endpoint;
extern const Check login_server_resolves;

namespace {

// Where configuration leads the pull's nodes: to a private address, and which.
struct Expected {
  Tri is_private = Tri::unknown;
  std::string address;
  std::vector<Evidence> evidence;
};
Expected expect(const Estate& estate, const Pull& pull) {
  Expected expected;
  const Attachment attachment = attachment_of(pull);
  const auto networks = node_networks(estate, attachment);
  if (!networks) return expected;
  for (const NodeNetwork& network : *networks) {
    const Path path = path_of(estate, attachment, network);
    for (const std::vector<Evidence>* part :
         {&network.evidence, &path.evidence, &path.endpoints.exists.evidence,
          &path.zone.linked.evidence, &path.record.exists.evidence}) {
      expected.evidence = together(std::move(expected.evidence), *part);
    }
    if (path.is_private != Tri::yes) return expected.is_private = path.is_private, expected;
    expected.is_private = Tri::yes;
    if (path.record.record && !path.record.record->addresses.empty()) {
      expected.address = path.record.record->addresses.front();
    }
  }
  return expected;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  const Registry* registry = pull.registry;
  if (registry && registry->connections && registry->connections->empty()) {
    return not_applicable(fmt::format("registry {} has no private endpoint", registry->name),
                          {estate.cite(registry->origin, "privateEndpointConnections", "none")});
  }
  const PullError* error = pull.symptom ? &pull.symptom->error : nullptr;
  const bool dialled = error && !error->address.empty() &&
                       error->error != PullErrorClass::network_proxy && !is_data_host(error->host);
  const bool seen_outside = error && error->error == PullErrorClass::network_firewall;
  if (!dialled && !seen_outside) return verdict_of(estate, pull, {});
  Sight sight = see_failure(estate, pull);
  if (dialled && error->private_address) {
    sight.works = Tri::yes;
    sight.reason = fmt::format("the node dialled {} at the private address {}",
                               pull.reference->domain, error->address);
    return verdict_of(estate, pull, sight);
  }
  if (!registry || !pull.cluster) return verdict_of(estate, pull, {});
  const Expected expected = expect(estate, pull);
  sight.evidence = together(std::move(sight.evidence), expected.evidence);
  if (expected.is_private == Tri::no) {
    return not_applicable(
        fmt::format("the nodes reach registry {} by its public endpoint", registry->name),
        std::move(sight.evidence));
  }
  const std::string met =
      dialled ? fmt::format("the node dialled {} at the public address {}", pull.reference->domain,
                            error->address)
      : error->client_address.empty()
          ? "the registry's firewall refused the node, so it came by the public endpoint"
          : fmt::format("the registry saw the node as {}, so it came by the public endpoint",
                        error->client_address);
  if (expected.is_private == Tri::unknown) {
    return unknown(fmt::format("{}; whether it has a private way is not known", met),
                   std::move(sight.evidence),
                   {"kubectl get pods,events --all-namespaces --output json"});
  }
  sight.reason = expected.address.empty()
                     ? fmt::format("{}, not by the private endpoint", met)
                     : fmt::format("{}, while configuration leads to {}", met, expected.address);
  return verdict_of(estate, pull, sight);
}

}  // namespace

extern const Check login_server_resolves_to_private_address;
const Check login_server_resolves_to_private_address{
    .id = "login-server-resolves-to-private-address",
    .title = "The nodes resolve the login server to its private endpoint",
    .problem = "The nodes resolve the login server to a public address",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 7,
    .corroborates = true,
    .why =
        "A private endpoint only helps nodes that resolve the login server to it. A node that was "
        "given the public address meets the registry's firewall, although every private record is "
        "right.",
    .reads = "messages of pulls that failed; images that nodes pulled",
    .repair =
        "Look at what answers the nodes: the virtual network's DNS servers and whether they "
        "forward to Azure DNS (168.63.129.16); nodes take up a new setting when they restart. "
        "Needs no rights to look.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
    .controls = {},
    .after = {&node_dns_reaches_azure_dns, &private_dns_zone_is_linked, &private_dns_record_exists,
              &private_dns_record_matches_endpoint, &login_server_resolves},
    .judge = &judge};

}  // namespace acr
