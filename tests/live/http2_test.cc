// HTTP/2 against a real server, nghttpd, which speaks nothing else over TLS.
#include <gtest/gtest.h>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "live/asking.h"

namespace acr {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string program() {
  for (const char* place : {"/usr/sbin/nghttpd", "/usr/bin/nghttpd"})
    if (access(place, X_OK) == 0) return place;
  return {};
}

// Serves a folder with the file "list.json", and sends uploads back.
class Nghttpd {
 public:
  explicit Nghttpd(const std::string& path) {
    folder_ = fs::path(testing::TempDir()) / ("acr-http2-" + std::to_string(getpid()));
    fs::create_directories(folder_ / "files");
    const auto identity = test::shared_authority().issue({.names = {"127.0.0.1", "api.internal"}});
    std::ofstream(folder_ / "key.pem") << identity.key;
    std::ofstream(folder_ / "certificate.pem") << identity.certificate;
    std::ofstream(folder_ / "files" / "list.json") << std::string(200'000, 'x');
    port_ = free_port();
    process_ = fork();
    if (process_ != 0) return;
    const int log = open((folder_ / "log").c_str(), O_CREAT | O_WRONLY, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    const std::string files = (folder_ / "files").string(), port = std::to_string(port_);
    const std::string key = (folder_ / "key.pem").string();
    const std::string certificate = (folder_ / "certificate.pem").string();
    execl(path.c_str(), path.c_str(), "-v", "--echo-upload", "-a", "127.0.0.1", "-d", files.c_str(),
          port.c_str(), key.c_str(), certificate.c_str(), nullptr);
    _exit(127);
  }
  ~Nghttpd() {
    kill(process_, SIGTERM);
    waitpid(process_, nullptr, 0);
    fs::remove_all(folder_);
  }
  Nghttpd(const Nghttpd&) = delete;
  Nghttpd& operator=(const Nghttpd&) = delete;

  std::string url(const std::string& path) const {
    return "https://127.0.0.1:" + std::to_string(port_) + path;
  }
  bool is_up() const {
    for (int i = 0; i < 100; ++i) {
      if (test::ask_one(test::get(url("/list.json"))).status != 0) return true;
      std::this_thread::sleep_for(50ms);
    }
    return false;
  }
  std::string log() const {
    std::ostringstream text;
    text << std::ifstream(folder_ / "log").rdbuf();
    return text.str();
  }
  unsigned short port() const { return port_; }

 private:
  static unsigned short free_port() {
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

  fs::path folder_;
  unsigned short port_ = 0;
  pid_t process_ = -1;
};

TEST(Http2, ManyCallsUseConnectionsAgain) {
  const std::string path = program();
  if (path.empty()) GTEST_SKIP() << "nghttpd is not installed (Debian package nghttp2-server)";
  const Nghttpd server(path);
  ASSERT_TRUE(server.is_up()) << server.log();
  const auto connections = [&] {
    std::size_t most = 0;
    const std::string log = server.log();
    for (auto at = log.find("[id="); at != log.npos; at = log.find("[id=", at + 1))
      most = std::max<std::size_t>(most, std::stoul(log.substr(at + 4)));
    return most;
  };
  const std::size_t before = connections();

  Loop loop(test::quick());
  int good = 0;
  for (int i = 0; i < 100; ++i)
    loop.ask(test::get(server.url("/list.json")), [&](const Answer& answer) {
      good += answer.ok() && answer.body.size() == 200'000 ? 1 : 0;
      EXPECT_TRUE(answer.certificate.has_value());
    });
  loop.run();
  EXPECT_EQ(good, 100);
  EXPECT_LE(connections(), before + LoopLimits().calls_a_host);
}

TEST(Http2, BodiesHeadsAndNames) {
  const std::string path = program();
  if (path.empty()) GTEST_SKIP() << "nghttpd is not installed (Debian package nghttp2-server)";
  const Nghttpd server(path);
  ASSERT_TRUE(server.is_up()) << server.log();

  Call post = test::get(server.url("/query"));
  post.method = "POST";
  post.body = R"({"query":"resources"})";
  EXPECT_EQ(test::ask_one(std::move(post)).body, R"({"query":"resources"})");

  Call head = test::get(server.url("/list.json"));
  head.head_only = true;
  head.body_limit = 1'000;
  const Answer part = test::ask_one(std::move(head));
  EXPECT_TRUE(part.ok()) << part.detail;
  EXPECT_EQ(part.body.size(), 1'000U);

  TlsTrust named;
  named.authorities = test::shared_authority().pem();
  named.server_name = "api.internal";
  Call renamed = test::get(server.url("/list.json"));
  renamed.trust = &named;
  EXPECT_TRUE(test::ask_one(std::move(renamed)).ok());
  const std::string authority = ":authority: 127.0.0.1:" + std::to_string(server.port());
  const std::string log = server.log();
  EXPECT_NE(log.find(authority), std::string::npos);
  EXPECT_EQ(log.find(":authority: api.internal"), std::string::npos);
}

}  // namespace
}  // namespace acr
