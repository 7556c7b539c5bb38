// The program in a folder of its own: what it writes to its streams, and its exit code.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/run.h"

namespace acr::test {

struct Ran {
  int code = 0;
  std::string out, err;
};

class Workspace : public testing::Test {
 protected:
  void SetUp() override {
    setenv("SOURCE_DATE_EPOCH", "1780000000", 1);
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("NO_COLOR");
    unsetenv("COLUMNS");
    std::string pattern = (std::filesystem::temp_directory_path() / "acr-cli-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static Ran run_words(const std::vector<std::string>& words, const std::string& input = {}) {
    std::vector<const char*> argv{"acr-doctor"};
    for (const auto& word : words) argv.push_back(word.c_str());
    std::istringstream in(input);
    std::ostringstream out, err;
    Ran ran;
    ran.code = run(static_cast<int>(argv.size()), argv.data(), in, out, err);
    ran.out = out.str();
    ran.err = err.str();
    return ran;
  }

  std::string path(const char* name) const { return (folder_ / name).string(); }
  void write(const std::string& name, std::string_view text) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
  }
  static std::string read(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }

  std::filesystem::path folder_;
};

}  // namespace acr::test
