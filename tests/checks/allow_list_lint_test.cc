#include "allow_list_lint.h"

#include <gtest/gtest.h>

#include <string>

#include "pattern.h"

namespace acr {
namespace {

using Form = AllowList::Form;
using What = EntryFinding::What;

// The name that was let in; "exact" or "not tried" where there is none.
std::string tried(Form form, std::string_view entry) {
  const EntryFinding found = try_entry(form, entry);
  if (found.what == What::exact) return "exact";
  if (found.what == What::not_tried) return "not tried";
  EXPECT_FALSE(found.why.empty()) << entry;
  return found.image;
}

TEST(AllowListLint, PrefixesEndInASlash) {
  EXPECT_EQ(tried(Form::prefix, "contoso.azurecr.io/"), "exact");
  EXPECT_EQ(tried(Form::prefix, "contoso.azurecr.io/shop/"), "exact");
  EXPECT_EQ(tried(Form::prefix, "docker.io/library/nginx:"), "exact");
  EXPECT_EQ(tried(Form::prefix, "contoso.azurecr.io"), "contoso.azurecr.io.evil.example/x");
  EXPECT_EQ(tried(Form::prefix, "openpolicyagent"), "openpolicyagent-evil/x");
  EXPECT_EQ(tried(Form::prefix, "docker.io/contoso"), "docker.io/contoso-evil/x");
  // A neighbour within one's own registry is one's own.
  EXPECT_EQ(tried(Form::prefix, "contoso.azurecr.io/shop"), "exact");
  EXPECT_EQ(tried(Form::prefix, ""), "evil.example/x");
}

TEST(AllowListLint, StarsStandForAnything) {
  EXPECT_EQ(tried(Form::exact_or_prefix, "contoso.azurecr.io/*"), "exact");
  EXPECT_EQ(tried(Form::exact_or_prefix, "contoso.azurecr.io/shop:1"), "exact");
  EXPECT_EQ(tried(Form::exact_or_prefix, "contoso.azurecr.io*"),
            "contoso.azurecr.io.evil.example/x");
  EXPECT_EQ(tried(Form::exact_or_prefix, "*"), "evil.example/x");
  EXPECT_EQ(tried(Form::wildcard, "contoso.azurecr.io/* | registry.k8s.io/*"), "exact");
  EXPECT_EQ(tried(Form::wildcard, "*.azurecr.io/*"), "evil.example/x.azurecr.io/x");
  EXPECT_EQ(tried(Form::wildcard, "registry.k8s.io/* | *contoso.azurecr.io/*"),
            "evil.example/contoso.azurecr.io/x");
}

TEST(AllowListLint, ExpressionsAreAnchoredAndEscaped) {
  EXPECT_EQ(tried(Form::expression, R"(^contoso\.azurecr\.io/.+$)"), "exact");
  EXPECT_EQ(tried(Form::expression, R"(^contoso\.azurecr\.io\/shop\/[a-z]+:v[0-9.]+$)"), "exact");
  EXPECT_EQ(tried(Form::expression, R"(^(contoso|fabrikam)\.azurecr\.io/.+)"), "exact");
  EXPECT_EQ(tried(Form::expression, R"(^(?:contoso\.azurecr\.io|registry\.k8s\.io)/)"), "exact");
  EXPECT_EQ(tried(Form::expression, R"(contoso\.azurecr\.io/.+$)"),
            "evil.example/contoso.azurecr.io/x");
  EXPECT_EQ(tried(Form::expression, R"(^contoso\.azurecr\.io)"),
            "contoso.azurecr.io.evil.example/x");
  EXPECT_EQ(tried(Form::expression, R"(^contoso.azurecr.io/.+$)"), "contosoxazurecr.io/x");
  EXPECT_EQ(tried(Form::expression, R"(^(contoso|fabrikam).azurecr\.io/.+$)"),
            "contosoxazurecr.io/x");
  EXPECT_EQ(tried(Form::expression, R"(^[^\/]+\.azurecr\.io\/.+$)"), "evil.azurecr.io/x");
  EXPECT_EQ(tried(Form::expression, R"(^.*\.azurecr\.io/.+$)"), "evil.example/x.azurecr.io/x");
  EXPECT_EQ(tried(Form::expression, R"(^.+$)"), "evil.example/x");
}

TEST(AllowListLint, SaysWhatItDoesNotUnderstand) {
  EXPECT_EQ(tried(Form::expression, R"(^(?!docker).+$)"), "not tried") << "no RE2";
  EXPECT_EQ(tried(Form::expression, R"(^(.+){0}$)"), "not tried") << "fits nothing";
  EXPECT_EQ(tried(Form::expression, "(("), "not tried");
  EXPECT_EQ(tried(Form::expression, std::string(5000, 'a')), "not tried");
}

// Nothing here is quadratic, or deeper than the text.
TEST(AllowListLint, HostileEntriesEnd) {
  std::string hosts, groups;
  for (int i = 0; i < 300; ++i) hosts += "a.b.c/|";
  for (int i = 0; i < 900; ++i) groups += "(a*)*";
  for (const std::string& entry : {hosts, groups, std::string(3900, '('), std::string(3900, '['),
                                   std::string(3900, '\\'), std::string("a.b/\0c.d/", 9)}) {
    for (const Form form : {Form::prefix, Form::exact_or_prefix, Form::expression, Form::wildcard})
      try_entry(form, entry);
  }
  EXPECT_EQ(Expression("(a{1000}){1000}").found_in("a"), Tri::unknown) << "too large";
}

TEST(Wildcards, FitTheWholeText) {
  EXPECT_TRUE(fits_wildcard("*", ""));
  EXPECT_TRUE(fits_wildcard("a*b?d", "axxbcd"));
  EXPECT_TRUE(fits_wildcard("**a*", "bba"));
  EXPECT_FALSE(fits_wildcard("a*b", "axxbc"));
  EXPECT_FALSE(fits_wildcard("?", ""));
  EXPECT_FALSE(fits_wildcard("", "a"));
}

}  // namespace
}  // namespace acr
