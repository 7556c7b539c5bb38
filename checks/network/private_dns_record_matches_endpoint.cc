#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_record_exists;

namespace {

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Path path = path_of(estate, attachment, network);
    if (auto verdict = unless_private(path)) return *verdict;
    if (path.zone.linked.holds == Tri::unknown) return unknown(path.zone.linked);
    if (!path.zone.zone || path.record.exists.holds == Tri::no) {
      return not_applicable("there is no record to compare with the private endpoint",
                            together(path.zone.linked.evidence, path.record.exists.evidence));
    }
    if (path.record.exists.holds == Tri::unknown) return unknown(path.record.exists);

    const RecordSet& record = *path.record.record;
    auto evidence =
        together(together(path.evidence, path.zone.linked.evidence), path.record.exists.evidence);
    std::vector<std::string> wanted, supply;
    std::string gap;
    for (const EndpointView& view : path.endpoints.endpoints) {
      if (!view.addresses) {
        gap = fmt::format("the address of private endpoint {} is not known: {}", view.name,
                          view.addresses.error().detail);
        if (view.endpoint && !view.endpoint->nics.empty()) {
          supply.push_back(fmt::format("az network nic show --ids {} --output json",
                                       quote(view.endpoint->nics.front().text())));
        } else if (!view.id.empty()) {
          supply.push_back(fmt::format("az network private-endpoint show --ids {} --output json",
                                       quote(view.id.text())));
        }
        continue;
      }
      evidence = together(std::move(evidence), view.address_evidence);
      wanted.insert(wanted.end(), view.addresses->begin(), view.addresses->end());
    }
    std::vector<std::string> stale;
    for (const std::string& address : record.addresses) {
      if (std::find(wanted.begin(), wanted.end(), address) == wanted.end())
        stale.push_back(address);
    }
    if (stale.empty()) {
      return pass(fmt::format("{} -> {} is the address of the registry's private endpoint",
                              record.name, fmt::join(record.addresses, ", ")),
                  evidence, Basis::configuration);
    }
    if (!gap.empty()) return unknown(gap, evidence, supply);

    std::string owner;
    for (const NetworkInterface& nic : estate.nics) {
      for (const auto& configuration : nic.configurations) {
        if (configuration.address == stale.front())
          owner = fmt::format(", an address of {}", nic.id.name());
      }
    }
    std::vector<std::string> fix;
    const std::string set =
        fmt::format("{} --zone-name {} --record-set-name {}", in_group(path.zone.zone->id),
                    quote(path.zone.zone->id.name()), quote(record.name));
    for (const std::string& address : wanted) {
      if (std::find(record.addresses.begin(), record.addresses.end(), address) !=
          record.addresses.end())
        continue;
      fix.push_back(
          fmt::format("az network private-dns record-set a add-record {} --ipv4-address {}", set,
                      quote(address)));
    }
    for (const std::string& address : stale) {
      fix.push_back(
          fmt::format("az network private-dns record-set a remove-record {} --ipv4-address {} "
                      "--keep-empty-record-set",
                      set, quote(address)));
    }
    return fail(
        fmt::format(
            "the record {} in {} points to {}{}, but the registry's private endpoint has {}",
            record.name, path.zone.zone->name, fmt::join(stale, ", "), owner,
            fmt::join(wanted, ", ")),
        evidence, Basis::configuration, fix);
  });
}

}  // namespace

extern const Check private_dns_record_matches_endpoint;
const Check private_dns_record_matches_endpoint{
    .id = "private-dns-record-matches-endpoint",
    .title = "The registry's private DNS record points to its private endpoint",
    .problem = "The registry's private DNS record points somewhere else than its private endpoint",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 4,
    .why =
        "A record that stayed behind when an endpoint was made anew, or that a second endpoint in "
        "a "
        "shared zone overwrote, sends the nodes to an address where nobody answers: pulls time "
        "out.",
    .reads =
        "the A record of the login server; the endpoint's network interface, where the member "
        "named "
        "\"registry\" carries the login server's address (the primary one may be the data "
        "endpoint's)",
    .repair =
        "Low risk: correct the record. Needs Private DNS Zone Contributor on the zone. Takes "
        "effect "
        "when the record's time to live ends. A DNS zone group on the endpoint keeps it right from "
        "then on.",
    .reference = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    .controls = {},
    .after = {&private_dns_record_exists},
    .judge = &judge};

}  // namespace acr
