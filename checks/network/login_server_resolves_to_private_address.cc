#include <fmt/format.h>

#include <algorithm>

#include "estate/address.h"
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
  std::vector<std::string> addresses;
  std::vector<Evidence> evidence, recorded;  // all of it; what the addresses rest on
  std::vector<std::string> supply;           // what would tell more
  bool waits = true;                         // for its endpoint to be approved
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
    expected.supply = path.supply.empty() ? path.record.exists.supply : path.supply;
    if (path.is_private != Tri::yes) return expected.is_private = path.is_private, expected;
    expected.is_private = Tri::yes;
    expected.waits &= std::ranges::none_of(path.targets, [](const EndpointView* target) {
      return target->status.empty() || same_text(target->status, "Approved");
    });
    if (const RecordSet* record = path.record.record) {
      expected.addresses.insert(expected.addresses.end(), record->addresses.begin(),
                                record->addresses.end());
      for (const std::vector<Evidence>* part :
           {&network.evidence, &path.evidence, &path.record.exists.evidence}) {
        expected.recorded = together(std::move(expected.recorded), *part);
      }
    }
  }
  return expected;
}

// Which way the nodes took, or would take.
struct Met {
  std::string reason;  // a clause
  bool is_private = false;
  std::vector<std::string> addresses;  // resolved by a probe; empty where a message tells
  std::vector<Evidence> evidence;
};

std::optional<Met> read_message(const Estate& estate, const Pull& pull) {
  if (!pull.symptom) return std::nullopt;
  const PullError& error = pull.symptom->error;
  const std::string& host = pull.reference->domain;
  Met met{.reason = {},
          .is_private = error.private_address,
          .addresses = {},
          .evidence = {cite_message(estate, *pull.symptom)}};
  if (!error.address.empty() && error.error != PullErrorClass::network_proxy &&
      !is_data_host(error.host)) {
    met.reason = fmt::format("the node dialled {} at the {} address {}", host,
                             met.is_private ? "private" : "public", error.address);
  } else if (error.error == PullErrorClass::network_firewall) {
    met.reason =
        error.client_address.empty()
            ? "the registry's firewall refused the node, so it came by the public endpoint"
            : fmt::format("the registry saw the node as {}, so it came by the public endpoint",
                          error.client_address);
  } else {
    return std::nullopt;
  }
  return met;
}

std::optional<Met> read_probe(const Estate& estate, const Pull& pull) {
  const Sighting sighting = find_sighting(estate, pull, Observation::Step::resolve);
  if (!sighting || !sighting.observation->works) return std::nullopt;
  const Sight sight = see_probe(estate, pull, Observation::Step::resolve);
  const std::vector<std::string>& addresses = sighting.observation->addresses;
  const bool is_private = std::ranges::all_of(addresses, [](const std::string& text) {
    const auto address = IpAddress::parse(text);
    return address && address->is_private();
  });
  return Met{sight.reason, is_private && !addresses.empty(), addresses, sight.evidence};
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_observable(pull)) return *verdict;
  const Registry* registry = pull.registry;
  if (registry && registry->connections && registry->connections->empty()) {
    return not_applicable(fmt::format("registry {} has no private endpoint", registry->name),
                          {estate.cite(registry->origin, "privateEndpointConnections", "none")});
  }
  std::optional<Met> met = read_message(estate, pull);
  if (!met) met = read_probe(estate, pull);
  if (!met) return verdict_of(estate, pull, {});
  Sight sight{Tri::yes, met->reason, met->evidence};
  // Of an address in a message, only what sort it is was learnt.
  if (met->is_private && met->addresses.empty()) return verdict_of(estate, pull, sight);
  if (!registry || !pull.cluster) return verdict_of(estate, pull, {});

  const Expected expected = expect(estate, pull);
  sight.evidence = together(std::move(sight.evidence), expected.evidence);
  if (expected.is_private == Tri::no) {
    return not_applicable(
        fmt::format("the nodes reach registry {} by its public endpoint", registry->name),
        std::move(sight.evidence));
  }
  if (expected.is_private == Tri::unknown || (met->is_private && expected.addresses.empty())) {
    return unknown(fmt::format("{}; {} is not known", met->reason,
                               met->is_private ? "which address the private endpoint has"
                                               : "whether it has a private way"),
                   std::move(sight.evidence),
                   expected.supply.empty()
                       ? std::vector<std::string>{"az network private-endpoint list --output json"}
                       : expected.supply);
  }
  if (met->is_private && std::ranges::any_of(met->addresses, [&](const std::string& address) {
        return std::ranges::find(expected.addresses, address) != expected.addresses.end();
      })) {
    return verdict_of(estate, pull,
                      {Tri::yes, met->reason, together(met->evidence, expected.recorded)});
  }
  // The name only leads to an endpoint that is approved.
  if (expected.waits) {
    return not_applicable(fmt::format("{}; no private endpoint that the name may lead to is "
                                      "approved",
                                      met->reason),
                          std::move(sight.evidence));
  }
  sight.works = Tri::no;
  sight.reason = expected.addresses.empty()
                     ? fmt::format("{}, not by the private endpoint", met->reason)
                     : fmt::format("{}, while configuration leads to {}", met->reason,
                                   expected.addresses.front());
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
    .reads = "messages of pulls that failed; probes within the cluster; images that nodes pulled",
    .repair =
        "Look at what answers the nodes: the virtual network's DNS servers and whether they "
        "forward to Azure DNS (168.63.129.16); nodes take up a new setting when they restart. "
        "Needs no rights to look.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
    .controls = {},
    .features = "F-020",
    .after = {&node_dns_reaches_azure_dns, &private_dns_zone_is_linked, &private_dns_record_exists,
              &private_dns_record_matches_endpoint, &login_server_resolves},
    .judge = &judge};

}  // namespace acr
