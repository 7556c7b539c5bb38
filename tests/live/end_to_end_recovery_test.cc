// What mends itself leaves no trace in the report; what does not is a gap.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/program.h"

namespace acr::test {
namespace {

using nlohmann::json;

constexpr const char* kEstate = "private-zone-not-linked";

struct Passing {
  const char* name;
  Response first;  // once for each request
};

void PrintTo(const Passing& passing, std::ostream* out) {
  *out << passing.name;
}

std::vector<Passing> passing_faults() {
  Response throttled = reply_with(429, R"({"error":{"code":"TooManyRequests","message":"no"}})");
  throttled.headers.emplace_back("Retry-After", "1");
  Response reset = reply_with(200, "{}"), half = reply_with(200, R"({"value":[]}        )");
  reset.fault = Fault::reset_before;
  half.fault = Fault::close_within;
  return {{"Throttled", throttled},
          {"Failed", reply_with(500, "")},
          {"Unavailable", reply_with(503, "")},
          {"Reset", reset},
          {"Half", half},
          {"Unauthorized", reply_with(401, "")}};
}

class EndToEndPassing : public testing::TestWithParam<Passing> {};

TEST_P(EndToEndPassing, LeavesNoTrace) {
  ServedEstate estate(kEstate);
  const std::vector<std::string> command{"scan", "-o", "json"};
  const Ended healthy = estate.run(command);
  std::map<std::string, int> asked;
  for (const char* part : {"/virtualNetworkLinks", "/api/v1/pods", "/managedClusters"})
    estate.stand_in.instead(part, [&](const Request& request) {
      return ++asked[request.target] == 1 ? GetParam().first : estate.stand_in.usual(request);
    });
  const Ended after = estate.run(command);
  EXPECT_GT(asked.size(), 3U);
  for (const auto& [target, times] : asked) EXPECT_EQ(times, 2) << target;
  EXPECT_EQ(after.code, healthy.code);
  EXPECT_EQ(after.out, healthy.out);
}

INSTANTIATE_TEST_SUITE_P(Faults, EndToEndPassing, testing::ValuesIn(passing_faults()),
                         [](const auto& each) { return std::string(each.param.name); });

// --- pages ---

json report_of(const Ended& ended) {
  json report = json::parse(ended.out, nullptr, false);
  EXPECT_FALSE(report.is_discarded()) << ended.out << ended.err;
  return report.is_discarded() ? json::object() : report;
}

// The continue token of the second page is too old: a fresh list is asked for and counts alone.
TEST(EndToEndPages, AnExpiredContinueTokenBeginsTheListAnew) {
  ServedEstate estate(kEstate);
  const std::vector<std::string> command{"why", "-o", "json"};
  const Ended healthy = estate.run(command);
  int fresh = 0;
  estate.stand_in.instead("/api/v1/pods", [&](const Request& request) {
    if (request.query.contains("continue"))
      return reply_with(410, R"({"kind":"Status","apiVersion":"v1","status":"Failure","message":)"
                             R"("The provided continue parameter is too old","reason":"Expired",)"
                             R"("code":410})");
    if (!request.query.contains("limit")) {
      ++fresh;
      return estate.stand_in.usual(request);
    }
    Request small = request;  // the first page, one pod long
    small.query["limit"] = "1";
    return estate.stand_in.usual(small);
  });
  const Ended ended = estate.run(command);
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(ended.code, healthy.code);
  const json before = report_of(healthy), after = report_of(ended);
  EXPECT_EQ(after["summary"], before["summary"]);
  ASSERT_EQ(after["pulls"].size(), before["pulls"].size());
  for (std::size_t i = 0; i < before["pulls"].size(); ++i)
    EXPECT_EQ(after["pulls"][i]["podCount"], before["pulls"][i]["podCount"]) << "counted twice";
}

TEST(EndToEndPages, AnExpiredNextLinkLeavesAnOpenList) {
  ServedEstate::Options options;
  options.stand_in.page = 1;
  ServedEstate estate("private-hub-and-spoke", options);
  estate.stand_in.instead("ResourceGraph", [&](const Request&) {
    return refused_by_azure("Microsoft.ResourceGraph/resources/read");
  });
  estate.stand_in.instead("skiptoken", [](const Request&) {
    return reply_with(
        400, R"({"error":{"code":"InvalidSkipToken","message":"The skip token has expired."}})");
  });
  std::vector<std::string> command{"scan", "-o", "json"};
  for (const std::string& id : estate.stand_in.subscriptions())
    command.insert(command.end(), {"--subscription", id});
  const Ended ended = estate.run(command);
  const json report = report_of(ended);
  EXPECT_EQ(ended.code, 3) << ended.err;
  EXPECT_EQ(report["summary"]["complete"], false);
  EXPECT_TRUE(ended.out.contains("the list goes on on a page that was not given")) << ended.out;
  EXPECT_TRUE(ended.out.contains("InvalidSkipToken: The skip token has expired."));
  // What a resource shows of itself may be judged; what rests on the list must not be.
  for (const json& result : report["results"]) {
    if (result["subject"]["kind"] == "registry" || result["subject"]["kind"] == "cluster") continue;
    EXPECT_NE(result["outcome"], "fail") << "from half a list: " << result.dump(2);
  }
}

TEST(EndToEndPages, AnExpiredSkipTokenOfResourceGraphIsAGap) {
  ServedEstate estate(kEstate);
  estate.stand_in.instead("ResourceGraph", [&](const Request& request) {
    if (request.body.contains("$skipToken"))
      return reply_with(400, R"({"error":{"code":"BadRequest","message":"Please provide below )"
                             R"(info when asking for support","details":[{"code":)"
                             R"("InvalidSkipToken","message":"expired"}]}})");
    Response first = estate.stand_in.usual(request);
    json body = json::parse(first.body);
    body["$skipToken"] = "CANARY-skip";
    first.body = body.dump();
    return first;
  });
  const Ended ended = estate.run({"scan", "-o", "json"});
  EXPECT_EQ(report_of(ended)["summary"]["complete"], false) << ended.out;
  EXPECT_TRUE(ended.out.contains("the list goes on on a page that was not given")) << ended.out;
}

// --- credentials that end in mid-run ---

TEST(EndToEndRenewal, AnAzureTokenIsRenewedOnce) {
  ServedEstate estate(kEstate);
  const Ended healthy = estate.run({"scan", "-o", "json"});
  int given = 0;
  estate.sign_in = [&](const Request& request) {
    if (!request.body.contains("management"))  // Graph and registries are other audiences
      return reply_with(200, fmt::format(R"({{"expires_in":3599,"access_token":"{}"}})", kToken));
    return reply_with(200, fmt::format(R"({{"expires_in":3599,"access_token":"{}"}})",
                                       ++given == 1 ? "CANARY-ended" : kToken));
  };
  const Ended ended = estate.run({"scan", "-o", "json"});
  EXPECT_EQ(given, 2) << "one renewal for all requests";
  EXPECT_EQ(ended.out, healthy.out);
}

TEST(EndToEndRenewal, ARefusedRenewalIsTheReason) {
  ServedEstate estate(kEstate);
  int given = 0;
  estate.sign_in = [&](const Request&) {
    if (++given == 1)
      return reply_with(200, R"({"expires_in":3599,"access_token":"CANARY-ended"})");
    return reply_with(401, R"({"error":"invalid_client","error_description":"AADSTS7000222: The )"
                           R"(provided client secret keys are expired.","error_codes":[7000222]})");
  };
  const Ended ended = estate.run({"why", "-o", "json"});
  EXPECT_EQ(ended.code, 3) << ended.out;
  const json report = report_of(ended);
  EXPECT_EQ(report["summary"]["complete"], false);
  EXPECT_TRUE(
      ended.out.contains("no token for Azure Resource Manager: environment (client "
                         "secret): AADSTS7000222: The provided client secret keys are "
                         "expired"))
      << ended.out;
  EXPECT_EQ(given, 2);
  for (const json& pull : report["pulls"]) EXPECT_TRUE(pull["cause"].is_null());
}

