// One list of the estate cannot be had: the program says so, names what would supply it, judges
// nothing from it, and accuses nobody.
#include <map>
#include <set>
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

Response with_fault(Fault fault) {
  Response response = reply_with(200, R"({"value":[]}                    )");
  response.fault = fault;
  return response;
}

Response web_page(int status) {
  Response response =
      reply_with(status, "<!DOCTYPE html><html><head><title>Blocked</title></head></html>");
  response.content_type = "text/html";
  return response;
}

Response throttled(const char* seconds) {
  Response response = reply_with(
      429, R"({"error":{"code":"TooManyRequests","message":"The request is being throttled."}})");
  if (seconds != nullptr) response.headers.emplace_back("Retry-After", seconds);
  return response;
}

struct Lost {
  const char* name;
  Response answer;
  const char* because;  // of the verdict, behind "… of the links: "
  const char* note;     // a warning of the report
  const char* timeout = "60";
  bool recorded = false;  // it is an answer, though none that helps
};

void PrintTo(const Lost& lost, std::ostream* out) {
  *out << lost.name;
}

std::vector<Lost> lost_lists() {
  return {
      {"Refused", refused_by_azure("Microsoft.Network/privateDnsZones/virtualNetworkLinks/read"),
       "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read was refused", ""},
      {"NotThere",
       reply_with(404, R"({"error":{"code":"ResourceNotFound","message":"It was not found."}})"),
       "", "Azure answered ResourceNotFound: It was not found.", "60", true},
      {"Unauthorized",
       reply_with(401, R"({"error":{"code":"ExpiredAuthenticationToken","message":"The access )"
                       R"(token expiry UTC time is past."}})"),
       "the credential was not accepted (401)",
       "Azure answered ExpiredAuthenticationToken: The access token expiry UTC time is past."},
      {"Throttled", throttled(nullptr), "the service is throttling (429)",
       "Azure answered TooManyRequests: The request is being throttled."},
      {"ThrottledForLong", throttled("600"), "the service is throttling (429)",
       "Azure answered TooManyRequests: The request is being throttled."},
      {"Failed", reply_with(500, R"({"error":{"code":"InternalServerError","message":"no"}})"),
       "the service failed (500)", "Azure answered InternalServerError: no"},
      {"FailedWithoutWords", reply_with(503, ""), "the service failed (503)",
       "could not be read: the service failed (503)"},
      {"Reset", with_fault(Fault::reset_before), "the connection was cut", "AZURE"},
      {"Half", with_fault(Fault::close_within), "the connection was cut", "AZURE"},
      {"Dripped", with_fault(Fault::drip), "the time of the whole run was over",
       "the run took longer than 2 s (--timeout); what is missing was not asked", "2"},
      {"Held", with_fault(Fault::hang), "the time of the whole run was over",
       "the run took longer than 2 s (--timeout); what is missing was not asked", "2"},
      {"NoHttp", with_fault(Fault::no_http), "the answer is not HTTP", ""},
      {"WebPage", web_page(200), "a web page, no JSON: a proxy may have answered", ""},
      {"WebPageOfARefusal", web_page(403), "it was refused (403) with a web page: a proxy", ""},
      {"HalfJson", reply_with(200, R"({"value":[{"id":)"), "the answer is no whole JSON", ""},
      {"Empty", reply_with(200, ""), "the answer is empty", ""},
  };
}

class EndToEndLost : public testing::TestWithParam<Lost> {};

