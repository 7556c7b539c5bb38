// One c-ares channel: a set of servers with one patience, and its sockets.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <ares.h>

#include "live/dns.h"
#include "live/dns_message.h"

namespace acr {

struct DnsChannel {
  ares_channel handle = nullptr;
  std::string servers;                      // as people name them
  std::map<ares_socket_t, short> sockets;   // with the events that are waited for
  std::set<ares_socket_t> streams;          // those of TCP, for as long as they are open
  ares_socket_t current = ARES_SOCKET_BAD;  // being read

  DnsChannel() = default;
  ~DnsChannel();  // what is open is called back with ARES_EDESTRUCTION
  DnsChannel(const DnsChannel&) = delete;
  DnsChannel& operator=(const DnsChannel&) = delete;

  void read_and_write(ares_socket_t socket, bool readable, bool writable);
};

// For the query's timeout and tries; without a server: those of the system. Null: the server is not
// one, or c-ares has no memory.
std::unique_ptr<DnsChannel> open_dns_channel(const DnsQuery& query);

}  // namespace acr
