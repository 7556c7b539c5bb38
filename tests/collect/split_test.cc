#include "collect/split.h"

#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <simdjson.h>

#include "collect/source.h"

namespace acr {
namespace {

// What a receiver was told, one line a call. `bad` makes values and elements that hold this word
// count as damaged.
std::string trace(const std::string& text, std::size_t limit = 1 << 20,
                  const std::string& bad = "bad") {
  const SourceText padded = *SourceText::copy(text);
  std::string lines;
  SplitReceiver receiver;
  receiver.value = [&](std::string_view value) {
    lines += fmt::format("value {}\n", value);
    return value.find(bad) == std::string_view::npos;
  };
  receiver.begin_list = [&](std::string_view head, std::string_view member) {
    lines += fmt::format("begin {} {}\n", head, member);
  };
  receiver.element = [&](std::string_view element, std::size_t index) {
    lines += fmt::format("{}: {}\n", index, element);
    return element.find(bad) == std::string_view::npos;
  };
  receiver.end_list = [&](std::string_view envelope) {
    lines += fmt::format("end {}\n", envelope);
  };
  receiver.damage = [&](const Damage& damage) {
    lines += fmt::format("damage at {}: {}, expected {}\n", damage.offset, damage.found,
                         damage.expected);
  };
  receiver.too_large = [&](std::size_t offset, std::size_t bytes) {
    lines += fmt::format("too large at {}: {}\n", offset, bytes);
  };
  split(padded.text(), limit, receiver);
  return lines;
}

struct Case {
  const char *name, *text, *expected;
};

class Split : public testing::TestWithParam<Case> {};
TEST_P(Split, Cuts) {
  EXPECT_EQ(trace(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Split,
    testing::Values(
        Case{"Nothing", " \n ", ""},
        Case{"Object", R"( {"a": [1, {"items": []}]} )", "value {\"a\": [1, {\"items\": []}]}\n"},
        Case{"EmptyObject", "{}", "value {}\n"},
        Case{"RootArray", R"([{"a":1}, {"b":"]"} ])",
             "begin [] \n0: {\"a\":1}\n1: {\"b\":\"]\"}\nend []\n"},
        Case{"EmptyRootArray", "[]", "begin [] \nend []\n"},
        Case{"Items", R"({"kind":"PodList","items":[{"a":1},{"b":2}],"x":{"y":[]}})",
             "begin {\"kind\":\"PodList\",\"items\":[]} items\n0: {\"a\":1}\n1: {\"b\":2}\n"
             "end {\"kind\":\"PodList\",\"items\":[],\"x\":{\"y\":[]}}\n"},
        Case{"OnlyTheFirstList", R"({"value":[1],"data":[2]})",
             "begin {\"value\":[]} value\n0: 1\nend {\"value\":[],\"data\":[2]}\n"},
        Case{"ObjectNamedData", R"({"data":{"items":[1]}})", "value {\"data\":{\"items\":[1]}}\n"},
        Case{"Lines", "{\"a\":1}\n{\"b\":2}\n", "value {\"a\":1}\nvalue {\"b\":2}\n"},
        Case{"Concatenated", R"({"a":1}[2]{"b":2})",
             "value {\"a\":1}\nbegin [] \n0: 2\nend []\nvalue {\"b\":2}\n"},
        Case{"Escapes", R"([{"a":"\\"},{"b":"\"]}"},{"c":"\\\""}])",
             "begin [] \n0: {\"a\":\"\\\\\"}\n1: {\"b\":\"\\\"]}\"}\n2: {\"c\":\"\\\\\\\"\"}\nend "
             "[]\n"},
        Case{"Scalars", R"(["x\"]", -1.5e3, true, null])",
             "begin [] \n0: \"x\\\"]\"\n1: -1.5e3\n2: true\n3: null\nend []\n"},
        Case{"TruncatedElement", "[\n  {\"a\":1},\n  {\"b\":",
             "begin [] \n0: {\"a\":1}\ndamage at 20: the end of the text, expected element 1 of a "
             "list and its end\n"
             "end []\n"},
        Case{"TruncatedBetween", R"({"items":[{"a":1})",
             "begin {\"items\":[]} items\n0: {\"a\":1}\n"
             "damage at 17: the end of the text, expected ',' or ']' after an element of a list\n"
             "end {\"items\":[]}\n"},
        Case{"TruncatedAfterList", R"({"items":[{"a":1}],"kind")",
             "begin {\"items\":[]} items\n0: {\"a\":1}\n"
             "damage at 25: the end of the text, expected ':' after a member name\nend "
             "{\"items\":[]}\n"},
        Case{"TruncatedObject", R"({"a":{"b":1})",
             "damage at 12: the end of the text, expected ',' or '}' after a member\n"},
        Case{"MissingComma", R"([{"a":1} {"b":2}])",
             "begin [] \n0: {\"a\":1}\ndamage at 9: '{', expected ',' or ']' after an element of a "
             "list\nend []\n"},
        Case{
            "ExtraComma", "[\n{\"a\":1},,\n{\"b\":2}\n]",
            "begin [] \n0: {\"a\":1}\ndamage at 10: ',', expected element 1 of a list and its end\n"
            "end []\n"},
        Case{"Garbage", "{}x\n{\"b\":2}",
             "value {}\ndamage at 2: 'x', expected an object or a list\nvalue {\"b\":2}\n"}),
    [](const auto& test) { return test.param.name; });

