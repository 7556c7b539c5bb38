#include "live/clause.h"

namespace acr {
namespace {

// The bytes of the UTF-8 sequence that starts here; 0 when it is none, or a control character.
std::size_t printable_length(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return first < 0x20 || first == 0x7f ? 0 : 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t at = 1; at < length; ++at)
    if ((byte(at) & 0xc0) != 0x80) return 0;
  // Overlong, surrogate, beyond Unicode; C1 controls; line, paragraph and direction marks.
  if (first == 0xe0 && byte(1) < 0xa0) return 0;
  if (first == 0xed && byte(1) >= 0xa0) return 0;
  if (first == 0xf0 && byte(1) < 0x90) return 0;
  if (first == 0xf4 && byte(1) >= 0x90) return 0;
  if (first == 0xc2 && byte(1) < 0xa0) return 0;
  if (first == 0xe2 && byte(1) == 0x80 && byte(2) >= 0xa8 && byte(2) <= 0xae) return 0;
  if (first == 0xe2 && byte(1) == 0x81 && byte(2) >= 0xa6 && byte(2) <= 0xa9) return 0;
  return length;
}

std::string without_user_info(std::string_view text) {
  std::string out;
  while (true) {
    const auto scheme = text.find("://");
    if (scheme == text.npos) return out.append(text);
    out.append(text.substr(0, scheme + 3));
    text.remove_prefix(scheme + 3);
    const auto authority = text.substr(0, text.find_first_of("/?# \t\r\n'\""));
    const auto at = authority.rfind('@');
    if (at != authority.npos) text.remove_prefix(at + 1);
  }
}

}  // namespace

std::string one_line(std::string_view raw, std::size_t most) {
  const std::string clean = without_user_info(raw);
  std::string_view text = clean;
  std::string line;
  while (!text.empty()) {
    const bool space = text[0] == ' ' || text[0] == '\n' || text[0] == '\r' || text[0] == '\t';
    const std::size_t length = space ? 1 : printable_length(text);
    const std::string_view piece = space         ? std::string_view(" ")
                                   : length == 0 ? std::string_view("?")
                                                 : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
    if (space && (line.empty() || line.back() == ' ')) continue;
    if (line.size() + piece.size() > most) {
      line += "…";
      break;
    }
    line += piece;
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return line;
}

}  // namespace acr
