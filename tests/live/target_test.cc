#include "live/target.h"

#include <gtest/gtest.h>

#include "live/clause.h"
#include "live/proxy.h"

namespace acr {
namespace {

Target at(const std::string& url) {
  Call call;
  call.url = url;
  call.allow_http = true;
  return target_of(call).value();
}

TEST(Target, HostPortAndLane) {
  const Target arm =
      at("https://Management.Azure.com/subscriptions/AbC/resourceGroups/x?api-version=1");
  EXPECT_EQ(arm.host, "management.azure.com");
  EXPECT_EQ(arm.port, 443);
  EXPECT_EQ(arm.peer, "management.azure.com:443");
  EXPECT_EQ(arm.lane, "management.azure.com:443 abc");
  EXPECT_EQ(at("https://management.azure.com/subscriptions?api-version=1").lane,
            "management.azure.com:443 ");
  EXPECT_EQ(at("https://management.azure.com/providers/Microsoft.ResourceGraph/resources").lane,
            "management.azure.com:443 resource graph");
  EXPECT_EQ(at("https://[::1]:6443/api").peer, "::1:6443");
  EXPECT_FALSE(at("http://127.0.0.1/").tls);
}

TEST(Target, LoopbackAndLinkLocal) {
  for (const char* host : {"localhost", "a.localhost", "127.0.0.1", "127.9.9.9", "[::1]"})
    EXPECT_TRUE(at("https://" + std::string(host) + "/").is_loopback()) << host;
  for (const char* host : {"127.example.org", "localhost.example.org", "10.0.0.1", "[::2]"})
    EXPECT_FALSE(at("https://" + std::string(host) + "/").is_loopback()) << host;
  EXPECT_TRUE(at("http://169.254.169.254/").is_link_local());
  EXPECT_TRUE(at("http://[fe80::1]/").is_link_local());
  EXPECT_FALSE(at("http://169.254.example.org/").is_link_local());
}

TEST(Target, PlainHttpIsForLoopbackAndImds) {
  Call call;
  for (const char* good : {"http://127.0.0.1:8001/", "http://localhost/", "http://[::1]/",
                           "http://169.254.169.254/metadata/identity/oauth2/token"}) {
    call.url = good;
    EXPECT_TRUE(target_of(call).has_value()) << good;
  }
  for (const char* bad : {"http://10.0.0.1/", "http://169.254.169.253/", "http://example.org/",
                          "http://127.0.0.1.example.org/"}) {
    call.url = bad;
    EXPECT_FALSE(target_of(call).has_value()) << bad;
  }
}

TEST(Proxy, NoProxyAsPeopleWriteIt) {
  const struct {
    const char* none;
    const char* url;
    bool exempt;
  } cases[] = {
      {"*", "https://example.org/", true},
      {"example.org", "https://example.org/", true},
      {"example.org", "https://a.example.org/", true},
      {".example.org", "https://a.example.org/", true},
      {"*.example.org", "https://a.example.org/", true},
      {"Example.ORG", "https://a.example.org/", true},
      {"example.org", "https://badexample.org/", false},
      {"example.org:8443", "https://example.org/", false},
      {"example.org:443", "https://example.org/", true},
      {"a, b ,example.org", "https://example.org/", true},
      {"10.0.0.0/8", "https://10.1.2.3/", true},
      {"10.0.0.0/8", "https://11.1.2.3/", false},
      {"10.1.2.3", "https://10.1.2.3:6443/", true},
      {"10.1.2.3:6443", "https://10.1.2.3:6443/", true},
      {"10.1.2.3:6443", "https://10.1.2.3/", false},
      {"[fd00::1]:6443", "https://[fd00::1]:6443/", true},
      {"fd00::/8", "https://[fd00::1]/", true},
      {"2.3", "https://10.1.2.3/", false},
      {"", "https://example.org/", false},
      {",,", "https://example.org/", false},
  };
  for (const auto& each : cases)
    EXPECT_EQ(is_exempt(each.none, at(each.url)), each.exempt) << each.none << " " << each.url;
}

TEST(Proxy, SettingsOfTheEnvironment) {
  Environment environment;
  environment.set("ALL_PROXY", "http://all:1");
  environment.set("HTTP_PROXY", "http://plain:1");
  environment.set("NO_PROXY", "a");
  EXPECT_EQ(proxy_settings(environment).https, "http://all:1");
  EXPECT_EQ(proxy_settings(environment).none, "a");
  environment.set("HTTPS_PROXY", "http://upper:1");
  EXPECT_EQ(proxy_settings(environment).https, "http://upper:1");
  environment.set("https_proxy", "http://lower:1");
  environment.set("no_proxy", "b");
  EXPECT_EQ(proxy_settings(environment).https, "http://lower:1");
  EXPECT_EQ(proxy_settings(environment).none, "b");
}

TEST(Proxy, WhichCallsGoByIt) {
  const ProxySettings settings{.https = "http://proxy:3128", .none = "internal.example"};
  Call call;
  const auto proxy = [&](const char* url) { return proxy_of(call, at(url), settings); };
  EXPECT_EQ(proxy("https://example.org/"), "http://proxy:3128");
  EXPECT_EQ(proxy("https://a.internal.example/"), "");
  EXPECT_EQ(proxy("https://127.0.0.1/"), "");
  EXPECT_EQ(proxy("http://169.254.169.254/metadata"), "");
  EXPECT_EQ(proxy("http://example.org/"), "");
  call.proxy = "socks5://other:1080";
  EXPECT_EQ(proxy("https://a.internal.example/"), "socks5h://other:1080");
  EXPECT_EQ(proxy("https://127.0.0.1:6443/"), "socks5h://other:1080");
  EXPECT_EQ(proxy("http://169.254.169.254/"), "");
  call.by_proxy = false;
  EXPECT_EQ(proxy("https://example.org/"), "");
  call = {};
  call.addresses = {"10.0.0.1"};
  EXPECT_EQ(proxy("https://example.org/"), "");
}

TEST(Clause, OneLineWithoutControlCharacters) {
  EXPECT_EQ(one_line("a\r\nb\t c"), "a b c");
  EXPECT_EQ(one_line("\x1b[31mred"), "?[31mred");
  EXPECT_EQ(one_line("caf\xc3\xa9"), "caf\xc3\xa9");
  EXPECT_EQ(one_line("\xc3"), "?");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m"),
            "??31m");  // a C1 control character
  EXPECT_EQ(one_line("\xe2\x80\xae"
                     "x"),
            "???x");                           // turns the reading direction
  EXPECT_EQ(one_line("\xed\xa0\x80"), "???");  // half a surrogate pair
  EXPECT_EQ(one_line("\xf0\x9f\x90\xb3"), "\xf0\x9f\x90\xb3");
  EXPECT_EQ(one_line(std::string_view("a\0b", 3)), "a?b");
  EXPECT_EQ(one_line("abcdef", 3), "abc…");
  EXPECT_EQ(one_line("  "), "");
}

TEST(Clause, UsersOfUrlsAreLeftOut) {
  EXPECT_EQ(one_line("at http://user:pa@ss@proxy:3128/ x"), "at http://proxy:3128/ x");
  EXPECT_EQ(one_line("https://a@b, https://c:d@e/f@g"), "https://b, https://e/f@g");
  EXPECT_EQ(one_line("mail a@b"), "mail a@b");
}

}  // namespace
}  // namespace acr
