#include "live/dns_channel.h"

#include <algorithm>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

namespace acr {
namespace {

void on_state(void* self, ares_socket_t socket, int readable, int writable) {
  auto& channel = *static_cast<DnsChannel*>(self);
  const int events = (readable != 0 ? POLLIN : 0) | (writable != 0 ? POLLOUT : 0);
  if (events != 0) {
    channel.sockets[socket] = static_cast<short>(events);
  } else {
    channel.sockets.erase(socket);
    channel.streams.erase(socket);
  }
}

int on_connect(ares_socket_t socket, int type, void* self) {
  if (type == SOCK_STREAM) static_cast<DnsChannel*>(self)->streams.insert(socket);
  return 0;
}

bool use(const DnsServer& server, DnsChannel& channel) {
  ares_addr_port_node node{};
  node.family = server.address.find(':') == std::string::npos ? AF_INET : AF_INET6;
  node.udp_port = node.tcp_port = server.port;
  void* place = node.family == AF_INET ? static_cast<void*>(&node.addr.addr4)
                                       : static_cast<void*>(&node.addr.addr6);
  return inet_pton(node.family, server.address.c_str(), place) == 1 &&
         ares_set_servers_ports(channel.handle, &node) == ARES_SUCCESS;
}

bool name_servers(DnsChannel& channel) {
  ares_addr_node* list = nullptr;
  if (ares_get_servers(channel.handle, &list) != ARES_SUCCESS) return false;
  for (const auto* node = list; node != nullptr; node = node->next) {
    char text[INET6_ADDRSTRLEN] = {};
    if (inet_ntop(node->family, &node->addr, text, sizeof text) == nullptr) continue;
    if (!channel.servers.empty()) channel.servers += ", ";
    channel.servers += text;
  }
  ares_free_data(list);
  return true;
}

}  // namespace

DnsChannel::~DnsChannel() {
  if (handle != nullptr) ares_destroy(handle);
}

void DnsChannel::read_and_write(ares_socket_t socket, bool readable, bool writable) {
  current = socket;
  ares_process_fd(handle, readable ? socket : ARES_SOCKET_BAD, writable ? socket : ARES_SOCKET_BAD);
  current = ARES_SOCKET_BAD;
}

std::unique_ptr<DnsChannel> open_dns_channel(const DnsQuery& query) {
  std::optional<DnsServer> server;
  if (!query.server.empty()) {
    server = read_dns_server(query.server);
    if (!server) return nullptr;
  }
  auto channel = std::make_unique<DnsChannel>();
  channel->servers = query.server;

  ares_options options{};
  char no_lookups[] = "b";  // DNS only: /etc/hosts is no answer of a server
  // NOCHECKRESP: SERVFAIL and REFUSED are answers, and not the same as nobody being there.
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP;
  options.timeout = static_cast<int>(std::clamp<long>(query.timeout.count(), 1, 60'000));
  options.tries = std::clamp(query.tries, 1, 10);
  options.lookups = no_lookups;
  options.sock_state_cb = &on_state;
  options.sock_state_cb_data = channel.get();
  constexpr int kGiven = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS |
                         ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel->handle, &options, kGiven) != ARES_SUCCESS) return nullptr;
  ares_set_socket_callback(channel->handle, &on_connect, channel.get());
  if (!(server ? use(*server, *channel) : name_servers(*channel))) return nullptr;
  return channel;
}

}  // namespace acr
