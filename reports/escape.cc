#include "reports/escape.h"

#include <algorithm>

#include "estate/resource_id.h"

namespace acr {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kEscape = 0x1B, kCsi = 0x9B, kStringTerminator = 0x9C, kBell = 0x07;

// Longer sequences are no sequences but an attempt to hide text (or to make us scan it for ever).
constexpr std::size_t kLongestSequence = 4096;

void append(std::string& out, char32_t code) {
  const auto byte = [&out](char32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | (code >> 6));
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | (code >> 12));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | (code >> 18));
    byte(0x80 | ((code >> 12) & 0x3F));
    byte(0x80 | ((code >> 6) & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// ECMA-48: CSI parameters (0x30-0x3F), intermediates (0x20-0x2F), a final byte (0x40-0x7E). Returns
// the place behind the sequence, or `at` when it does not end properly.
std::size_t skip_csi(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.size(), at + kLongestSequence);
  std::size_t i = at;
  while (i < end && text[i] >= 0x30 && text[i] <= 0x3F) ++i;
  while (i < end && text[i] >= 0x20 && text[i] <= 0x2F) ++i;
  return i < end && text[i] >= 0x40 && text[i] <= 0x7E ? i + 1 : at;
}

// OSC, DCS, SOS, PM, APC: everything up to ST (or BEL, which terminals accept as well).
std::size_t skip_control_string(std::string_view text, std::size_t at) {
  const std::size_t end = std::min(text.size(), at + kLongestSequence);
  for (std::size_t i = at; i < end;) {
    const char32_t code = next_code_point(text, i);
    if (code == kBell || code == kStringTerminator) return i;
    if (code == kEscape && i < text.size() && text[i] == '\\') return i + 1;
  }
  return at;
}

// `at` is behind ESC.
std::size_t skip_escape(std::string_view text, std::size_t at) {
  if (at == text.size()) return at;
  switch (text[at]) {
    case '[':
      return skip_csi(text, at + 1);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_':
      return skip_control_string(text, at + 1);
    default:
      break;
  }
  const std::size_t end = std::min(text.size(), at + kLongestSequence);
  std::size_t i = at;
  while (i < end && text[i] >= 0x20 && text[i] <= 0x2F) ++i;
  return i < end && text[i] >= 0x30 && text[i] <= 0x7E ? i + 1 : at;
}

bool is_control_string(char32_t code) {  // DCS, SOS, OSC, PM, APC as single C1 characters
  return code == 0x90 || code == 0x98 || (code >= 0x9D && code <= 0x9F);
}

// Characters that reorder or hide what stands beside them, and the byte order mark.
bool is_deceptive(char32_t code) {
  return (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) ||
         code == 0x200E || code == 0x200F || code == 0x061C || code == 0xFEFF;
}

// Build agents obey what is printed: Azure Pipelines "##vso[…" and "##[…" anywhere in a line,
// GitHub Actions "::name …::" at its beginning, which is wherever a line may be broken. A blank
// makes it text again.
void break_log_commands(std::string& text) {
  for (auto at = text.find("##"); at != std::string::npos; at = text.find("##", at)) {
    at = std::min(text.find_first_not_of('#', at), text.size());
    const std::string_view rest = std::string_view(text).substr(at);
    if (rest.starts_with('[') || same_text(rest.substr(0, 4), "vso[")) text.insert(at, 1, ' ');
  }
  auto last = text.rfind("::");
  for (auto at = text.find("::"); at < last; at = text.find("::", at + 1)) {
    const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\n';
    const auto next = static_cast<unsigned char>(text[at + 2]);
    const bool letter = (next | 0x20) >= 'a' && (next | 0x20) <= 'z';
    if (!begins || !letter) continue;
    text.insert(at + 1, 1, ' ');
    ++last;
  }
}

// What most texts are: nothing in it is changed.
bool is_plain(std::string_view text) {
  const bool printable = std::all_of(text.begin(), text.end(), [](const char c) {
    return static_cast<unsigned char>(c) >= 0x20 && static_cast<unsigned char>(c) < 0x7F;
  });
  return printable && !text.ends_with(' ') && text.find("##") == std::string_view::npos &&
         text.find("::") == std::string_view::npos;
}

std::string clean_text(std::string_view text, bool keep_line_feeds) {
  if (is_plain(text)) return std::string(text);
  std::string out;
  out.reserve(text.size());
  const auto blank = [&out] {
    if (!out.empty() && out.back() != ' ' && out.back() != '\n') out += ' ';
  };
  for (std::size_t at = 0; at < text.size();) {
    const char32_t code = next_code_point(text, at);
    if (code == kEscape) {
      at = skip_escape(text, at);
    } else if (code == kCsi) {
      at = skip_csi(text, at);
    } else if (is_control_string(code)) {
      at = skip_control_string(text, at);
    } else if (code == '\n' && keep_line_feeds) {
      out += '\n';
    } else if (code == '\n' || code == '\r' || code == '\t' || code == 0x85 || code == 0x2028 ||
               code == 0x2029) {
      blank();
    } else if (code < 0x20 || (code >= 0x7F && code < 0xA0) || is_deceptive(code)) {
      continue;
    } else if ((code & 0xFFFE) == 0xFFFE) {
      append(out, kReplacement);
    } else {
      append(out, code);
    }
  }
  break_log_commands(out);
  return out;
}

}  // namespace

char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at++);
  if (first < 0x80) return first;
  if (first < 0xC2 || first > 0xF4) return kReplacement;
  const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  // The second byte's range excludes overlong forms, surrogates and what lies above U+10FFFF.
  unsigned char low = 0x80, high = 0xBF;
  if (first == 0xE0) low = 0xA0;
  if (first == 0xED) high = 0x9F;
  if (first == 0xF0) low = 0x90;
  if (first == 0xF4) high = 0x8F;
  char32_t code = first & (0x3F >> more);
  for (int k = 0; k < more; ++k) {
    if (at == text.size() || byte(at) < low || byte(at) > high) return kReplacement;
    code = (code << 6) | (byte(at++) & 0x3F);
    low = 0x80;
    high = 0xBF;
  }
  return code;
}

std::string clean(std::string_view text) {
  std::string out = clean_text(text, false);
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

std::string clean_lines(std::string_view text) {
  return clean_text(text, true);
}

std::string escape_xml(std::string_view clean_text) {
  std::string out;
  out.reserve(clean_text.size());
  for (const char c : clean_text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

}  // namespace acr
