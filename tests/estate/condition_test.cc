#include <gtest/gtest.h>

#include <fmt/format.h>

#include "estate/access.h"

namespace acr {
namespace {

const std::string kName = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";
const std::string kNotPull =
    "!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})";

Tri judge(const std::string& condition, std::string_view repository = "shop/cart") {
  return evaluate_condition(condition, kPullDataAction, repository);
}

TEST(Condition, ReadsTheFormTheRegistryDocumentsUse) {
  const auto document = [](const std::string& predicate) {
    return fmt::format(
        "( ( {}  AND  !(ActionMatches{{'Microsoft.ContainerRegistry/registries/repositories/"
        "metadata/read'}}) )\r\n OR ( {} ))",
        kNotPull, predicate);
  };
  EXPECT_EQ(judge(document(kName + " StringEqualsIgnoreCase 'Shop/Cart'")), Tri::yes);
  EXPECT_EQ(judge(document(kName + " StringEqualsIgnoreCase 'shop/cart2'")), Tri::no);
  const std::string prefixes = document(kName + " StringStartsWithIgnoreCase 'shop/' OR " + kName +
                                        " StringStartsWithIgnoreCase 'web/'");
  EXPECT_EQ(judge(prefixes), Tri::yes);
  EXPECT_EQ(judge(prefixes, "web/js"), Tri::yes);
  EXPECT_EQ(judge(prefixes, "shop"), Tri::no);
  EXPECT_EQ(judge(prefixes, "webjs"), Tri::no);
  EXPECT_EQ(
      evaluate_condition(prefixes, "Microsoft.ContainerRegistry/registries/catalog/read", "x"),
      Tri::yes);  // the action is none of those the condition is about
}

TEST(Condition, KnowsTheStringOperators) {
  const std::tuple<const char*, const char*, Tri> cases[] = {
      {"StringEquals", "shop/cart", Tri::yes},
      {"StringEquals", "Shop/Cart", Tri::no},
      {"StringEqualsIgnoreCase", "SHOP/CART", Tri::yes},
      {"StringNotEquals", "shop/cart", Tri::no},
      {"StringNotEquals", "shop", Tri::yes},
      {"StringNotEqualsIgnoreCase", "SHOP/CART", Tri::no},
      {"StringStartsWith", "shop/", Tri::yes},
      {"StringStartsWith", "Shop/", Tri::no},
      {"StringStartsWithIgnoreCase", "Shop/", Tri::yes},
      {"StringNotStartsWith", "shop/", Tri::no},
      {"StringNotStartsWithIgnoreCase", "SHOP/", Tri::no},
      {"StringLike", "shop/*", Tri::yes},
      {"StringLike", "*/c?rt", Tri::yes},
      {"StringLike", "shop", Tri::no},
      {"StringLike", "shop/\\*", Tri::unknown},
      {"StringLikeIgnoreCase", "SHOP/*", Tri::yes},
      {"StringNotLike", "shop/*", Tri::no},
      {"StringNotLikeIgnoreCase", "web/*", Tri::yes},
      {"StringMatches", "shop/cart", Tri::unknown},
      {"NumericEquals", "1", Tri::unknown},
      {"ForAnyOfAnyValues:StringEquals", "shop/cart", Tri::yes},
  };
  for (const auto& [name, literal, expected] : cases) {
    EXPECT_EQ(judge(fmt::format("{} {} '{}'", kName, name, literal)), expected) << name << literal;
  }
}

TEST(Condition, KnowsSets) {
  EXPECT_EQ(judge(kName + " ForAnyOfAnyValues:StringEqualsIgnoreCase {'a', 'Shop/cart'}"),
            Tri::yes);
  EXPECT_EQ(judge(kName + " ForAllOfAnyValues:StringEquals {'a','b'}"), Tri::no);
  EXPECT_EQ(judge(kName + " ForAnyOfAllValues:StringStartsWith {'shop','shop/'}"), Tri::yes);
  EXPECT_EQ(judge(kName + " ForAllOfAllValues:StringNotEquals {'a','shop/cart'}"), Tri::no);
  EXPECT_EQ(judge(kName + " StringEquals {'shop/cart'}"),
            Tri::unknown);  // a set without a set form
}

TEST(Condition, IsThreeValued) {
  const std::string unknown =
      "@Resource[Microsoft.ContainerRegistry/registries:x] StringEquals 'y'";
  const std::string yes = kName + " StringEquals 'shop/cart'", no = kName + " StringEquals 'x'";
  const std::pair<std::string, Tri> cases[] = {
      {unknown, Tri::unknown},
      {no + " AND " + unknown, Tri::no},
      {unknown + " && " + no, Tri::no},
      {yes + " AND " + unknown, Tri::unknown},
      {yes + " OR " + unknown, Tri::yes},
      {unknown + " || " + yes, Tri::yes},
      {no + " OR " + unknown, Tri::unknown},
      {"!(" + unknown + ")", Tri::unknown},
      {"!!(" + yes + ")", Tri::yes},
      {"NOT (" + no + ")", Tri::yes},
      {yes + " OR " + yes + " AND " + no, Tri::yes},  // AND binds tighter
      {"SubOperationMatches{'Blob.List'}", Tri::no},
      {"ActionMatches{'Microsoft.ContainerRegistry/*/read'}", Tri::yes},
      {"ActionMatches{'Microsoft.ContainerRegistry/*/write'}", Tri::no},
      {"Exists " + kName, Tri::unknown},
      {"Later{'x'} OR " + yes, Tri::yes},
      {"", Tri::yes},
      {" \r\n", Tri::yes},
  };
  for (const auto& [condition, expected] : cases)
    EXPECT_EQ(judge(condition), expected) << condition;
}

TEST(Condition, NeverDeniesByIgnorance) {
  const std::vector<std::string> conditions = {"(",
                                               ")",
                                               "AND",
                                               "!",
                                               "'x",
                                               "@Request[",
                                               "a b c",
                                               "{}",
                                               "\x01",
                                               kName,
                                               kName + " StringEquals",
                                               kName + " StringEquals {",
                                               kName + " StringEquals 'x' 'y'",
                                               kName + " StringEquals 'x')",
                                               "ActionMatches{}",
                                               "ActionMatches{'x','y'}",
                                               "false AND " + kName,
                                               std::string(100000, '(')};
  for (const std::string& condition : conditions) {
    EXPECT_EQ(judge(condition), Tri::unknown) << condition.substr(0, 80);
  }
  EXPECT_EQ(judge(kName + " StringEquals 'x'", ""), Tri::unknown);  // any repository
}

TEST(Condition, EndsOnHostileInput) {
  EXPECT_EQ(judge(std::string(1'000'000, '!') + "(" + kName + " StringEquals 'x')"), Tri::no);
  EXPECT_EQ(
      judge(kName + " StringLike '" + std::string(100'000, '*') + "x'", std::string(255, 'a')),
      Tri::no);
}

TEST(Condition, ReadsEscapedQuotes) {
  EXPECT_EQ(judge(kName + R"( StringEquals 'it\'s')", "it's"), Tri::yes);
}

}  // namespace
}  // namespace acr
