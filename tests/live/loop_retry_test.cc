// What is asked again, when, and how quiet it is meanwhile.
#include <gtest/gtest.h>
#include <ctime>

#include "live/asking.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::ask_one;
using test::get;
using test::HttpServer;
using test::quick;
using test::Request;
using test::Response;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Response status(int code, const char* wait = nullptr) {
  Response response;
  response.status = code;
  if (wait != nullptr) response.headers = {{"Retry-After", wait}};
  return response;
}

TEST(LoopRetry, AsksAgainAfterTheseStatuses) {
  for (const int code : {429, 500, 502, 503, 504}) {
    int calls = 0;
    const HttpServer server([&](const Request&) { return status(++calls < 3 ? code : 200); });
    const Answer answer = ask_one(get(server.url("/")));
    EXPECT_TRUE(answer.ok()) << code;
    EXPECT_EQ(answer.attempts, 3);
  }
}

TEST(LoopRetry, OthersAreAnswers) {
  for (const int code : {200, 204, 301, 304, 400, 401, 403, 404, 409, 410, 412, 501}) {
    const HttpServer server([&](const Request&) { return status(code); });
    const Answer answer = ask_one(get(server.url("/")));
    EXPECT_EQ(answer.status, code);
    EXPECT_EQ(answer.failure, Failure::none);
    EXPECT_EQ(answer.attempts, 1);
    EXPECT_EQ(server.requests().size(), 1U);
  }
}

TEST(LoopRetry, TheLastAnswerStandsWhenAttemptsAreUsedUp) {
  const HttpServer server([](const Request&) {
    Response response = status(503);
    response.body = "busy";
    return response;
  });
  Call call = get(server.url("/"));
  call.attempts = 3;
  const Answer answer = ask_one(std::move(call));
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.body, "busy");
  EXPECT_EQ(answer.attempts, 3);
  EXPECT_EQ(server.requests().size(), 3U);
}

TEST(LoopRetry, APostIsRepeatedWithItsBodyAndCredential) {
  int calls = 0;
  const HttpServer server([&](const Request&) { return status(++calls < 2 ? 500 : 200); });
  Call call = get(server.url("/token"));
  call.method = "POST";
  call.secret_body = Secret("client_secret=s");
  call.authorization = Secret("Basic YTpi");
  EXPECT_TRUE(ask_one(std::move(call)).ok());
  const auto requests = server.requests();
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[1].body, "client_secret=s");
  EXPECT_EQ(requests[1].header("Authorization"), "Basic YTpi");
}

TEST(LoopRetry, WaitsForAsManySecondsAsItIsTold) {
  int calls = 0;
  const HttpServer server(
      [&](const Request&) { return ++calls < 2 ? status(429, "1") : status(200); });
  const auto start = Clock::now();
  EXPECT_TRUE(ask_one(get(server.url("/"))).ok());
  EXPECT_GE(Clock::now() - start, 1s);
}

TEST(LoopRetry, WaitsUntilTheDateItIsTold) {
  int calls = 0;
  const HttpServer server([&](const Request&) {
    const std::time_t when = std::time(nullptr) + 2;
    char text[64];
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", std::gmtime(&when));
    return ++calls < 2 ? status(503, text) : status(200);
  });
  const auto start = Clock::now();
  EXPECT_TRUE(ask_one(get(server.url("/"))).ok());
  EXPECT_GE(Clock::now() - start, 900ms);
}

TEST(LoopRetry, AWaitBeyondPatienceEndsTheCallAndTheLane) {
  const HttpServer server([](const Request&) { return status(429, "372"); });
  LoopLimits limits = quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  std::vector<Answer> answers;
  const auto keep = [&](const Answer& answer) { answers.push_back(answer); };
  for (int i = 0; i < 20; ++i) loop.ask(get(server.url("/")), keep);
  const auto start = Clock::now();
  loop.run();
  EXPECT_LT(Clock::now() - start, 10s);
  ASSERT_EQ(answers.size(), 20U);
  for (const auto& answer : answers) {
    EXPECT_EQ(answer.status, 429);
    EXPECT_NE(answer.detail.find("372 s"), std::string::npos) << answer.detail;
  }
  EXPECT_EQ(server.requests().size(), 1U) << "the others are not sent";
  int late = 0;
  loop.ask(get(server.url("/late")), [&](const Answer& answer) {
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.attempts, 0);
    ++late;
  });
  loop.run();
  EXPECT_EQ(late, 1);
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(LoopRetry, AWaitBeyondTheDeadlineEndsTheCall) {
  const HttpServer server([](const Request&) { return status(503, "2"); });
  LoopLimits limits = quick();
  limits.deadline = 1'000ms;
  const Answer answer = ask_one(get(server.url("/")), limits);
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.failure, Failure::none);
  EXPECT_NE(answer.detail.find("2 s"), std::string::npos) << answer.detail;
}

