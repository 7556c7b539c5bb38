// The page loads nothing, is made of text where text is meant, and tells what the report tells.
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "reports/html_text.h"
#include "reports/render.h"
#include "sample.h"

namespace acr {
namespace {

std::size_t count_in(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++count;
  return count;
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const auto begin = text.find(from);
  if (begin == std::string::npos) return {};
  const auto end = text.find(to, begin);
  return text.substr(begin, end == std::string::npos ? end : end - begin);
}

// Every start tag with its attributes, in the order of the page; script and style are left out.
std::vector<std::string> tags_of(std::string page) {
  for (const char* raw : {"script", "style"}) {
    const std::string start = std::string("<") + raw + ">";
    const auto begin = page.find(start) + start.size();
    const auto end = page.find(std::string("</") + raw + ">");
    EXPECT_LT(begin, end);
    page.erase(begin, end - begin);
  }
  std::vector<std::string> tags;
  for (auto at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const auto end = page.find('>', at);
    EXPECT_NE(end, std::string::npos);
    tags.push_back(page.substr(at, end + 1 - at));
  }
  return tags;
}

// Elements are closed in the order in which they were opened.
void expect_nested(const std::string& page) {
  const std::set<std::string> empty{"meta", "input", "br", "path", "circle"};
  std::vector<std::string> open;
  for (const std::string& tag : tags_of(page)) {
    if (tag.starts_with("<!")) continue;
    const bool closes = tag.starts_with("</");
    const auto begin = closes ? 2U : 1U;
    const std::string name = tag.substr(begin, tag.find_first_of(" >/", begin) - begin);
    if (closes) {
      ASSERT_FALSE(open.empty()) << tag;
      ASSERT_EQ(open.back(), name);
      open.pop_back();
    } else if (!empty.contains(name)) {
      open.push_back(name);
    }
  }
  EXPECT_TRUE(open.empty());
}

TEST(Html, LoadsNothingAndIsWellNested) {
  for (const Report& report :
       {sample::scan_report(),
        sample::why_report({sample::broken_pull(), sample::working_pull()}, 1),
        sample::why_report({}, 3)}) {
    const std::string page = render_html(report, {});
    EXPECT_EQ(page, render_html(report, {})) << "the same report gives the same bytes";
    expect_nested(page);
    EXPECT_EQ(count_in(page, "default-src 'none'; style-src 'sha256-"), 1U);
    for (const std::string& tag : tags_of(page)) {
      EXPECT_EQ(tag.find(" src="), std::string::npos) << tag;
      EXPECT_EQ(tag.find(" style="), std::string::npos) << "the policy would not allow it: " << tag;
      EXPECT_FALSE(std::regex_search(tag, std::regex(" on[a-z]+="))) << tag;
      EXPECT_FALSE(std::regex_match(tag, std::regex("<(link|img|iframe|object|embed|base)[ >].*")))
          << tag;
      if (tag.find("http") != std::string::npos && !tag.starts_with("<meta http-equiv=")) {
        EXPECT_TRUE(tag.starts_with("<a href=\"https://")) << tag;
      }
    }
    const std::string style = between(page, "<style>", "</style>");
    EXPECT_EQ(style.find("url("), std::string::npos);
    EXPECT_EQ(style.find("@import"), std::string::npos);
  }
}

TEST(Html, EveryReferenceWithinThePageHasItsPlaceOnce) {
  const std::string page = render_html(sample::scan_report(), {});
  std::multiset<std::string> ids;
  for (const std::string& tag : tags_of(page)) {
    std::smatch match;
    if (std::regex_search(tag, match, std::regex(" id=\"([^\"]*)\""))) ids.insert(match[1]);
  }
  for (const std::string& id : ids) EXPECT_EQ(ids.count(id), 1U) << id;
  const std::regex target(" href=\"#([^\"]*)\""), labels(" aria-labelledby=\"([^\"]*)\"");
  for (const std::string& tag : tags_of(page)) {
    std::smatch match;
    if (std::regex_search(tag, match, target)) {
      EXPECT_TRUE(ids.contains(match[1])) << tag;
    }
    if (!std::regex_search(tag, match, labels)) continue;
    std::istringstream words(match[1]);
    for (std::string id; words >> id;) EXPECT_TRUE(ids.contains(id)) << tag;
  }
}

TEST(Html, TellsTheVerdictFirstAndEveryResult) {
  const Report report = sample::scan_report();
  const std::string page = render_html(report, {});
  EXPECT_NE(page.find("<title>FAILED: 3 findings, 2 at or above high; 2 results not judged · "
                      "2026-03-01 · acr-doctor</title>"),
            std::string::npos);
  const auto place = [&page](const char* what) { return page.find(what); };
  EXPECT_LT(place("<h1>"), place("<section id=\"coverage\""));
  EXPECT_LT(place("<section id=\"coverage\""), place("<section id=\"matrix\""));
  EXPECT_LT(place("<section id=\"matrix\""), place("<section id=\"pulls\""));
  EXPECT_LT(place("<section id=\"pulls\""), place("<section id=\"findings\""));
  EXPECT_LT(place("<section id=\"findings\""), place("<section id=\"results\""));
  EXPECT_NE(between(page, "id=\"coverage\"", "</section>").find("a comma is missing"),
            std::string::npos);
  EXPECT_NE(page.find("<pre><code>az acr update --name contosoprod --admin-enabled false</code>"),
            std::string::npos);

  const std::string rows = between(page, "<table id=\"rows\">", "</table>");
  EXPECT_EQ(count_in(rows, "<tr"), 1 + report.results.size());
  EXPECT_EQ(count_in(rows, "<tr class=\"failed\">"), report.summary.fail);
  EXPECT_EQ(count_in(rows, "</span> passed</span>"), report.summary.pass);
  EXPECT_EQ(count_in(rows, "</span> not judged</span>"), report.summary.unknown);
  EXPECT_EQ(count_in(rows, "</span> not applicable</span>"), report.summary.not_applicable);
}

TEST(Html, DrawsTheBrokenLinkByShapeAndWord) {
  const std::string page = render_html(sample::why_report({sample::broken_pull()}, 1), {});
  const std::string drawing = between(page, "<svg class=\"path across\"", "</svg>");
  EXPECT_EQ(count_in(drawing, ">BROKEN HERE</text>"), 1U) << drawing;
  EXPECT_EQ(count_in(drawing, "class=\"bad octagon\""), count_in(drawing, ">BROKEN "));
  EXPECT_NE(between(drawing, "<desc", "</desc>").find("DNS: BROKEN HERE, "), std::string::npos);
  const std::string whole = render_html(sample::why_report({sample::working_pull()}, 0), {});
  EXPECT_EQ(count_in(whole, "BROKEN"), 0U);
  EXPECT_EQ(count_in(whole, "✗"), 0U);
}

TEST(Html, TextFromOutsideStaysText) {
  for (const std::string name :
       {"<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "</pre></table></svg>",
        "]]></title></style></script><b>", "&lt;b&gt;&amp;", "' onfocus='alert(1)"}) {
    Report report = sample::scan_report();
    Check check = sample::admin_user_disabled;
    check.id = check.problem = check.why = check.repair = check.reference = name;
    report.checks.push_back(&check);
    for (Result& result : report.results) {
      result.check = &check;
      SubjectRef& subject = result.subject.own();
      subject.name = subject.id = subject.cluster = subject.registry = subject.container = name;
      result.verdict.own().reason = name;
      result.verdict.own().fix = result.verdict.own().supply = {name};
      result.verdict.own().evidence = {{name, name, name, Basis::arm}};
      result.fingerprint = name;
    }
    report.absent = {report.results.front()};
    report.results[1].suppression =
        std::make_shared<Suppression>(Suppression{name, name, name, name, name});
    report.summary.suppressed = 1;
    for (Scope& scope : report.scopes) scope.name = scope.kind = scope.status = name;
    for (PullReport& pull : report.pulls) {
      SubjectRef& subject = pull.subject.own();
      subject.workload = subject.image = subject.registry = subject.cluster = name;
      pull.nodes = name;
      pull.contradictions = {name};
      for (ChainLink& link : pull.chain) link.verdict.own().reason = name;
    }
    for (Notification& note : report.notifications) note.text = note.source = name;
    report.version = report.mode = report.again = name;
    const std::string page = render_html(report, {});
    expect_nested(page);
    EXPECT_EQ(count_in(page, "<script"), 1U);
    EXPECT_EQ(count_in(page, "<img"), 0U);
    EXPECT_EQ(count_in(page, "<b>"), 0U);
    EXPECT_EQ(count_in(page, "href=\"" + html_text(name)), 0U);
  }
}

TEST(Html, TellsWhatWasAcceptedAndWhatIsNew) {
  Report report = sample::scan_report();
  const auto accept = [&report](std::size_t index, const char* until) {
    report.results[index].suppression =
        std::make_shared<Suppression>(Suppression{"moves in May", "team-a", "T-1", until, ""});
  };
  accept(0, "2026-03-05");
  accept(1, "2026-12-31");
  report.results[3].since = Result::Since::is_new;
  report.summary.suppressed = 2;
  report.summary.fail = report.summary.fail_new = 1;
  report.compared = true;
  report.absent = {report.results[2]};
  const std::string page = render_html(report, {});
  const std::string accepted = between(page, "<section id=\"accepted\"", "</section>");
  EXPECT_NE(accepted.find("2026-03-05 <strong class=\"bad\">4 days left</strong>"),
            std::string::npos)
      << accepted;
  EXPECT_NE(accepted.find("<td>2026-12-31</td>"), std::string::npos);
  EXPECT_NE(accepted.find("moves in May (T-1)"), std::string::npos);
  EXPECT_EQ(count_in(between(page, "<table id=\"rows\">", "</table>"), "<strong>new</strong>"), 1U);
  EXPECT_NE(page.find("Since the baseline: 1 new, 0 as before, 1 no more."), std::string::npos);
  EXPECT_NE(
      between(page, "<section id=\"absent\"", "</section>").find("the admin user is disabled"),
      std::string::npos);
}

TEST(Html, IsBoundedAndSaysWhatItLeavesOut) {
  Report report = sample::scan_report();
  const Result finding = report.results[1];
  while (report.results.size() < 25'010) report.results.push_back(finding);
  report.summary.fail = 25'005;
  const std::string page = render_html(report, {});
  EXPECT_EQ(count_in(between(page, "<table id=\"rows\">", "</table>"), "<tr"), 25'001U);
  EXPECT_NE(page.find("10 more: <code>-o json</code>"), std::string::npos);
  EXPECT_NE(page.find("Evidence and commands stand in the first 2000 rows"), std::string::npos);
  EXPECT_LT(page.size(), 16U << 20);
}

}  // namespace
}  // namespace acr
