// Small files that say who we are: kubeconfigs, keys, tokens.
#pragma once

#include <cstddef>
#include <expected>
#include <string>

#include "live/secret.h"

namespace acr {

inline constexpr std::size_t kSmallFileBytes = std::size_t{1} << 20;

struct FileError {
  bool absent = false;  // there is no such file
  std::string text;     // one clause that begins with the path
};

// The whole file. A pipe (`--kubeconfig <(…)`) is read to its end, for ten seconds at most; folders
// and devices are refused.
std::expected<Secret, FileError> read_small_file(const std::string& path,
                                                 std::size_t limit = kSmallFileBytes);

}  // namespace acr
