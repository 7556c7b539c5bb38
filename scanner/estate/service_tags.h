// Azure's named sets of addresses, as security rules and routes write them. Source: Microsoft
// Learn, "Virtual network service tags". The addresses behind the tags of services change weekly
// and are not known here; what is known is which tag contains which.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "estate/access.h"
#include "estate/address.h"

namespace acr {

// One place traffic may go to: an address, a service tag that contains it, or both. A place with a
// tag only is a public IPv4 address somewhere in that tag, "Internet" for any public address;
// "VirtualNetwork" is an address of the virtual network or its peers.
struct Place {
  std::optional<IpAddress> address;
  std::string tag;  // "AzureContainerRegistry.westeurope"; empty when none is known
};
std::string describe(const Place& place);

// What the tag VirtualNetwork stands for, as far as it is known: the prefixes of the virtual
// network, of its connected peers and of user-defined routes. A prefix of length 0 among them (a
// default route) leaves the tag in doubt for every public address: Azure may count it in.
using VirtualNetworkSpace = std::span<const Cidr>;

// Is the place within what `prefix` names: "*", a prefix, an address, or a service tag in any case?
// `unknown` where the addresses behind a tag would have to be known, for a tag not known here, and
// for text that is none of these.
Tri contains(std::string_view prefix, const Place& place, VirtualNetworkSpace space);

// Are all addresses of the service tag `inner` in the tag `outer`? A tag without region spans all
// regions, AzureCloud all services, Internet everything public. Names without regard to case,
// regions in both of their spellings ("francecentral" is "centralfrance").
Tri tag_contains(std::string_view outer, std::string_view inner);

// The tag whose addresses a service endpoint routes: "Microsoft.Storage" -> "Storage",
// "Microsoft.ContainerRegistry" -> "AzureContainerRegistry"; empty for others.
std::string_view tag_of_service_endpoint(std::string_view service);

bool is_public(const Place& place, VirtualNetworkSpace space);

IpAddress first_of(const Cidr& prefix);  // with all host bits clear
IpAddress last_of(const Cidr& prefix);   // with all host bits set

}  // namespace acr
