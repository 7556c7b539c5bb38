#include "live/dns_message.h"

#include <gtest/gtest.h>
#include <random>

namespace acr {
namespace {

using Bytes = std::vector<unsigned char>;
using Names = std::vector<std::string>;

// reg.azurecr.io -> reg.privatelink.azurecr.io -> 10.10.1.5, with compressed names.
Bytes sample() {
  const std::string_view text(
      "\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00"
      "\x03reg\x07"
      "azurecr\x02io\x00\x00\x01\x00\x01"
      "\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x0a\x00\x12\x03reg\x0bprivatelink\xc0\x10"
      "\xc0\x2c\x00\x01\x00\x01\x00\x00\x00\x0a\x00\x04\x0a\x0a\x01\x05",
      12 + 20 + 30 + 16);
  return {text.begin(), text.end()};
}

TEST(DnsMessage, ReadsAliasesAndAddresses) {
  const auto message = read_dns_message(sample(), RecordType::a);
  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(message->code, 0);
  DnsAnswer answer;
  EXPECT_EQ(follow(*message, "REG.azurecr.io.", answer), "");
  EXPECT_EQ(answer.outcome, DnsAnswer::Outcome::addresses);
  EXPECT_EQ(answer.chain, Names{"reg.privatelink.azurecr.io"});
  EXPECT_EQ(answer.addresses, Names{"10.10.1.5"});
}

TEST(DnsMessage, AddressesOfOtherNamesDoNotCount) {
  DnsMessage message;
  message.addresses["evil.test"] = {"10.6.6.6"};
  DnsAnswer answer;
  EXPECT_EQ(follow(message, "a.test", answer), "");
  EXPECT_EQ(answer.outcome, DnsAnswer::Outcome::no_data);
}

TEST(DnsMessage, EveryShortenedMessageIsRefused) {
  const Bytes whole = sample();
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(read_dns_message(std::span(whole).first(size), RecordType::a).has_value()) << size;
}

TEST(DnsMessage, NoBytesBringItDown) {
  std::minstd_rand random(1);
  const Bytes whole = sample();
  int read = 0;
  for (int i = 0; i < 100'000; ++i) {
    Bytes bytes = whole;
    for (unsigned changes = 1 + random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<unsigned char>(random());
    const auto message = read_dns_message(bytes, i % 2 == 0 ? RecordType::a : RecordType::aaaa);
    if (!message) continue;
    ++read;
    DnsAnswer answer;
    follow(*message, "reg.azurecr.io", answer);
    for (const auto& name : answer.chain)
      for (const char c : name) EXPECT_GE(static_cast<unsigned char>(c), 0x20);
    if (HasFailure()) return;
  }
  EXPECT_GT(read, 1'000) << "the changes are small enough to get past the first look";
}

TEST(DnsMessage, NamesOfServers) {
  const auto read = [](const char* text) {
    const auto server = read_dns_server(text);
    return server ? server->address + " " + std::to_string(server->port) : "none";
  };
  EXPECT_EQ(read("168.63.129.16"), "168.63.129.16 53");
  EXPECT_EQ(read("127.0.0.1:5353"), "127.0.0.1 5353");
  EXPECT_EQ(read("fd00::10"), "fd00::10 53");
  EXPECT_EQ(read("[::1]"), "::1 53");
  EXPECT_EQ(read("[::1]:5353"), "::1 5353");
  for (const char* bad :
       {"", "a", "1.2.3", "[::1]x", "[::1]5353", "1.2.3.4:", "[]:53", "1.2.3.4:-1"})
    EXPECT_EQ(read(bad), "none") << bad;
}

}  // namespace
}  // namespace acr