TEST(Split, DamagedElementCostsOnlyItself) {
  // The second element lacks a bracket and swallows the rest; it is found again by its indentation.
  EXPECT_EQ(trace("{\n  \"items\": [\n    {\n      \"a\": 1\n    },\n    {\n      \"bad\": {\n    "
                  "},\n    {\n      \"c\": 3\n    }\n  ]\n}\n"),
            "begin {\n  \"items\": []} items\n0: {\n      \"a\": 1\n    }\n"
            "1: {\n      \"bad\": {\n    },\n    {\n      \"c\": 3\n    }\n  ]\n"
            "2: {\n      \"c\": 3\n    }\nend {\n  \"items\": []\n}\n");
  // An open string turns text inside out; lines set it right.
  EXPECT_EQ(trace("{\"a\":1}\n{\"bad: 2}\n{\"c\":3}\n{\"d\":4}\n"),
            "value {\"a\":1}\ndamage at 20: 'c', expected ':' after a member name\n"
            "value {\"c\":3}\nvalue {\"d\":4}\n");
}

TEST(Split, PiecesBeyondTheLimitAreLeftOut) {
  EXPECT_EQ(trace(R"([{"a":1},{"b":"0123456789"},{"c":3}])", 10),
            "begin [] \n0: {\"a\":1}\ntoo large at 9: 18\n2: {\"c\":3}\nend []\n");
}

TEST(Split, HostileDamageCostsNoSquare) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "{\n";
  EXPECT_NE(trace(text).find("more damage than is worth reading"), std::string::npos);
  std::string closed = text;
  for (int i = 0; i < 200'000; ++i) closed += "}\n";
  trace(closed, 1 << 20, "{");  // must end
}

TEST(Split, BlocksAndBordersDoNotMatter) {
  // Strings with brackets, quotes and runs of backslashes at every offset from a block's border.
  for (std::size_t shift = 0; shift < 130; ++shift)
    for (std::size_t run = 0; run < 6; ++run) {
      const std::string element =
          "{\"" + std::string(shift, ' ') + "\":\"" + std::string(2 * run, '\\') + "\\\"}]\"}";
      EXPECT_EQ(trace("[" + element + "," + element + "]"),
                "begin [] \n0: " + element + "\n1: " + element + "\nend []\n");
    }
}

