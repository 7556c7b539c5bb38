// What the loop promises of every call: limits, order, ends, and where a credential goes.
#include <gtest/gtest.h>
#include <algorithm>
#include <thread>

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

Response echo(const Request& request) {
  Response response;
  response.body = request.method + " " + request.path;
  return response;
}

TEST(Loop, AsksAndHasTheAnswer) {
  const HttpServer server([](const Request& request) {
    Response response = echo(request);
    response.headers = {{"X-One", "1"}};
    return response;
  });
  const Answer answer = ask_one(get(server.url("/v2/?n=1")));
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.body, "GET /v2/");
  EXPECT_EQ(answer.headers.at("x-one"), "1");
  EXPECT_EQ(answer.address, "127.0.0.1");
  EXPECT_EQ(answer.detail, "");
  EXPECT_EQ(answer.attempts, 1);
  EXPECT_TRUE(answer.certificate.has_value());
  EXPECT_EQ(server.requests().at(0).query.at("n"), "1");
}

TEST(Loop, SendsMethodHeadersAndBody) {
  const HttpServer server(echo);
  Call call = get(server.url("/query"));
  call.method = "POST";
  call.headers = {"Content-Type: application/json", "X-Mine: yes"};
  call.body = R"({"query":"resources"})";
  call.secret_headers.emplace_back("X-IDENTITY-HEADER: abc");
  EXPECT_TRUE(ask_one(std::move(call)).ok());
  const Request request = server.requests().at(0);
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.body, R"({"query":"resources"})");
  EXPECT_EQ(request.header("Content-Type"), "application/json");
  EXPECT_EQ(request.header("X-Mine"), "yes");
  EXPECT_EQ(request.header("X-IDENTITY-HEADER"), "abc");
  EXPECT_EQ(request.header("User-Agent"), "acr-doctor");
  EXPECT_EQ(request.header("Expect"), "");
}

TEST(Loop, SendsTheSecretBodyInsteadOfTheBody) {
  const HttpServer server(echo);
  Call call = get(server.url("/token"));
  call.method = "POST";
  call.body = "public";
  call.secret_body = Secret("grant_type=client_credentials&client_secret=s");
  EXPECT_TRUE(ask_one(std::move(call)).ok());
  EXPECT_EQ(server.requests().at(0).body, "grant_type=client_credentials&client_secret=s");
}

TEST(Loop, HeadHasHeadersAndNoBody) {
  const HttpServer server(echo);
  Call call = get(server.url("/v2/a/manifests/1"));
  call.method = "HEAD";
  const Answer answer = ask_one(std::move(call));
  EXPECT_TRUE(answer.ok()) << answer.detail;
  EXPECT_EQ(answer.body, "");
  EXPECT_EQ(answer.headers.at("content-length"), "22");
}

TEST(Loop, JoinsChallengesAndLinksKeepsTheLastOfOthersDropsCookies) {
  const HttpServer server([](const Request&) {
    Response response;
    response.status = 401;
    response.headers = {{"WWW-Authenticate", "Bearer realm=\"a\""},
                        {"www-authenticate", "Basic realm=\"b\""},
                        {"Link", "<1>"},
                        {"Link", "<2>"},
                        {"X-Two", "1"},
                        {"X-Two", "2"},
                        {"Set-Cookie", "session=1"}};
    return response;
  });
  const Answer answer = ask_one(get(server.url("/v2/")));
  EXPECT_EQ(answer.headers.at("www-authenticate"), "Bearer realm=\"a\", Basic realm=\"b\"");
  EXPECT_EQ(answer.headers.at("link"), "<1>, <2>");
  EXPECT_EQ(answer.headers.at("x-two"), "2");
  EXPECT_FALSE(answer.headers.contains("set-cookie"));
}

TEST(Loop, ReturnsARedirectAndDoesNotFollowIt) {
  const HttpServer other(echo);
  const HttpServer server([&](const Request&) {
    Response response;
    response.status = 307;
    response.headers = {{"Location", other.url("/blob?sig=1")}};
    return response;
  });
  Call call = get(server.url("/v2/a/blobs/sha256:0"));
  call.authorization = Secret("Bearer canary");
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.status, 307);
  EXPECT_EQ(answer.failure, Failure::none);
  EXPECT_EQ(answer.headers.at("location"), other.url("/blob?sig=1"));
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Bearer canary");
  EXPECT_EQ(other.connections(), 0U);
}

