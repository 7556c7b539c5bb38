#include "reports/markdown_text.h"

#include <algorithm>

#include "reports/escape.h"

namespace acr {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The longest run of backticks.
std::size_t longest_run(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

// Without a pipe, which a table would take for the end of the cell even in code.
void append_code(std::string& out, std::string_view text) {
  if (text.empty()) return;
  const std::string fence(longest_run(text) + 1, '`');
  // A blank on both sides is taken off again; without it, backticks at an end would join the fence.
  const bool padded = text.front() == '`' || text.back() == '`' ||
                      (text.front() == ' ' && text.back() == ' ' &&
                       text.find_first_not_of(' ') != std::string_view::npos);
  const std::string_view pad = padded ? " " : "";
  out.append(fence).append(pad).append(text).append(pad).append(fence);
}

std::string code_of(std::string_view text) {
  std::string out;
  while (true) {
    const auto pipe = text.find('|');
    append_code(out, text.substr(0, pipe));
    if (pipe == std::string_view::npos) return out;
    out += "\\|";
    text.remove_prefix(pipe + 1);
  }
}

// What renderers find in plain text, whatever is escaped in it.
bool is_lively(std::string_view text) {
  if (text.starts_with(' ') || text.find("://") != std::string_view::npos ||
      text.find_first_of("@$") != std::string_view::npos)
    return true;
  const auto www = std::search(text.begin(), text.end(), std::begin("www."), std::end("www.") - 1,
                               [](char a, char b) { return (a | 0x20) == (b | 0x20); });
  if (www != text.end()) return true;
  // "#12", "!12", "GH-12": issues and pull requests. "1." and "1)" at the start: a list.
  const auto is_digit = [&text](std::size_t at) {
    return at < text.size() && text[at] >= '0' && text[at] <= '9';
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((text[i] == '#' || text[i] == '!') && is_digit(i + 1)) return true;
    if (text[i] == '-' && i >= 2 && (text[i - 1] | 0x20) == 'h' && (text[i - 2] | 0x20) == 'g' &&
        is_digit(i + 1))
      return true;
  }
  std::size_t digits = 0;
  while (is_digit(digits)) ++digits;
  return digits > 0 && digits < text.size() && (text[digits] == '.' || text[digits] == ')');
}

}  // namespace

std::string markdown_text(std::string_view outside) {
  const std::string text = clean(outside);
  if (is_lively(text)) return code_of(text);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool active = std::string_view("\\`*_[]<>&|~#").find(c) != std::string_view::npos;
    // At the start, other signs begin a list, a quotation or an underlined heading as well.
    const bool starts =
        i == 0 && static_cast<unsigned char>(c) < 0x80 && !is_alphanumeric(c) && c != ' ';
    if (active || starts) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_code(std::string_view outside) {
  return code_of(clean(outside));
}

std::string markdown_link(std::string_view text, std::string_view url) {
  const bool plain =
      url.starts_with("https://") && std::all_of(url.begin(), url.end(), [](const char c) {
        return is_alphanumeric(c) ||
               std::string_view("-._~:/?#=&%+,;").find(c) != std::string_view::npos;
      });
  const std::string code = markdown_code(text);
  return plain ? "[" + code + "](" + std::string(url) + ")" : code;
}

std::string markdown_commands(const std::vector<std::string>& commands) {
  std::string body;
  for (const auto& command : commands) body += clean_lines(command) + "\n";
  const std::string fence(std::max<std::size_t>(longest_run(body) + 1, 3), '`');
  return fence + "sh\n" + body + fence + "\n";
}

}  // namespace acr
