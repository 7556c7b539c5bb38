// A DNS answer as it came over the wire (RFC 1035), read without trust.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "live/dns.h"

namespace acr {

struct DnsMessage {
  int code = 0;                                // RCODE
  std::map<std::string, std::string> aliases;  // CNAME: owner -> target
  std::map<std::string, std::vector<std::string>>
      addresses;  // of the asked type: owner -> addresses
};

// nullopt: not an answer, cut short, or with a name that is none. At most 1,000 records are read.
std::optional<DnsMessage> read_dns_message(std::span<const unsigned char> bytes, RecordType type);

// Lower case, without the dot at the end.
std::string lower_name(std::string name);
// Whether the text can be asked for: labels of 1 to 63 letters, digits, "-" and "_", 253 in all.
bool is_dns_name(const std::string& name);

// One step of an answer being put together: follows the message's aliases from `name` on, which is
// the asked name, or the last alias of the answers before. `answer` gets chain, addresses and
// outcome. Returns the name that must be asked next, because the chain left the message without an
// address; empty when the answer is whole.
std::string follow(const DnsMessage& message, const std::string& asked, DnsAnswer& answer);

// Where a server is: "168.63.129.16", "127.0.0.1:5353", "fd00::10", "[::1]:53".
struct DnsServer {
  std::string address;
  unsigned short port = 53;
};
std::optional<DnsServer> read_dns_server(const std::string& text);

}  // namespace acr