TEST(LoopRetry, AThrottledHostIsLeftAloneByAll) {
  // The first call is told to wait a second; the others queue behind it.
  std::vector<Clock::time_point> times;
  const HttpServer server([&](const Request&) {
    times.push_back(Clock::now());
    return times.size() == 1 ? status(429, "1") : status(200);
  });
  const HttpServer other([](const Request&) { return status(200); });
  LoopLimits limits = quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  int good = 0;
  std::vector<char> order;
  for (int i = 0; i < 10; ++i)
    loop.ask(get(server.url("/")), [&](const Answer& answer) {
      good += answer.ok() ? 1 : 0;
      order.push_back('t');
    });
  for (int i = 0; i < 10; ++i)
    loop.ask(get(other.url("/")), [&](const Answer& answer) {
      good += answer.ok() ? 1 : 0;
      order.push_back('o');
    });
  loop.run();
  EXPECT_EQ(good, 20);
  ASSERT_EQ(times.size(), 11U);
  EXPECT_GE(times[1] - times[0], 950ms);
  EXPECT_EQ(std::string(order.begin(), order.begin() + 10), "oooooooooo");
  EXPECT_EQ(loop.progress().throttled, 1U);
  EXPECT_EQ(loop.progress().retried, 1U);
}

TEST(LoopRetry, OneSubscriptionThrottledDoesNotHoldUpAnother) {
  const HttpServer server([&](const Request& request) {
    return request.path.starts_with("/subscriptions/busy") ? status(429, "372") : status(200);
  });
  LoopLimits limits = quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  int good = 0, quiet = 0;
  for (int i = 0; i < 5; ++i)
    for (const char* name : {"busy", "idle"})
      loop.ask(get(server.url(std::string("/subscriptions/") + name + "/x")),
               [&](const Answer& answer) {
                 good += answer.ok() ? 1 : 0;
                 quiet += answer.status == 429 ? 1 : 0;
               });
  loop.run();
  EXPECT_EQ(good, 5);
  EXPECT_EQ(quiet, 5);
}

TEST(LoopRetry, AnEmptyQuotaIsWaitedForBeforeTheNextCall) {
  std::vector<Clock::time_point> times;
  const HttpServer server([&](const Request&) {
    times.push_back(Clock::now());
    Response response = status(200);
    response.headers = {{"x-ms-user-quota-remaining", "0"},
                        {"x-ms-user-quota-resets-after", "00:00:01"}};
    return response;
  });
  LoopLimits limits = quick();
  limits.calls_a_host = 1;
  Loop loop(limits);
  int good = 0;
  for (int i = 0; i < 2; ++i)
    loop.ask(get(server.url("/providers/Microsoft.ResourceGraph/resources")),
             [&](const Answer& answer) { good += answer.ok() ? 1 : 0; });
  loop.run();
  EXPECT_EQ(good, 2);
  ASSERT_EQ(times.size(), 2U);
  EXPECT_GE(times[1] - times[0], 950ms);
}

TEST(LoopRetry, AnErrorOfOneCallDoesNotStopTheHost) {
  const HttpServer server(
      [](const Request& request) { return status(request.path == "/bad" ? 500 : 200); });
  LoopLimits limits = quick();
  limits.first_wait = 300ms;
  limits.calls_a_host = 1;
  Loop loop(limits);
  std::string order;
  loop.ask(get(server.url("/bad")), [&](const Answer&) { order += 'b'; });
  for (int i = 0; i < 5; ++i) loop.ask(get(server.url("/")), [&](const Answer&) { order += 'g'; });
  loop.run();
  EXPECT_EQ(order, "gggggb");
}

}  // namespace
}  // namespace acr
