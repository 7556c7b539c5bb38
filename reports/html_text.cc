#include "reports/html_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "reports/escape.h"

namespace acr {
namespace {

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string html_text(std::string_view outside) {
  return escape_xml(clean(outside));
}

std::string html_link(std::string_view text, std::string_view url) {
  const bool plain = url.starts_with("https://") && std::ranges::all_of(url, [](char c) {
                       return is_letter_or_digit(c) ||
                              std::string_view("-._~:/?#=&%+,;").find(c) != std::string_view::npos;
                     });
  if (!plain) return html_text(text);
  return fmt::format("<a href=\"{}\" rel=\"noopener noreferrer\">{}</a>", escape_xml(url),
                     html_text(text));
}

std::string html_commands(const std::vector<std::string>& commands) {
  if (commands.empty()) return {};
  std::string text = "<pre><code>";
  for (const auto& command : commands) {
    if (&command != &commands.front()) text += '\n';
    text += escape_xml(clean_lines(command));
  }
  return text + "</code></pre>\n";
}

std::string html_anchor(const Check& check) {
  std::string id = "check-";
  for (const char c : check.id.substr(0, 100)) id += is_letter_or_digit(c) ? c : '-';
  return id;
}

std::string_view html_glyph(HtmlMark mark) {
  switch (mark) {
    case HtmlMark::good:
      return "✓";
    case HtmlMark::bad:
      return "✗";
    case HtmlMark::unsure:
      return "?";
    case HtmlMark::skipped:
      return "–";
  }
  return "";
}

std::string_view html_class(HtmlMark mark) {
  switch (mark) {
    case HtmlMark::good:
      return "good";
    case HtmlMark::bad:
      return "bad";
    case HtmlMark::unsure:
      return "unsure";
    case HtmlMark::skipped:
      return "skipped";
  }
  return "";
}

std::string html_mark(HtmlMark mark, std::string_view words) {
  return fmt::format("<span class=\"{}\"><span aria-hidden=\"true\">{}</span> {}</span>",
                     html_class(mark), html_glyph(mark), words);
}

std::string html_severity(Severity severity) {
  return fmt::format("<span class=\"severity {0}\">{0}</span>", to_string(severity));
}

}  // namespace acr
