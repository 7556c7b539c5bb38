#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "estate/command.h"
#include "estate/login_server.h"
#include "network_verdict.h"

namespace acr {

extern const Check private_dns_zone_is_linked;

namespace {

constexpr std::string_view kMemberPrefix = "registry_data_";

// The regions that serve the registry's layers, each with what names it. The registry lists all of
// them once it has dedicated data endpoints; else its replicas have to be known.
struct Regions {
  bool complete = false;
  std::map<std::string, std::vector<Evidence>> named_by;
};
Regions data_regions(const Estate& estate, const Registry& registry, const Path& path) {
  Regions regions;
  const auto add = [&](std::string_view region, Evidence evidence) {
    if (!region.empty()) regions.named_by[compact(region)].push_back(std::move(evidence));
  };
  if (registry.data_endpoints && !registry.data_endpoints->empty()) {
    regions.complete = true;
    for (std::size_t i = 0; i < registry.data_endpoints->size(); ++i) {
      const std::string& host = (*registry.data_endpoints)[i];
      add(data_region_of(host),
          estate.cite(registry.origin, fmt::format("dataEndpointHostNames/{}", i), host,
                      Basis::arm));
    }
    return regions;
  }
  add(registry.location, estate.cite(registry.origin, "/location", registry.location, Basis::arm));
  for (const Replication& replication : estate.replications) {
    if (replication.id.parent() != registry.id) continue;
    regions.complete = true;
    if (!replication.region_endpoint_enabled) continue;
    add(replication.location,
        estate.cite(replication.origin, "/location", replication.location, Basis::arm));
  }
  for (const EndpointView* view : path.targets) {
    if (!view->endpoint) continue;
    for (const NetworkInterface* nic : estate.nics_of(*view->endpoint)) {
      for (const auto& configuration : nic->configurations) {
        const std::string member = lower(configuration.member);
        if (!member.starts_with(kMemberPrefix)) continue;
        add(std::string_view(member).substr(kMemberPrefix.size()),
            estate.cite(configuration.origin, "privateLinkConnectionProperties/requiredMemberName",
                        configuration.member, Basis::arm));
      }
    }
  }
  return regions;
}

std::string show_endpoint(const EndpointView& view) {
  if (view.endpoint && !view.endpoint->nics.empty()) {
    return fmt::format("az network nic show --ids {} --output json",
                       quote(view.endpoint->nics.front().text()));
  }
  if (view.id.empty()) return "az network private-endpoint list --output json";
  return fmt::format("az network private-endpoint show --ids {} --output json",
                     quote(view.id.text()));
}

bool holds(const std::vector<std::string>& addresses, const std::string& address) {
  return std::find(addresses.begin(), addresses.end(), address) != addresses.end();
}

// The record of one region, against the addresses that the endpoints have for it.
Verdict judge_region(const Estate& estate, const Attachment& attachment, const NodeNetwork& network,
                     const Path& path, const std::string& region) {
  const Registry& registry = *attachment.registry;
  const PrivateDnsZone& zone = *path.zone.zone;
  const RegistryCloud* cloud = cloud_of(registry.login_server);
  const std::string name =
      fmt::format("{}.{}.data", lower(registry_label(registry.login_server)), region);
  const std::string data_host =
      fmt::format("{}.{}", name, cloud ? cloud->suffix : std::string_view("azurecr.io"));
  const RecordChoice record = record_in(estate, zone, name);
  if (record.exists.holds == Tri::unknown) return unknown(record.exists);
  auto evidence = record.exists.evidence;

  std::vector<std::string> wanted, supply;
  std::string gap, lacking;
  for (const EndpointView* view : path.targets) {
    const MemberAddresses member =
        member_addresses(estate, *view, fmt::format("{}{}", kMemberPrefix, region), data_host);
    evidence = together(std::move(evidence), member.evidence);
    if (!member.addresses) {
      gap = fmt::format("the address of private endpoint {} for {} is not known: {}", view->name,
                        data_host, member.addresses.error().detail);
      supply.push_back(show_endpoint(*view));
    } else if (member.addresses->empty()) {
      lacking = view->name;
    } else {
      wanted.insert(wanted.end(), member.addresses->begin(), member.addresses->end());
    }
  }

  const std::string set = fmt::format("{} --zone-name {} --record-set-name {}", in_group(zone.id),
                                      quote(zone.id.name()), quote(name));
  std::vector<std::string> fix;
  for (const std::string& address : wanted) {
    if (record.record && holds(record.record->addresses, address)) continue;
    fix.push_back(fmt::format("az network private-dns record-set a add-record {} --ipv4-address {}",
                              set, quote(address)));
  }
  if (record.exists.holds == Tri::no) {
    if (wanted.empty() && !lacking.empty() && gap.empty()) {
      return fail(fmt::format("private endpoint {} has no address for {}, and {}", lacking,
                              data_host, record.exists.reason),
                  evidence, Basis::configuration, {});
    }
    for (const EndpointView* view : path.targets) {
      if (wanted.empty() && !view->id.empty()) fix.push_back(zone_group_command(view->id, zone.id));
    }
    return fail(fmt::format("{}, so the layers that region {} serves are not found",
                            record.exists.reason, region),
                evidence, Basis::configuration, fix);
  }

  // Another endpoint of the registry serves as well, if these nodes reach it.
  std::vector<std::string> stale;
  for (const std::string& address : record.record->addresses) {
    if (holds(wanted, address)) continue;
    bool served = false;
    for (const EndpointView& other : path.endpoints.endpoints) {
      const MemberAddresses member =
          member_addresses(estate, other, fmt::format("{}{}", kMemberPrefix, region), data_host);
      if (!member.addresses || !holds(*member.addresses, address)) continue;
      const VnetPath way = vnet_path(estate, network, other.vnet_id, other.endpoint->subnet);
      evidence = together(together(std::move(evidence), member.evidence), way.open.evidence);
      if (way.open.holds == Tri::unknown && !way.no_peering) return unknown(way.open);
      served = way.open.holds == Tri::yes;
    }
    if (!served) stale.push_back(address);
  }
  if (stale.empty()) {
    return pass(fmt::format("{} -> {}", name, fmt::join(record.record->addresses, ", ")), evidence,
                Basis::configuration);
  }
  if (!gap.empty()) return unknown(gap, evidence, supply);
  for (const std::string& address : stale) {
    fix.push_back(
        fmt::format("az network private-dns record-set a remove-record {} --ipv4-address {} "
                    "--keep-empty-record-set",
                    set, quote(address)));
  }
  if (wanted.empty()) {
    return fail(fmt::format("the record {} in {} points to {}, but private endpoint {} has no "
                            "address for that region",
                            name, zone.name, fmt::join(stale, ", "), lacking),
                evidence, Basis::configuration, {});
  }
  return fail(
      fmt::format("the record {} in {} points to {}, but the registry's private endpoint has "
                  "{}",
                  name, zone.name, fmt::join(stale, ", "), fmt::join(wanted, ", ")),
      evidence, Basis::configuration, fix);
}

Verdict judge_network(const Estate& estate, const Attachment& attachment,
                      const NodeNetwork& network) {
  const Registry& registry = *attachment.registry;
  const Path path = path_of(estate, attachment, network);
  if (auto verdict = unless_private(path)) return *verdict;
  if (path.zone.linked.holds == Tri::unknown) return unknown(path.zone.linked);
  if (!path.zone.zone) {
    return not_applicable("there is no private DNS zone to hold the records",
                          path.zone.linked.evidence);
  }
  auto evidence =
      together(together(path.evidence, path.zone.linked.evidence), path.target_evidence);
  if (const auto misled = find_misled(estate, network, path)) {
    return not_applicable(
        fmt::format("the nodes reach private endpoint {}, to which the name does not lead",
                    misled->serving->name),
        together(evidence, misled->evidence));
  }
  const Regions regions = data_regions(estate, registry, path);
  const bool falls_back = path.zone.link &&
                          same_text(path.zone.link->resolution_policy, "NxDomainRedirect") &&
                          path.access.accepts.holds == Tri::yes;
  Verdict worst;
  std::vector<std::string> records;
  for (const auto& [region, named_by] : regions.named_by) {
    Verdict verdict = judge_region(estate, attachment, network, path, region);
    evidence = together(together(std::move(evidence), named_by), verdict.evidence);
    if (verdict.outcome == Outcome::pass) records.push_back(verdict.reason);
    const bool worse = (verdict.outcome == Outcome::fail && worst.outcome != Outcome::fail) ||
                       (verdict.outcome == Outcome::unknown && worst.reason.empty());
    if (worse) {
      worst = std::move(verdict);
    } else if (verdict.outcome == Outcome::fail) {
      worst.fix.insert(worst.fix.end(), verdict.fix.begin(), verdict.fix.end());
    }
  }
  if (worst.outcome == Outcome::fail && falls_back) {
    return not_applicable(fmt::format("{}; the link falls back to the public name, and {}",
                                      worst.reason, path.access.accepts.reason),
                          evidence);
  }
  if (!worst.reason.empty()) {
    worst.evidence = std::move(evidence);
    return worst;
  }
  if (!regions.complete) {
    return unknown(
        fmt::format("zone {} ({}) holds {}; whether registry {} has replicas in further "
                    "regions is not in the input",
                    path.zone.zone->name, path.zone.zone->id.resource_group(),
                    fmt::join(records, ", "), registry.name),
        std::move(evidence),
        {fmt::format("az acr replication list --registry {} --output json", quote(registry.name))});
  }
  return pass(fmt::format("zone {} ({}) holds {}", path.zone.zone->name,
                          path.zone.zone->id.resource_group(), fmt::join(records, ", ")),
              std::move(evidence), Basis::configuration);
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) {
    return judge_network(estate, attachment, network);
  });
}

}  // namespace

extern const Check data_endpoint_record_exists;
const Check data_endpoint_record_exists{
    .id = "data-endpoint-record-exists",
    .title = "The private DNS zone leads to the registry's data endpoint in every region",
    .problem = "The private DNS zone does not lead to a data endpoint of the registry",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .step = 5,
    .why =
        "The login server hands out manifests; the layers come from a data endpoint of their own, "
        "one in each region. A zone that holds the first record and lacks the second, as after a "
        "replica was added, lets a pull begin and not end.",
    .reads =
        "location, replications and dataEndpointHostNames of the registry; the zone's A records; "
        "the private endpoint's network interface, members registry_data_REGION",
    .repair =
        "Low risk: correct the record, or let a DNS zone group of the private endpoint write it. "
        "An "
        "endpoint with fixed addresses needs one more for a new replica. Needs Private DNS Zone "
        "Contributor on the zone. Takes effect when the negative answer's time to live ends.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = {},
    .features = "F-021 F-032 B-11",
    .after = {&private_dns_zone_is_linked},
    .judge = &judge};

}  // namespace acr
