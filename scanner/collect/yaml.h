// YAML to JSON text, so that one reader serves both. Scalars are typed as kubectl types them
// (sigs.k8s.io/yaml: YAML 1.1 words for booleans); no tree is built.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

struct YamlLimits {
  std::size_t bytes = std::size_t{64} << 20;  // of one document, also after aliases expand
  std::size_t depth = 256;
};

// Line and column count from 1.
struct TextPosition {
  std::size_t line = 1, column = 1;
  friend bool operator==(const TextPosition&, const TextPosition&) = default;
};

struct YamlError {
  std::string text;  // one clause: "mapping values are not allowed here"
  TextPosition position;
  bool too_large = false;  // a limit was met; the text may be right
};

// One document of a YAML stream.
struct YamlPart {
  std::string_view text;
  std::size_t line = 1;  // of its first byte
};

// Cuts a stream at its `---` and `...` lines, so that a damaged document costs only itself. Parts
// that hold nothing but blanks, comments and directives are left out: they are no documents.
std::vector<YamlPart> split_yaml(std::string_view text);

// The JSON text of one document. Lines in errors count from `part.line`.
std::expected<std::string, YamlError> yaml_to_json(const YamlPart& part, const YamlLimits& limits);

// Where the member's name, or the entry of a list, stands that a JSON pointer leads to. What lies
// inside an alias is found at the alias. nullopt when the document is damaged before that place, or
// the pointer leads to nothing in it.
std::optional<TextPosition> yaml_position(const YamlPart& part, std::string_view pointer);

}  // namespace acr
