#include "estate/keyring.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

TEST(UrlsMatch, ComparesPortLabelsAndPathPrefix) {
  struct Case {
    const char *pattern, *repository;
    bool match;
  };
  for (const Case& c : {
           Case{"contoso.azurecr.io", "contoso.azurecr.io/shop/cart", true},
           Case{"*.azurecr.io", "contoso.azurecr.io/cart", true},
           Case{"*.azurecr.io", "a.b.azurecr.io/cart", false},
           Case{"con*so.azurecr.*", "contoso.azurecr.cn/cart", true},
           Case{"con*sx.azurecr.io", "contoso.azurecr.io/cart", false},
           Case{"*t*o.azurecr.io", "contoso.azurecr.io/cart", true},
           Case{"Contoso.azurecr.io", "contoso.azurecr.io/cart", false},
           Case{"contoso.azurecr.io:443", "contoso.azurecr.io/cart", false},
           Case{"contoso.azurecr.io", "contoso.azurecr.io:443/cart", false},
           Case{"contoso.azurecr.io:443", "contoso.azurecr.io:443/cart", true},
           Case{"contoso.azurecr.io/sh", "contoso.azurecr.io/shop/cart", true},
           Case{"contoso.azurecr.io/shop/", "contoso.azurecr.io/shop", false},
           Case{"contoso.azurecr.io/*", "contoso.azurecr.io/shop", false},
           Case{"contoso.azurecr.io/sh%6Fp", "contoso.azurecr.io/shop", true},
           Case{"contoso.azurecr.io/%6", "contoso.azurecr.io/shop", false},
           Case{"con%74oso.azurecr.io", "contoso.azurecr.io/shop", false},
           Case{"user:pass@contoso.azurecr.io", "contoso.azurecr.io/shop", true},
           Case{"us er@contoso.azurecr.io", "contoso.azurecr.io/shop", false},
           Case{"contoso.azurecr.io?x", "contoso.azurecr.io/shop", true},
           Case{"contoso.azurecr.io#%zz", "contoso.azurecr.io/shop", false},
           Case{"contoso.azurecr.io:port", "contoso.azurecr.io/shop", false},
           Case{"contoso.azurecr.io\t", "contoso.azurecr.io/shop", false},
           Case{"[fd00::1]:5000", "[fd00::1]:5000/shop", true},
           Case{"[fd00::1", "[fd00::1/shop", false},
           Case{"", "contoso.azurecr.io/shop", false},
       }) {
    EXPECT_EQ(urls_match(c.pattern, c.repository), c.match) << c.pattern << " " << c.repository;
  }
}

TEST(UrlsMatch, EndsOnHostileLengths) {
  std::string pattern;
  for (int i = 0; i < 200000; ++i) pattern += "*a";
  EXPECT_FALSE(urls_match(pattern, std::string(400000, 'a') + "/x"));
  EXPECT_FALSE(urls_match(std::string(250, '*'), std::string(250, 'a') + ".b/x"));
}

TEST(KeyringKey, StripsSchemeAndApiVersion) {
  const std::pair<const char*, const char*> cases[] = {
      {"contoso.azurecr.io", "contoso.azurecr.io"},
      {"https://contoso.azurecr.io/", "contoso.azurecr.io"},
      {"http://contoso.azurecr.io/v1/", "contoso.azurecr.io"},
      {"https://contoso.azurecr.io/v2/team", "contoso.azurecr.io/team"},
      {"https://contoso.azurecr.io/v2", "contoso.azurecr.io/v2"},
      {"https://Contoso.azurecr.io:443/?a#b", "Contoso.azurecr.io:443"},
      {"HTTPS://contoso.azurecr.io", "HTTPS://contoso.azurecr.io"},
      {" contoso.azurecr.io", ""},
      {"contoso.azurecr.io/%", ""},
      {"", ""},
  };
  for (const auto& [location, key] : cases) EXPECT_EQ(keyring_key(location), key) << location;
}

TEST(KeyringLookup, TriesKeysInReverseByteOrder) {
  using Order = std::vector<std::size_t>;
  const std::string image = "contoso.azurecr.io/team/app";
  EXPECT_EQ(
      keyring_lookup({"*.azurecr.io/team", "contoso.azurecr.io", "contoso.azurecr.io/te"}, image),
      (Order{2, 1, 0}));
  // One key, written in three ways: the order of the secrets decides.
  EXPECT_EQ(keyring_lookup({"https://contoso.azurecr.io/v2/", "x.io", "contoso.azurecr.io/",
                            "http://contoso.azurecr.io"},
                           image),
            (Order{0, 2, 3}));
  EXPECT_EQ(keyring_lookup({"fabrikam.azurecr.io", " contoso.azurecr.io"}, image), Order{});
  EXPECT_EQ(keyring_lookup({}, image), Order{});
}

TEST(KeyringLookup, FallsBackToDockerHubOnlyWhenNothingMatches) {
  using Order = std::vector<std::size_t>;
  const std::string image = "docker.io/library/nginx";
  EXPECT_EQ(keyring_lookup({"https://index.docker.io/v1/"}, image), Order{0});
  EXPECT_EQ(keyring_lookup({"https://index.docker.io/v1"}, image), Order{});
  EXPECT_EQ(keyring_lookup({"https://index.docker.io/v1/", "*.io"}, image), Order{1});
  EXPECT_EQ(keyring_lookup({"https://index.docker.io/v1/"}, "contoso.azurecr.io/a"), Order{});
}

TEST(IsDefaultRegistry, LooksAtTheFirstSegment) {
  for (const char* repository :
       {"nginx", "nginx.v1", "team/app", "docker.io/a", "index.docker.io/a"}) {
    EXPECT_TRUE(is_default_registry(repository)) << repository;
  }
  for (const char* repository : {"", "/a", "a.b/c", "localhost:5000/c", "mydocker.io/a"}) {
    EXPECT_FALSE(is_default_registry(repository)) << repository;
  }
}

TEST(WhyNoMatch, SaysWhatAReaderWouldMiss) {
  struct Case {
    const char *location, *repository, *word;  // word: part of the answer; empty: no answer
  };
  const char* image = "contoso.azurecr.io/team/app";
  const char* hub = "docker.io/library/nginx";
  for (const Case& c : {
           Case{"contoso.azurecr.io", image, ""},
           Case{"fabrikam.azurecr.io", image, ""},
           Case{"HTTPS://contoso.azurecr.io", image, "lower case"},
           Case{" contoso.azurecr.io", image, "does not parse"},
           Case{"Contoso.azurecr.io", image, "regard to case"},
           Case{"contoso.azurecr.io:443", image, "the port :443"},
           Case{"contoso.azurecr.io", "contoso.azurecr.io:443/a", "the port :443"},
           Case{"https://contoso.azurecr.io/v2", image, "unless a slash follows"},
           Case{"contoso.azurecr.io/other", image, "is not the start of /team/app"},
           Case{"*.azurecr.io", "contoso.westeurope.geo.azurecr.io/a", "one label"},
           Case{"https://index.docker.io/v1", hub, "must end with a slash"},
           Case{"registry-1.docker.io", hub, "never matches"},
       }) {
    const std::string why = why_no_match(c.location, c.repository);
    if (*c.word == '\0') {
      EXPECT_EQ(why, "") << c.location;
    } else {
      EXPECT_NE(why.find(c.word), std::string::npos) << c.location << ": " << why;
    }
  }
}

}  // namespace
}  // namespace acr
