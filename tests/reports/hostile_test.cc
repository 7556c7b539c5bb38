// Names and messages that were made to be more than text: in no format are they.
#include <gtest/gtest.h>

#include <string>

#include "estate/resource_id.h"
#include "reports/escape.h"
#include "reports/json_stream.h"
#include "reports/markdown_text.h"
#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

Report with_name(const std::string& name) {
  Report report = sample::scan_report();
  for (Result& result : report.results) {
    SubjectRef& subject = result.subject.own();
    subject.name = subject.registry = subject.cluster = subject.name_space = name;
    subject.workload = "deploy/" + name;
    Verdict& verdict = result.verdict.own();
    verdict.reason = name;
    if (verdict.outcome == Outcome::fail) verdict.fix = {name};
    if (verdict.outcome == Outcome::unknown) verdict.supply = {name};
  }
  for (Scope& scope : report.scopes) scope.name = scope.subscription = name;
  for (PullReport& pull : report.pulls) {
    pull.subject.own().workload = name;
    for (ChainLink& link : pull.chain) link.verdict.own().reason = name;
  }
  report.notifications[0].text = name;
  return report;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

TEST(Hostile, BuildAgentsAreGivenNoCommands) {
  for (const std::string name :
       {"##vso[task.setvariable variable=a]b", "###VSO[task.complete result=Failed]", "##[error]x",
        "::error::x", "a ::set-output name=b::c", "x\n::stop-commands::y", "a %0A::warning::b",
        "\x1b[0m##vso[task.debug]x"}) {
    const Report report = with_name(name);
    for (const auto render : {render_text_scan, render_text_why, render_json, render_ndjson,
                              render_markdown, render_html, render_csv, render_junit, render_sarif,
                              render_openmetrics, render_policyreport}) {
      for (const std::string& line : lines_of(render(report, {}))) {
        EXPECT_EQ(lower(line).find("##vso["), std::string::npos) << line;
        EXPECT_EQ(line.find("##["), std::string::npos) << line;
        const auto first = line.find_first_not_of(" \t");
        if (first != std::string::npos) {
          EXPECT_FALSE(line.substr(first).starts_with("::")) << line;
        }
      }
    }
    for (const std::string& line : lines_of(render_github(report, {})))
      EXPECT_TRUE(line.starts_with("::error title=") || line.starts_with("::warning title=") ||
                  line.starts_with("::notice title="))
          << line;
    for (const std::string& line : lines_of(render_ado(report, {}))) {
      EXPECT_TRUE(line.starts_with("##vso[task.")) << line;
      EXPECT_EQ(line.find("##vso[", 1), std::string::npos) << line;
    }
  }
}

TEST(Hostile, CommandsOfAgentsEscapeWhatEndsThem) {
  const Report report = with_name("50%,a:b;c]d");
  const std::string github = render_github(report, {}), ado = render_ado(report, {});
  EXPECT_NE(github.find("title=private-dns-zone-is-linked 50%25%2Ca%3Ab;c]d::[HIGH] 50%25,a:b;c]d"),
            std::string::npos)
      << github;
  EXPECT_NE(ado.find("code=private-dns-zone-is-linked;]50%AZP25,a:b;c]d: [HIGH] 50%AZP25,a:b;c]d"),
            std::string::npos)
      << ado;
}

TEST(Hostile, CleanTextStaysClean) {
  for (const std::string text : {"a  ", "##vso[x]", "####[x]", "::a::b::c ::d::e", "a \n b\t\t",
                                 " ::ffff:10.0.0.1", "\x1b]0;x\x07##[", "Größe ::x::"}) {
    EXPECT_EQ(clean(clean(text)), clean(text)) << text;
    EXPECT_EQ(clean_lines(clean_lines(text)), clean_lines(text)) << text;
  }
  EXPECT_EQ(clean("dial tcp [::1]:443 or ::1 or ::ffff:10.0.0.1"),
            "dial tcp [::1]:443 or ::1 or ::ffff:10.0.0.1");
}

TEST(Hostile, SpreadsheetsAreGivenNoFormulas) {
  for (const std::string name : {"=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"}) {
    const std::string csv = render_csv(with_name(name), {});
    EXPECT_EQ(csv.find(",="), std::string::npos) << csv;
    EXPECT_EQ(csv.find(",\"="), std::string::npos) << csv;
    EXPECT_EQ(csv.find(",+"), std::string::npos) << csv;
    EXPECT_EQ(csv.find(",-1"), std::string::npos) << csv;
    EXPECT_EQ(csv.find(",@"), std::string::npos) << csv;
  }
}

TEST(Markdown, TextStaysText) {
  const struct {
    const char *text, *markdown;
  } cases[] = {
      {"plain text", "plain text"},
      {"a|b", "a\\|b"},
      {"<img src=x>", "\\<img src=x\\>"},
      {"*a* _b_ [c](d) &amp;", "\\*a\\* \\_b\\_ \\[c\\](d) \\&amp;"},
      {"- a", "\\- a"},
      {"1. a", "`1. a`"},
      {"see #12", "`see #12`"},
      {"@team", "`@team`"},
      {"https://evil.example", "`https://evil.example`"},
      {"WWW.evil.example", "`WWW.evil.example`"},
      {"$x$", "`$x$`"},
      {"@a`b", "``@a`b``"},
      {"`@", "`` `@ ``"},
      {"@a\\|b", "`@a\\`\\|`b`"},
      {"    code", "`    code`"},
  };
  for (const auto& c : cases) EXPECT_EQ(markdown_text(c.text), c.markdown) << c.text;
  EXPECT_EQ(markdown_commands({"echo '```'"}), "````sh\necho '```'\n````\n");
  EXPECT_EQ(markdown_link("x", "javascript:alert(1)"), "`x`");
  EXPECT_EQ(markdown_link("x", "https://a/b)c"), "`x`");
  EXPECT_EQ(markdown_link("x", "https://a/b#c"), "[`x`](https://a/b#c)");
}

TEST(Markdown, SaysWhatItLeavesOut) {
  Report report = sample::scan_report();
  const Result finding = report.results[1];
  for (int i = 0; i < 100; ++i) report.results.push_back(finding);
  report.summary.fail = 103;
  const std::string text = render_markdown(report, {});
  EXPECT_NE(text.find("### Findings (103)"), std::string::npos);
  EXPECT_NE(text.find("\n53 more findings: `-o json` has all of them.\n"), std::string::npos)
      << text;
}

TEST(Markdown, StaysBelowWhatServicesTake) {
  Report report = sample::scan_report();
  report.results[0].verdict.own().fix = {std::string(2'000'000, 'x')};
  const std::string text = render_markdown(report, {});
  EXPECT_LT(text.size(), 1'000'000U);
  EXPECT_NE(text.find("\nMore is left out here"), std::string::npos);
  EXPECT_NE(text.find("acr-doctor: failed"), std::string::npos);
}

TEST(Annotations, AreAsManyAsAreShown) {
  Report report = sample::scan_report();
  const Result finding = report.results[1];
  for (int i = 0; i < 25; ++i) report.results.push_back(finding);
  std::size_t errors = 0, notices = 0;
  const std::string text = render_github(report, {});
  for (const std::string& line : lines_of(text)) {
    errors += line.starts_with("::error ");
    notices += line.starts_with("::notice ");
  }
  EXPECT_EQ(errors, 10U);
  EXPECT_EQ(notices, 1U);
  EXPECT_NE(text.find("; 17 of 28 are not shown here, because GitHub shows 10 a level"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("::warning title=incomplete not all was judged::"), std::string::npos);
}

TEST(OpenMetrics, EveryLabelIsQuotedOnceAndEveryEstateIsBounded) {
  Report report = with_name("a\"b\\c");
  std::string text = render_openmetrics(report, {});
  EXPECT_NE(text.find("acr_doctor_registry_results{registry=\"a\\\"b\\\\c\",outcome=\"fail\"} 3\n"),
            std::string::npos)
      << text;
  EXPECT_TRUE(text.ends_with("# EOF\n"));
  const Result finding = report.results[1];
  for (int i = 0; i < 2'500; ++i) {
    report.results.push_back(finding);
    report.results.back().subject.own().registry = "registry" + std::to_string(i);
  }
  text = render_openmetrics(report, {});
  EXPECT_NE(text.find("acr_doctor_registry_results{registry=\"(others)\",outcome=\"fail\"} 501\n"),
            std::string::npos);
}

TEST(PolicyReport, NamesAreWhatKubernetesTakes) {
  const std::string text = render_policyreport(with_name("Ein \"Name\": {x}"), {});
  EXPECT_NE(text.find("\n  name: \"acr-doctor-ein-name-x-ein-name-x-"), std::string::npos) << text;
  EXPECT_NE(text.find("\n  namespace: \"ein-name-x\"\n"), std::string::npos) << text;
  EXPECT_NE(text.find("    name: \"Ein \\\"Name\\\": {x}\"\n"), std::string::npos) << text;
}

TEST(JsonStream, WritesJson) {
  std::string out;
  JsonStream json(out, 2);
  json.open_object();
  json.field("a", "\"\\\n\t\r\x01z");
  json.field("b", 7);
  json.field("c", true);
  json.null_field("d");
  json.key("e");
  json.open_array();
  json.close_array();
  json.key("f");
  json.open_array();
  json.value(std::uint64_t{18446744073709551615U});
  json.open_object();
  json.close_object();
  json.close_array();
  json.close_object();
  EXPECT_EQ(
      out,
      "{\n  \"a\": \"\\\"\\\\\\n\\t\\r\\u0001z\",\n  \"b\": 7,\n  \"c\": true,\n  \"d\": null,\n"
      "  \"e\": [],\n  \"f\": [\n    18446744073709551615,\n    {}\n  ]\n}");
}

}  // namespace
}  // namespace acr
