#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>
#include <vector>

#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

using Json = nlohmann::ordered_json;

// The part of JSON Schema that docs/report.schema.json uses; a keyword it does not know is an
// error, so that the schema cannot say more than the test checks.
class SchemaCheck {
 public:
  explicit SchemaCheck(Json schema) : root_(std::move(schema)) {}

  std::vector<std::string> errors(const Json& value) const {
    std::vector<std::string> found;
    check(root_, value, "", found);
    return found;
  }

 private:
  static bool has_type(const Json& value, const std::string& type) {
    if (type == "object") return value.is_object();
    if (type == "array") return value.is_array();
    if (type == "string") return value.is_string();
    if (type == "integer") return value.is_number_integer();
    if (type == "boolean") return value.is_boolean();
    return type == "null" && value.is_null();
  }

  bool holds(const Json& schema, const Json& value) const {
    std::vector<std::string> found;
    check(schema, value, "", found);
    return found.empty();
  }

  void check(const Json& schema, const Json& value, const std::string& at,
             std::vector<std::string>& found) const {
    const auto complain = [&](const std::string& what) { found.push_back(at + ": " + what); };
    for (const auto& [word, rule] : schema.items()) {
      if (word == "$ref") {
        const std::string name = rule.get<std::string>().substr(sizeof("#/$defs/") - 1);
        check(root_["$defs"][name], value, at, found);
      } else if (word == "type") {
        const bool fits = rule.is_array()
                              ? std::any_of(rule.begin(), rule.end(),
                                            [&](const Json& type) { return has_type(value, type); })
                              : has_type(value, rule);
        if (!fits) complain("is not of type " + rule.dump());
      } else if (word == "const") {
        if (value != rule) complain("is not " + rule.dump());
      } else if (word == "enum") {
        if (std::find(rule.begin(), rule.end(), value) == rule.end())
          complain("is not one of " + rule.dump());
      } else if (word == "pattern") {
        if (!value.is_string() ||
            !std::regex_search(value.get<std::string>(), std::regex(rule.get<std::string>())))
          complain("does not match " + rule.dump());
      } else if (word == "minimum") {
        if (!value.is_number() || value < rule) complain("is below " + rule.dump());
      } else if (word == "items") {
        if (!value.is_array()) continue;
        for (std::size_t i = 0; i < value.size(); ++i)
          check(rule, value[i], at + "/" + std::to_string(i), found);
      } else if (word == "properties") {
        if (!value.is_object()) continue;
        for (const auto& [key, sub] : rule.items()) {
          if (value.contains(key)) check(sub, value[key], at + "/" + key, found);
        }
      } else if (word == "required") {
        for (const auto& key : rule) {
          if (!value.is_object() || !value.contains(key)) complain("lacks " + key.dump());
        }
      } else if (word == "additionalProperties") {
        if (!value.is_object()) continue;
        for (const auto& [key, ignored] : value.items()) {
          if (!schema["properties"].contains(key)) complain("has the unknown key " + key);
        }
      } else if (word == "oneOf") {
        const auto fitting = std::count_if(rule.begin(), rule.end(),
                                           [&](const Json& sub) { return holds(sub, value); });
        if (fitting != 1) complain("fits " + std::to_string(fitting) + " of oneOf");
      } else if (word == "if") {
        if (holds(rule, value)) check(schema["then"], value, at, found);
      } else if (word != "then" && word != "description" && word != "title" && word != "$schema" &&
                 word != "$defs") {
        complain("the test does not know the keyword " + word);
      }
    }
  }

  Json root_;
};

