#include "reports/layout.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/escape.h"

namespace acr {
namespace {

struct Range {
  char32_t first, last;
};

template <std::size_t N>
bool in_any(const std::array<Range, N>& ranges, char32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](Range r) { return code >= r.first && code <= r.last; });
}

std::size_t columns(char32_t code) {
  static constexpr std::array kCombining{Range{0x0300, 0x036F}, Range{0x200B, 0x200F},
                                         Range{0x20D0, 0x20FF}, Range{0xFE00, 0xFE0F}};
  static constexpr std::array kWide{
      Range{0x1100, 0x115F},   Range{0x2E80, 0x303E},  Range{0x3041, 0xA4CF},
      Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},  Range{0xFE30, 0xFE6F},
      Range{0xFF00, 0xFF60},   Range{0xFFE0, 0xFFE6},  Range{0x1F300, 0x1F64F},
      Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD}};
  if (code < 0x300) return 1;
  if (in_any(kCombining, code)) return 0;
  return in_any(kWide, code) ? 2 : 1;
}

std::string_view sgr(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::faint:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::bad:
      return "\x1b[31m";
    case Tone::unsure:
      return "\x1b[33m";
  }
  return "";
}

// The typography that our own sentences may hold.
std::string_view ascii_for(char32_t code) {
  switch (code) {
    case 0x2026:
      return "...";
    case 0x2192:
      return "->";
    case 0x2018:
    case 0x2019:
      return "'";
    case 0x201C:
    case 0x201D:
      return "\"";
    case 0x00B7:
    case 0x2013:
    case 0x2014:
      return "-";
    default:
      return "?";
  }
}

Tone tone_of(Mark mark) {
  switch (mark) {
    case Mark::good:
      return Tone::good;
    case Mark::bad:
      return Tone::bad;
    case Mark::unsure:
      return Tone::unsure;
    case Mark::skipped:
    case Mark::aside:
      return Tone::faint;
  }
  return Tone::plain;
}

}  // namespace

std::size_t columns(std::string_view text) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < text.size();) sum += columns(next_code_point(text, at));
  return sum;
}

std::string pad(std::string_view text, std::size_t width) {
  std::string out(text);
  const std::size_t used = columns(text);
  if (used < width) out.append(width - used, ' ');
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (word.empty()) continue;
    const std::size_t need = columns(word);
    if (used > 0 && used + 1 + need > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    lines.back() += word;
    used += need;
  }
  return lines;
}

std::string cut_to(std::string_view text, std::size_t width, std::string_view ellipsis) {
  if (columns(text) <= width) return std::string(text);
  const std::size_t room = width - std::min(width, columns(ellipsis));
  std::size_t used = 0, end = 0;
  for (std::size_t at = 0; at < text.size(); end = at) {
    used += columns(next_code_point(text, at));
    if (used > room) break;
  }
  std::string out(text.substr(0, end));
  while (out.ends_with(' ')) out.pop_back();
  return out.append(ellipsis);
}

void Page::line(std::string_view text) {
  while (text.ends_with(' ')) text.remove_suffix(1);
  text_ += text;
  text_ += '\n';
}

void Page::paragraph(std::size_t indent, std::string_view text) {
  for (const auto& part : wrap(text, room(indent))) line(std::string(indent, ' ') + part);
}

void Page::labelled(std::size_t column, std::string_view label, std::string_view text) {
  std::string left = "  " + std::string(label);
  for (const auto& part : wrap(text, room(column))) {
    line(pad(left, column) + part);
    left.clear();
  }
}

void Page::commands(std::size_t indent, const std::vector<std::string>& commands) {
  for (const auto& command : commands) {
    const std::string text = clean_lines(command);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      line(std::string(indent, ' ') + text.substr(at, end - at));
      at = end + 1;
    }
  }
}

void Page::verdict(Mark mark, std::string_view word, std::string_view text) {
  const std::string head = fmt::format("{} {}", glyph(mark), word);
  std::string left = paint(tone_of(mark), head) + "  ";
  for (const auto& part : wrap(text, room(columns(head) + 2))) {
    line(left + part);
    left.assign(columns(head) + 2, ' ');
  }
}

std::string Page::paint(Tone tone, std::string_view text) const {
  if (!options.color || tone == Tone::plain || text.empty()) return std::string(text);
  return fmt::format("{}{}\x1b[0m", sgr(tone), text);
}

std::string_view Page::glyph(Mark mark) const {
  switch (mark) {
    case Mark::good:
      return options.unicode ? "✓" : "[ok]";
    case Mark::bad:
      return options.unicode ? "✗" : "[FAIL]";
    case Mark::unsure:
      return options.unicode ? "?" : "[??]";
    case Mark::skipped:
      return options.unicode ? "-" : "[--]";
    case Mark::aside:
      return options.unicode ? "·" : "[  ]";
  }
  return "";
}

std::string Page::mark(Mark mark) const {
  const std::string_view text = glyph(mark);
  return paint(tone_of(mark), text) + std::string(mark_width() - columns(text), ' ');
}

std::size_t Page::room(std::size_t indent) const {
  return std::max<std::size_t>(options.width - std::min(options.width, indent), 20);
}

std::string Page::cut(std::string_view text, std::size_t width) const {
  return cut_to(text, width, options.unicode ? "…" : "...");
}

std::string Page::finish() {
  if (options.unicode) return std::move(text_);
  std::string out;
  out.reserve(text_.size());
  for (std::size_t at = 0; at < text_.size();) {
    const char32_t code = next_code_point(text_, at);
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else {
      out += ascii_for(code);
    }
  }
  return out;
}

std::string count_of(std::uint64_t count, std::string_view noun) {
  if (count == 1) return fmt::format("1 {}", noun);
  const bool sibilant = noun.ends_with('s');
  if (noun.ends_with('y') && !noun.ends_with("ay"))
    return fmt::format("{} {}ies", count, noun.substr(0, noun.size() - 1));
  return fmt::format("{} {}{}", count, noun, sibilant ? "es" : "s");
}

}  // namespace acr
