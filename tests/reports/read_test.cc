// What `-o json` printed is a report again, and what is no such thing is refused with its place.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "judge/summary.h"
#include "reports/read_report.h"
#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

using Json = nlohmann::ordered_json;

// Consistent in itself, as a finished run leaves it.
Report finished(Report report) {
  put_in_order(report);
  summarise(report, {});
  return report;
}

std::vector<Report> finished_reports() {
  return {finished(sample::scan_report()),
          finished(sample::why_report({sample::broken_pull(), sample::unexplained_pull(),
                                       sample::unknown_pull(), sample::working_pull()},
                                      1)),
          finished(sample::why_report({}, 0)), finished(sample::make_report("scan"))};
}

TEST(ReadReport, GivesBackWhatWasWritten) {
  for (const Report& report : finished_reports()) {
    const std::string json = render_json(report, {});
    const auto again = read_report(json);
    ASSERT_TRUE(again) << again.error();
    EXPECT_EQ(render_json(*again, {}), json);
    EXPECT_EQ(render_text_why(*again, {.verbose = true}),
              render_text_why(report, {.verbose = true}));
    EXPECT_EQ(render_text_scan(*again, {.verbose = true}),
              render_text_scan(report, {.verbose = true}));
    EXPECT_EQ(render_sarif(*again, {}), render_sarif(report, {}));
    EXPECT_EQ(render_junit(*again, {}), render_junit(report, {}));
  }
}

TEST(ReadReport, KeepsWhatOnlySomeReportsHave) {
  Report report = sample::why_report({sample::unexplained_pull()}, 3);
  report.version = "9.9.9";
  PullReport& pull = report.pulls[0];
  Verdict& open = pull.chain[2].verdict.own();
  open.in_the_way = true;
  open.evidence = {sample::evidence("nsg.json", "/0", "Deny")};
  pull.error = read_pull_error("dial tcp 20.62.1.1:443: i/o timeout");
  pull.contradictions = {"configuration says one thing, the node another"};
  pull.reach = Reach{.pods = 7, .failing = 3, .workloads = 2, .namespaces = 1, .clusters = 1};
  const PullErrorClass error = pull.error->error;
  report = finished(report);  // which moves its pulls
  const auto again = read_report(render_json(report, {}));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->version, "9.9.9");
  ASSERT_TRUE(again->pulls[0].error);
  EXPECT_EQ(again->pulls[0].error->error, error);
  EXPECT_EQ(again->pulls[0].error->says, report.pulls[0].error->says);
  EXPECT_TRUE(again->pulls[0].chain[2].verdict->in_the_way);
  EXPECT_EQ(again->pulls[0].reach->pods, 7U);
  EXPECT_EQ(render_json(*again, {}), render_json(report, {}));
}

// Another program's order of keys, and its way to write text, change nothing.
TEST(ReadReport, TakesAnyJsonOfTheSameMeaning) {
  const Report report = finished(sample::scan_report());
  const std::string json = render_json(report, {});
  const auto sorted = nlohmann::json::parse(json);  // keys in alphabetic order
  const auto again = read_report("\xEF\xBB\xBF" + sorted.dump(-1, ' ', true));
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(render_json(*again, {}), json);
}

TEST(ReadReport, CountsForItself) {
  const Report report = finished(sample::scan_report());
  Json json = Json::parse(render_json(report, {}));
  json["summary"]["fail"] = 0;
  json["summary"]["failBySeverity"]["high"] = 0;
  std::reverse(json["results"].begin(), json["results"].end());
  const auto again = read_report(json.dump());
  ASSERT_TRUE(again) << again.error();
  EXPECT_EQ(again->summary.fail, report.summary.fail);
  EXPECT_EQ(again->summary.exit_code, 1);
  EXPECT_EQ(again->results.front().check->id, report.results.front().check->id);
}

