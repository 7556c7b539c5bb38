#include "estate/service_tags.h"

#include <algorithm>
#include <array>
#include <utility>

#include "estate/resource_id.h"

namespace acr {
namespace {

// Tags of services that share no address with Azure Container Registry or Storage: each stands for
// the front ends of one service. Tags that are not here are in doubt.
constexpr std::array kServices = std::to_array<std::string_view>({
    "actiongroup",
    "apimanagement",
    "appconfiguration",
    "appservice",
    "appservicemanagement",
    "azureactivedirectory",
    "azureactivedirectorydomainservices",
    "azureadvancedthreatprotection",
    "azurearcinfrastructure",
    "azureattestation",
    "azurebackup",
    "azurebotservice",
    "azurecognitivesearch",
    "azurecontainerregistry",
    "azurecosmosdb",
    "azuredatabricks",
    "azuredevops",
    "azureeventgrid",
    "azurefrontdoor.backend",
    "azurefrontdoor.firstparty",
    "azurefrontdoor.frontend",
    "azureiothub",
    "azurekeyvault",
    "azuremachinelearning",
    "azuremonitor",
    "azureresourcemanager",
    "azuresignalr",
    "azuresiterecovery",
    "azuretrafficmanager",
    "azureupdatedelivery",
    "batchnodemanagement",
    "datafactory",
    "datafactorymanagement",
    "eventhub",
    "gatewaymanager",
    "guestandhybridmanagement",
    "hdinsight",
    "logicapps",
    "logicappsmanagement",
    "microsoftcontainerregistry",
    "powerbi",
    "servicebus",
    "servicefabric",
    "sql",
    "sqlmanagement",
    "storage",
    "storagesyncservice",
    "windowsvirtualdesktop",
});

// Addresses of the host's platform, not of a service: 168.63.129.16 and 169.254.169.254.
constexpr std::array kPlatform = std::to_array<std::string_view>(
    {"azureloadbalancer", "azureplatformdns", "azureplatformimds", "azureplatformlkm"});

// Regions that service tags spell in their own way: tag, then ARM.
constexpr std::array kRegions = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"centralfrance", "francecentral"},
    {"southfrance", "francesouth"},
    {"germanywc", "germanywestcentral"},
    {"germanyn", "germanynorth"},
    {"norwaye", "norwayeast"},
    {"norwayw", "norwaywest"},
    {"switzerlandn", "switzerlandnorth"},
    {"switzerlandw", "switzerlandwest"},
});

// "AzureContainerRegistry.WestEurope" -> azurecontainerregistry, westeurope. Front Door's tags have
// a dot of their own.
struct Tag {
  std::string service, region;
};

Tag parse_tag(std::string_view text) {
  const std::string name = lower(text);
  std::size_t dot = name.find('.');
  if (name.starts_with("azurefrontdoor.")) dot = name.find('.', dot + 1);
  Tag tag{name.substr(0, dot), dot == std::string::npos ? "" : name.substr(dot + 1)};
  std::erase(tag.region, ' ');
  const auto region = std::ranges::find(kRegions, tag.region,
                                        &std::pair<std::string_view, std::string_view>::first);
  if (region != kRegions.end()) tag.region = region->second;
  return tag;
}

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Tri to_tri(bool value) {
  return value ? Tri::yes : Tri::no;
}

// Is the address in a prefix of the space other than a default route?
bool is_within(const IpAddress& address, VirtualNetworkSpace space) {
  return std::ranges::any_of(
      space, [&](const Cidr& prefix) { return prefix.length > 0 && prefix.contains(address); });
}

Tri is_in_virtual_network(const Place& place, VirtualNetworkSpace space) {
  if (place.address ? is_within(*place.address, space) : !is_public(place, space)) return Tri::yes;
  // On-premises networks and peers of the gateway belong to the tag, and nothing lists them.
  if (!is_public(place, space)) return Tri::unknown;
  const bool v6 = place.address && place.address->v6;
  return std::ranges::any_of(
             space, [v6](const Cidr& prefix) { return prefix.length == 0 && prefix.base.v6 == v6; })
             ? Tri::unknown
             : Tri::no;
}

