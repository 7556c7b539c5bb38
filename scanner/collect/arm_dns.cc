// Private DNS (Microsoft.Network/privateDnsZones) and the zone groups that fill it.
#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {
namespace {

Fact<std::uint64_t> read_count(const AzureObject& object, std::string_view field) {
  const auto value = object.number(field);
  if (value && *value >= 0) return static_cast<std::uint64_t>(*value);
  return std::unexpected(
      Gap{Gap::Why::not_collected, fmt::format("the zone document has no {}", field), {}});
}

}  // namespace

void read_zone_group(AbsorbContext& context, const AzureObject& object) {
  DnsZoneGroup group;
  group.origin = object.origin();
  group.id = object.id();
  group.private_endpoint = group.id.parent();
  for (const AzureObject& part : object.objects("privateDnsZoneConfigs")) {
    DnsZoneGroup::Config config;
    config.zone = ResourceId(part.text("privateDnsZoneId"));
    for (const AzureObject& record : part.objects("recordSets")) {
      config.records.push_back({record.text("recordSetName"), record.text("recordType"),
                                record.text("fqdn"), record.texts("ipAddresses")});
    }
    group.configs.push_back(std::move(config));
  }
  context.estate.zone_groups.push_back(std::move(group));
}

void read_private_dns_zone(AbsorbContext& context, const AzureObject& object) {
  PrivateDnsZone zone;
  zone.origin = object.origin();
  zone.id = object.id();
  zone.name = object.name();
  zone.record_sets = read_count(object, "numberOfRecordSets");
  zone.links = read_count(object, "numberOfVirtualNetworkLinks");
  context.estate.zones.push_back(std::move(zone));
}

void read_zone_link(AbsorbContext& context, const AzureObject& object) {
  ZoneLink link;
  link.origin = object.origin();
  link.id = object.id();
  link.zone = link.id.parent();
  link.vnet = object.reference("virtualNetwork");
  link.state = object.text("virtualNetworkLinkState");
  link.resolution_policy = object.text("resolutionPolicy");
  context.estate.zone_links.push_back(std::move(link));
}

void read_record_set(AbsorbContext& context, const AzureObject& object) {
  RecordSet record;
  record.origin = object.origin();
  record.id = object.id();
  record.zone = record.id.parent();
  record.name = object.name();
  for (const AzureObject& part : object.objects("aRecords")) {
    if (std::string address = part.text("ipv4Address"); !address.empty()) {
      record.addresses.push_back(std::move(address));
    }
  }
  context.estate.record_sets.push_back(std::move(record));
}

}  // namespace acr
