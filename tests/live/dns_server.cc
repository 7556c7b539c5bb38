#include "live/dns_server.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace acr::test {
namespace {

using Clock = std::chrono::steady_clock;
constexpr unsigned kTypeA = 1, kTypeAlias = 5, kTypeAaaa = 28;

void put(std::string& out, unsigned number) {
  out += static_cast<char>(number >> 8 & 0xff);
  out += static_cast<char>(number & 0xff);
}

void put_name(std::string& out, const std::string& name) {
  std::size_t start = 0;
  while (start < name.size()) {
    const auto end = std::min(name.find('.', start), name.size());
    out += static_cast<char>(end - start);
    out += name.substr(start, end - start);
    start = end + 1;
  }
  out += '\0';
}

void put_record(std::string& out, const std::string& owner, unsigned type,
                const std::string& data) {
  put_name(out, owner);
  put(out, type);
  put(out, 1);
  put(out, 0);
  put(out, 10);  // seconds to live
  put(out, static_cast<unsigned>(data.size()));
  out += data;
}

struct Question {
  std::string name;
  unsigned type = 0;
  std::string bytes;  // as asked
};

bool read_question(const std::string& message, Question& question) {
  std::size_t at = 12;
  while (at < message.size() && message[at] != 0) {
    const auto length = static_cast<unsigned char>(message[at]);
    if (length > 63 || at + length + 1 >= message.size()) return false;
    if (!question.name.empty()) question.name += '.';
    question.name += message.substr(at + 1, length);
    at += length + 1U;
  }
  if (at + 5 > message.size()) return false;
  question.type = static_cast<unsigned char>(message[at + 2]);
  question.bytes = message.substr(12, at + 5 - 12);
  for (char& c : question.name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return true;
}

std::string answer_to(const std::string& message, const Question& question, const DnsReply& reply,
                      bool tcp) {
  using Fault = DnsReply::Fault;
  if (reply.fault == Fault::not_dns) return "hello";
  std::string records;
  unsigned count = 0;
  std::string owner = question.name;
  for (const auto& alias : reply.chain) {
    std::string target;
    put_name(target, alias);
    put_record(records, owner, kTypeAlias, target);
    owner = alias;
    ++count;
  }
  for (const auto& address : reply.addresses) {
    const bool v6 = address.find(':') != std::string::npos;
    if ((question.type == kTypeAaaa) != v6) continue;
    std::string data(v6 ? 16 : 4, '\0');
    inet_pton(v6 ? AF_INET6 : AF_INET, address.c_str(), data.data());
    put_record(records, owner, v6 ? kTypeAaaa : kTypeA, data);
    ++count;
  }
  const bool cut = reply.fault == Fault::truncated && !tcp;
  if (reply.fault == Fault::garbage) {
    records = std::string("\xc0\xff\xff\xff garbage", 11);
    count = 3;
  }
  std::string out = message.substr(0, 2);
  if (reply.fault == Fault::wrong_id) out[0] = static_cast<char>(out[0] ^ 0x55);
  put(out, 0x8180U | (cut ? 0x0200U : 0U) | static_cast<unsigned>(reply.code));
  put(out, 1);
  put(out, cut ? 0 : count);
  put(out, 0);
  put(out, 0);
  out += question.bytes;
  if (!cut) out += records;
  return out;
}

}  // namespace

struct DnsServer::Running {
  struct Pending {
    Clock::time_point due;
    sockaddr_in to;
    std::string message;
  };

  std::map<std::string, DnsReply> table;
  int udp = -1, tcp = -1, wake[2] = {-1, -1};
  unsigned short port = 0;
  std::thread thread;
  std::vector<Pending> pending;
  mutable std::mutex mutex;
  std::vector<std::string> asked;
  std::size_t most_at_once = 0;

  bool bind_both() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(udp, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
        getsockname(udp, reinterpret_cast<sockaddr*>(&address), &size) == 0 &&
        bind(tcp, reinterpret_cast<sockaddr*>(&address), size) == 0 && listen(tcp, 64) == 0) {
      port = ntohs(address.sin_port);
      return true;
    }
    close(udp);
    close(tcp);
    return false;
  }

