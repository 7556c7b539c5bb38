// Collecting from text and from folders made for one test.
#pragma once

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <unistd.h>

#include "collect/collect.h"

namespace acr {

inline Collected collect_text(const std::string& text, Input input = {}) {
  std::istringstream stream(text);
  input.paths = {"-"};
  input.standard_input = &stream;
  return collect(input);
}

// A folder that is gone at the end of the test.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "acr-doctor-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string path(const std::string& below = {}) const {
    return below.empty() ? path_ : path_ + "/" + below;
  }
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  std::string path_;
};

inline std::string remarks_of(const Collected& collected) {
  std::string text;
  for (const Remark& remark : collected.remarks) text += remark.code + " | " + remark.text + "\n";
  return text;
}

}  // namespace acr
