#include "collect/yaml.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace acr {
namespace {

std::string json(std::string_view text, YamlLimits limits = {}) {
  std::string lines;
  for (const YamlPart& part : split_yaml(text)) {
    const auto result = yaml_to_json(part, limits);
    lines += result ? *result
                    : fmt::format("{}:{}: {}", result.error().position.line,
                                  result.error().position.column, result.error().text);
    lines += '\n';
  }
  return lines;
}

struct Case {
  const char *name, *yaml, *json;
};
class Yaml : public testing::TestWithParam<Case> {};
TEST_P(Yaml, BecomesJson) {
  EXPECT_EQ(json(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Yaml,
    testing::Values(
        Case{"Map", "a: 1\nb: [x, z]\n", "{\"a\":1,\"b\":[\"x\",\"z\"]}\n"},
        Case{"Words", "[~, null, Null, yes, On, n, OFF, False, y]",
             "[null,null,null,true,true,false,false,false,true]\n"},
        Case{"QuotedWords", "['yes', \"null\", \"1\", !!str on]",
             "[\"yes\",\"null\",\"1\",\"on\"]\n"},
        Case{"Empty", "a:\nb: ''\n", "{\"a\":null,\"b\":\"\"}\n"},
        Case{"Numbers",
             "[0, -1, 1.5, 1e3, 010, 0x1F, 1_000, .5, 1., +1, 1.2.3, 12e4567890, "
             "12345678901234567890123]",
             "[0,-1,1.5,1e3,\"010\",\"0x1F\",\"1_000\",\".5\",\"1.\",\"+1\",\"1.2.3\","
             "\"12e4567890\","
             "\"12345678901234567890123\"]\n"},
        Case{"Keys", "1: a\ntrue: b\n\"q\\\"\": c\n",
             "{\"1\":\"a\",\"true\":\"b\",\"q\\\"\":\"c\"}\n"},
        Case{"Block", "a: |\n  x\n  --- y\nb: >\n  one\n  two\n",
             "{\"a\":\"x\\u000a--- y\\u000a\",\"b\":\"one two\\u000a\"}\n"},
        Case{"Alias", "a: &x {k: [1]}\nb: *x\nc: [*x, *x]\n",
             "{\"a\":{\"k\":[1]},\"b\":{\"k\":[1]},\"c\":[{\"k\":[1]},{\"k\":[1]}]}\n"},
        Case{"AliasOfScalar", "a: &x yes\nb: *x\n", "{\"a\":true,\"b\":true}\n"},
        Case{"Merge", "d: &d {a: 1, b: 2}\nm:\n  b: 3\n  <<: *d\n  c: 4\n",
             "{\"d\":{\"a\":1,\"b\":2},\"m\":{\"b\":3,\"c\":4,\"a\":1}}\n"},
        Case{"MergeSeveral", "x: &x {a: 1}\ny: &y {a: 2, b: 2}\nm: {<<: [*x, *y]}\n",
             "{\"x\":{\"a\":1},\"y\":{\"a\":2,\"b\":2},\"m\":{\"a\":1,\"b\":2}}\n"},
        Case{"MergeOfNoMap", "a:\n  <<: 7\n", "2:3: << with something that is no map\n"},
        Case{"QuotedMerge", "'<<': {a: 1}\n", "{\"<<\":{\"a\":1}}\n"},
        Case{"Stream",
             "# note\n---\n# Source: a\na: 1\n---\n---\n# only a comment\n--- {b: 2}\n...\n%YAML "
             "1.2\n---\nc: 3\n",
             "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n"},
        Case{"CarriageReturns", "a: 1\r\n---\r\nb: 2\r\n", "{\"a\":1}\n{\"b\":2}\n"},
        Case{"DamageCostsOneDocument", "a: 1\n---\nb: [1\nc: 2\n---\nd: 3\n",
             "{\"a\":1}\n4:2: end of sequence flow not found\n{\"d\":3}\n"},
        Case{"MappingKey", "? [a, b]\n: c\n", "1:3: a member name that is no string\n"},
        Case{"SelfAlias", "a: &x [*x]\n", "1:8: an alias inside the value it stands for\n"},
        Case{"UnknownAlias", "a: *x\n", "1:4: the referenced anchor is not defined\n"}),
    [](const auto& test) { return test.param.name; });

TEST(Yaml, RefusesBombs) {
  std::string bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    bomb += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 10; ++j) bomb += fmt::format("{}*a{}", j > 0 ? ", " : "", i - 1);
    bomb += "]\n";
  }
  const auto result = yaml_to_json(split_yaml(bomb).at(0), {1 << 20, 256});
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().too_large);
  EXPECT_EQ(result.error().text, "more than 1048576 bytes after aliases expand");
}

TEST(Yaml, RefusesDepth) {
  EXPECT_EQ(json("[[[[1]]]]", {1 << 20, 3}), "1:4: nested deeper than 3 levels\n");
  EXPECT_FALSE(yaml_to_json({std::string(100'000, '['), 1}, {}));
  EXPECT_FALSE(yaml_to_json({std::string(100'000, '{'), 1}, {}));
  std::string dashes;
  for (int i = 0; i < 5000; ++i) dashes += "- ";
  EXPECT_FALSE(yaml_to_json({dashes, 1}, {}));
}

}  // namespace
}  // namespace acr
