#include "estate/image_reference.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

const std::string kHex64(64, 'd');
const std::string kSha256 = "sha256:" + kHex64;

struct Parsed {
  std::string text, domain, path, tag, digest;
};

TEST(ParseImage, NormalisesAsTheKubelet) {
  for (const Parsed& c : {
           Parsed{"shop", "docker.io", "library/shop", "latest", ""},
           Parsed{"shop/cart", "docker.io", "shop/cart", "latest", ""},
           Parsed{"docker.io/shop", "docker.io", "library/shop", "latest", ""},
           Parsed{"index.docker.io/shop", "docker.io", "library/shop", "latest", ""},
           Parsed{"registry-1.docker.io/shop", "registry-1.docker.io", "shop", "latest", ""},
           Parsed{"localhost/shop", "localhost", "shop", "latest", ""},
           Parsed{"Contoso/shop", "Contoso", "shop", "latest", ""},
           Parsed{"contoso.azurecr.io/shop/cart:1.4", "contoso.azurecr.io", "shop/cart", "1.4", ""},
           Parsed{"contoso.azurecr.io:443/cart", "contoso.azurecr.io:443", "cart", "latest", ""},
           Parsed{"contoso:5000", "docker.io", "library/contoso", "5000", ""},
           Parsed{"contoso:5000/cart", "contoso:5000", "cart", "latest", ""},
           Parsed{"[fd00::1]:5000/cart:V1", "[fd00::1]:5000", "cart", "V1", ""},
           Parsed{"contoso.azurecr.io/cart@" + kSha256, "contoso.azurecr.io", "cart", "", kSha256},
           Parsed{"contoso.azurecr.io/cart:1@" + kSha256, "contoso.azurecr.io", "cart", "1",
                  kSha256},
           Parsed{"con_toso.azurecr.io/cart:1", "", "con_toso.azurecr.io/cart", "1", ""},
           Parsed{"docker.io/" + kHex64, "docker.io", "library/" + kHex64, "latest", ""},
       }) {
    const auto image = parse_image(c.text);
    ASSERT_TRUE(image) << c.text << ": " << image.error().text;
    EXPECT_EQ(image->domain, c.domain) << c.text;
    EXPECT_EQ(image->path, c.path) << c.text;
    EXPECT_EQ(image->tag, c.tag) << c.text;
    EXPECT_EQ(image->digest, c.digest) << c.text;
  }
}

TEST(ParseImage, FailsWithTheKubeletsWords) {
  const std::string format = "invalid reference format";
  const std::pair<std::string, std::string> cases[] = {
      {"", format},
      {" shop", format},
      {"shop ", format},
      {"https://contoso.azurecr.io/cart", format},
      {"contoso.azurecr.io./cart", format},
      {"contoso.azurecr.io//cart", format},
      {"contoso.azurecr.io/cart:", format},
      {"contoso.azurecr.io/cart:1:2", format},
      {"contoso.azurecr.io/cart:-1", format},
      {"contoso.azurecr.io/cart@sha256:abc", format},
      {"contoso.azurecr.io/cart:" + std::string(129, 't'), format},
      {"contoso.azurecr.io/Cart:1",
       "invalid reference format: repository name (Cart) must be lowercase"},
      {"$(IMAGE)",
       "invalid reference format: repository name (library/$(IMAGE)) must be lowercase"},
      {kHex64,
       "invalid repository name (" + kHex64 + "), cannot specify 64-byte hexadecimal strings"},
      {"contoso.azurecr.io/" + std::string(256, 'a'),
       "repository name must not be more than 255 characters"},
      {"contoso.azurecr.io/cart@sha256:" + std::string(64, 'A'), "invalid checksum digest format"},
      {"contoso.azurecr.io/cart@sha256:" + std::string(63, 'a'), "invalid checksum digest length"},
      {"contoso.azurecr.io/cart@md5:" + std::string(32, 'a'), "unsupported digest algorithm"},
      {"contoso.azurecr.io/cart:x@Sha256:" + kHex64, "invalid checksum digest format"},
  };
  for (const auto& [text, error] : cases) {
    const auto image = parse_image(text);
    ASSERT_FALSE(image) << text;
    EXPECT_EQ(image.error().text, error) << text;
  }
}

TEST(ParseReference, KeepsWhatWasWritten) {
  EXPECT_EQ(parse_reference("shop")->canonical(), "shop");
  EXPECT_EQ(parse_reference("a/b/c")->domain, "a");
  EXPECT_EQ(parse_reference("").error().text, "repository name must have at least one component");
  EXPECT_EQ(parse_reference("Shop").error().text, "repository name must be lowercase");
  EXPECT_EQ(parse_reference("[fd00::1]").error().text, "invalid reference format");
}

TEST(ParseReference, AcceptsTheAlgorithmsTheKubeletLinks) {
  for (const auto& [name, digits] : {std::pair{"sha256", 64}, {"sha384", 96}, {"sha512", 128}}) {
    const auto hex = [](int count) { return std::string(static_cast<std::size_t>(count), '0'); };
    EXPECT_TRUE(parse_reference("a@" + std::string(name) + ":" + hex(digits))) << name;
    EXPECT_FALSE(parse_reference("a@" + std::string(name) + ":" + hex(digits + 1))) << name;
  }
}

TEST(ParseReference, HoldsTheGrammarOfSeparators) {
  for (const char* text : {"a.b", "a_b", "a__b", "a-b", "a----b", "a/b.c__d--e", "0"}) {
    EXPECT_TRUE(parse_reference(text)) << text;
  }
  for (const char* text : {"a..b", "a___b", "a._b", "a.-b", "_a", "a_", "-a", "a-", "/a", "a/", ".",
                           "a//b", "a b", "a\tb", "a\n", "\xC3\xA4"}) {
    EXPECT_FALSE(parse_reference(text)) << text;
  }
}

TEST(CanonicalReference, ParsesToItself) {
  for (const std::string& text :
       {std::string("shop"), "contoso.azurecr.io/a/b:1@" + kSha256, std::string("a_b.c/d")}) {
    const auto image = parse_image(text);
    ASSERT_TRUE(image) << text;
    const auto again = parse_image(image->canonical());
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(again->repository(), image->repository());
    EXPECT_EQ(again->canonical(), image->canonical());
  }
}

TEST(DefaultPullPolicy, IsAlwaysForLatestOnly) {
  EXPECT_EQ(default_pull_policy("shop"), "Always");
  EXPECT_EQ(default_pull_policy("shop:latest@" + kSha256), "Always");
  EXPECT_EQ(default_pull_policy("shop@" + kSha256), "IfNotPresent");
  EXPECT_EQ(default_pull_policy("shop:1"), "IfNotPresent");
  EXPECT_EQ(default_pull_policy("Shop:latest"), "IfNotPresent");  // does not parse
}

}  // namespace
}  // namespace acr
