// What code scanning refuses or misreads, checked on the file itself: each rule below stands for
// uploads that were rejected.
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

using Json = nlohmann::json;

std::string uri_fault(const std::string& uri) {
  static const std::regex scheme("^[A-Za-z][A-Za-z0-9+.-]*:.*");
  static const std::regex relative(
      "^([A-Za-z0-9._~!$&'()*+,;=@-]|%[0-9A-Fa-f]{2})([A-Za-z0-9._~!$&'()*+,;=:@/"
      "-]|%[0-9A-Fa-f]{2})*$");
  if (uri.empty()) return "is empty";
  if (std::regex_match(uri, scheme)) return "has a scheme";
  if (uri.front() == '/' || uri.find("//") != std::string::npos) return "is not relative";
  if (("/" + uri + "/").find("/../") != std::string::npos) return "has dot segments";
  if (uri.substr(0, uri.find('/')).find(':') != std::string::npos) return "has a ':' at first";
  if (!std::regex_match(uri, relative)) return "is no relative reference";
  return {};
}

std::vector<std::string> faults_of(const Json& log) {
  std::vector<std::string> faults;
  const auto fault = [&faults](std::string text) { faults.push_back(std::move(text)); };
  if (log.value("version", "") != "2.1.0") fault("version");
  if (!log.contains("$schema")) fault("$schema");
  if (log["runs"].size() > 20) fault("more than 20 runs");
  std::set<std::string> categories;
  for (const Json& run : log["runs"]) {
    const Json& driver = run["tool"]["driver"];
    if (!run.contains("results")) {
      fault("no results");
      continue;
    }
    const std::string id = run.value("/automationDetails/id"_json_pointer, std::string());
    const auto slash = id.rfind('/');
    if (slash == std::string::npos) fault("automationDetails.id without category");
    if (!categories.insert(driver.value("name", "") + "|" + id.substr(0, slash)).second)
      fault("two runs of one category");
    for (const Json& invocation : run.value("invocations", Json::array())) {
      if (!invocation.value("executionSuccessful", false)) fault("executionSuccessful");
    }
    const Json& rules = driver["rules"];
    if (rules.size() > 25'000) fault("more than 25000 rules");
    if (run["results"].size() > 25'000) fault("more than 25000 results");
    std::vector<std::string> ids;
    for (const Json& rule : rules) {
      const std::string rule_id = rule.value("id", "");
      ids.push_back(rule_id);
      for (const char* key : {"shortDescription", "fullDescription"}) {
        const std::string text = rule.contains(key) ? rule[key].value("text", "") : "";
        if (text.empty() || text.size() > 1024) fault(rule_id + ": " + key);
      }
      if (!rule.contains("help") || rule["help"].value("text", "").empty())
        fault(rule_id + ": help");
      if (rule.value("name", "").size() > 255) fault(rule_id + ": name");
      const Json properties = rule.value("properties", Json::object());
      if (properties.value("tags", Json::array()).size() > 10) fault(rule_id + ": tags");
      if (properties.contains("security-severity")) {
        const Json& score = properties["security-severity"];
        if (!score.is_string()) {
          fault(rule_id + ": security-severity is no string");
        } else {
          try {
            const double value = std::stod(score.get<std::string>());
            if (value <= 0 || value > 10) fault(rule_id + ": security-severity is out of range");
          } catch (const std::exception&) {
            fault(rule_id + ": security-severity is no number");
          }
        }
      }
      static const std::set<std::string> precisions{"very-high", "high", "medium", "low"};
      if (!precisions.contains(properties.value("precision", "high")))
        fault(rule_id + ": precision");
    }
    std::set<std::string> seen;
    for (const Json& result : run["results"]) {
      const Json locations = result.value("locations", Json::array());
      if (locations.size() != 1) {
        fault("locations: " + std::to_string(locations.size()));
        continue;
      }
      const Json physical = locations[0].value("physicalLocation", Json::object());
      if (!physical.contains("artifactLocation")) {
        fault("no artifactLocation");
        continue;
      }
      const std::string uri = physical["artifactLocation"].value("uri", "");
      if (const auto text = uri_fault(uri); !text.empty()) fault("uri " + text + ": " + uri);
      const Json region = physical.value("region", Json::object());
      for (const char* key : {"startLine", "startColumn", "endLine", "endColumn"}) {
        if (region.value(key, 0) < 1) fault(std::string("region.") + key);
      }
      if (result.value("kind", "fail") != "fail") fault("kind");
      if (result.contains("suppressions")) fault("suppressions");
      if (result.value("baselineState", "") == "absent") fault("absent");
      if (result["message"].value("text", "").empty()) fault("message");
      const std::string hash =
          result.value("/partialFingerprints/primaryLocationLineHash"_json_pointer, std::string());
      if (hash.empty()) fault("no primaryLocationLineHash");
      if (!seen.insert(result.value("ruleId", "") + "|" + uri + "|" + hash).second)
        fault("alerts collapse");
      const auto index = result.value("ruleIndex", std::size_t{0});
      if (index >= ids.size() || ids[index] != result.value("ruleId", "")) fault("ruleIndex");
      for (const char* key : {"fingerprints", "partialFingerprints"}) {
        const Json prints = result.value(key, Json::object());
        for (const auto& [name, value] : prints.items()) {
          if (name.find('/') != std::string::npos &&
              !std::regex_search(name, std::regex("/v[0-9]+$")))
            fault("fingerprint key");
        }
      }
    }
  }
  return faults;
}

std::string joined(const std::vector<std::string>& faults) {
  std::string text;
  for (const auto& fault : faults) text += fault + "\n";
  return text;
}

Json render(const Report& report) {
  return Json::parse(render_sarif(report, {}));
}

TEST(Sarif, IsWhatCodeScanningTakes) {
  for (const auto& report : {sample::scan_report(), sample::make_report("scan"),
                             sample::why_report({sample::broken_pull()}, 1)}) {
    const auto faults = faults_of(render(report));
    EXPECT_TRUE(faults.empty()) << joined(faults);
  }
}

// The checks above see each fault: otherwise they would prove nothing.
TEST(Sarif, FaultsAreSeen) {
  const Json good = render(sample::scan_report());
  const std::map<std::string, Json> mutations = {
      {"/runs/0/results/0/locations", Json::array()},
      {"/runs/0/results/0/locations/0/physicalLocation", Json::object()},
      {"/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri", "image:tag"},
      {"/runs/0/results/0/locations/0/physicalLocation/artifactLocation/uri ", ""},
      {"/runs/0/results/1/locations/0/physicalLocation/artifactLocation/uri", "azure://x/y"},
      {"/runs/0/results/2/locations/0/physicalLocation/artifactLocation/uri", "a/../b"},
      {"/runs/0/results/1/locations/0/physicalLocation/region/startLine", 0},
      {"/runs/0/results/0/kind", "pass"},
      {"/runs/0/results/0/suppressions", Json::array()},
      {"/runs/0/results/0/baselineState", "absent"},
      {"/runs/0/results/0/message/text", ""},
      {"/runs/0/results/0/partialFingerprints/primaryLocationLineHash", ""},
      {"/runs/0/results/0/ruleIndex", 0},
      {"/runs/0/results/0/fingerprints/a~1b", "x"},
      {"/runs/0/invocations/0/executionSuccessful", false},
      {"/runs/0/tool/driver/rules/5/properties/security-severity", 8.0},
      {"/runs/0/tool/driver/rules/4/properties/security-severity", "high"},
      {"/runs/0/tool/driver/rules/0/shortDescription/text", std::string(1025, 'x')},
      {"/runs/0/tool/driver/rules/0/properties/precision", "certain"},
      {"/runs/0/automationDetails/id", "acr-doctor"},
      {"/runs/1", good["runs"][0]},
  };
  for (const auto& [pointer, value] : mutations) {
    Json bad = good;
    bad[Json::json_pointer(pointer.substr(0, pointer.find(' ')))] = value;
    EXPECT_FALSE(faults_of(bad).empty()) << pointer << " = " << value;
  }
}

TEST(Sarif, HoldsFailuresOnly) {
  const Json run = render(sample::scan_report())["runs"][0];
  ASSERT_EQ(run["results"].size(), 3U);
  EXPECT_EQ(run["results"][0]["ruleId"], "private-dns-zone-is-linked");
  EXPECT_EQ(run["results"][1]["ruleId"], "admin-user-disabled");
  EXPECT_EQ(run["results"][2]["level"], "warning");
  EXPECT_EQ(run["tool"]["driver"]["rules"].size(), 6U);
  EXPECT_EQ(run["automationDetails"]["id"], "acr-doctor/2026-03-01T02-00-00Z");
}

TEST(Sarif, SaysWhatWasNotJudged) {
  const Json run = render(sample::scan_report())["runs"][0];
  const Json& invocation = run["invocations"][0];
  EXPECT_EQ(invocation["executionSuccessful"], true);
  EXPECT_EQ(invocation["exitCode"], 1);
  std::map<std::string, std::string> texts;
  for (const Json& note : invocation["toolExecutionNotifications"]) {
    texts[note["descriptor"]["id"]] = note["message"]["text"];
  }
  EXPECT_EQ(texts["check-not-evaluated"],
            "kubelet-identity-can-pull: 2 subjects could not be judged: no role assignments were "
            "given");
  EXPECT_EQ(texts["document-damaged"], "nodes.json: not JSON, line 3 column 7: a comma is missing");
  std::set<std::string> described;
  for (const Json& descriptor : run["tool"]["driver"]["notifications"])
    described.insert(descriptor["id"]);
  for (const auto& [code, text] : texts) EXPECT_TRUE(described.contains(code)) << code;
}

TEST(Sarif, TellsSecurityFromReliability) {
  const Json rules = render(sample::scan_report())["runs"][0]["tool"]["driver"]["rules"];
  EXPECT_EQ(rules[5]["name"], "AdminUserDisabled");
  EXPECT_EQ(rules[5]["properties"]["security-severity"], "8.0");
  EXPECT_FALSE(rules[1]["properties"].contains("security-severity"));
  EXPECT_EQ(rules[1]["properties"]["problem.severity"], "error");
}

TEST(Sarif, SurvivesAnyName) {
  Report report = sample::make_report("scan");
  const std::string names[] = {"a:b",       "100%",        "with space", "a#b",
                               "a?b",       "größe 图 🚀", "..",         std::string(255, 'x'),
                               "\xFF\xFE!", "\x1b[31mred", "[x](1)",     "{0}"};
  for (const auto& name : names) {
    report.results.push_back(sample::result(
        sample::admin_user_disabled, sample::registry_subject(name), "s", sample::admin_enabled()));
  }
  const Json log = render(report);
  EXPECT_EQ(log["runs"][0]["results"].size(), std::size(names));
  for (const Json& result : log["runs"][0]["results"]) {
    EXPECT_EQ(result["message"]["text"].get<std::string>().find("]("), std::string::npos);
  }
  const auto faults = faults_of(log);
  EXPECT_TRUE(faults.empty()) << joined(faults);
}

TEST(Sarif, FirstSentenceFitsTheList) {
  Report report = sample::scan_report();
  report.results[0].verdict.own().reason = std::string(400, 'x');
  const Json log = render(report);
  for (const Json& result : log["runs"][0]["results"]) {
    const std::string text = result["message"]["text"];
    EXPECT_LE(text.substr(0, text.find(". ")).size(), 150U) << text;
  }
}

// Another pod, another tag, another time: the same alert.
TEST(Sarif, FingerprintsOutliveThePod) {
  Report later = sample::scan_report();
  later.started_at += std::chrono::hours{24};
  for (auto& result : later.results) {
    result.verdict.own().reason += " now";
    result.subject.own().image = "contosoprod.azurecr.io/shop/cart:1.5";
  }
  const Json before = render(sample::scan_report())["runs"][0]["results"];
  const Json after = render(later)["runs"][0]["results"];
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_EQ(before[i]["partialFingerprints"], after[i]["partialFingerprints"]);
    EXPECT_EQ(before[i]["locations"][0]["physicalLocation"]["artifactLocation"],
              after[i]["locations"][0]["physicalLocation"]["artifactLocation"]);
  }
}

TEST(Sarif, CutsWhatWouldBeRejected) {
  Report report = sample::make_report("scan");
  for (std::size_t i = 0; i < kSarifResults + 1; ++i) {
    report.results.push_back(sample::result(sample::admin_user_disabled,
                                            sample::registry_subject("r" + std::to_string(i)), "s",
                                            {Outcome::fail, "enabled", {}, {}, {}, Basis::arm}));
  }
  const Json log = render(report);
  EXPECT_EQ(log["runs"][0]["results"].size(), kSarifResults);
  const auto faults = faults_of(log);
  EXPECT_TRUE(faults.empty()) << joined(faults);
  const Json& notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"];
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0]["message"]["text"],
            "25000 of 25001 findings are in this file: code scanning refuses more; the JSON report "
            "has all of them");
}

}  // namespace
}  // namespace acr
