#include "judge/merge.h"

#include <gtest/gtest.h>

#include "judge/summary.h"
#include "reports/sample.h"

namespace acr {
namespace {

constexpr std::chrono::hours kHour{1};

// A scan of one cluster that found what `verdict` says of one attachment.
Report part(std::string cluster, Verdict verdict, Instant at) {
  Report report = sample::make_report("scan");
  report.started_at = at;
  const std::string id = "/subscriptions/s/" + cluster;
  report.scopes = {{id, "cluster", cluster, "s", "complete"}};
  report.results = {sample::result(sample::private_dns_zone_is_linked,
                                   sample::attachment_subject(cluster, "contosoprod"), id,
                                   std::move(verdict))};
  report.results[0].fingerprint = "print of " + cluster;
  PullReport pull = sample::broken_pull();
  pull.subject.own().scope = id;
  pull.subject.own().id = id + "//shop/deploy/cart";
  report.pulls = {std::move(pull)};
  put_in_order(report);
  summarise(report, {});
  return report;
}

Report merged(std::vector<Report> reports) {
  auto report = merge(std::move(reports));
  EXPECT_TRUE(report) << report.error();
  return *std::move(report);
}

const Instant kThen = sample::make_report("scan").started_at;

TEST(Merge, OneReportStaysAsItIs) {
  const Report one = merged({part("a", sample::zone_not_linked(), kThen)});
  EXPECT_TRUE(one.notifications.empty());
  EXPECT_EQ(one.started_at, kThen);
}

TEST(Merge, UnitesWhatIsApart) {
  const Report both = merged({part("a", sample::zone_not_linked(), kThen),
                              part("b", sample::zone_not_linked(), kThen + kHour)});
  EXPECT_EQ(both.scopes.size(), 2U);
  EXPECT_EQ(both.results.size(), 2U);
  EXPECT_EQ(both.pulls.size(), 2U);
  EXPECT_EQ(both.checks.size(), 6U);
  EXPECT_EQ(both.summary.fail, 2U);
  EXPECT_EQ(both.summary.fail_by_severity[static_cast<std::size_t>(Severity::high)], 2U);
  EXPECT_EQ(both.summary.exit_code, 1);
  EXPECT_EQ(both.started_at, kThen) << "as old as the oldest part";
  // One cause, one repair, now in two clusters.
  ASSERT_TRUE(both.pulls[0].reach);
  EXPECT_EQ(both.pulls[0].reach->clusters, 2U);
  EXPECT_EQ(both.pulls[0].reach->pods, 6U);
  ASSERT_EQ(both.notifications.size(), 1U);
  EXPECT_EQ(both.notifications[0].text,
            "2 reports are one here, of runs from 2026-03-01T02:00:00Z to 2026-03-01T03:00:00Z: "
            "what several of them hold is told as the newest run has it");
}

TEST(Merge, TheNewestRunCounts) {
  const Verdict good = sample::passed("the zone is linked", Basis::arm);
  for (const bool newest_first : {false, true}) {
    std::vector<Report> reports{part("a", sample::zone_not_linked(), kThen),
                                part("a", good, kThen + kHour)};
    if (newest_first) std::swap(reports[0], reports[1]);
    const Report one = merged(std::move(reports));
    ASSERT_EQ(one.results.size(), 1U);
    EXPECT_EQ(one.pulls.size(), 1U);
    EXPECT_EQ(one.scopes.size(), 1U);
    EXPECT_EQ(one.summary.pass, 1U);
    EXPECT_EQ(one.summary.fail, 0U);
    EXPECT_EQ(one.summary.exit_code, 0);
  }
  // Of the same second: the one given last.
  const Report last = merged({part("a", good, kThen), part("a", sample::zone_not_linked(), kThen)});
  EXPECT_EQ(last.summary.fail, 1U);
}

TEST(Merge, NotToKnowStaysNotToKnow) {
  const Verdict good = sample::passed("the zone is linked", Basis::arm);
  const Report one = merged({part("a", good, kThen), part("b", sample::roles_not_given(), kThen)});
  EXPECT_FALSE(one.summary.complete);
  EXPECT_EQ(one.summary.exit_code, 3);
}

TEST(Merge, TheStrictestThresholdHolds) {
  Report lax = part("a", sample::zone_not_linked(), kThen);
  JudgeOptions none;
  none.fail_on.reset();
  summarise(lax, none);
  ASSERT_EQ(lax.summary.exit_code, 0);
  Report strict = part("b", sample::passed("linked", Basis::arm), kThen);
  EXPECT_EQ(merged({lax, lax}).summary.exit_code, 0);
  const Report both = merged({lax, strict});
  EXPECT_EQ(both.summary.exit_code, 1);
  EXPECT_FALSE(both.fail_on_nothing);
}

TEST(Merge, ClustersWithoutANameMayNotBeOne) {
  Report one = part("a", sample::zone_not_linked(), kThen);
  one.pulls[0].subject.own().scope.clear();
  one.pulls[0].subject.own().id = "//shop/deploy/cart";
  const Report both = merged({one, one});
  EXPECT_EQ(both.pulls.size(), 1U);
  ASSERT_EQ(both.notifications.size(), 2U);
  EXPECT_EQ(both.notifications[1].code, "merged-unnamed-cluster");
  EXPECT_FALSE(both.summary.complete);
}

TEST(Merge, WhyAndScanAreNotOne) {
  const auto both = merge({part("a", sample::zone_not_linked(), kThen), sample::why_report({}, 0)});
  ASSERT_FALSE(both);
  EXPECT_EQ(both.error(), "a report of why and one of scan cannot be merged");
}

}  // namespace
}  // namespace acr