// Any JSON a tree parser accepts is cut into exactly the tree's elements.
// Long enough that a second thread looks ahead.
TEST(Split, LongListsAreCutAsShortOnes) {
  std::mt19937 random(7);
  std::string text = "{\"items\": [", expected = "begin {\"items\": []} items\n";
  for (std::size_t index = 0; text.size() < (std::size_t{12} << 20); ++index) {
    const std::string padding(random() % 100 == 0 ? 300'000 : random() % 3000, '{');
    const std::string_view bad = random() % 50 == 0 ? "bad" : "good";
    const std::string element =
        index % 2000 == 1999 ? std::to_string(index)
                             : fmt::format(R"({{"a": ["{}\"", [{{}}]], "b": "{}"}})", padding, bad);
    if (index > 0) text += random() % 2 == 0 ? ",\n " : ",";
    text += element;
    expected += element.size() > 200'000 ? fmt::format("too large at {}: {}\n",
                                                       text.size() - element.size(), element.size())
                                         : fmt::format("{}: {}\n", index, element);
  }
  expected += "end {\"items\": []}\n";
  EXPECT_TRUE(trace(text + "]}", 200'000) == expected);
  // Broken off: everything before is still there.
  const std::string broken = trace(text, 200'000);
  EXPECT_TRUE(broken.starts_with(std::string_view(expected).substr(0, expected.size() / 2)));
  EXPECT_TRUE(broken.contains("damage at"));
}

TEST(Split, AgreesWithATreeParser) {
  std::mt19937 random(7);
  const auto pick = [&](std::size_t n) { return random() % n; };
  std::function<std::string(int)> value = [&](int depth) -> std::string {
    switch (pick(depth > 4 ? 3 : 5)) {
      case 0:
        return std::to_string(pick(1000));
      case 1: {
        std::string text = "\"";
        for (std::size_t i = pick(90); i-- > 0;)
          text += std::vector<std::string>{"a", "{", "]", "\\\"", "\\\\", " ", "é"}[pick(7)];
        return text + "\"";
      }
      case 2:
        return "null";
      case 3: {
        std::string text = "[";
        for (std::size_t i = pick(4); i-- > 0;) text += value(depth + 1) + (i > 0 ? "," : "");
        return text + "]";
      }
      default: {
        std::string text = "{";
        for (std::size_t i = pick(4); i-- > 0;)
          text += "\"k\\\"\": " + value(depth + 1) + (i > 0 ? "," : "");
        return text + "}";
      }
    }
  };
  for (int round = 0; round < 2000; ++round) {
    std::string text = "[", expected = "begin [] \n";
    for (std::size_t i = 0, n = pick(6) + 1; i < n; ++i) {
      const std::string element = value(0);
      expected += fmt::format("{}: {}\n", i, element);
      text += (i > 0 ? " ,\n" : "") + element;
    }
    text += "]";
    simdjson::dom::parser parser;
    ASSERT_EQ(parser.parse(simdjson::padded_string(text)).error(), simdjson::SUCCESS) << text;
    ASSERT_EQ(trace(text, 1 << 20, "\x01"), expected + "end []\n");
    ASSERT_FALSE(find_damage(text)) << text;
  }
}

struct Fault {
  const char* text;
  std::size_t offset;
  const char *found, *expected;
};
TEST(FindDamage, NamesTheFirstWrongByte) {
  const Fault faults[] = {
      {R"({"a" 1})", 5, "'1'", "':' after a member name"},
      {R"({"a":1,})", 7, "'}'", "a member name"},
      {R"([1,])", 3, "']'", "a value"},
      {R"([1 2])", 3, "'2'", "',' or ']'"},
      {R"({"a":[1})", 7, "'}'", "',' or ']'"},
      {R"({"a":tru})", 5, "'t'", "a value"},
      {R"([01])", 3, "']'", "a number without a leading zero"},
      {R"([1.])", 3, "']'", "a digit"},
      {R"(["\x"])", 3, "'x'", "an escape that JSON knows"},
      {R"(["\u12g4"])", 6, "'g'", "four hexadecimal digits"},
      {"[\"a\nb\"]", 3, "byte 0x0A", "the end of a string"},
      {R"(["abc)", 5, "the end of the text", "the end of a string"},
      {R"({"a":1)", 6, "the end of the text", "',' or '}'"},
      {R"({} x)", 3, "'x'", "the end of the value"},
  };
  for (const Fault& fault : faults) {
    const auto damage = find_damage(fault.text);
    ASSERT_TRUE(damage) << fault.text;
    EXPECT_EQ(damage->offset, fault.offset) << fault.text;
    EXPECT_EQ(damage->found, fault.found) << fault.text;
    EXPECT_EQ(damage->expected, fault.expected) << fault.text;
  }
}

}  // namespace
}  // namespace acr
