#include "pattern.h"

#include <re2/re2.h>

#include <cstdint>
#include <utility>

namespace acr {

namespace {

constexpr std::size_t kMostBytes = 4000;  // what is longer was cut when it was read
constexpr std::int64_t kMostMemory = 1 << 20;

}  // namespace

Expression::Expression(std::string_view pattern) {
  if (pattern.size() > kMostBytes) return;
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMostMemory);
  auto compiled =
      std::make_unique<const RE2>(re2::StringPiece(pattern.data(), pattern.size()), options);
  if (compiled->ok()) compiled_ = std::move(compiled);
}
Expression::~Expression() = default;
Expression::Expression(Expression&&) noexcept = default;
Expression& Expression::operator=(Expression&&) noexcept = default;

Tri Expression::found_in(std::string_view text) const {
  if (!compiled_) return Tri::unknown;
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_) ? Tri::yes
                                                                                   : Tri::no;
}

bool fits_wildcard(std::string_view pattern, std::string_view text) {
  // Goes back to the last '*' only: at most pattern times text steps.
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace acr
