#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_record_exists;

namespace {

// What the zone holds for an endpoint: its login server and its data endpoints.
std::map<std::string, std::vector<std::string>> records_of_endpoint(const Estate& estate,
                                                                    const Path& path,
                                                                    const EndpointView& serving) {
  std::map<std::string, std::vector<std::string>> records{{path.record.name, *serving.addresses}};
  constexpr std::string_view kData = "registry_data_";
  for (const NetworkInterface* nic : estate.nics_of(*serving.endpoint)) {
    for (const auto& configuration : nic->configurations) {
      const std::string member = lower(configuration.member);
      if (!member.starts_with(kData)) continue;
      records[fmt::format("{}.{}.data", path.record.name, member.substr(kData.size()))].push_back(
          configuration.address);
    }
  }
  return records;
}

// The zone answers for another VNet too, which needs the other endpoint: a zone of the nodes' own,
// with the records of the endpoint that they reach. Empty where their zone holds more than this
// registry's records, which would be lost to them.
std::vector<std::string> split_zone_commands(const Estate& estate, const Registry& registry,
                                             const NodeNetwork& network, const Path& path,
                                             const EndpointView& serving) {
  const PrivateDnsZone& shared = *path.zone.zone;
  const std::string& label = path.record.name;
  const auto& records = estate.records_of(shared.id);
  // The start-of-authority record counts as well; without the count nothing tells what is missing.
  if (!shared.record_sets || records.size() + 1 < *shared.record_sets) return {};
  for (const RecordSet* record : records) {
    const std::string name = lower(record->name);
    if (name != label && !name.starts_with(label + ".")) return {};
  }
  ResourceId group;
  for (const ResourceId& candidate : {serving.id, network.vnet_id, registry.id}) {
    if (same_text(candidate.resource_group(), shared.id.resource_group()) &&
        same_text(candidate.subscription(), shared.id.subscription())) {
      continue;
    }
    group = candidate;
    break;
  }
  if (group.empty() || !path.zone.link) return {};
  const std::string zone = std::string(shared.id.name());
  std::vector<std::string> commands{
      fmt::format("az network private-dns zone create {} --name {}", in_group(group), quote(zone))};
  const auto add = [&](const std::string& name, const std::vector<std::string>& addresses) {
    for (const std::string& address : addresses) {
      commands.push_back(
          fmt::format("az network private-dns record-set a add-record {} --zone-name {} "
                      "--record-set-name {} --ipv4-address {}",
                      in_group(group), quote(zone), quote(name), quote(address)));
    }
  };
  for (const auto& [name, addresses] : records_of_endpoint(estate, path, serving))
    add(name, addresses);
  const ZoneLink& link = *path.zone.link;
  commands.push_back(
      fmt::format("az network private-dns link vnet delete {} --zone-name {} --name {} --yes",
                  in_group(link.zone), quote(zone), quote(link.id.name())));
  commands.push_back(fmt::format(
      "az network private-dns link vnet create {} --zone-name {} --name {} --virtual-network {} "
      "--registration-enabled false",
      in_group(group), quote(zone), quote(link.id.name()), quote(link.vnet.text())));
  return commands;
}

Verdict judge_misled(const Estate& estate, const Registry& registry, const NodeNetwork& network,
                     const Path& path, const Misled& misled, std::vector<Evidence> evidence) {
  const EndpointView& recorded = *path.targets.front();
  const EndpointView& serving = *misled.serving;
  const auto& links = estate.links_of(path.zone.zone->id);
  const bool shared = std::any_of(links.begin(), links.end(), [&](const ZoneLink* link) {
    return link->vnet != path.zone.vnet_id;
  });
  std::vector<std::string> fix;
  if (shared) {
    fix = split_zone_commands(estate, registry, network, path, serving);
    if (fix.empty()) fix = misled.join;
  } else {
    for (const auto& [name, addresses] : records_of_endpoint(estate, path, serving)) {
      const std::string set =
          fmt::format("{} --zone-name {} --record-set-name {}", in_group(path.zone.zone->id),
                      quote(path.zone.zone->id.name()), quote(name));
      for (const std::string& address : addresses) {
        fix.push_back(
            fmt::format("az network private-dns record-set a add-record {} --ipv4-address {}", set,
                        quote(address)));
      }
      const RecordChoice present = record_in(estate, *path.zone.zone, name);
      if (!present.record) continue;
      for (const std::string& address : present.record->addresses) {
        if (std::find(addresses.begin(), addresses.end(), address) != addresses.end()) continue;
        fix.push_back(
            fmt::format("az network private-dns record-set a remove-record {} --ipv4-address {} "
                        "--keep-empty-record-set",
                        set, quote(address)));
      }
    }
  }
  return fail(
      fmt::format("the record {} in {} points to {}, private endpoint {} in VNet {}, which the "
                  "nodes do not reach; private endpoint {} ({}) in VNet {}, which they reach, is "
                  "not recorded",
                  path.record.name, path.zone.zone->name,
                  fmt::join(path.record.record->addresses, ", "), recorded.name,
                  recorded.vnet_id.name(), serving.name, fmt::join(*serving.addresses, ", "),
                  serving.vnet_id.name()),
      together(std::move(evidence), misled.evidence), Basis::configuration, fix);
}

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
      if (const auto misled = find_misled(estate, network, path)) {
        return judge_misled(estate, *attachment.registry, network, path, *misled, evidence);
      }
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
    // Of several endpoints those that the nodes may reach, and none where one is recorded already.
    std::vector<std::string> serving;
    for (const EndpointView& view : path.endpoints.endpoints) {
      const VnetPath way = vnet_path(estate, network, view.vnet_id, view.endpoint->subnet);
      const bool apart = way.open.holds == Tri::no || way.no_peering;
      if (!apart) serving.insert(serving.end(), view.addresses->begin(), view.addresses->end());
    }
    if (serving.empty()) serving = wanted;
    const bool recorded =
        std::any_of(serving.begin(), serving.end(), [&](const std::string& address) {
          return std::find(record.addresses.begin(), record.addresses.end(), address) !=
                 record.addresses.end();
        });
    if (recorded) serving.clear();
    fix.reserve(serving.size() + stale.size());
    for (const std::string& address : serving) {
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
        "then on; networks with an endpoint each need a zone each, or they overwrite one another.",
    .reference = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    .controls = {},
    .features = "F-032 F-033 B-11 B-12",
    .after = {&private_dns_record_exists},
    .judge = &judge};

}  // namespace acr
