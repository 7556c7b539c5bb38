// Inputs as bytes. Files are mapped, never read into new memory: on this path page faults cost more
// than parsing. Streams (standard input, pipes) are read whole.
#pragma once

#include <cstddef>
#include <expected>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "collect/collect.h"

namespace acr {

// Bytes that may be read behind the end of every text handed to the parsers.
inline constexpr std::size_t kTextPadding = 64;

// One text with readable bytes behind it. Move-only; unmaps itself.
class SourceText {
 public:
  SourceText() = default;
  SourceText(SourceText&& other) noexcept;
  SourceText& operator=(SourceText&& other) noexcept;
  SourceText(const SourceText&) = delete;
  SourceText& operator=(const SourceText&) = delete;
  ~SourceText();

  // A regular file is mapped; a pipe or device is read to its end. The error is the system's word:
  // "No such file or directory".
  static std::expected<SourceText, std::string> open(const std::string& path);
  static std::expected<SourceText, std::string> read(std::istream& stream);
  static std::expected<SourceText, std::string> copy(std::string_view text);

  std::string_view text() const { return {data_, size_}; }
  // The text before `offset` is not needed soon: resident pages of a mapped file go back to the
  // system. Reading them again is slow, not wrong.
  void forget(std::size_t offset);

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0, reserved_ = 0, forgotten_ = 0;
  bool mapped_ = false;  // a file: its pages can be had again

  bool reserve(std::size_t bytes);
  static std::expected<SourceText, std::string> read_descriptor(int descriptor);
};

struct SourceFile {
  std::string path;       // to be opened; "-" is standard input
  std::string name;       // as people see it: Document::source
  std::string directory;  // Document::directory
};

struct SourceList {
  std::vector<SourceFile> files;
  std::vector<Remark> remarks;
  bool incomplete = false;  // a path could not be read, or there were too many files
};

// Folders are walked in byte order of names, without dot-files, each real folder once, and without
// links that lead out of the folder that was given. At most `limit` files.
SourceList list_sources(const std::vector<std::string>& paths, std::size_t limit);

}  // namespace acr
