// DNS by the loop: what servers say, and what becomes of it.
#include <algorithm>
#include <atomic>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "live/asking.h"
#include "live/dns_server.h"
#include "live/http_server.h"

namespace acr {
namespace {

using test::DnsReply;
using test::DnsServer;
using test::quick;
using Outcome = DnsAnswer::Outcome;
using Names = std::vector<std::string>;
using namespace std::chrono_literals;

DnsQuery query(const DnsServer& server, std::string name, RecordType type = RecordType::a) {
  DnsQuery made;
  made.name = std::move(name);
  made.type = type;
  made.server = server.address();
  made.timeout = 200ms;
  return made;
}

DnsAnswer resolve_one(DnsQuery asked) {
  DnsAnswer answer;
  Loop loop(quick());
  loop.resolve(std::move(asked), [&](DnsAnswer given) { answer = std::move(given); });
  loop.run();
  return answer;
}

TEST(Resolver, AddressesThroughAliases) {
  const DnsServer server({{"reg.azurecr.io",
                           {.addresses = {"10.1.2.5", "10.1.2.4", "fd00::4"},
                            .chain = {"reg.privatelink.azurecr.io", "x.cdn.test"}}}});
  const DnsAnswer four = resolve_one(query(server, "Reg.AzureCR.io."));
  EXPECT_EQ(four.outcome, Outcome::addresses) << four.detail;
  EXPECT_EQ(four.chain, (Names{"reg.privatelink.azurecr.io", "x.cdn.test"}));
  EXPECT_EQ(four.addresses, (Names{"10.1.2.4", "10.1.2.5"}));
  EXPECT_EQ(four.server, server.address());
  EXPECT_FALSE(four.over_tcp);
  EXPECT_EQ(four.detail, "");
  EXPECT_EQ(server.asked(), Names{"reg.azurecr.io A"});
  const DnsAnswer six = resolve_one(query(server, "reg.azurecr.io", RecordType::aaaa));
  EXPECT_EQ(six.addresses, Names{"fd00::4"});
}

TEST(Resolver, TheChainIsKnownAlsoWhereTheNameItLeadsToIsNot) {
  const DnsServer server({{"reg.azurecr.io", {.chain = {"reg.privatelink.azurecr.io"}, .code = 3}},
                          {"none.azurecr.io", {.chain = {"none.privatelink.azurecr.io"}}},
                          {"none.privatelink.azurecr.io", {.addresses = {"fd00::1"}}}});
  const DnsAnswer missing = resolve_one(query(server, "reg.azurecr.io"));
  EXPECT_EQ(missing.outcome, Outcome::no_name);
  EXPECT_EQ(missing.chain, Names{"reg.privatelink.azurecr.io"});
  EXPECT_NE(missing.detail.find("reg.privatelink.azurecr.io"), std::string::npos) << missing.detail;
  EXPECT_EQ(server.asked(), (Names{"reg.azurecr.io A", "reg.privatelink.azurecr.io A"}));
  const DnsAnswer empty = resolve_one(query(server, "none.azurecr.io"));
  EXPECT_EQ(empty.outcome, Outcome::no_data);
  EXPECT_EQ(empty.chain, Names{"none.privatelink.azurecr.io"});
}

TEST(Resolver, AChainThatLeavesTheAnswerIsFollowed) {
  // As servers answer that hold only the first zone; one of them says NXDOMAIN on top.
  const DnsServer server({{"a.test", {.chain = {"b.test"}}},
                          {"b.test", {.chain = {"c.test", "d.test"}, .code = 3}},
                          {"d.test", {.addresses = {"10.0.0.9"}}}});
  const DnsAnswer answer = resolve_one(query(server, "a.test"));
  EXPECT_EQ(answer.outcome, Outcome::addresses) << answer.detail;
  EXPECT_EQ(answer.chain, (Names{"b.test", "c.test", "d.test"}));
  EXPECT_EQ(answer.addresses, Names{"10.0.0.9"});
}

TEST(Resolver, WhatServersRefuse) {
  const DnsServer server({{"failed.test", {.code = 2}},
                          {"refused.test", {.code = 5}},
                          {"unknown.test", {.code = 4}},
                          {"empty.test", {}}});
  EXPECT_EQ(resolve_one(query(server, "failed.test")).outcome, Outcome::failed);
  EXPECT_EQ(resolve_one(query(server, "refused.test")).outcome, Outcome::refused);
  EXPECT_EQ(resolve_one(query(server, "unknown.test")).outcome, Outcome::failed);
  EXPECT_EQ(resolve_one(query(server, "empty.test")).outcome, Outcome::no_data);
  const DnsAnswer absent = resolve_one(query(server, "absent.test"));
  EXPECT_EQ(absent.outcome, Outcome::no_name);
  EXPECT_EQ(absent.detail, "absent.test does not exist (NXDOMAIN)");
}

TEST(Resolver, NobodyListens) {
  const int probe = socket(AF_INET, SOCK_DGRAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(probe, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size), 0);
  close(probe);
  DnsQuery asked;
  asked.name = "a.test";
  asked.server = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  asked.timeout = 5s;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(resolve_one(std::move(asked)).outcome, Outcome::unreachable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s) << "known at once, not by waiting";
}

TEST(Resolver, NoAnswerIsATimeoutAfterTwoTries) {
  const DnsServer server({{"drop.test", {.fault = DnsReply::Fault::drop}}});
  const auto start = std::chrono::steady_clock::now();
  const DnsAnswer answer = resolve_one(query(server, "drop.test"));
  EXPECT_EQ(answer.outcome, Outcome::timeout);
  EXPECT_GE(std::chrono::steady_clock::now() - start, 500ms) << "200 ms, then twice as long";
  EXPECT_EQ(server.asked(), (Names{"drop.test A", "drop.test A"}));
}

TEST(Resolver, AnswersThatAreNone) {
  const DnsServer server(
      {{"garbage.test", {.fault = DnsReply::Fault::garbage}},
       {"letters.test", {.fault = DnsReply::Fault::not_dns}},
       {"id.test", {.addresses = {"10.6.6.6"}, .fault = DnsReply::Fault::wrong_id}}});
  EXPECT_EQ(resolve_one(query(server, "garbage.test")).outcome, Outcome::malformed);
  // Neither is an answer to this question: the wait for one goes on.
  EXPECT_EQ(resolve_one(query(server, "letters.test")).outcome, Outcome::timeout);
  const DnsAnswer forged = resolve_one(query(server, "id.test"));
  EXPECT_EQ(forged.outcome, Outcome::timeout);
  EXPECT_TRUE(forged.addresses.empty());
}

TEST(Resolver, CutShortIsAskedOverTcp) {
  DnsReply many{.fault = DnsReply::Fault::truncated};
  for (int i = 1; i <= 60; ++i) many.addresses.push_back("10.0.1." + std::to_string(i));
  const DnsServer server({{"big.test", many}, {"small.test", {.addresses = {"10.0.0.1"}}}});
  Loop loop(quick());
  DnsAnswer big, small;
  loop.resolve(query(server, "big.test"), [&](DnsAnswer answer) { big = std::move(answer); });
  loop.resolve(query(server, "small.test"), [&](DnsAnswer answer) { small = std::move(answer); });
  loop.run();
  EXPECT_EQ(big.outcome, Outcome::addresses) << big.detail;
  EXPECT_EQ(big.addresses.size(), 60U);
  EXPECT_TRUE(big.over_tcp);
  EXPECT_EQ(small.addresses, Names{"10.0.0.1"});
  EXPECT_FALSE(small.over_tcp);
  EXPECT_EQ(std::ranges::count(server.asked(), "big.test A tcp"), 1);
}

TEST(Resolver, LoopsOfAliasesEnd) {
  std::map<std::string, DnsReply> table = {{"one.test", {.chain = {"two.test", "one.test"}}},
                                           {"ping.test", {.chain = {"pong.test"}}},
                                           {"pong.test", {.chain = {"ping.test"}}}};
  for (int i = 0; i < 40; ++i)
    table["n" + std::to_string(i) + ".test"] = {.chain = {"n" + std::to_string(i + 1) + ".test"}};
  const DnsServer server(table);
  for (const char* name : {"one.test", "ping.test", "n0.test"}) {
    const DnsAnswer answer = resolve_one(query(server, name));
    EXPECT_EQ(answer.outcome, Outcome::malformed) << name;
    EXPECT_NE(answer.detail.find("alias"), std::string::npos) << answer.detail;
  }
  EXPECT_LE(server.asked().size(), 20U);
}

TEST(Resolver, QuestionsThatCannotBeAsked) {
  const DnsServer server({});
  for (const char* name : {"", ".", "a..b", "a b.test", "-\n.test", "caf\xc3\xa9.test"})
    EXPECT_EQ(resolve_one(query(server, name)).outcome, Outcome::malformed) << name;
  EXPECT_EQ(resolve_one(query(server, std::string(64, 'a') + ".test")).outcome, Outcome::malformed);
  for (const char* address : {"dns.example", "127.0.0.1#53", "127.0.0.1:0", "127.0.0.1:x", "[::1",
                              "[127.0.0.1]:53", "127.0.0.1:99999"}) {
    DnsQuery asked = query(server, "a.test");
    asked.server = address;
    const DnsAnswer answer = resolve_one(std::move(asked));
    EXPECT_EQ(answer.outcome, Outcome::malformed) << address;
    EXPECT_NE(answer.detail, "");
  }
  EXPECT_TRUE(server.asked().empty());
}

TEST(Resolver, NoMoreQueriesAtATimeThanAllowed) {
  std::map<std::string, DnsReply> table;
  for (int i = 0; i < 200; ++i)
    table["n" + std::to_string(i) + ".test"] = {
        .addresses = {"10.0.0." + std::to_string(i % 250 + 1)}, .latency = 20ms};
  const DnsServer server(table);
  LoopLimits limits = quick();
  limits.queries = 10;
  Loop loop(limits);
  int good = 0;
  for (int i = 0; i < 200; ++i) {
    DnsQuery asked = query(server, "n" + std::to_string(i) + ".test");
    asked.timeout = 5s;
    loop.resolve(std::move(asked), [&, i](const DnsAnswer& answer) {
      good += answer.addresses == Names{"10.0.0." + std::to_string(i % 250 + 1)} ? 1 : 0;
    });
  }
  loop.run();
  EXPECT_EQ(good, 200);
  EXPECT_LE(server.most_at_once(), 10U);
  EXPECT_GE(server.most_at_once(), 2U);
  EXPECT_EQ(loop.progress().answered, 200U);
}

TEST(Resolver, CallbacksAskOnBothWays) {
  const DnsServer names({{"a.test", {.addresses = {"127.0.0.1"}}}});
  test::HttpServer::Options options;
  options.identity = test::shared_authority().issue({.names = {"a.test"}});
  const test::HttpServer server([](const test::Request&) { return test::Response(); }, options);
  Loop loop(quick());
  std::string steps;
  loop.resolve(query(names, "a.test"), [&](const DnsAnswer& first) {
    steps += 'd';
    Call call = test::get("https://a.test:" + std::to_string(server.port()) + "/");
    call.addresses = first.addresses;
    loop.ask(std::move(call), [&](const Answer& answer) {
      steps += answer.ok() ? 'h' : '-';
      loop.resolve(query(names, "a.test"), [&](const DnsAnswer&) { steps += 'd'; });
    });
  });
  loop.run();
  EXPECT_EQ(steps, "dhd");
}

TEST(Resolver, CancellationAndDeadlineEndOpenAndWaitingQueries) {
  const DnsServer server({{"drop.test", {.fault = DnsReply::Fault::drop}}});
  for (const bool by_flag : {true, false}) {
    std::atomic<bool> cancelled = by_flag;
    LoopLimits limits = quick();
    limits.queries = 2;
    limits.deadline = 300ms;
    Loop loop(limits, &cancelled);
    int ended = 0;
    for (int i = 0; i < 6; ++i) {
      DnsQuery asked = query(server, "drop.test");
      asked.timeout = 20s;
      loop.resolve(std::move(asked), [&](const DnsAnswer& answer) {
        EXPECT_EQ(answer.outcome, Outcome::cancelled);
        EXPECT_EQ(answer.detail,
                  by_flag ? "the run was interrupted" : "the time of the whole run was over");
        ++ended;
      });
    }
    const auto start = std::chrono::steady_clock::now();
    loop.run();
    EXPECT_LT(std::chrono::steady_clock::now() - start, 10s);
    EXPECT_EQ(ended, 6);
  }
}

TEST(Resolver, ALoopMayGoWithQueriesOpen) {
  const DnsServer server({{"drop.test", {.fault = DnsReply::Fault::drop}}});
  int ended = 0;
  {
    Loop loop(quick());
    loop.resolve(query(server, "drop.test"), [&](const DnsAnswer&) { ++ended; });
    loop.ask(test::get("https://127.0.0.1:1/"), [&](const Answer&) { ++ended; });
  }
  EXPECT_EQ(ended, 0);
}

}  // namespace
}  // namespace acr