TEST(Loop, NoAnswerHasTheCredentialInIt) {
  static constexpr const char* kCanary = "canary-8c1f";
  static constexpr Fault kFaults[] = {Fault::none,    Fault::reset_before, Fault::reset_within,
                                      Fault::no_http, Fault::close_within, Fault::huge_headers};
  Fault fault = Fault::none;
  int status = 200;
  const HttpServer server([&](const Request& request) {
    Response response = echo(request);
    response.fault = fault;
    response.status = status;
    return response;
  });
  const auto check = [&](const Answer& answer) {
    std::string all = answer.detail + answer.body + answer.address;
    for (const auto& [name, value] : answer.headers) all += name + value;
    EXPECT_EQ(all.find(kCanary), std::string::npos) << all;
  };
  for (const Fault each : kFaults)
    for (const int code : {200, 401, 403, 500}) {
      fault = each;
      status = code;
      Call call = get(server.url("/"));
      call.attempts = 2;
      call.authorization = Secret(std::string("Bearer ") + kCanary);
      check(ask_one(std::move(call)));
    }
  Call broken = get(server.url("/"));
  broken.authorization = Secret(std::string("Bearer ") + kCanary + "\n");
  const Answer answer = ask_one(std::move(broken));
  EXPECT_EQ(answer.failure, Failure::malformed);
  check(answer);
}

TEST(Loop, KeepsItsLimitsOverThreeHosts) {
  const auto slow = [](const Request& request) {
    Response response = echo(request);
    response.latency = 50ms;
    return response;
  };
  const HttpServer one(slow), two(slow), three(slow);
  const HttpServer* const servers[] = {&one, &two, &three};
  LoopLimits limits = quick();
  limits.calls = 20;
  limits.calls_a_host = 8;
  Loop loop(limits);
  int good = 0;
  for (int i = 0; i < 300; ++i)
    loop.ask(get(servers[i % 3]->url("/" + std::to_string(i))),
             [&](const Answer& answer) { good += answer.ok() ? 1 : 0; });
  loop.run();
  EXPECT_EQ(good, 300);
  for (const auto* server : servers) {
    EXPECT_LE(server->most_at_once(), 8U);
    EXPECT_GE(server->most_at_once(), 2U);
    EXPECT_LE(server->connections(), 8U) << "connections are used again";
    EXPECT_EQ(server->requests().size(), 100U);
  }
  EXPECT_LE(loop.progress().most_in_flight, 20U);
  EXPECT_EQ(loop.progress().asked, 300U);
  EXPECT_EQ(loop.progress().answered, 300U);
}

TEST(Loop, ASlowHostDoesNotHoldUpAnother) {
  const HttpServer slow([](const Request& request) {
    Response response = echo(request);
    response.latency = 200ms;
    return response;
  });
  const HttpServer fast(echo);
  LoopLimits limits = quick();
  limits.calls_a_host = 2;
  limits.calls = 4;
  Loop loop(limits);
  std::vector<bool> order;  // fast or not
  for (int i = 0; i < 10; ++i)
    loop.ask(get(slow.url("/")), [&](const Answer&) { order.push_back(false); });
  for (int i = 0; i < 10; ++i)
    loop.ask(get(fast.url("/")), [&](const Answer&) { order.push_back(true); });
  loop.run();
  ASSERT_EQ(order.size(), 20U);
  // Asked last; all there before half of the slow ones.
  EXPECT_EQ(std::count(order.begin(), order.begin() + 15, true), 10);
}

TEST(Loop, EachAnswerComesToItsCallWhateverTheOrder) {
  const HttpServer server([](const Request& request) {
    Response response = echo(request);
    response.latency = std::chrono::milliseconds((std::stoi(request.path.substr(1)) * 37) % 100);
    return response;
  });
  Loop loop(quick());
  std::vector<int> order;
  for (int i = 0; i < 40; ++i)
    loop.ask(get(server.url("/" + std::to_string(i))), [&order, i](const Answer& answer) {
      EXPECT_EQ(answer.body, "GET /" + std::to_string(i));
      order.push_back(i);
    });
  loop.run();
  ASSERT_EQ(order.size(), 40U);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (int i = 0; i < 40; ++i) EXPECT_EQ(order[static_cast<std::size_t>(i)], i);
}

