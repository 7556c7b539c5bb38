// The same questions to a real name server: dnsmasq with a privatelink zone.
#include <gtest/gtest.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/asking.h"

namespace acr {
namespace {

using Outcome = DnsAnswer::Outcome;
using Names = std::vector<std::string>;
using namespace std::chrono_literals;

unsigned short free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  bind(probe, reinterpret_cast<sockaddr*>(&address), size);
  getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
  close(probe);
  return ntohs(address.sin_port);
}

std::string program() {
  for (const char* place : {"/usr/sbin/dnsmasq", "/usr/bin/dnsmasq", "/sbin/dnsmasq"})
    if (access(place, X_OK) == 0) return place;
  return {};
}

class Dnsmasq {
 public:
  explicit Dnsmasq(const std::string& path)
      : port_(free_port()),
        file_(testing::TempDir() + "/acr-dnsmasq-" + std::to_string(port_) + ".conf") {
    std::ofstream(file_) << "port=" << port_
                         << "\n"
                            "listen-address=127.0.0.1\n"
                            "bind-interfaces\n"
                            "no-resolv\n"
                            "no-hosts\n"
                            "no-poll\n"
                            "user=\n"
                            "group=\n"
                            "pid-file=\n"
                            "log-facility=-\n"
                            "local=/azurecr.io/\n"
                            "host-record=contoso.privatelink.azurecr.io,10.10.1.5\n"
                            "host-record=contoso.westeurope.data.privatelink.azurecr.io,10.10.1.4\n"
                            "cname=contoso.azurecr.io,contoso.privatelink.azurecr.io\n"
                            "host-record=alias-target.azurecr.io,fd00::5\n"
                            "cname=six.azurecr.io,alias-target.azurecr.io\n";
    process_ = fork();
    if (process_ != 0) return;
    execl(path.c_str(), path.c_str(), "-k", "-C", file_.c_str(), nullptr);
    _exit(127);
  }
  ~Dnsmasq() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    std::filesystem::remove(file_);
  }
  Dnsmasq(const Dnsmasq&) = delete;
  Dnsmasq& operator=(const Dnsmasq&) = delete;

  DnsAnswer resolve(const std::string& name, RecordType type = RecordType::a) const {
    DnsAnswer answer;
    Loop loop(test::quick());
    DnsQuery query;
    query.name = name;
    query.type = type;
    query.server = "127.0.0.1:" + std::to_string(port_);
    loop.resolve(std::move(query), [&](DnsAnswer given) { answer = std::move(given); });
    loop.run();
    return answer;
  }

 private:
  unsigned short port_;
  std::string file_;
  pid_t process_ = -1;
};

TEST(Dnsmasq, APrivateZoneAsNodesSeeIt) {
  const std::string path = program();
  if (path.empty()) GTEST_SKIP() << "dnsmasq is not installed (Debian package dnsmasq-base)";
  const Dnsmasq server(path);
  DnsAnswer linked;
  for (int i = 0; i < 100; ++i) {
    linked = server.resolve("contoso.azurecr.io");
    if (linked.outcome != Outcome::unreachable) break;
    std::this_thread::sleep_for(50ms);  // it starts
  }
  EXPECT_EQ(linked.outcome, Outcome::addresses) << linked.detail;
  EXPECT_EQ(linked.chain, Names{"contoso.privatelink.azurecr.io"});
  EXPECT_EQ(linked.addresses, Names{"10.10.1.5"});

  const DnsAnswer data = server.resolve("contoso.westeurope.data.privatelink.azurecr.io");
  EXPECT_EQ(data.addresses, Names{"10.10.1.4"});
  EXPECT_TRUE(data.chain.empty());

  EXPECT_EQ(server.resolve("fabrikam.azurecr.io").outcome, Outcome::no_name);
  EXPECT_EQ(server.resolve("example.org").outcome, Outcome::refused)
      << "no server to pass it on to";

  const DnsAnswer six = server.resolve("six.azurecr.io", RecordType::aaaa);
  EXPECT_EQ(six.addresses, Names{"fd00::5"});
  const DnsAnswer four = server.resolve("six.azurecr.io");
  EXPECT_EQ(four.outcome, Outcome::no_data);
  EXPECT_EQ(four.chain, Names{"alias-target.azurecr.io"});
}

}  // namespace
}  // namespace acr
