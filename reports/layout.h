// Columns, wrapping, glyphs and colour of the text reports.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "reports/render.h"

namespace acr {

// Columns a terminal needs for clean text: wide characters count two, combining ones none.
std::size_t columns(std::string_view text);

// Blanks added on the right up to `width` columns.
std::string pad(std::string_view text, std::size_t width);

// Lines of at most `width` columns, broken at blanks only: a word that is longer than the width
// stays whole, because names and addresses are copied from the screen. Never empty.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

enum class Mark { good, bad, unsure, skipped, aside };
enum class Tone { plain, strong, faint, good, bad, unsure };

// A text report while it is written. The caller keeps the options alive.
class Page {
 public:
  explicit Page(const RenderOptions& page_options) : options(page_options) {}
  const RenderOptions& options;

  void line(std::string_view text = {});  // blanks at its end are dropped
  void heading(std::string_view text) { line(paint(Tone::strong, text)); }
  void faint(std::string_view text) { line(paint(Tone::faint, text)); }
  void paragraph(std::size_t indent, std::string_view text);
  // "  label   text", the text wrapped in its own column.
  void labelled(std::size_t column, std::string_view label, std::string_view text);
  // Exactly as they are, never wrapped: they are copied from the screen.
  void commands(std::size_t indent, const std::vector<std::string>& commands);
  // The last word of a report: "✗ CAUSE  text", further lines below the text.
  void verdict(Mark mark, std::string_view word, std::string_view text);

  std::string paint(Tone tone, std::string_view text) const;
  std::string mark(Mark mark) const;  // coloured
  std::size_t mark_width() const { return options.unicode ? 1 : 6; }
  std::size_t room(std::size_t indent) const;  // columns left beside it, at least 20
  std::string_view dot() const { return options.unicode ? " · " : " - "; }
  std::string cut(std::string_view text, std::size_t width) const;
  // The text of the page. Without Unicode, what is left of other characters becomes ASCII.
  std::string finish();

 private:
  std::string_view glyph(Mark mark) const;
  std::string text_;
};

// At most `width` columns, ending in the ellipsis where something was cut off.
std::string cut_to(std::string_view text, std::size_t width, std::string_view ellipsis);

// "1 pull", "3 pulls"; "2 registries", "2 days".
std::string count_of(std::uint64_t count, std::string_view noun);

}  // namespace acr
