// The program itself, from the command line to its document and exit code.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "collect/collect_text.h"
#include "live/azure_registry.h"
#include "live/base64.h"

namespace acr {
namespace {

namespace fs = std::filesystem;
using test::AzureRegistry;

struct Ran {
  int code = -1;
  std::string text;  // standard output and standard error
};

class ProbeProgram : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "acr-probe-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::ofstream(folder_ / "ca.pem") << test::shared_authority().pem();
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_login(const AzureRegistry& registry, std::string_view password) {
    std::ofstream(folder_ / "config.json")
        << fmt::format(R"({{"auths":{{"{}":{{"auth":"{}"}}}}}})", registry.name(),
                       encode_base64(fmt::format("puller:{}", password)));
  }

  Ran probe(const AzureRegistry& registry, const std::string& more, bool login = true) {
    const std::string command = fmt::format(
        "env -i LC_ALL=C.UTF-8 SSL_CERT_FILE={0}/ca.pem {1} probe {2}/shop/cart:1.0 --dns {3} "
        "--timeout 20 {4} {5} 2>&1",
        folder_.string(), ACR_BINARY, registry.name(), registry.dns().address(),
        login ? "--docker-config " + (folder_ / "config.json").string() : "", more);
    Ran ran;
    FILE* pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return ran;
    std::array<char, 4096> buffer{};
    for (std::size_t count = 0; (count = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      ran.text.append(buffer.data(), count);
    const int status = pclose(pipe);
    if (WIFEXITED(status)) ran.code = WEXITSTATUS(status);
    for (const std::string_view secret : {"51c7", "eyJ", "Bearer ", "sig="})
      EXPECT_EQ(ran.text.find(secret), std::string::npos) << ran.text;
    EXPECT_EQ(ran.text.find(encode_base64(std::string("puller:") + test::kPassword)),
              std::string::npos);
    return ran;
  }

  fs::path folder_;
};

TEST_F(ProbeProgram, PrintsADocumentThatIsReadBack) {
  const AzureRegistry registry;
  write_login(registry, test::kPassword);
  const Ran ran = probe(registry, "-o json");
  EXPECT_EQ(ran.code, 0) << ran.text;
  const Collected collected = collect_text(ran.text);
  ASSERT_EQ(collected.estate.probes.size(), 1U) << ran.text;
  const Probe& read = collected.estate.probes[0];
  EXPECT_EQ(read.registry, registry.name());
  EXPECT_EQ(read.repository, "shop/cart");
  EXPECT_EQ(read.vantage.kind, Vantage::Kind::host);
  ASSERT_EQ(read.observations.size(), 10U);
  for (const auto& seen : read.observations) EXPECT_TRUE(seen.works) << ran.text;
  EXPECT_EQ(read.observations[9].host, registry.data_name());
}

TEST_F(ProbeProgram, ExitCodesTellFailuresFromWhatWasNotTried) {
  const AzureRegistry registry;
  write_login(registry, "wrong-51c7");
  const Ran failed = probe(registry, "");
  EXPECT_EQ(failed.code, 1) << failed.text;
  EXPECT_NE(failed.text.find("✗ token"), std::string::npos) << failed.text;
  EXPECT_NE(failed.text.find("deploy/probe-job.yaml"), std::string::npos) << failed.text;
  const Ran open = probe(registry, "", false);
  EXPECT_EQ(open.code, 3) << open.text;
  EXPECT_NE(open.text.find("Not tried"), std::string::npos) << open.text;
  std::ofstream(folder_ / "config.json") << R"({"auths":{"other.azurecr.io":{"auth":"YTo1MWM3"}}})";
  const Ran none = probe(registry, "");
  EXPECT_EQ(none.code, 2) << none.text;
  EXPECT_NE(none.text.find("has no entry for"), std::string::npos) << none.text;
}

}  // namespace
}  // namespace acr
