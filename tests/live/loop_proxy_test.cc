// Calls by a proxy: which go by it, what it hears, and how it fails.
#include <gtest/gtest.h>
#include <cstdlib>

#include "live/asking.h"
#include "live/connect_proxy.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::ask_one;
using test::ConnectProxy;
using test::get;
using test::HttpServer;
using test::Request;
using test::Response;
using test::shared_authority;

Response good(const Request&) {
  return {};
}

HttpServer::Options for_name(const char* name) {
  HttpServer::Options options;
  options.identity = shared_authority().issue({.names = {name}});
  return options;
}

// Sets a variable of this process for as long as it lives.
class Variable {
 public:
  Variable(const char* name, const std::string& value) : name_(name) {
    const char* old = std::getenv(name);
    if (old != nullptr) old_ = old;
    had_ = old != nullptr;
    setenv(name, value.c_str(), 1);
  }
  ~Variable() {
    if (had_)
      setenv(name_, old_.c_str(), 1);
    else
      unsetenv(name_);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  const char* name_;
  std::string old_;
  bool had_ = false;
};

TEST(LoopProxy, OfTheCallLeadsToTheServer) {
  const HttpServer server(good, for_name("management.azure.com"));
  const ConnectProxy proxy({.ways = {{"management.azure.com:443", server.port()}}});
  Call call = get("https://management.azure.com/subscriptions");
  call.proxy = proxy.url();
  call.authorization = Secret("Bearer canary");
  call.secret_headers.emplace_back("X-Secret: canary");
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_FALSE(answer.headers.contains("x-proxy"))
      << "the proxy's own headers are not the answer's";
  EXPECT_EQ(proxy.asked_for(), std::vector<std::string>{"management.azure.com:443"});
  EXPECT_EQ(proxy.heard().find("canary"), std::string::npos);
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Bearer canary");
  EXPECT_EQ(answer.certificate->names, std::vector<std::string>{"management.azure.com"});
}

TEST(LoopProxy, OfTheEnvironmentUnlessNoProxyNamesTheHost) {
  const HttpServer server(good, for_name("registry.test"));
  const ConnectProxy proxy({.ways = {{"registry.test:443", server.port()}}});
  const Variable https("https_proxy", proxy.url());
  {
    const Variable none("no_proxy", "example.org");
    EXPECT_TRUE(ask_one(get("https://registry.test/")).ok());
    EXPECT_EQ(proxy.asked_for().size(), 1U);
    Call direct = get("https://registry.test/");
    direct.by_proxy = false;
    EXPECT_EQ(ask_one(std::move(direct)).failure, Failure::name);
    // The host's own ways never go by a proxy.
    const HttpServer local(good);
    EXPECT_TRUE(ask_one(get(local.url("/"))).ok());
  }
  const Variable none("no_proxy", "example.org,registry.test");
  EXPECT_EQ(ask_one(get("https://registry.test/")).failure, Failure::name);
  EXPECT_EQ(proxy.asked_for().size(), 1U);
}

TEST(LoopProxy, AnotherNameToVerifyGoesByTheProxyToTheRealHost) {
  const HttpServer server(good, for_name("kubernetes.default.svc"));
  const ConnectProxy proxy({.ways = {{"api.cluster.test:6443", server.port()}}});
  TlsTrust trust;
  trust.authorities = shared_authority().pem();
  trust.server_name = "kubernetes.default.svc";
  Call call = get("https://api.cluster.test:6443/version");
  call.trust = &trust;
  call.proxy = proxy.url();
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(proxy.asked_for(), std::vector<std::string>{"api.cluster.test:6443"});
  EXPECT_EQ(server.requests().at(0).header("Host"), "api.cluster.test:6443");
  EXPECT_EQ(server.requests().at(0).server_name, "kubernetes.default.svc");
}

TEST(LoopProxy, AsksForACredential) {
  const HttpServer server(good, for_name("registry.test"));
  const ConnectProxy proxy(
      {.ways = {{"registry.test:443", server.port()}}, .credentials = "joe:hunter2"});
  Call call = get("https://registry.test/");
  call.proxy = proxy.url();
  const Answer refused = ask_one(std::move(call));
  EXPECT_EQ(refused.failure, Failure::proxy) << refused.detail;
  EXPECT_EQ(refused.status, 0);
  EXPECT_NE(refused.detail.find("407"), std::string::npos) << refused.detail;

  call = get("https://registry.test/");
  call.proxy = "http://joe:hunter2@127.0.0.1:" + std::to_string(proxy.port());
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;

  call = get("https://registry.test/");
  call.proxy = "http://joe:hunter3@127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(ask_one(std::move(call)).detail.find("hunter3"), std::string::npos);
}

TEST(LoopProxy, RefusesTheWay) {
  for (const int status : {403, 502, 503}) {
    const ConnectProxy proxy({.refuse = status});
    Call call = get("https://registry.test/");
    call.proxy = proxy.url();
    const Answer answer = ask_one(std::move(call));
    EXPECT_EQ(answer.failure, Failure::proxy) << answer.detail;
    EXPECT_EQ(answer.status, 0) << "the proxy's status is not the server's";
    EXPECT_NE(answer.detail.find(std::to_string(status)), std::string::npos) << answer.detail;
  }
}

TEST(LoopProxy, IsNotThere) {
  Call call = get("https://registry.test/");
  call.proxy = "http://joe:hunter2@127.0.0.1:1";
  Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::proxy) << answer.detail;
  EXPECT_EQ(answer.detail.find("hunter2"), std::string::npos) << answer.detail;

  call = get("https://registry.test/");
  call.proxy = "http://joe:hunter2@proxy.invalid:3128";
  answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::proxy) << answer.detail;
  EXPECT_EQ(answer.detail.find("hunter2"), std::string::npos) << answer.detail;
}

TEST(LoopProxy, DoesNotTakeAnythingOffVerification) {
  const HttpServer server(good, for_name("other.test"));
  const ConnectProxy proxy({.ways = {{"registry.test:443", server.port()}}});
  Call call = get("https://registry.test/");
  call.proxy = proxy.url();
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_name);
  EXPECT_TRUE(server.requests().empty());
}

TEST(LoopEnvironment, AuthoritiesOfTheSystemAreWhereItSays) {
  const HttpServer server(good);
  const std::string file = testing::TempDir() + "/acr-loop-authorities.pem";
  std::FILE* out = std::fopen(file.c_str(), "w");
  ASSERT_NE(out, nullptr);
  std::fputs(shared_authority().pem().c_str(), out);
  std::fclose(out);
  // Empty is as good as absent; the test's own environment may have some.
  const Variable bundle("CURL_CA_BUNDLE", ""), one("SSL_CERT_FILE", ""), folder("SSL_CERT_DIR", ""),
      other("REQUESTS_CA_BUNDLE", "");
  for (const char* name : {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}) {
    Call call = get(server.url("/"));
    call.trust = nullptr;
    EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_untrusted);
    const Variable set(name, file);
    call = get(server.url("/"));
    call.trust = nullptr;
    EXPECT_TRUE(ask_one(std::move(call)).ok()) << name;
  }
  const Variable set("SSL_CERT_FILE", file + ".absent");
  Call call = get(server.url("/"));
  call.trust = nullptr;
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::tls_other);
  std::remove(file.c_str());
}

}  // namespace
}  // namespace acr
