// A proxy for tests that understands CONNECT and nothing else. It leads names to ports of this
// host, so that a client may ask https://management.azure.com and meet a server of the test.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace acr::test {

class ConnectProxy {
 public:
  struct Options {
    // "management.azure.com:443" -> port on 127.0.0.1. What is not named: "127.0.0.1:PORT" and
    // "localhost:PORT" lead there, all else is answered with 502.
    std::map<std::string, unsigned short> ways{};
    int refuse = 0;             // answer every CONNECT with this status
    std::string credentials{};  // "user:password" that must be shown (Basic), else 407
  };
  explicit ConnectProxy(Options options);
  ~ConnectProxy();
  ConnectProxy(const ConnectProxy&) = delete;
  ConnectProxy& operator=(const ConnectProxy&) = delete;

  unsigned short port() const;
  std::string url() const;                     // "http://127.0.0.1:PORT"
  std::vector<std::string> asked_for() const;  // the targets of CONNECT, in order
  std::string heard() const;                   // every byte of the requests to the proxy itself

 private:
  struct Running;
  std::unique_ptr<Running> running_;
};

}  // namespace acr::test
