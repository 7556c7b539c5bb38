#include "live/lanes.h"

#include <gtest/gtest.h>
#include <string>

namespace acr {
namespace {

using namespace std::chrono_literals;
using Ticket = Lanes::Ticket;

Target target(const std::string& host, const std::string& bucket = "") {
  Target made;
  made.host = host;
  made.peer = host + ":443";
  made.lane = made.peer + " " + bucket;
  return made;
}

std::string all_that_may_go(Lanes& lanes, Lanes::Clock::time_point now) {
  std::string order;
  while (const auto ticket = lanes.next(now)) order += std::to_string(*ticket) + " ";
  return order;
}

TEST(Lanes, TakesTurnsAndKeepsLimits) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(5, 2);
  const Target a = target("a"), b = target("b"), c = target("c");
  for (Ticket i = 10; i < 14; ++i) lanes.wait(i, a, false);
  for (Ticket i = 20; i < 24; ++i) lanes.wait(i, b, false);
  lanes.wait(30, c, false);
  EXPECT_EQ(all_that_may_go(lanes, now), "10 20 30 11 21 ");
  EXPECT_EQ(lanes.in_flight(), 5U);
  lanes.landed(a);
  EXPECT_EQ(all_that_may_go(lanes, now), "12 ");
  lanes.landed(c);
  EXPECT_EQ(all_that_may_go(lanes, now), "");  // one is free, but a and b have their two
  lanes.landed(b);
  EXPECT_EQ(all_that_may_go(lanes, now), "22 ");
}

TEST(Lanes, BucketsOfOneHostShareItsLimit) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(10, 2);
  lanes.wait(1, target("a", "x"), false);
  lanes.wait(2, target("a", "x"), false);
  lanes.wait(3, target("a", "y"), false);
  EXPECT_EQ(all_that_may_go(lanes, now), "1 3 ");
}

TEST(Lanes, APausedLaneWaitsAndOthersDoNot) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(10, 10);
  const Target x = target("a", "x"), y = target("a", "y");
  lanes.wait(1, x, false);
  lanes.wait(2, y, false);
  EXPECT_FALSE(lanes.opens(now).has_value());
  lanes.pause(x, now + 5s);
  lanes.pause(x, now + 2s);  // not shorter
  EXPECT_EQ(lanes.paused_until(x), now + 5s);
  EXPECT_EQ(all_that_may_go(lanes, now), "2 ");
  EXPECT_EQ(lanes.opens(now), now + 5s);
  EXPECT_EQ(all_that_may_go(lanes, now + 4s), "");
  EXPECT_EQ(all_that_may_go(lanes, now + 5s), "1 ");
  EXPECT_FALSE(lanes.opens(now).has_value());
}

TEST(Lanes, FirstGoesBeforeTheOthersOfItsLane) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(10, 10);
  lanes.wait(1, target("a"), false);
  lanes.wait(2, target("a"), true);
  EXPECT_EQ(all_that_may_go(lanes, now), "2 1 ");
}

TEST(Lanes, AThrottledHostGetsFewerAtATimeUntilItAnswersAgain) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(100, 8);
  const Target a = target("a");
  for (int i = 0; i < 10; ++i) lanes.slow_down(a);
  for (Ticket i = 1; i < 30; ++i) lanes.wait(i, a, false);
  EXPECT_EQ(all_that_may_go(lanes, now), "1 ");
  lanes.speed_up(a);
  lanes.landed(a);
  EXPECT_EQ(all_that_may_go(lanes, now), "2 3 ");
  for (int i = 0; i < 100; ++i) lanes.speed_up(a);
  all_that_may_go(lanes, now);
  EXPECT_EQ(lanes.in_flight(), 8U);
}

TEST(Lanes, WhatWaitsCanBeGivenUp) {
  const auto now = Lanes::Clock::now();
  Lanes lanes(10, 1);
  lanes.wait(1, target("a"), false);
  lanes.wait(2, target("a"), false);
  lanes.wait(3, target("b"), false);
  EXPECT_EQ(lanes.next(now), 1U);
  EXPECT_EQ(lanes.give_up(target("a")), std::vector<Ticket>{2});
  EXPECT_EQ(lanes.give_up(), std::vector<Ticket>{3});
  EXPECT_TRUE(lanes.give_up().empty());
  lanes.landed(target("a"));
  EXPECT_FALSE(lanes.next(now).has_value());
}

}  // namespace
}  // namespace acr