TEST(ReadReport, SaysWhatIsWrongAndWhere) {
  const Json good = Json::parse(render_json(finished(sample::scan_report()), {}));
  const struct {
    const char* pointer;
    Json value;
    const char* error;
  } cases[] = {
      {"/schemaVersion", "2.0", "/schemaVersion is 2.0; this program reads 1.0"},
      {"/run/startedAt", "yesterday", "/run/startedAt is 'yesterday', which is no time"},
      {"/run/command", "probe", "/run/command is 'probe'; it must be one of why, scan"},
      {"/results/3/outcome", "maybe",
       "/results/3/outcome is 'maybe'; it must be one of pass, fail, unknown, not-applicable"},
      {"/results/0/check", "no-such-check", "/results/0/check is not among the report's checks"},
      {"/results/2/fingerprint", "xyz", "/results/2/fingerprint is no fingerprint"},
      {"/results/2/evidence", "none", "/results/2/evidence is no list"},
      {"/results/2/evidence/0/pointer", "#[x", "/results/2/evidence/0/pointer is no JSON pointer"},
      {"/results/2/reason", 7, "/results/2/reason is no text"},
      {"/checks/2/id", "Bad Name", "/checks/2/id is no name of a check"},
      {"/checks/2/id", "admin-user-disabled", "/checks/5/id is there twice"},
      {"/pulls/0/podCount", -1, "/pulls/0/podCount is no count"},
      {"/pulls/0/chain/0/role", "x",
       "/pulls/0/chain/0/role is 'x'; it must be one of holds, cause, consequence, also, unknown, "
       "not-applicable"},
      {"/pulls/0/chain/1/role", "holds",
       "/pulls/0/chain and verdict do not agree on whether there is a cause"},
      {"/pulls/0/chain/0/check", "A B", "/pulls/0/chain/0/check is no name of a check"},
      {"/summary/complete", "yes", "/summary/complete is neither true nor false"},
      {"/scopes", Json::object(), "/scopes is no list"},
  };
  for (const auto& c : cases) {
    Json bad = good;
    bad[Json::json_pointer(c.pointer)] = c.value;
    const auto report = read_report(bad.dump());
    ASSERT_FALSE(report) << c.error;
    EXPECT_EQ(report.error(), c.error);
  }
  for (const auto& [key, value] : good.items()) {
    Json bad = good;
    bad.erase(key);
    const auto report = read_report(bad.dump());
    ASSERT_FALSE(report) << key;
    EXPECT_EQ(report.error(), "the document has no member '" + key + "'");
  }
  EXPECT_EQ(read_report("").error(), "is empty");
  EXPECT_EQ(read_report("[]").error(), "the document is no object");
  EXPECT_EQ(read_report(good.dump().substr(0, 5'000)).error(), "is not JSON, or was cut off");
  EXPECT_EQ(read_report("\"\xFF\"").error(), "is not JSON, or was cut off");
  EXPECT_EQ(read_report(std::string(40, '[') + std::string(40, ']')).error(),
            "is nested more than 32 deep");
}

TEST(ReadReport, TrustsNoText) {
  Json json = Json::parse(render_json(finished(sample::scan_report()), {}));
  for (auto& check : json["checks"]) {
    check["problem"] = "\x1b[31mred ##vso[task.complete result=Failed]x";
    check["title"] = "::error::x\n::error::y";
  }
  const auto report = read_report(json.dump());
  ASSERT_TRUE(report) << report.error();
  for (const Check* check : report->checks) {
    EXPECT_EQ(check->problem, "red ## vso[task.complete result=Failed]x");
    EXPECT_EQ(check->title, ": :error::x : :error::y");
  }
}

// A check that this program does not have, in a chain only: its name is all that is known of it.
TEST(ReadReport, NamesChecksOfOtherVersions) {
  Json json = Json::parse(render_json(finished(sample::scan_report()), {}));
  json["pulls"][0]["chain"][1]["check"] = "some-check-of-tomorrow";
  const auto report = read_report(json.dump());
  ASSERT_TRUE(report) << report.error();
  EXPECT_EQ(report->pulls[0].cause()->check->id, "some-check-of-tomorrow");
  EXPECT_NE(render_text_why(*report, {}).find("some-check-of-tomorrow"), std::string::npos);
}

}  // namespace
}  // namespace acr
