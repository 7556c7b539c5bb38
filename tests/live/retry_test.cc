#include "live/retry.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

using namespace std::chrono_literals;

Answer with(int status, std::map<std::string, std::string> headers, std::string body = "") {
  Answer answer;
  answer.status = status;
  answer.headers = std::move(headers);
  answer.body = std::move(body);
  return answer;
}

// 2015-10-21T07:28:00Z
constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'445'412'480)};

TEST(Retry, WaitsThatServersAskFor) {
  const struct {
    const char* header;
    std::optional<Milliseconds> wait;
  } cases[] = {
      {"0", 0ms},
      {"17", 17s},
      {" 5 ", 5s},
      {"99999999999999999999", std::chrono::hours(7 * 24)},
      {"Wed, 21 Oct 2015 07:28:30 GMT", 30s},
      {"Wed, 21 Oct 2015 07:00:00 GMT", 0s},
      {"-1", std::nullopt},
      {"soon", std::nullopt},
      {"", std::nullopt},
      {"1.5", std::nullopt},
  };
  for (const auto& each : cases)
    EXPECT_EQ(asked_wait(with(429, {{"retry-after", each.header}}), kNow), each.wait)
        << each.header;
  EXPECT_EQ(asked_wait(with(429, {}), kNow), std::nullopt);
}

TEST(Retry, TheMessageNamesTheWaitWhereNoHeaderDoes) {
  const std::string body = R"({"error":{"message":"Please try again after '372' seconds."}})";
  EXPECT_EQ(asked_wait(with(429, {}, body), kNow), 372s);
  EXPECT_EQ(asked_wait(with(429, {{"retry-after", "3"}}, body), kNow), 3s);
  EXPECT_EQ(asked_wait(with(500, {}, body), kNow), std::nullopt);
  EXPECT_EQ(asked_wait(with(429, {}, "again after 'x'"), kNow), std::nullopt);
  EXPECT_EQ(asked_wait(with(429, {}, "again after '"), kNow), std::nullopt);
}

TEST(Retry, QuotasThatAreUsedUp) {
  const auto user = [](const char* left, const char* resets) {
    return quota_wait(
        with(200, {{"x-ms-user-quota-remaining", left}, {"x-ms-user-quota-resets-after", resets}}));
  };
  EXPECT_EQ(user("0", "00:00:05"), 5s);
  EXPECT_EQ(user("0", "01:02:03"), 3'723s);
  EXPECT_EQ(user("0", "later"), 5s);
  EXPECT_EQ(user("0", "1:2:3:4"), 5s);
  EXPECT_EQ(user("14", "00:00:05"), std::nullopt);
  EXPECT_EQ(quota_wait(with(200, {{"x-ms-ratelimit-remaining-subscription-reads", "0"}})), 1s);
  EXPECT_EQ(quota_wait(with(200, {{"x-ms-ratelimit-remaining-subscription-reads", "249"}})),
            std::nullopt);
  EXPECT_EQ(quota_wait(with(200, {{"x-ms-ratelimit-remaining-resource", "Compute/Get;0"}})),
            std::nullopt);
  EXPECT_EQ(quota_wait(with(200, {})), std::nullopt);
}

TEST(Retry, OwnWaitsDoubleWithinTheirBounds) {
  for (const double chance : {0.0, 0.5, 0.999}) {
    Milliseconds before{0};
    for (int attempts = 1; attempts < 40; ++attempts) {
      const auto wait = wait_before_repeat(attempts, std::nullopt, 1s, 20s, chance);
      EXPECT_GE(wait, 500ms);
      EXPECT_LE(wait, 20s);
      EXPECT_GE(wait, before);
      before = wait;
    }
    EXPECT_GE(before, 10s);
  }
  EXPECT_NE(wait_before_repeat(1, std::nullopt, 1s, 20s, 0.1),
            wait_before_repeat(1, std::nullopt, 1s, 20s, 0.9));
}

TEST(Retry, NeverLessThanAskedForNorThanTheFloor) {
  EXPECT_EQ(wait_before_repeat(1, 5s, 1s, 20s, 0.0), 5s);
  EXPECT_LE(wait_before_repeat(1, 5s, 1s, 20s, 0.999), 5'500ms);
  EXPECT_EQ(wait_before_repeat(1, 0s, 1s, 20s, 0.0), 1s);
}

TEST(Retry, WhatIsWorthRepeating) {
  for (const int status : {429, 500, 502, 503, 504})
    EXPECT_TRUE(is_worth_repeating(with(status, {})));
  for (const int status : {200, 301, 400, 401, 403, 404, 501, 505})
    EXPECT_FALSE(is_worth_repeating(with(status, {})));
  Answer lost;
  lost.failure = Failure::reset;
  EXPECT_TRUE(is_worth_repeating(lost));
  for (const auto failure : {Failure::name, Failure::refused, Failure::timeout, Failure::tls_name,
                             Failure::too_large, Failure::cancelled}) {
    Answer answer = with(503, {});
    answer.failure = failure;
    EXPECT_FALSE(is_worth_repeating(answer));
    EXPECT_FALSE(is_throttled(answer));
  }
  EXPECT_TRUE(is_throttled(with(429, {})));
  EXPECT_TRUE(is_throttled(with(503, {{"retry-after", "1"}})));
  EXPECT_FALSE(is_throttled(with(503, {})));
}

}  // namespace
}  // namespace acr
