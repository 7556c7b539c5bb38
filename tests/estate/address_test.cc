#include "estate/address.h"

#include <gtest/gtest.h>

namespace acr {
namespace {

TEST(IpAddress, ReadsAndWritesBothFamilies) {
  const std::pair<const char*, const char*> cases[] = {
      {"10.1.2.4", "10.1.2.4"},
      {"255.255.255.255", "255.255.255.255"},
      {"2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"::", "::"},
      {"::ffff:10.0.0.1", "::ffff:10.0.0.1"},
  };
  for (const auto& [text, canonical] : cases) {
    const auto address = IpAddress::parse(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), canonical);
  }
}

TEST(IpAddress, RefusesEverythingElse) {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "10.1.2"sv, "10.1.2.256"sv, "010.1.2.3"sv, " 10.1.2.3"sv, "10.1.2.3/8"sv,
        "10.1.2.3\0"sv, "1:2:3:4:5:6:7:8:9"sv, "fe80::1%eth0"sv, "::1::"sv, "contoso.azurecr.io"sv,
        "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"sv}) {
    EXPECT_FALSE(IpAddress::parse(text)) << text;
  }
}

TEST(IpAddress, KnowsPrivateRanges) {
  for (const char* text :
       {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1",
        "100.127.255.255", "127.0.0.1", "169.254.1.1", "fd00::1", "fe80::1", "::1"}) {
    EXPECT_TRUE(IpAddress::parse(text)->is_private()) << text;
  }
  for (const char* text :
       {"9.255.255.255", "11.0.0.0", "172.15.255.255", "172.32.0.0", "192.169.0.0",
        "100.63.255.255", "100.128.0.0", "20.62.128.1", "2001:db8::1", "::2", "fec0::1"}) {
    EXPECT_FALSE(IpAddress::parse(text)->is_private()) << text;
  }
}

TEST(Cidr, ContainsByPrefix) {
  struct Case {
    const char* prefix;
    const char* address;
    bool inside;
  };
  for (const Case& c : {
           Case{"10.0.0.0/8", "10.9.9.9", true},
           Case{"10.0.0.0/8", "11.0.0.0", false},
           Case{"10.0.0.0/9", "10.127.0.1", true},
           Case{"10.0.0.0/9", "10.128.0.1", false},
           Case{"10.1.2.77/24", "10.1.2.1", true},  // host bits of the base do not count
           Case{"10.1.2.3", "10.1.2.3", true},
           Case{"10.1.2.3", "10.1.2.2", false},
           Case{"0.0.0.0/0", "203.0.113.9", true},
           Case{"0.0.0.0/0", "::1", false},
           Case{"::/0", "::1", true},
           Case{"2001:db8::/33", "2001:db8:7fff::1", true},
           Case{"2001:db8::/33", "2001:db8:8000::1", false},
           Case{"2001:db8::1/128", "2001:db8::1", true},
       }) {
    EXPECT_EQ(Cidr::parse(c.prefix)->contains(*IpAddress::parse(c.address)), c.inside)
        << c.prefix << " " << c.address;
  }
}

TEST(Cidr, RefusesBadLengths) {
  for (const char* text :
       {"10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
        "10.0.0.0/8 ", "10.0.0.0/8/8", "/8", "AzureCloud", "10.0.0.0/99999999999999999999"}) {
    EXPECT_FALSE(Cidr::parse(text)) << text;
  }
}

}  // namespace
}  // namespace acr
