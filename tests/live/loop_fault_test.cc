// Each way a server can fail, and what becomes of the answer.
#include <gtest/gtest.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/asking.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::ask_one;
using test::Fault;
using test::get;
using test::HttpServer;
using test::quick;
using test::Request;
using test::Response;
using namespace std::chrono_literals;

HttpServer::Handler failing(Fault fault) {
  return [fault](const Request&) {
    Response response;
    response.body = std::string(1'000, 'x');
    response.fault = fault;
    return response;
  };
}

// A port that was just given back: nobody listens there.
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

void expect_one_line(const Answer& answer) {
  EXPECT_NE(answer.detail, "");
  EXPECT_LT(answer.detail.size(), 400U);
  for (const char c : answer.detail)
    EXPECT_GE(static_cast<unsigned char>(c), 0x20) << answer.detail;
}

TEST(LoopFault, NobodyListens) {
  const Answer answer = ask_one(get("https://127.0.0.1:" + std::to_string(free_port()) + "/"));
  EXPECT_EQ(answer.failure, Failure::refused) << answer.detail;
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.address, "");
  EXPECT_EQ(answer.attempts, 1);
  expect_one_line(answer);
}

TEST(LoopFault, NoSuchName) {
  const Answer answer = ask_one(get("https://registry.invalid/v2/"));
  EXPECT_EQ(answer.failure, Failure::name) << answer.detail;
  EXPECT_NE(answer.detail.find("registry.invalid"), std::string::npos);
  EXPECT_EQ(answer.address, "");
}

TEST(LoopFault, AcceptsAndSaysNothing) {
  HttpServer::Options options;
  options.speaks = false;
  const HttpServer server(failing(Fault::none), options);
  Call call = get(server.url("/"));
  call.connect_timeout = 300ms;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::timeout) << answer.detail;
  EXPECT_EQ(answer.address, "127.0.0.1") << "TCP stood; it was TLS that had no answer";
}

TEST(LoopFault, HangsAfterTheRequest) {
  const HttpServer server(failing(Fault::hang));
  Call call = get(server.url("/"));
  call.timeout = 400ms;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::timeout) << answer.detail;
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.attempts, 1);
  EXPECT_TRUE(answer.certificate.has_value());
}

TEST(LoopFault, DripsSlowerThanTheTimeout) {
  const HttpServer server(failing(Fault::drip));
  Call call = get(server.url("/"));
  call.timeout = 500ms;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::timeout) << answer.detail;
  EXPECT_EQ(answer.status, 200);
  EXPECT_GE(answer.body.size(), 1U);
  EXPECT_LT(answer.body.size(), 100U);
}

TEST(LoopFault, ResetBeforeTheAnswerIsAskedAgain) {
  const HttpServer server(failing(Fault::reset_before));
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::reset) << answer.detail;
  EXPECT_EQ(answer.status, 0);
  EXPECT_EQ(answer.attempts, 4);
  EXPECT_GE(server.requests().size(), 4U);
  expect_one_line(answer);
}

TEST(LoopFault, ResetWithinTheAnswerKeepsWhatCame) {
  const HttpServer server(failing(Fault::reset_within));
  Call call = get(server.url("/"));
  call.attempts = 1;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::reset) << answer.detail;
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body.size(), 500U);
  EXPECT_FALSE(answer.ok());
}

TEST(LoopFault, HalfABodyIsNoAnswer) {
  const HttpServer server(failing(Fault::close_within));
  Call call = get(server.url("/"));
  call.attempts = 2;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::reset) << answer.detail;
  EXPECT_EQ(answer.attempts, 2);
  EXPECT_EQ(answer.body.size(), 500U) << "of the last attempt only";
}

TEST(LoopFault, ALostConnectionIsAskedAgainAndThenAnswers) {
  int calls = 0;
  const HttpServer server([&](const Request&) {
    Response response;
    response.body = "good";
    if (++calls < 3) response.fault = Fault::reset_within;
    return response;
  });
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.attempts, 3);
  EXPECT_EQ(answer.body, "good");
}

TEST(LoopFault, NoHttp) {
  for (const bool tls : {true, false}) {
    HttpServer::Options options;
    options.tls = tls;
    const HttpServer server(failing(Fault::no_http), options);
    const Answer answer = ask_one(get(server.url("/")));
    EXPECT_EQ(answer.failure, Failure::malformed) << answer.detail;
    EXPECT_EQ(answer.status, 0);
    expect_one_line(answer);
  }
}

