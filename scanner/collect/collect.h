// From files to the estate. Documents are recognised by content, never by file name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "estate/estate.h"

namespace acr {

// What the collector has to say about a document. The report carries them as notifications.
struct Remark {
  enum class Level { note, warning, error };
  Level level = Level::note;
  std::string code;  // "document-unknown", "document-damaged", "document-too-large", …
  std::string text;  // one line: what, where (line and column, or JSON pointer), what was expected
  std::string source;  // as in Document::source
};

struct Limits {
  std::uint64_t element_bytes =
      std::uint64_t{256} << 20;  // one object of a list, or one whole document that is no list
  std::uint64_t yaml_bytes = std::uint64_t{64}
                             << 20;  // one YAML document, also after aliases expand
  std::uint64_t written_bytes = std::uint64_t{64} << 20;
  std::size_t depth = 256;
  std::size_t files = 100'000;
  std::size_t remarks_per_source = 20;  // further ones are counted in one line
};

struct Input {
  std::vector<std::string> paths;  // files, folders (recursively), "-" = standard input
  std::istream* standard_input = nullptr;
  Instant now{};
  bool keeps_now = false;  // `now` counts for a snapshot as well, which else brings its own
  // The pod asked for by `why pod/NAME`: kept apart from its class. An empty namespace matches any.
  struct Focus {
    std::string name_space, pod;
  };
  std::optional<Focus> focus;
  std::string meant_for;                       // Estate::meant_for
  std::optional<std::uint32_t> hide_document;  // tests: absorb everything but this document
  Limits limits;
};

// What a snapshot says of itself.
struct Recording {
  Instant at{};
  std::string mode;      // of the run that recorded it: "live"
  bool complete = true;  // false: the recording was cut off
};

// A source that holds documents which people wrote: its text is kept, so that what is found there
// can be pointed at, even where it came through a pipe.
struct WrittenSource {
  std::string name;  // as in Document::source
  std::string path;  // as given; empty for standard input
  std::string text;
};

struct Collected {
  Estate estate;  // linked
  std::vector<Remark> remarks;
  std::uint64_t bytes = 0;
  bool damaged = false;                // something could not be read; the exit code says so
  bool nothing = false;                // no path could be opened at all
  std::optional<Recording> recording;  // where a snapshot was among the input
  std::vector<WrittenSource> written;  // up to Limits::written_bytes in all
};

// Every file and folder of the input.
Collected collect(const Input& input);

// The same from any list of sources: `open` gives the text of one when its turn has come.
class SourceText;
struct SourceFile;
struct SourceList;
using OpenSource = std::function<std::expected<SourceText, std::string>(const SourceFile&)>;
Collected collect(const Input& input, SourceList sources, const OpenSource& open);
std::expected<SourceText, std::string> open_file(const Input& input, const SourceFile& file);

}  // namespace acr