Tri is_in_prefix(const Cidr& prefix, const Place& place, VirtualNetworkSpace space) {
  if (place.address) return to_tri(prefix.contains(*place.address));
  if (prefix.base.v6) return Tri::no;
  if (prefix.length == 0) return Tri::yes;
  return is_public(place, space) && first_of(prefix).is_private() && last_of(prefix).is_private()
             ? Tri::no
             : Tri::unknown;
}

}  // namespace

std::string describe(const Place& place) {
  if (!place.address) return place.tag;
  if (place.tag.empty()) return place.address->to_string();
  return place.address->to_string() + " (" + place.tag + ")";
}

bool is_public(const Place& place, VirtualNetworkSpace space) {
  if (!place.address) return !same_text(place.tag, "VirtualNetwork");
  return !place.address->is_private() && !is_within(*place.address, space);
}

IpAddress first_of(const Cidr& prefix) {
  IpAddress first = prefix.base;
  for (unsigned bit = prefix.length; bit < (first.v6 ? 128U : 32U); ++bit) {
    first.bytes[bit / 8] = static_cast<std::uint8_t>(first.bytes[bit / 8] & ~(0x80U >> (bit % 8)));
  }
  return first;
}

IpAddress last_of(const Cidr& prefix) {
  IpAddress last = prefix.base;
  for (unsigned bit = prefix.length; bit < (last.v6 ? 128U : 32U); ++bit) {
    last.bytes[bit / 8] = static_cast<std::uint8_t>(last.bytes[bit / 8] | (0x80U >> (bit % 8)));
  }
  return last;
}

Tri tag_contains(std::string_view outer, std::string_view inner) {
  const Tag out = parse_tag(outer), in = parse_tag(inner);
  if (out.service == "virtualnetwork" || in.service == "virtualnetwork") {
    return to_tri(out.service == in.service);
  }
  const bool same_region = out.region.empty() || out.region == in.region;
  if (out.service == "internet") return Tri::yes;
  if (out.service == "azurecloud" || out.service == in.service) {
    // "Internet" says only that the address is public.
    if (in.service == "internet") return Tri::unknown;
    if (same_region) return Tri::yes;
    return in.region.empty() ? Tri::unknown : Tri::no;
  }
  if (is_one_of(kPlatform, out.service)) return Tri::no;
  return is_one_of(kServices, out.service) && is_one_of(kServices, in.service) ? Tri::no
                                                                               : Tri::unknown;
}

Tri contains(std::string_view prefix, const Place& place, VirtualNetworkSpace space) {
  if (prefix == "*" || same_text(prefix, "any")) return Tri::yes;
  if (const auto cidr = Cidr::parse(prefix)) return is_in_prefix(*cidr, place, space);
  if (same_text(prefix, "VirtualNetwork")) return is_in_virtual_network(place, space);
  if (!is_public(place, space)) {
    // The tags of services hold public addresses only.
    const Tag tag = parse_tag(prefix);
    const bool known = tag.service == "internet" || tag.service == "azurecloud" ||
                       is_one_of(kServices, tag.service) || is_one_of(kPlatform, tag.service);
    return known ? Tri::no : Tri::unknown;
  }
  return tag_contains(prefix, place.tag.empty() ? "Internet" : std::string_view(place.tag));
}

std::string_view tag_of_service_endpoint(std::string_view service) {
  if (same_text(service, "Microsoft.ContainerRegistry")) return "AzureContainerRegistry";
  if (same_text(service, "Microsoft.Storage") || same_text(service, "Microsoft.Storage.Global")) {
    return "Storage";
  }
  return {};
}

}  // namespace acr