class EndToEndPlugin : public testing::Test {
 protected:
  ServedEstate estate{kEstate};

  // Gives a token that has ended, then what `then` prints.
  void name_plugin(const std::string& then) const {
    estate.folder.write("plugin", fmt::format(R"(#!/bin/sh
echo run >>{0}/runs
if [ $(wc -l <{0}/runs) -gt 1 ]; then {1}; fi
echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"CANARY-ended"}}}}'
)",
                                              estate.folder.path(), then));
    std::filesystem::permissions(estate.folder.path("plugin"), std::filesystem::perms::owner_all);
    std::string config = read_file(estate.folder.path("kubeconfig"));
    const std::string token = std::string("{token: ") + kKubeToken + "}";
    config.replace(config.find(token), token.size(),
                   "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, "
                   "command: " +
                       estate.folder.path("plugin") + "}}");
    estate.folder.write("kubeconfig", config);
  }
  std::size_t runs() const { return read_file(estate.folder.path("runs")).size() / 4; }
};

TEST_F(EndToEndPlugin, RunsOnceForEachRenewal) {
  const Ended healthy = estate.run({"scan", "-o", "json"});
  name_plugin(fmt::format(
      R"(echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"{}"}}}}'; exit)",
      kKubeToken));
  const Ended ended = estate.run({"scan", "-o", "json"});
  EXPECT_EQ(ended.out, healthy.out);
  EXPECT_EQ(runs(), 2U) << "not once for every request";
  const std::string said = "acr-doctor: runs, as the kubeconfig says: FOLDER/plugin\n";
  EXPECT_EQ(estate.readable(ended.err), said + said);
}

TEST_F(EndToEndPlugin, ThatFailsIsTheReason) {
  name_plugin("echo 'error: the session has ended' >&2; exit 1");
  const Ended ended = estate.run({"why", "deploy/cart", "-n", "shop", "-o", "json"});
  EXPECT_EQ(ended.code, 3) << ended.out;
  EXPECT_TRUE(estate.readable(ended.out).contains(
      "getting credentials: exec: executable FOLDER/plugin failed with exit "
      "code 1: error: the session has ended"))
      << ended.out;
  EXPECT_EQ(runs(), 2U);
}

}  // namespace
}  // namespace acr::test