Json schema() {
  std::ifstream file(ACR_SOURCE_DIR "/docs/report.schema.json");
  return Json::parse(file);
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

std::vector<Report> reports() {
  return {sample::scan_report(),
          sample::why_report({sample::broken_pull(), sample::unexplained_pull(),
                              sample::unknown_pull(), sample::working_pull()},
                             1),
          sample::why_report({}, 0), sample::make_report("scan")};
}

TEST(Json, FitsTheSchema) {
  const SchemaCheck check(schema());
  for (const auto& report : reports()) {
    const auto errors = check.errors(Json::parse(render_json(report, {})));
    EXPECT_TRUE(errors.empty()) << text_of(errors);
  }
}

TEST(Json, SchemaRefusesWhatIsWrong) {
  const SchemaCheck check(schema());
  const Json good = Json::parse(render_json(sample::scan_report(), {}));
  const auto refused = [&](const char* pointer, const Json& value) {
    Json bad = good;
    bad[Json::json_pointer(pointer)] = value;
    return !check.errors(bad).empty();
  };
  EXPECT_TRUE(refused("/surprise", 1));
  EXPECT_TRUE(refused("/results/0/outcome", "ok"));
  EXPECT_TRUE(refused("/results/0/fingerprint", "xyz"));
  EXPECT_TRUE(refused("/results/0/evidence/0/line", 3));
  EXPECT_TRUE(refused("/pulls/0/verdict", "maybe"));
  EXPECT_TRUE(refused("/pulls/0/cause", nullptr));
  EXPECT_TRUE(refused("/summary/fail", -1));
  EXPECT_TRUE(refused("/summary/exitCode", 7));
  Json bad = good;
  bad["results"][4].erase("supply");
  EXPECT_FALSE(check.errors(bad).empty());
}

TEST(Json, HasTheKeysOfTheContract) {
  const Json json = Json::parse(render_json(sample::scan_report(), {}));
  std::vector<std::string> keys;
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  EXPECT_EQ(keys,
            (std::vector<std::string>{"schemaVersion", "tool", "run", "scopes", "checks", "results",
                                      "pulls", "notifications", "absent", "summary"}));
  const Json& result = json["results"][1];
  EXPECT_EQ(result["check"], "admin-user-disabled");
  EXPECT_EQ(result["outcome"], "fail");
  EXPECT_EQ(result["severity"], "high");
  EXPECT_EQ(result["subject"]["id"], sample::kRegistryId);
  EXPECT_EQ(result["reason"], "the admin user is enabled");
  EXPECT_EQ(result["evidence"][0],
            Json::parse(R"({"source": "acr.json", "pointer": "/0/adminUserEnabled",
                            "value": "true", "basis": "arm"})"));
  EXPECT_EQ(result["fix"][0], "az acr update --name contosoprod --admin-enabled false");
  EXPECT_TRUE(result["baseline"].is_null());
  EXPECT_TRUE(result["suppression"].is_null());
  EXPECT_EQ(json["results"][4]["supply"][0], sample::kRolesCommand);

  const Json& pull = json["pulls"][0];
  EXPECT_EQ(pull["verdict"], "broken");
  EXPECT_EQ(pull["cause"]["check"], "private-dns-zone-is-linked");
  EXPECT_EQ(pull["cause"]["fix"][0], sample::kLinkCommand);
  EXPECT_EQ(pull["podCount"], 3);
  EXPECT_EQ(pull["nodes"], "pool/user (linux/arm64)");
  EXPECT_EQ(pull["chain"][1]["role"], "cause");
  EXPECT_EQ(pull["chain"][1]["basis"], "arm");
  EXPECT_EQ(json["run"]["startedAt"], "2026-03-01T02:00:00Z");
  EXPECT_TRUE(json["pulls"][1]["cause"].is_null());
  EXPECT_TRUE(json["pulls"][1]["message"].is_null());
}

// The numbers are the report's own: nobody counts again.
TEST(Json, CopiesTheSummary) {
  Report report = sample::make_report("scan");
  report.summary.pass = 11;
  report.summary.fail = 22;
  report.summary.unknown = 33;
  report.summary.not_applicable = 44;
  report.summary.fail_by_severity[3] = 5;
  report.summary.complete = false;
  report.summary.exit_code = 3;
  const Json summary = Json::parse(render_json(report, {}))["summary"];
  EXPECT_EQ(
      summary,
      Json::parse(R"({"pass": 11, "fail": 22, "suppressed": 0, "unknown": 33, "notApplicable": 44,
      "failBySeverity": {"critical": 5, "high": 0, "medium": 0, "low": 0}, "failOn": "high",
      "failOnNew": false, "compared": false, "complete": false, "exitCode": 3})"));
}

TEST(Json, IsHarmlessWhateverTheInputSays) {
  Report report = sample::scan_report();
  report.results[0].verdict.own().reason = "bad \xFF utf-8 \x1b[31mred\x1b[0m \"quoted\"";
  report.results[0].subject.own().name = std::string("a\0b", 3);
  const std::string text = render_json(report, {});
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find("\\u001b"), std::string::npos);
  const Json json = Json::parse(text);
  EXPECT_EQ(json["results"][0]["reason"], "bad \xEF\xBF\xBD utf-8 red \"quoted\"");
  EXPECT_EQ(json["results"][0]["subject"]["name"], "ab");
  EXPECT_EQ(json["pulls"][0]["message"]["text"],
            "Failed to pull image \"contosoprod.azurecr.io/shop/cart:1.4\": failed to do request: "
            "dial tcp 20.62.1.1:443: i/o timeout");
}

// As a tree of the same content would be printed: scripts that compare texts see no difference.
TEST(Json, IsPrintedAsATreeWouldBe) {
  for (const auto& report : reports()) {
    const std::string text = render_json(report, {});
    EXPECT_EQ(Json::parse(text).dump(2) + "\n", text);
  }
}

TEST(Json, IsTheSameEveryTime) {
  EXPECT_EQ(render_json(sample::scan_report(), {}), render_json(sample::scan_report(), {}));
}

TEST(Json, CatalogueListsEveryCheck) {
  const auto report = sample::make_report("scan");
  const Json json = Json::parse(render_catalogue_json(report.checks));
  ASSERT_EQ(json["checks"].size(), report.checks.size());
  EXPECT_EQ(json["checks"][5]["controls"][0]["id"], "CKV_AZURE_137");
}

}  // namespace
}  // namespace acr
