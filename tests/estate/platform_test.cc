#include "estate/platform.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include <nlohmann/json.hpp>

#include "estate/vm_size.h"

namespace acr {
namespace {

using nlohmann::json;

Platform parse(std::string_view text) {
  const auto platform = parse_platform(text);
  EXPECT_TRUE(platform) << text;
  return platform.value_or(Platform{});
}

TEST(ParsePlatform, Normalises) {
  const std::pair<const char*, const char*> cases[] = {
      {"linux/amd64", "linux/amd64"},
      {"Linux/X86_64", "linux/amd64"},
      {"linux/x86-64/v1", "linux/amd64"},
      {"linux/amd64/v3", "linux/amd64/v3"},
      {"linux/i386", "linux/386"},
      {"linux/aarch64", "linux/arm64"},
      {"linux/arm64/v8", "linux/arm64"},
      {"linux/arm64/8", "linux/arm64"},
      {"linux/arm64/v9.0", "linux/arm64/v9"},
      {"linux/arm", "linux/arm/v7"},
      {"linux/arm/6", "linux/arm/v6"},
      {"linux/armhf", "linux/arm/v7"},
      {"linux/armel", "linux/arm/v6"},
      {"macos/arm64", "darwin/arm64"},
      {"windows(10.0.20348.2000)/amd64", "windows(10.0.20348.2000)/amd64"},
      {"windows(10.0.17763+win32k)/amd64", "windows(10.0.17763+win32k)/amd64"},
      {"linux(+b+a+b)/amd64", "linux(+a+b)/amd64"},
      {"unknown/unknown", "unknown/unknown"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(to_string(parse(text)), expected) << text;
}

TEST(ParsePlatform, RefusesOtherText) {
  for (const char* text :
       {"", "/", "linux", "amd64", "linux/", "/amd64", "linux/arm64/", "linux/arm64/v8/x",
        "linux/arm 64", "linux(/amd64", "linux)/amd64", "windows(10.0/amd64", "linux(+)/amd64",
        "linux(a+)/amd64", "linux/*", "linux/amd64\n"}) {
    EXPECT_FALSE(parse_platform(text)) << text;
  }
}

TEST(Matches, FallsBackToOlderMachines) {
  struct Case {
    const char *host, *image;
    bool accepted, same;
  };
  for (const Case& c : {
           Case{"linux/amd64", "linux/amd64", true, true},
           Case{"linux/amd64", "linux/386", true, false},
           Case{"linux/386", "linux/amd64", false, false},
           Case{"linux/amd64", "linux/amd64/v2", false, false},
           Case{"linux/amd64/v3", "linux/amd64/v2", true, false},
           Case{"linux/amd64/v3", "linux/amd64", true, false},
           Case{"linux/amd64", "linux/arm64", false, false},
           Case{"linux/arm64", "linux/arm64/v8", true, true},
           Case{"linux/arm64", "linux/arm/v7", true, false},
           Case{"linux/arm64", "linux/arm/v4", false, false},
           Case{"linux/arm64", "linux/arm64/v9", false, false},
           Case{"linux/arm64/v9", "linux/arm64/v8.5", true, false},
           Case{"linux/arm64/v9", "linux/arm64/v8.6", false, false},
           Case{"linux/arm64/v9.9", "linux/arm64/v8.9", true, false},
           Case{"linux/arm64/v9.6", "linux/arm64/v8.10", false, false},
           Case{"linux/arm64/v9.2", "linux/arm64/v9", true, false},
           Case{"linux/arm64/v9.2", "linux/arm64", true, false},
           Case{"linux/arm/v6", "linux/arm", false, false},
           Case{"linux/riscv64", "linux/riscv64", true, true},
           Case{"linux/amd64", "unknown/unknown", false, false},
           Case{"linux/amd64", "windows/amd64", false, false},
           Case{"linux/amd64/v99999999999", "linux/amd64/v2", false, false},
       }) {
    EXPECT_EQ(matches(parse(c.host), parse(c.image)), c.accepted) << c.host << " " << c.image;
    EXPECT_EQ(matches(parse(c.host), parse(c.image), Likeness::same), c.same)
        << c.host << " " << c.image;
  }
}

TEST(Matches, WindowsBuilds) {
  struct Case {
    const char *host, *image;
    bool accepted;
  };
  for (const Case& c : {
           Case{"10.0.17763.1", "10.0.17763.9", true},
           Case{"10.0.17763.1", "10.0.20348.1", false},
           Case{"10.0.20348.1", "10.0.17763.1", false},
           Case{"10.0.20348.1", "10.0.20348.9", true},
           Case{"10.0.26100.1", "10.0.20348.1", true},
           Case{"10.0.26100.1", "10.0.17763.1", false},
           Case{"10.0.20348.1", "10.0.26100.1", false},
           Case{"10.0.20348.1", "11.0.20348.1", false},
           Case{"10.0.20348.1", "10.1.20348.1", false},
           Case{"10.0.20348.1", "", true},
           Case{"", "10.0.20348.1", true},
           Case{"10.0.20348.1", "newest", false},
       }) {
    const Platform host{"windows", "amd64", "", c.host, {}};
    EXPECT_EQ(matches(host, {"windows", "amd64", "", c.image, {}}), c.accepted)
        << c.host << " " << c.image;
    EXPECT_FALSE(matches(host, {"windows", "386", "", c.image, {}})) << "no fallbacks on Windows";
  }
}

TEST(Matches, OsFeaturesAreNeededOnTheHost) {
  const Platform windows{"windows", "amd64", "", "", {}};
  EXPECT_TRUE(matches(windows, {"windows", "amd64", "", "", {"win32k"}}));
  EXPECT_FALSE(matches(windows, {"windows", "amd64", "", "", {"win32k", "gpu"}}));
  EXPECT_FALSE(matches(parse("linux/amd64"), parse("linux(+gpu)/amd64")));
  EXPECT_TRUE(matches(parse("linux(+gpu)/amd64"), parse("linux(+gpu)/amd64")));
}

TEST(Matches, WhatAnEntryDoesNotSay) {
  const Platform host = parse("linux/amd64");
  EXPECT_TRUE(matches(host, {"", "amd64", "", "", {}}));
  EXPECT_FALSE(matches(host, {"linux", "", "", "", {}}));
  EXPECT_FALSE(matches(host, {}));
  EXPECT_FALSE(matches({}, {})) << "an unknown host accepts nothing";
}

TEST(Choose, TakesTheNearest) {
  const auto choose_of = [](const char* host, std::initializer_list<const char*> entries) {
    std::vector<Platform> platforms;
    for (const char* entry : entries) platforms.push_back(parse(entry));
    return choose(parse(host), platforms);
  };
  EXPECT_EQ(choose_of("linux/amd64", {"linux/386", "linux/amd64"}), 1U);
  EXPECT_EQ(choose_of("linux/amd64", {"linux/amd64", "linux/amd64"}), 0U);
  EXPECT_EQ(choose_of("linux/arm64", {"linux/arm/v5", "linux/arm/v7", "linux/amd64"}), 1U);
  EXPECT_EQ(choose_of("linux/arm64/v9", {"linux/arm64", "linux/arm64/v8.2"}), 1U);
  EXPECT_EQ(choose_of("linux/amd64", {"unknown/unknown", "linux/arm64"}), std::nullopt);
  EXPECT_EQ(choose_of("linux/amd64", {}), std::nullopt);
  EXPECT_EQ(choose_of("windows(10.0.26100.1)/amd64",
                      {"windows(10.0.17763.1)/amd64", "windows(10.0.20348.1)/amd64",
                       "windows(10.0.26100.1)/amd64", "linux/amd64"}),
            2U);
}

TEST(ArchitectureOf, ReadsTheFeatureLetters) {
  const std::pair<const char*, const char*> cases[] = {
      {"Standard_D4s_v5", "amd64"},
      {"Standard_D4ps_v5", "arm64"},
      {"standard_d4PDS_v6", "arm64"},
      {"Standard_E8pds_v6", "arm64"},
      {"Standard_B2pts_v2", "arm64"},
      {"Standard_D2plds_v5", "arm64"},
      {"Standard_E64-16ps_v5", "arm64"},
      {"Standard_E64-16s_v3", "amd64"},
      {"Standard_NP10s", "amd64"},
      {"Standard_DS2_v2", "amd64"},
      {"Standard_D11_v2_Promo", "amd64"},
      {"Standard_NC24ads_A100_v4", "amd64"},
      {"Standard_ND96isr_MI300X_v5", "amd64"},
      {"Standard_DC96ads_cc_v5", "amd64"},
      {"Standard_ND128isr_NDR_GB200_v6", "arm64"},
      {"Standard_ND128isr_GB300_v6", "arm64"},
      {"Basic_A1", "amd64"},
      {"", ""},
      {"Standard", ""},
      {"Standard_", ""},
      {"Standard_D", ""},
      {"Standard_4s", ""},
      {"Standard_D4-s", ""},
      {"Standard_D4s-v5", ""},
      {"D4ps_v5", ""},
      {"VirtualMachines", ""},
  };
  for (const auto& [size, architecture] : cases) {
    EXPECT_EQ(architecture_of(size), architecture) << size;
  }
}

// The reference data: cases of the upstream test tables.
TEST(PlatformVectors, AllButTheSingleManifest) {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  const std::filesystem::path root = folder ? folder : ACR_SOURCE_DIR "/../shared/data";
  std::ifstream file(root / "vectors" / "platform_match.json");
  if (!file) GTEST_SKIP() << "the reference data is absent: platform_match.json";
  const std::map<std::string, Likeness> likenesses{
      {"Only", Likeness::accepted}, {"OnlyStrict", Likeness::same}, {"OnlyOS", Likeness::same_os}};
  const json document = json::parse(file);
  for (const json& c : document.at("cases")) {
    if (c.value("optional", false)) continue;
    SCOPED_TRACE(c.dump());
    const std::string op = c.at("op");
    if (likenesses.contains(op)) {
      EXPECT_EQ(matches(parse(c.at("host").get<std::string>()),
                        parse(c.at("image").get<std::string>()), likenesses.at(op)),
                c.at("expected").get<bool>());
    } else if (op == "windows_build_compat") {
      const auto of_build = [](int build) {
        return Platform{"windows", "amd64", "", "10.0." + std::to_string(build), {}};
      };
      EXPECT_EQ(matches(of_build(c.at("host_build")), of_build(c.at("image_build"))),
                c.at("expected").get<bool>());
    } else if (op == "choose_from_index") {
      const std::vector<std::string> texts = c.at("index_platforms");
      std::vector<Platform> entries;
      for (const std::string& text : texts) entries.push_back(parse(text));
      const auto chosen = choose(parse(c.at("host").get<std::string>()), entries);
      EXPECT_EQ(chosen ? texts[*chosen] : "error", c.at("expected").get<std::string>());
    } else {
      EXPECT_EQ(op, "single_manifest") << "not a matter of matching: nothing is compared";
    }
  }
}

}  // namespace
}  // namespace acr