TEST_P(EndToEndLost, IsAGapThatIsNamed) {
  const Lost& lost = GetParam();
  ServedEstate estate(kEstate);
  // The links of the zone, wherever they are asked for.
  for (const char* part : {"/virtualNetworkLinks", "ResourceGraph"})
    estate.stand_in.instead(part, [&](const Request&) { return lost.answer; });
  std::vector<std::string> live{"--timeout", lost.timeout};
  for (const std::string& id : estate.stand_in.subscriptions())
    live.insert(live.end(), {"--subscription", id});
  const auto with = [&](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  Process asks = estate.start(with({"why", "deploy/cart", "-n", "shop", "-o", "json"}, live));
  Process records = estate.start(with({"collect", "-d", estate.folder.path("recording")}, live));
  const Ended why = asks.wait(), collected = records.wait();
  const Ended scan = estate.run({"scan", "-o", "json", "--check", "private-dns-zone-is-linked",
                                 "--from", estate.folder.path("recording")});
  EXPECT_EQ(why.code, 3) << why.err;
  EXPECT_EQ(collected.code, lost.recorded ? 0 : 3) << collected.err;
  EXPECT_EQ(scan.code, 3) << scan.err;
  EXPECT_EQ(collected.out.contains("refused or failed"), !lost.recorded) << collected.out;

  for (const Ended& ended : {why, scan}) {
    const std::string text = estate.readable(ended.out);
    const json report = json::parse(text, nullptr, false);
    ASSERT_FALSE(report.is_discarded()) << text;
    EXPECT_EQ(report["summary"]["complete"], false);
    bool judged = false;
    for (const json& result : report["results"]) {
      if (result["check"] != "private-dns-zone-is-linked") continue;
      judged = true;
      EXPECT_EQ(result["outcome"], "unknown") << result.dump(2);
      EXPECT_TRUE(result["reason"].get<std::string>().contains(lost.because)) << result.dump(2);
      EXPECT_FALSE(result["supply"].empty()) << "nothing says what would supply it";
    }
    EXPECT_TRUE(judged) << text;
    for (const json& pull : report["pulls"]) EXPECT_TRUE(pull["cause"].is_null()) << pull.dump(2);
  }
  EXPECT_TRUE(estate.readable(why.out).contains(lost.note)) << why.out;
}

INSTANTIATE_TEST_SUITE_P(Faults, EndToEndLost, testing::ValuesIn(lost_lists()),
                         [](const auto& each) { return std::string(each.param.name); });

// By check and the subject's name: its id is another where the cluster is not known.
using Outcomes = std::map<std::string, std::set<std::string>>;

Outcomes outcomes_of(const Ended& ended) {
  Outcomes outcomes;
  const json report = json::parse(ended.out, nullptr, false);
  EXPECT_FALSE(report.is_discarded()) << ended.out << ended.err;
  if (report.is_discarded()) return outcomes;
  for (const json& result : report["results"])
    outcomes[result["check"].get<std::string>() + " " +
             result["subject"]["name"].get<std::string>()]
        .insert(result["outcome"]);
  return outcomes;
}

// Each request of a run is answered in turn with what a proxy or a failing service may say.
TEST(EndToEndFault, NoMissingAnswerAccusesOrAcquits) {
  ServedEstate estate("private-hub-and-spoke");
  const Ended healthy = estate.run({"scan", "-o", "json"});
  const Outcomes before = outcomes_of(healthy);
  ASSERT_FALSE(before.empty());
  std::set<std::string> targets;
  for (const HttpServer* server : {&estate.azure, &estate.cluster})
    for (const Request& request : server->requests()) targets.insert(request.target);
  EXPECT_GT(targets.size(), 30U);

  std::string part;
  Response answer;
  estate.stand_in.instead("", [&](const Request& request) {
    if (request.target == part) return answer;
    return estate.stand_in.usual(request);
  });
  for (const std::string& target : targets)
    for (const Response& fault : {web_page(200), web_page(403), reply_with(200, "{}")}) {
      part = target;
      answer = fault;
      const Ended ended = estate.run({"scan", "-o", "json"});
      EXPECT_TRUE(ended.code == 0 || ended.code == 1 || ended.code == 3)
          << target << ": exit code " << ended.code << ended.err;
      for (const auto& [result, found] : outcomes_of(ended))
        for (const std::string& outcome : found) {
          if (outcome != "pass" && outcome != "fail") continue;
          const auto was = before.find(result);
          EXPECT_TRUE(was != before.end() && was->second.contains(outcome))
              << outcome << " without an answer from " << target << ": " << result << "\n"
              << fault.status << " " << fault.body;
        }
    }
}

}  // namespace
}  // namespace acr::test
