// A small DNS server in this process: UDP and TCP on one port of 127.0.0.1, answers from a table,
// and faults to order.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace acr::test {

struct DnsReply {
  enum class Fault {
    none,
    drop,       // no answer
    truncated,  // over UDP: cut short, so that TCP is asked; over TCP: whole
    garbage,    // the question repeated, then records that are none
    wrong_id,   // whole, but to another question
    not_dns,    // a few letters
  };
  // Addresses of the last name, v4 and v6; those of the asked type are sent.
  std::vector<std::string> addresses{};
  // Aliases in order: "a" -> "b" as {"b"}, and on.
  std::vector<std::string> chain{};
  int code = 0;  // RCODE: 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED
  Fault fault = Fault::none;
  std::chrono::milliseconds latency{0};
};

class DnsServer {
 public:
  // By name, in lower case, without the dot at the end. Other names are NXDOMAIN.
  explicit DnsServer(std::map<std::string, DnsReply> table);
  ~DnsServer();
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;

  std::string address() const;  // "127.0.0.1:PORT"
  unsigned short port() const;
  std::vector<std::string> asked() const;  // "name A", "name AAAA", "name A tcp"; in order
  std::size_t most_at_once() const;        // questions over UDP that waited for their answer

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace acr::test
