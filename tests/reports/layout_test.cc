#include "reports/layout.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

TEST(Layout, CountsTerminalColumns) {
  EXPECT_EQ(columns("abc"), 3U);
  EXPECT_EQ(columns("Größe"), 5U);
  EXPECT_EQ(columns("图像"), 4U);
  EXPECT_EQ(columns("e\xCC\x81"), 1U);  // e and a combining accent
  EXPECT_EQ(columns("✗ …"), 3U);
}

TEST(Layout, WrapsAtBlanksAndNeverWithinWords) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrap("", 10), Lines{""});
  EXPECT_EQ(wrap("one two three", 7), (Lines{"one two", "three"}));
  EXPECT_EQ(wrap("a registry.azurecr.io b", 6), (Lines{"a", "registry.azurecr.io", "b"}));
  EXPECT_EQ(wrap("  two   blanks ", 80), Lines{"two blanks"});
}

TEST(Layout, CutsWholeCharacters) {
  EXPECT_EQ(cut_to("abcdef", 6, "…"), "abcdef");
  EXPECT_EQ(cut_to("abcdefg", 6, "…"), "abcde…");
  EXPECT_EQ(cut_to("图图图", 4, "…"), "图…");
  EXPECT_EQ(cut_to("ab cdefg", 4, "…"), "ab…");
}

TEST(Layout, DrawsAsciiWhereUnicodeIsNotWanted) {
  RenderOptions options;
  options.unicode = false;
  Page page(options);
  page.verdict(Mark::bad, "CAUSE", "a “quoted” word → 图…");
  EXPECT_EQ(page.finish(), "[FAIL] CAUSE  a \"quoted\" word -> ?...\n");
}

TEST(Layout, ColoursOnlyWhenAsked) {
  RenderOptions options;
  EXPECT_EQ(Page(options).paint(Tone::bad, "x"), "x");
  options.color = true;
  EXPECT_EQ(Page(options).paint(Tone::bad, "x"), "\x1b[31mx\x1b[0m");
}

TEST(Layout, Plurals) {
  EXPECT_EQ(count_of(1, "registry"), "1 registry");
  EXPECT_EQ(count_of(0, "registry"), "0 registries");
  EXPECT_EQ(count_of(2, "pull"), "2 pulls");
}

}  // namespace
}  // namespace acr
