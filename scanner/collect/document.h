// From the text of one source to facts: what is it (JSON, YAML, an error message, none of these),
// which documents does it hold, and who reads their elements. Only content decides, never a file's
// name.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "collect/collect.h"
#include "collect/source.h"

namespace acr {

// Remarks of a run, at most so many a source; the rest is counted.
class Remarks {
 public:
  explicit Remarks(std::size_t per_source) : per_source_(per_source) {}

  // The text is made one line that begins with the source.
  void add(Remark remark);
  // True when a further remark about the source would only be counted: then its text need not be
  // worked out.
  bool full(const std::string& source) const;
  std::vector<Remark> take();  // sorted by source; those of one source in the order they came

 private:
  struct Kept {
    std::vector<Remark> remarks;
    std::size_t count = 0;
  };
  std::size_t per_source_;
  std::map<std::string, Kept> by_source_;
};

// Reads sources into an estate, one after the other.
class DocumentReader {
 public:
  DocumentReader(Estate& estate, const Input& input, Remarks& remarks);
  ~DocumentReader();

  // The text is the caller's; pages of it that were read may have been given back.
  void read(const SourceFile& file, SourceText& text);
  // After the last source: a list whose next page was not given is no complete list.
  void finish();
  // Of the newest snapshot among the sources; nullopt when there was none.
  std::optional<Recording> recording() const;
  bool damaged() const;  // something meant for us could not be read

 private:
  struct Reading;
  std::unique_ptr<Reading> reading_;
};

// A URL of a request -> what it lists. An ARM type path, a Kubernetes resource or a Graph
// collection.
struct RequestTarget {
  std::optional<Kind> kind;
  std::string name_space;  // of a Kubernetes request; empty for all namespaces
};
RequestTarget target_of_url(std::string_view url);

}  // namespace acr