TEST(Loop, CallbacksAskOnAndNeverRunWithinAsk) {
  const HttpServer server(echo);
  Loop loop(quick());
  int depth = 0, answered = 0;
  bool asking = false;
  std::function<void(const Answer&)> next = [&](const Answer& answer) {
    EXPECT_FALSE(asking);
    EXPECT_TRUE(answer.ok() || answer.failure == Failure::malformed);
    ++answered;
    if (++depth >= 5) return;
    asking = true;
    loop.ask(get(server.url("/" + std::to_string(depth))), next);
    loop.ask(get("ftp://example.org/"), [&](const Answer& refused) {
      EXPECT_FALSE(asking);
      EXPECT_EQ(refused.failure, Failure::malformed);
      ++answered;
    });
    asking = false;
  };
  loop.ask(get(server.url("/0")), next);
  EXPECT_EQ(answered, 0);
  loop.run();
  EXPECT_EQ(answered, 9);
  loop.run();  // nothing is open
  EXPECT_EQ(answered, 9);
}

TEST(Loop, CancellationEndsAllThatIsOpen) {
  const HttpServer server([](const Request& request) {
    Response response = echo(request);
    if (request.path != "/first") response.fault = Fault::hang;
    return response;
  });
  std::atomic<bool> cancelled = false;
  Loop loop(quick(), &cancelled);
  int good = 0, ended = 0, after = 0;
  loop.ask(get(server.url("/first")), [&](const Answer& answer) { good += answer.ok() ? 1 : 0; });
  for (int i = 0; i < 50; ++i)
    loop.ask(get(server.url("/" + std::to_string(i))), [&](const Answer& answer) {
      EXPECT_EQ(answer.failure, Failure::cancelled);
      ++ended;
      if (ended == 1)
        loop.ask(get(server.url("/more")), [&](const Answer& late) {
          EXPECT_EQ(late.failure, Failure::cancelled);
          ++after;
        });
    });
  std::thread interrupt([&] {
    std::this_thread::sleep_for(300ms);
    cancelled = true;
  });
  const auto start = std::chrono::steady_clock::now();
  loop.run();
  interrupt.join();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);  // a call's own timeout is 30 s
  EXPECT_EQ(good, 1);
  EXPECT_EQ(ended, 50);
  EXPECT_EQ(after, 1);
}

TEST(Loop, TheDeadlineEndsAllThatIsOpen) {
  const HttpServer server([](const Request& request) {
    Response response = echo(request);
    if (request.path != "/first") response.fault = Fault::hang;
    return response;
  });
  LoopLimits limits = quick();
  limits.deadline = 500ms;
  Loop loop(limits);
  int good = 0, ended = 0;
  loop.ask(get(server.url("/first")), [&](const Answer& answer) { good += answer.ok() ? 1 : 0; });
  for (int i = 0; i < 30; ++i)
    loop.ask(get(server.url("/")), [&](const Answer& answer) {
      EXPECT_EQ(answer.failure, Failure::deadline);
      EXPECT_NE(answer.detail, "");
      ++ended;
    });
  const auto start = std::chrono::steady_clock::now();
  loop.run();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_EQ(good, 1);
  EXPECT_EQ(ended, 30);
}

TEST(Loop, ReportsProgress) {
  const HttpServer server([](const Request& request) {
    Response response = echo(request);
    response.latency = 400ms;
    return response;
  });
  Loop loop(quick());
  std::size_t reports = 0, most = 0;
  loop.on_progress([&](const Loop::Progress& progress) {
    ++reports;
    most = std::max(most, progress.asked);
  });
  loop.ask(get(server.url("/")), [](const Answer&) {});
  loop.run();
  EXPECT_GE(reports, 2U);
  EXPECT_EQ(most, 1U);
  EXPECT_GT(loop.progress().bytes, 0U);
}

TEST(Loop, ConnectionsAreSharedAndTheirCertificateIsKnownToEachCall) {
  const HttpServer server(echo);
  LoopLimits limits = quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  for (int i = 0; i < 5; ++i)
    loop.ask(get(server.url("/")), [&](const Answer& answer) {
      EXPECT_TRUE(answer.ok());
      EXPECT_EQ(answer.address, "127.0.0.1");
      ASSERT_TRUE(answer.certificate.has_value());
      EXPECT_EQ(answer.certificate->subject, "CN = test");
    });
  loop.run();
  EXPECT_EQ(server.connections(), 1U);
}

}  // namespace
}  // namespace acr