  const DnsReply& reply_to(const Question& question, bool over_tcp) {
    static const DnsReply none{.code = 3};
    const std::scoped_lock lock(mutex);
    asked.push_back(question.name + (question.type == kTypeAaaa ? " AAAA" : " A") +
                    (over_tcp ? " tcp" : ""));
    const auto found = table.find(question.name);
    return found == table.end() ? none : found->second;
  }

  void take_datagram() {
    char data[2'048];
    sockaddr_in from{};
    socklen_t size = sizeof from;
    const auto got = recvfrom(udp, data, sizeof data, 0, reinterpret_cast<sockaddr*>(&from), &size);
    const std::string message(data, got > 0 ? static_cast<std::size_t>(got) : 0);
    Question question;
    if (!read_question(message, question)) return;
    const DnsReply& reply = reply_to(question, false);
    if (reply.fault == DnsReply::Fault::drop) return;
    pending.push_back(
        {Clock::now() + reply.latency, from, answer_to(message, question, reply, false)});
    const std::scoped_lock lock(mutex);
    most_at_once = std::max(most_at_once, pending.size());
  }

  void take_stream() {
    const int client = accept4(tcp, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const timeval most{2, 0};
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    std::string bytes;
    char data[2'048];
    const auto needed = [&] {
      return bytes.size() < 2 ? 2U
                              : 2U + (static_cast<unsigned char>(bytes[0]) * 256U +
                                      static_cast<unsigned char>(bytes[1]));
    };
    while (bytes.size() < needed() || bytes.size() == 2) {
      const auto got = recv(client, data, sizeof data, 0);
      if (got <= 0) break;
      bytes.append(data, static_cast<std::size_t>(got));
    }
    Question question;
    if (bytes.size() > 2 && read_question(bytes.substr(2), question)) {
      const std::string answer =
          answer_to(bytes.substr(2), question, reply_to(question, true), true);
      std::string framed;
      put(framed, static_cast<unsigned>(answer.size()));
      framed += answer;
      send(client, framed.data(), framed.size(), MSG_NOSIGNAL);
    }
    close(client);
  }

  int milliseconds_to_next() const {
    if (pending.empty()) return -1;
    const auto soonest = std::ranges::min(pending, {}, &Pending::due).due;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(soonest - Clock::now());
    return static_cast<int>(std::max<long>(left.count(), 0));
  }

  void serve() {
    while (true) {
      pollfd all[] = {{udp, POLLIN, 0}, {tcp, POLLIN, 0}, {wake[0], POLLIN, 0}};
      poll(all, 3, milliseconds_to_next());
      if (all[2].revents != 0) return;
      if (all[0].revents != 0) take_datagram();
      if (all[1].revents != 0) take_stream();
      std::erase_if(pending, [&](const Pending& each) {
        if (each.due > Clock::now()) return false;
        sendto(udp, each.message.data(), each.message.size(), 0,
               reinterpret_cast<const sockaddr*>(&each.to), sizeof each.to);
        return true;
      });
    }
  }
};

DnsServer::DnsServer(std::map<std::string, DnsReply> table)
    : running_(std::make_unique<Running>()) {
  running_->table = std::move(table);
  // The port that UDP gets may be taken for TCP.
  int left = 50;
  while (!running_->bind_both())
    if (--left == 0) throw std::runtime_error("no port to listen on");
  if (pipe(running_->wake) != 0) throw std::runtime_error("no pipe");
  running_->thread = std::thread([this] { running_->serve(); });
}

DnsServer::~DnsServer() {
  close(running_->wake[1]);
  running_->thread.join();
  close(running_->wake[0]);
  close(running_->udp);
  close(running_->tcp);
}

std::string DnsServer::address() const {
  return "127.0.0.1:" + std::to_string(running_->port);
}

unsigned short DnsServer::port() const {
  return running_->port;
}

std::vector<std::string> DnsServer::asked() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->asked;
}

std::size_t DnsServer::most_at_once() const {
  const std::scoped_lock lock(running_->mutex);
  return running_->most_at_once;
}

}  // namespace acr::test
