// Addresses that stand for others, network by network.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "estate/address.h"

namespace acr {

// Two addresses that share their first n bits share n bits afterwards, and no more (Crypto-PAn:
// Xu, Fan, Ammar, Moon, 2002): what was in a prefix is in its stand-in. Bits that make an address
// private, loopback or link-local stay, as do 168.63.129.16, 0.0.0.0 and 255.255.255.255.
IpAddress mask_address(const IpAddress& address, std::string_view key);

// "10.0.0.4", "10.0.0.0/24" (host bits stay clear); nullopt for anything else.
std::optional<std::string> mask_address_text(std::string_view text, std::string_view key);

}  // namespace acr
