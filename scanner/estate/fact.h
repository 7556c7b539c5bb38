// What is known, and what is not: the words every other header speaks.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace acr {

// Why a question has no answer. A 404 is an answer, not a gap.
struct Gap {
  enum class Why { not_collected, forbidden, unreachable, malformed };
  Why why = Why::not_collected;
  std::string detail;  // one clause, for people: "no role assignments were given"
  std::string
      source;  // the document that shows the gap (a recorded 403, a damaged file); may be empty
};

// The answer to one question, or the reason why there is none. A default Fact is a gap: the default
// of std::expected<bool, E> would be "known, and false".
template <class T>
struct Fact : std::expected<T, Gap> {
  using std::expected<T, Gap>::expected;
  Fact() : std::expected<T, Gap>(std::unexpect) {}
};

// Where in the input something was read. `pointer` is an RFC 6901 JSON pointer from the root of the
// document; for YAML, of the document as JSON. Documents of one file (YAML stream, NDJSON) are told
// apart by Document::index_in_source.
struct Origin {
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  std::uint32_t document = kNone;  // index into Estate::documents
  std::string pointer;
  bool nested = false;  // ARM REST form: fields live under "properties"

  bool known() const { return document != kNone; }
};

// How a link of the pull path is known; the names are part of the JSON report.
enum class Basis { none, resolved, kubernetes_api, configuration, arm, observed, caller, denied };
std::string_view to_string(Basis basis);

struct Evidence {
  std::string source;   // the document, as Estate::documents names it
  std::string pointer;  // JSON pointer within it
  std::string value;    // what was seen there, already free of secrets
  Basis basis = Basis::none;
  std::uint32_t document = Origin::kNone;  // index into Estate::documents, while there is one

  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// Both, each piece once, in order.
std::vector<Evidence> together(std::vector<Evidence> a, const std::vector<Evidence>& b);

}  // namespace acr
