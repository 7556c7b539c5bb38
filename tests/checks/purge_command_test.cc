#include "purge_command.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

using namespace std::chrono_literals;

PurgeCommand one(std::string_view steps) {
  const auto found = find_purges(steps);
  EXPECT_EQ(found.size(), 1U) << steps;
  return found.empty() ? PurgeCommand{} : found.front();
}

TEST(PurgeCommand, IsReadFromSteps) {
  const PurgeCommand purge =
      one("version: v1.1.0\n"
          "steps:\n"
          "  - cmd: acr purge --filter 'shop/.*:^pr-' --filter=\"web:.*\" --ago 2d3h6m --keep 3\n"
          "      --untagged --include-locked\n"
          "    timeout: 3600\n");
  EXPECT_EQ(purge.filters, (std::vector<std::string>{"shop/.*:^pr-", "web:.*"}));
  EXPECT_EQ(purge.ago, 51h + 6min);
  EXPECT_EQ(purge.keep, 3);
  EXPECT_TRUE(purge.untagged);
  EXPECT_TRUE(purge.include_locked);
  EXPECT_FALSE(purge.dry_run);
  EXPECT_TRUE(one("- cmd: acr purge --filter a:b --ago 1d --dry-run").dry_run);
  EXPECT_FALSE(one("- cmd: acr purge --filter a:b --ago 1d --dry-run=false").dry_run);
  EXPECT_EQ(one("- cmd: acr purge --filter a:b --ago soon").ago, std::nullopt);
}

TEST(PurgeCommand, IsNotReadFromComments) {
  EXPECT_TRUE(find_purges("steps:\n  # - cmd: acr purge --filter a:b\n").empty());
  EXPECT_TRUE(find_purges("steps:\n  - build: -t x .\n").empty());
  EXPECT_EQ(find_purges("- cmd: acr purge --ago 1d\n- cmd: acr purge --ago 2d\n").size(), 2U);
}

// The repository as a whole, the tag anywhere in it.
TEST(PurgeCommand, ChoosesAsItsFiltersSay) {
  PurgeCommand purge;
  purge.filters = {"shop/.*:^pr-", "web:test"};
  EXPECT_EQ(purge.chooses("shop/cart", "pr-12"), Tri::yes);
  EXPECT_EQ(purge.chooses("shop/cart", "1.4.2"), Tri::no);
  EXPECT_EQ(purge.chooses("web", "a-test-b"), Tri::yes);
  EXPECT_EQ(purge.chooses("my-web", "test"), Tri::no);
  EXPECT_EQ(purge.chooses("web"), Tri::yes);
  EXPECT_EQ(purge.chooses("webs"), Tri::no);
  purge.filters = {"shop/(?:cart|web):[[:digit:]]+"};
  EXPECT_EQ(purge.chooses("shop/web", "2"), Tri::yes);
  purge.filters = {"shop/cart:(?!keep)"};
  EXPECT_EQ(purge.chooses("shop/cart", "1"), Tri::unknown) << "no expression of RE2";
  EXPECT_EQ(purge.chooses("web", "1"), Tri::no);
}

TEST(PurgeCommand, ReadsDurations) {
  EXPECT_EQ(parse_ago("30d"), 720h);
  EXPECT_EQ(parse_ago("0d"), 0s);
  EXPECT_EQ(parse_ago("90m"), 90min);
  EXPECT_EQ(parse_ago(""), std::nullopt);
  EXPECT_EQ(parse_ago("d"), std::nullopt);
  EXPECT_EQ(parse_ago("7"), std::nullopt);
  EXPECT_EQ(parse_ago("-1d"), std::nullopt);
  EXPECT_EQ(parse_ago("99999999999999999999d"), std::nullopt);
}

}  // namespace
}  // namespace acr
