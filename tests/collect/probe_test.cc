#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

std::string probe(std::string_view vantage, std::string_view steps,
                  std::string_view at = "2026-05-28T20:24:10Z",
                  std::string_view registry = "Contoso.azurecr.io") {
  return fmt::format(
      R"({{"schemaVersion":"1.0","probe":{{"registry":"{}","at":"{}","vantage":{}}},"steps":[{}]}})",
      registry, at, vantage, steps);
}

TEST(Probe, IsReadWithItsVantage) {
  const Collected collected = collect_text(
      probe(R"({"kind":"pod","node":"aks-user-1-vmss000000","nodeResolver":true})",
            R"({"step":"resolve","works":true,"outcome":"addresses","addresses":["10.1.2.4"]},
         {"step":"connect","host":"CONTOSO.azurecr.io","works":false,"outcome":"timeout"})"));
  ASSERT_EQ(collected.estate.probes.size(), 1U);
  const Probe& read = collected.estate.probes[0];
  EXPECT_EQ(read.registry, "contoso.azurecr.io");
  EXPECT_EQ(read.vantage.kind, Vantage::Kind::pod);
  EXPECT_TRUE(read.vantage.node_resolver);
  EXPECT_EQ(read.cluster, -1);
  ASSERT_EQ(read.observations.size(), 2U);
  EXPECT_EQ(read.observations[0].host, "contoso.azurecr.io");
  EXPECT_EQ(read.observations[0].addresses, std::vector<std::string>{"10.1.2.4"});
  EXPECT_EQ(read.observations[1].host, "contoso.azurecr.io");
  EXPECT_EQ(read.observations[1].origin.pointer, "/steps/1");
  EXPECT_TRUE(remarks_of(collected).contains("probe-not-counted")) << remarks_of(collected);
}

TEST(Probe, AnUnknownKindOfVantageCountsForNobody) {
  const Collected collected = collect_text(
      probe(R"({"kind":"satellite","cluster":"aks"})", R"({"step":"tls","works":true})"));
  ASSERT_EQ(collected.estate.probes.size(), 1U);
  EXPECT_EQ(collected.estate.probes[0].vantage.kind, Vantage::Kind::host);
}

struct Bad {
  const char *name, *text, *says;
  std::size_t probes;
};
class BadProbe : public testing::TestWithParam<Bad> {};
TEST_P(BadProbe, IsARemarkThatSaysWhere) {
  const Collected collected = collect_text(GetParam().text);
  EXPECT_EQ(collected.estate.probes.size(), GetParam().probes);
  EXPECT_TRUE(remarks_of(collected).contains(GetParam().says)) << remarks_of(collected);
}
const std::string kNoTime = probe("{}", "", "yesterday");
const std::string kNoRegistry = probe("{}", "", "2026-05-28T20:24:10Z", "");
const std::string kStrangeStep = probe("{}", R"({"step":"dance","works":true})");
const std::string kNoResult = probe("{}", R"({"step":"tls","works":"yes"})");
INSTANTIATE_TEST_SUITE_P(
    Table, BadProbe,
    testing::Values(Bad{"NoTime", kNoTime.c_str(), "/probe/at: expected a time", 0},
                    Bad{"NoRegistry", kNoRegistry.c_str(), "/probe/registry: expected", 0},
                    Bad{"StrangeStep", kStrangeStep.c_str(), "/steps/0: expected one of", 1},
                    Bad{"NoResult", kNoResult.c_str(), "/steps/0: expected one of", 1}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace acr
