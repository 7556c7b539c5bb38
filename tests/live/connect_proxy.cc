#include "live/connect_proxy.h"

#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <netinet/in.h>
#include <openssl/evp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace acr::test {
namespace {

std::string base64(const std::string& text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

bool write_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

void pass_on(int one, int other) {
  pollfd both[] = {{one, POLLIN, 0}, {other, POLLIN, 0}};
  char data[16'384];
  while (poll(both, 2, -1) > 0)
    for (int i = 0; i < 2; ++i) {
      if (both[i].revents == 0) continue;
      const auto got = recv(both[i].fd, data, sizeof data, 0);
      if (got <= 0 || !write_all(both[1 - i].fd, data, static_cast<std::size_t>(got))) return;
    }
}

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

struct ConnectProxy::Running {
  Options options;
  int listener = -1;
  unsigned short port = 0;
  std::thread acceptor;
  mutable std::mutex mutex;
  bool stopping = false;
  std::list<std::thread> threads;
  std::vector<int> sockets;
  std::vector<std::string> targets;
  std::string heard;

  void accept_all() {
    while (true) {
      const int client = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      const std::scoped_lock lock(mutex);
      if (stopping) {
        if (client >= 0) close(client);
        return;
      }
      if (client < 0) continue;
      sockets.push_back(client);
      threads.emplace_back([this, client] { serve(client); });
    }
  }

  void serve(int client) {
    const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    {
      const std::scoped_lock lock(mutex);
      if (!stopping) sockets.push_back(server);
    }
    if (open_way(client, server)) pass_on(client, server);
    const std::scoped_lock lock(mutex);
    std::erase(sockets, client);
    std::erase(sockets, server);
    close(client);
    close(server);
  }

  bool open_way(int client, int server) {
    std::string head;
    char data[4'096];
    while (head.find("\r\n\r\n") == std::string::npos) {
      const auto got = recv(client, data, sizeof data, 0);
      if (got <= 0) return false;
      head.append(data, static_cast<std::size_t>(got));
    }
    const auto space = head.find(' ');
    const std::string target = head.substr(space + 1, head.find(' ', space + 1) - space - 1);
    {
      const std::scoped_lock lock(mutex);
      heard += head;
      targets.push_back(target);
    }
    int status = head.starts_with("CONNECT ") ? 200 : 405;
    if (!options.credentials.empty() &&
        head.find("Basic " + base64(options.credentials)) == std::string::npos)
      status = 407;
    if (options.refuse != 0) status = options.refuse;
    if (status == 200) {
      const sockaddr_in address = loopback(way_of(target));
      if (address.sin_port == 0 ||
          connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        status = 502;
    }
    const std::string answer = "HTTP/1.1 " + std::to_string(status) +
                               " Status\r\nX-Proxy: yes\r\nContent-Length: 0\r\n\r\n";
    return write_all(client, answer.data(), answer.size()) && status == 200;
  }

  unsigned short way_of(const std::string& target) const {
    if (const auto found = options.ways.find(target); found != options.ways.end())
      return found->second;
    const auto colon = target.rfind(':');
    const std::string host = target.substr(0, colon);
    if (colon == std::string::npos || (host != "127.0.0.1" && host != "localhost")) return 0;
    return static_cast<unsigned short>(std::stoul(target.substr(colon + 1)));
  }
};

ConnectProxy::ConnectProxy(Options options) : running_(std::make_unique<Running>()) {
  running_->options = std::move(options);
  running_->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (bind(running_->listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      listen(running_->listener, 128) != 0 ||
      getsockname(running_->listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no port to listen on");
  running_->port = ntohs(address.sin_port);
  running_->acceptor = std::thread([this] { running_->accept_all(); });
}

ConnectProxy::~ConnectProxy() {
  {
    const std::scoped_lock lock(running_->mutex);
    running_->stopping = true;
    for (const int socket : running_->sockets) shutdown(socket, SHUT_RDWR);
  }
  shutdown(running_->listener, SHUT_RDWR);
  running_->acceptor.join();
  for (auto& thread : running_->threads) thread.join();
  close(running_->listener);
}

unsigned short ConnectProxy::port() const {
  return running_->port;
}

std::string ConnectProxy::url() const {
  return "http://127.0.0.1:" + std::to_string(running_->port);
}

std::vector<std::string> ConnectProxy::asked_for() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->targets;
}

std::string ConnectProxy::heard() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->heard;
}

}  // namespace acr::test
