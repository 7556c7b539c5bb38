#include "live/plain.h"

#include <filesystem>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "live/base64.h"
#include "live/environment.h"
#include "live/json_text.h"
#include "live/secret_json.h"
#include "live/small_file.h"
#include "scratch.h"

namespace acr {
namespace {

TEST(Plain, LinesHoldNoControlsAndNoCredentials) {
  EXPECT_EQ(plain_line("a\x1b[2Jb\r\n\tc\x7f"), "a?[2Jb c?");
  EXPECT_EQ(plain_line("a\xC2\x9B"
                       "b\xE2\x80\xAE"
                       "c\xE2\x81\xA6"
                       "d\xE2\x80\x99"),
            "a??b???c???d\xE2\x80\x99");
  EXPECT_EQ(plain_line("token eyJhbGciOi.J9.c-_x end"), "token *** end");
  EXPECT_EQ(plain_line("Authorization: Bearer abc.def, x"), "Authorization: Bearer ***, x");
  EXPECT_EQ(plain_line("Invalid secret Zx8Q~abcDEF0123456789abcDEF0123 given"),
            "Invalid secret *** given");
  EXPECT_EQ(plain_line("id 00001111-aaaa-2222-bbbb-3333cccc4444"),
            "id 00001111-aaaa-2222-bbbb-3333cccc4444");
  EXPECT_EQ(plain_line("a s3cret b", {"s3cret"}), "a *** b");
  EXPECT_EQ(plain_line("http://me:pw@proxy:1/x?sig=abc"), "http://proxy:1/x?sig=***");
  EXPECT_EQ(plain_line("0123456789", {}, 7), "0123456…");
}

TEST(Plain, NamesMayLookLikeAnything) {
  EXPECT_EQ(plain_name("aks-Prod-WestEurope-0123456789-admin\n"),
            "aks-Prod-WestEurope-0123456789-admin");
}

TEST(Plain, TellingLine) {
  EXPECT_EQ(telling_line("\n \n one\ntwo"), "one");
  EXPECT_EQ(telling_line("WARNING: a\nERROR: b\n"), "ERROR: b");
  EXPECT_EQ(telling_line(""), "");
}

TEST(Plain, PercentEncoding) {
  EXPECT_EQ(percent_encode("aZ09-._~ +=/\xC3\xA9"), "aZ09-._~%20%2B%3D%2F%C3%A9");
}

TEST(Plain, HeaderWords) {
  EXPECT_TRUE(is_header_word("abc.~=+/"));
  for (const std::string_view text : {"", "a b", "a\r\nHost: x", "\x7f", "\xC3\xA9"})
    EXPECT_FALSE(is_header_word(text));
}

TEST(Base64, ThereAndBack) {
  for (const std::string_view text : {"", "f", "fo", "foo", "foob", "\xFF\xFE\xFD\xFC"}) {
    EXPECT_EQ(decode_base64_secret(encode_base64(text))->view(), text);
    EXPECT_EQ(decode_base64_secret(encode_base64url(text))->view(), text);
  }
  EXPECT_EQ(encode_base64("fo"), "Zm8=");
  EXPECT_EQ(encode_base64url("\xFF\xFE"), "__4");
  EXPECT_EQ(decode_base64_secret("Zm9v\nYmFy\r\n")->view(), "foobar");
  for (const std::string_view text : {"Z", "Zm9v=", "Zm8==", "Zm=8", "Zm9v!", "Zg==="})
    EXPECT_FALSE(decode_base64_secret(text)) << text;
  EXPECT_EQ(basic_authorization("me", "pw").view(), "Basic bWU6cHc=");
}

// The 20 bytes of a certificate's thumbprint in both spellings that Entra takes.
TEST(Base64, Thumbprint) {
  EXPECT_EQ(encode_base64url("\x83\x1F\x2D\x1B\x2B\x32\x8D\xC4\x6A\x2A\x31\x4F\x9D\xDE\xD1\x17\x0B"
                             "\xF0\x64\x8D"),
            "gx8tGysyjcRqKjFPnd7RFwvwZI0");
}

TEST(SmallFile, LimitsAndKinds) {
  const Scratch scratch;
  EXPECT_EQ(read_small_file(scratch.write("a", "text"))->view(), "text");
  EXPECT_EQ(read_small_file(scratch.write("b", "12345"), 5)->view(), "12345");
  EXPECT_EQ(read_small_file(scratch.path("b"), 4).error().text,
            scratch.path("b") + ": larger than 4 bytes");
  EXPECT_TRUE(read_small_file(scratch.path("none")).error().absent);
  EXPECT_FALSE(read_small_file(scratch.path()).error().absent);
  EXPECT_EQ(read_small_file(scratch.path()).error().text,
            scratch.path() + ": a folder, not a file");
  EXPECT_EQ(read_small_file("/dev/zero").error().text, "/dev/zero: not a file");
  EXPECT_FALSE(read_small_file(std::string("/etc/host\0s", 11)));
  // A pipe that nobody writes to is empty, not a wait without an end.
  ASSERT_EQ(mkfifo(scratch.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_small_file(scratch.path("pipe"))->view(), "");
}

TEST(EnvironmentValue, OfThisProcess) {
  setenv("ACR_TEST_VARIABLE", "a=b", 1);
  EXPECT_EQ(read_environment().get("ACR_TEST_VARIABLE"), "a=b");
  unsetenv("ACR_TEST_VARIABLE");
  EXPECT_EQ(read_environment().get("ACR_TEST_VARIABLE"), "");
}

TEST(SecretJson, MembersOrNothing) {
  const SecretJson json("\xEF\xBB\xBF{\"a\":\"x\\n\",\"n\":5,\"d\":\"12\",\"e\":\"1x\",\"o\":{}}");
  ASSERT_TRUE(json.object());
  EXPECT_EQ(text_of(*json.object(), "a"), "x\n");
  EXPECT_EQ(text_of(*json.object(), "n"), "");
  EXPECT_EQ(number_of(*json.object(), "n"), 5);
  EXPECT_EQ(number_of(*json.object(), "d"), 12);
  EXPECT_EQ(number_of(*json.object(), "e"), std::nullopt);
  EXPECT_TRUE(object_of(*json.object(), "o"));
  EXPECT_FALSE(object_of(*json.object(), "a"));
  for (const std::string_view text : {"", "[]", "{", "nonsense", "{} {}"})
    EXPECT_FALSE(SecretJson(text).object()) << text;
  EXPECT_FALSE(
      SecretJson("{\"a\":" + std::string(1000, '[') + std::string(1000, ']') + "}").object());
}

TEST(JsonText, Escapes) {
  EXPECT_EQ(json_text("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
}

}  // namespace
}  // namespace acr
