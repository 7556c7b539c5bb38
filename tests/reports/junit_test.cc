#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <pugixml.hpp>
#include <set>
#include <string>

#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

pugi::xml_document parse(const std::string& text) {
  pugi::xml_document document;
  EXPECT_TRUE(
      document.load_buffer(text.data(), text.size(), pugi::parse_default | pugi::parse_ws_pcdata));
  return document;
}

Report hostile_report() {
  Report report = sample::scan_report();
  report.results[0].subject.own().name = "a<b>&\"c\"]]>\x1b[31m\x01\xFF\nd";
  report.results[0].verdict.own().reason = "<script>]]>&amp; \"x\"\xEF\xBF\xBF";
  report.results[0].verdict.own().evidence[0].value = "line\nbreak\tand \xED\xA0\x80";
  report.scopes[0].name = "  <&\">  ";
  report.scopes[1].subscription = "a.b/c:d ?#%";
  return report;
}

TEST(Junit, HasASuiteAScopeAndACaseAResult) {
  const auto document = parse(render_junit(sample::scan_report(), {}));
  const auto suites = document.child("testsuites").children("testsuite");
  std::vector<std::string> names;
  for (const auto& suite : suites) names.emplace_back(suite.attribute("name").value());
  EXPECT_EQ(names, (std::vector<std::string>{"aks-prod", "contosoprod", "input"}));

  const auto cluster = document.child("testsuites").child("testsuite");
  EXPECT_STREQ(cluster.attribute("timestamp").value(), "2026-03-01T02:00:00");
  EXPECT_STREQ(cluster.attribute("hostname").value(), "localhost");
  const auto first = cluster.child("testcase");
  EXPECT_STREQ(first.attribute("classname").value(),
               "cluster.11111111-1111-4111-8111-111111111111.aks-prod");
  EXPECT_STREQ(first.attribute("name").value(),
               "private-dns-zone-is-linked The private DNS zone is linked to the cluster's network "
               "[aks-prod -> contosoprod]");
  EXPECT_STREQ(first.child("failure").attribute("type").value(), "private-dns-zone-is-linked");
  EXPECT_EQ(std::string(first.child("failure").attribute("message").value()).substr(0, 17),
            "[HIGH] zone priva");
}

TEST(Junit, TellsOutcomesApart) {
  const auto document = parse(render_junit(sample::scan_report(), {}));
  std::multiset<std::string> found;
  for (const auto& suite : document.child("testsuites").children()) {
    for (const auto& item : suite.children("testcase")) {
      const auto child = item.find_child(
          [](const pugi::xml_node& node) { return node.type() == pugi::node_element; });
      const std::string message = child.attribute("message").value();
      found.insert(std::string(child.name()) + " " + message.substr(0, message.find(']') + 1));
      // One reader shows the attribute, another the body.
      if (child) {
        EXPECT_EQ(std::string(child.text().get()).substr(0, message.size()), message);
      }
    }
  }
  EXPECT_EQ(found, (std::multiset<std::string>{
                       " ", " ", "error [NOT EVALUATED]", "error [NOT EVALUATED]", "failure [HIGH]",
                       "failure [HIGH]", "skipped [below threshold: medium]"}));
}

TEST(Junit, ThresholdDecidesBetweenFailureAndSkipped) {
  Report report = sample::scan_report();
  const auto failures = [&report] {
    int sum = 0;
    const auto document = parse(render_junit(report, {}));
    for (const auto& suite : document.child("testsuites").children())
      sum += suite.attribute("failures").as_int();
    return sum;
  };
  EXPECT_EQ(failures(), 2);
  report.fail_on = Severity::medium;
  EXPECT_EQ(failures(), 3);
  report.fail_on = Severity::critical;
  EXPECT_EQ(failures(), 0);
  report.fail_on = Severity::low;
  report.fail_on_nothing = true;
  EXPECT_EQ(failures(), 0);
}

TEST(Junit, CountsEqualChildrenAndNamesAreUnique) {
  Report report = hostile_report();
  report.results.push_back(report.results[0]);
  report.results.push_back(report.results[0]);
  const auto document = parse(render_junit(report, {}));
  for (const auto& suite : document.child("testsuites").children()) {
    int tests = 0, failures = 0, errors = 0, skipped = 0;
    std::set<std::string> names;
    for (const auto& item : suite.children("testcase")) {
      ++tests;
      failures += item.child("failure") ? 1 : 0;
      errors += item.child("error") ? 1 : 0;
      skipped += item.child("skipped") ? 1 : 0;
      EXPECT_TRUE(names.insert(item.attribute("name").value()).second);
    }
    EXPECT_EQ(suite.attribute("tests").as_int(), tests);
    EXPECT_EQ(suite.attribute("failures").as_int(), failures);
    EXPECT_EQ(suite.attribute("errors").as_int(), errors);
    EXPECT_EQ(suite.attribute("skipped").as_int(), skipped);
  }
}

// History is kept by name: another finding, another severity, another time keep it.
TEST(Junit, NamesDoNotDependOnFindings) {
  const auto names = [](const Report& report) {
    std::vector<std::string> all;
    const auto document = parse(render_junit(report, {}));
    for (const auto& suite : document.child("testsuites").children()) {
      for (const auto& item : suite.children("testcase")) {
        all.push_back(std::string(item.attribute("classname").value()) +
                      item.attribute("name").value());
      }
    }
    return all;
  };
  Report later = sample::scan_report();
  for (auto& result : later.results) {
    if (result.verdict->outcome == Outcome::not_applicable) continue;
    result.verdict = Verdict{Outcome::pass, "all is well", {}, {}, {}, Basis::arm};
  }
  EXPECT_EQ(names(later), names(sample::scan_report()));
}

TEST(Junit, FitsBothSchemas) {
  if (std::system("command -v xmllint > /dev/null 2>&1") != 0)
    GTEST_SKIP() << "xmllint is not installed";
  const auto folder = std::filesystem::temp_directory_path();
  const std::string file = (folder / ("acr-junit-" + std::to_string(getpid()) + ".xml")).string();
  int schemas = 0;
  for (const char* name : {"windyroad-JUnit.xsd", "jenkins-junit-10.xsd"}) {
    const std::string schema = std::string(ACR_SOURCE_DIR "/tests/schemas/") + name;
    if (!std::filesystem::exists(schema)) continue;
    ++schemas;
    for (const auto& report :
         {sample::scan_report(), hostile_report(), sample::make_report("scan")}) {
      std::ofstream(file) << render_junit(report, {});
      const std::string command = "xmllint --noout --schema '" + schema + "' '" + file + "' 2>&1";
      EXPECT_EQ(std::system(command.c_str()), 0) << name;
    }
  }
  std::filesystem::remove(file);
  if (schemas == 0) GTEST_SKIP() << "the schemas are not there";
}

}  // namespace
}  // namespace acr
