#include "reports/escape.h"

#include <gtest/gtest.h>

#include <pugixml.hpp>
#include <string>

namespace acr {
namespace {

struct CleanCase {
  const char* what;
  std::string text, expected;
};

TEST(Clean, TakesControlOutAndKeepsText) {
  using namespace std::string_literals;
  const CleanCase cases[] = {
      {"plain", "payments/api:1.8", "payments/api:1.8"},
      {"colour", "i/o \x1b[31;1mtimeout\x1b[0m.", "i/o timeout."},
      {"cursor", "a\x1b[2J\x1b[1;1Hb", "ab"},
      {"title, ended by BEL", "a\x1b]0;owned\x07"s + "b", "ab"},
      {"link, ended by ST", "a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\", "ab"},
      {"device control string", "a\x1bPq#0\x1b\\b", "ab"},
      {"character set",
       "a\x1b(Bb\x1b"
       "cc",
       "abc"},
      {"CSI as C1 in UTF-8",
       "a\xC2\x9B"
       "31mb",
       "ab"},
      {"OSC as C1 in UTF-8",
       "a\xC2\x9D"
       "0;t\xC2\x9C"
       "b",
       "ab"},
      {"sequence without end hides nothing", "a\x1b]0;b", "a0;b"},
      {"CSI without end hides nothing", "a\x1b[31", "a31"},
      {"ESC at the end", "a\x1b", "a"},
      {"NUL, BEL, DEL",
       "a\0b\x07"
       "c\x7f"s +
           "d",
       "abcd"},
      {"line breaks", "a\r\nb\tc\n", "a b c"},
      {"line separator",
       "a\xE2\x80\xA8"
       "b",
       "a b"},
      {"next line as C1",
       "a\xC2\x85"
       "b",
       "a b"},
      {"bidirectional override",
       "a\xE2\x80\xAE"
       "gpj.exe",
       "agpj.exe"},
      {"byte order mark",
       "\xEF\xBB\xBF"
       "a",
       "a"},
      {"non-character",
       "a\xEF\xBF\xBF"
       "b",
       "a\xEF\xBF\xBD"
       "b"},
      {"single byte CSI is no UTF-8",
       "a\x9B"
       "31mb",
       "a\xEF\xBF\xBD"
       "31mb"},
      {"overlong", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"surrogate", "\xED\xA0\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"cut off", "a\xE2\x82", "a\xEF\xBF\xBD"},
      {"above U+10FFFF", "\xF4\x90\x80\x80", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
      {"valid beyond ASCII", "Größe 图 🚀", "Größe 图 🚀"},
      {"empty", "", ""},
  };
  for (const auto& c : cases) EXPECT_EQ(clean(c.text), c.expected) << c.what;
}

TEST(Clean, KeepsLineFeedsOfCommands) {
  EXPECT_EQ(clean_lines("az x \\\n  --y\x1b[0m\r\n"), "az x \\\n  --y \n");
}

// A hostile text must not make cleaning quadratic: two megabytes of openings that never close.
TEST(Clean, IsLinearOnUnendingSequences) {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += "\x1b]0;";
  EXPECT_EQ(clean(text).size(), 1'000'000U);
}

// Every code point, and every single byte, ends as well-formed XML.
TEST(EscapeXml, GivesWellFormedXmlForEveryCodePoint) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (char32_t code = 0; code < 0x110000; code += code < 0x3000 ? 1 : 97) {
    if (code < 0x80) {
      all += static_cast<char>(code);
    } else if (code < 0x800) {
      all += static_cast<char>(0xC0 | (code >> 6));
      all += static_cast<char>(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      all += static_cast<char>(0xE0 | (code >> 12));
      all += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      all += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      all += static_cast<char>(0xF0 | (code >> 18));
      all += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
      all += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      all += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  const std::string text = clean(all);
  const std::string xml = "<a b=\"" + escape_xml(text) + "\">" + escape_xml(text) + "</a>";
  pugi::xml_document document;
  ASSERT_TRUE(
      document.load_buffer(xml.data(), xml.size(), pugi::parse_default | pugi::parse_ws_pcdata));
  EXPECT_EQ(document.child("a").attribute("b").value(), text);
  EXPECT_EQ(document.child("a").text().get(), text);
  for (const char c : text) {
    EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) << static_cast<int>(c);
  }
}

}  // namespace
}  // namespace acr