TEST(LoopFault, HugeBodyStopsAtTheLimit) {
  const HttpServer server(failing(Fault::endless));
  Call call = get(server.url("/"));
  call.body_limit = 100'000;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.failure, Failure::too_large) << answer.detail;
  EXPECT_EQ(answer.body.size(), 100'000U);
  EXPECT_EQ(answer.attempts, 1);
}

TEST(LoopFault, TheHeadOfAnEndlessBodyIsAnAnswerWhereOnlyThatIsWanted) {
  const HttpServer server(failing(Fault::endless));
  Call call = get(server.url("/"));
  call.body_limit = 100'000;
  call.head_only = true;
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.body.size(), 100'000U);
}

TEST(LoopFault, ABodyOfJustTheLimitIsWhole) {
  const HttpServer server(failing(Fault::none));
  for (const bool head_only : {true, false}) {
    Call call = get(server.url("/"));
    call.body_limit = 1'000;
    call.head_only = head_only;
    const Answer answer = ask_one(std::move(call));
    EXPECT_TRUE(answer.ok()) << answer.detail;
    EXPECT_EQ(answer.body.size(), 1'000U);
  }
}

TEST(LoopFault, HugeHeadersAreTooLarge) {
  const HttpServer server(failing(Fault::huge_headers));
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::too_large) << answer.detail;
  EXPECT_EQ(answer.attempts, 1);
}

TEST(LoopFault, TheWholeRunHasALimitOfBytes) {
  const HttpServer server(failing(Fault::none));
  LoopLimits limits = quick();
  limits.total_bytes = 2'500;
  limits.calls_a_host = 1;
  Loop loop(limits);
  std::vector<Failure> failures;
  for (int i = 0; i < 5; ++i)
    loop.ask(get(server.url("/")),
             [&](const Answer& answer) { failures.push_back(answer.failure); });
  loop.run();
  using enum Failure;
  EXPECT_EQ(failures, (std::vector<Failure>{none, none, too_large, too_large, too_large}));
  EXPECT_LE(loop.progress().bytes, 2'500U);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(LoopFault, AnotherContentTypeIsAnAnswer) {
  const HttpServer server([](const Request&) {
    Response response;
    response.content_type = "text/html";
    response.body = "<html>Sign in to the network</html>";
    return response;
  });
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(answer.headers.at("content-type"), "text/html");
}

TEST(LoopFault, BodyThatIsNotCompressedAsItSays) {
  const HttpServer server([](const Request& request) {
    EXPECT_NE(request.header("Accept-Encoding").find("gzip"), std::string::npos);
    Response response;
    response.headers = {{"Content-Encoding", "gzip"}};
    response.body = "this is no gzip, whatever it says";
    return response;
  });
  const Answer answer = ask_one(get(server.url("/")));
  EXPECT_EQ(answer.failure, Failure::malformed) << answer.detail;
}

TEST(LoopFault, CallsThatMayNotBeMade) {
  const HttpServer server(failing(Fault::none));
  const auto refused = [](Call call) {
    const Answer answer = ask_one(std::move(call));
    EXPECT_EQ(answer.failure, Failure::malformed);
    EXPECT_EQ(answer.attempts, 0);
    expect_one_line(answer);
    EXPECT_EQ(answer.detail.find("hunter2"), std::string::npos) << answer.detail;
  };
  refused(get("ftp://127.0.0.1/"));
  refused(get("file:///etc/passwd"));
  refused(get("http://example.org/"));
  refused(get("https://someone:hunter2@127.0.0.1:" + std::to_string(server.port()) + "/"));
  refused(get("https://"));
  refused(get(""));
  Call call = get(server.url("/"));
  call.headers = {"X: a\r\nAuthorization: b"};
  refused(std::move(call));
  call = get(server.url("/"));
  call.secret_headers.emplace_back("X: a\nB: c");
  refused(std::move(call));
  call = get(server.url("/"));
  call.method = "GET /x";
  refused(std::move(call));
  call = get(server.url("/"));
  call.addresses = {"example.org"};
  refused(std::move(call));
  EXPECT_EQ(server.connections(), 0U);
}

TEST(LoopFault, PlainHttpToLoopbackOnlyUnlessAllowed) {
  HttpServer::Options options;
  options.tls = false;
  const HttpServer server(failing(Fault::none), options);
  EXPECT_TRUE(ask_one(get(server.url("/"))).ok());
  EXPECT_TRUE(ask_one(get("http://localhost:" + std::to_string(server.port()) + "/")).status ==
              200);
  Call call = get("http://registry.test:" + std::to_string(server.port()) + "/");
  call.addresses = {"127.0.0.1"};
  call.allow_http = true;
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_FALSE(answer.certificate.has_value());
  EXPECT_EQ(server.requests().at(2).header("Host"),
            "registry.test:" + std::to_string(server.port()));
}

TEST(LoopFault, AddressesAreDialledInTurn) {
  const test::Identity identity = test::shared_authority().issue({.names = {"registry.test"}});
  HttpServer::Options options;
  options.identity = identity;
  const HttpServer server(failing(Fault::none), options);
  const std::string url = "https://registry.test:" + std::to_string(server.port()) + "/v2/";
  Call call = get(url);
  call.addresses = {"127.0.0.2", "127.0.0.3", "127.0.0.1"};  // the server listens on the last only
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.address, "127.0.0.1");
  EXPECT_EQ(answer.attempts, 1);
  EXPECT_EQ(server.requests().at(0).server_name, "registry.test");

  call = get(url);
  call.addresses = {"127.0.0.2", "127.0.0.3"};
  EXPECT_EQ(ask_one(std::move(call)).failure, Failure::refused);
}

TEST(LoopFault, ACallToOneAddressDoesNotGoByAConnectionToAnother) {
  const test::Identity identity = test::shared_authority().issue({.names = {"registry.test"}});
  HttpServer::Options options;
  options.identity = identity;
  const HttpServer server(failing(Fault::none), options);
  const std::string url = "https://registry.test:" + std::to_string(server.port()) + "/v2/";
  Loop loop(quick());
  Call first = get(url);
  first.addresses = {"127.0.0.1"};
  loop.ask(std::move(first), [&](const Answer& answer) {
    EXPECT_TRUE(answer.ok()) << answer.detail;
    Call second = get(url);
    second.addresses = {"127.0.0.9"};
    loop.ask(std::move(second),
             [](const Answer& other) { EXPECT_EQ(other.failure, Failure::refused); });
  });
  loop.run();
  EXPECT_EQ(server.requests().size(), 1U);
}

}  // namespace
}  // namespace acr
