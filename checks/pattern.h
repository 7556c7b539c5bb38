// Expressions that people wrote, matched in linear time whatever they are (RE2, whose syntax is
// that of Go: Gatekeeper and acr purge read them the same way).
#pragma once

#include <memory>
#include <string_view>

#include "estate/access.h"

namespace re2 {
class RE2;
}

namespace acr {

class Expression {
 public:
  explicit Expression(std::string_view pattern);
  ~Expression();
  Expression(Expression&&) noexcept;
  Expression& operator=(Expression&&) noexcept;

  // Anywhere in the text? `unknown`: the pattern is none of RE2, or too large.
  Tri found_in(std::string_view text) const;

 private:
  std::unique_ptr<const re2::RE2> compiled_;
};

// '*' for any text, '/' included, and '?' for one character; the whole text.
bool fits_wildcard(std::string_view pattern, std::string_view text);

}  // namespace acr
