#include "live/plain.h"

#include <algorithm>
#include <cctype>

#include "collect/redact.h"
#include "live/clause.h"
#include "live/secret.h"

namespace acr {
namespace {

constexpr std::string_view kHidden = "***";
// Shorter texts stand in prose by chance.
constexpr std::size_t kShortestHidden = 4;
// Client secrets have 40 characters, GUIDs and image digests no capitals.
constexpr std::size_t kLongWord = 24;

bool is_space_or_control(unsigned char c) {
  return c <= 0x20 || c == 0x7F;
}

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
         std::string_view("-_.=+/~").find(c) != std::string_view::npos;
}

bool is_word_character(char c) {
  return is_token_character(c) && c != '.' && c != '/';
}

std::string_view word_at(std::string_view text, bool (*belongs)(char)) {
  const auto end = std::ranges::find_if_not(text, belongs);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

bool looks_secret(std::string_view word) {
  const auto has = [&](int (*kind)(int)) {
    return std::ranges::any_of(word,
                               [&](char c) { return kind(static_cast<unsigned char>(c)) != 0; });
  };
  return word.size() >= kLongWord && has(std::isupper) && has(std::islower) && has(std::isdigit);
}

void hide_known(std::string& text, const std::vector<std::string_view>& hidden) {
  for (const std::string_view secret : hidden) {
    if (secret.size() < kShortestHidden) continue;
    for (std::size_t at = text.find(secret); at != std::string::npos;
         at = text.find(secret, at + kHidden.size()))
      text.replace(at, secret.size(), kHidden);
  }
}

std::string hide_words(std::string_view text) {
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("eyJ")) {  // base64 of {": a JSON Web Token
      line += kHidden;
      i += word_at(rest, is_token_character).size();
    } else if (rest.starts_with("Bearer ") || rest.starts_with("Basic ")) {
      const std::size_t scheme = rest.find(' ') + 1;
      line.append(rest.substr(0, scheme)).append(kHidden);
      i += scheme + word_at(rest.substr(scheme), is_token_character).size();
    } else if (is_word_character(text[i])) {
      const std::string_view word = word_at(rest, is_word_character);
      line += looks_secret(word) ? kHidden : word;
      i += word.size();
    } else {
      line += text[i++];
    }
  }
  return line;
}

}  // namespace

std::string plain_line(std::string_view outside, const std::vector<std::string_view>& hidden,
                       std::size_t bytes) {
  // Long texts are cut before the work and after it; a credential that the first cut halves is
  // beyond the second.
  std::string head(outside.substr(0, 8 * bytes));
  hide_known(head, hidden);
  std::string line = one_line(head, 8 * bytes);
  wipe(head);
  std::string shown = hide_words(hide_credentials(line));
  wipe(line);
  return one_line(shown, bytes);
}

std::string plain_name(std::string_view outside, std::size_t bytes) {
  return one_line(outside, bytes);
}

std::string_view telling_line(std::string_view text) {
  std::string_view first;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!line.empty() && is_space_or_control(static_cast<unsigned char>(line.front())))
      line.remove_prefix(1);
    if (line.empty()) continue;
    if (line.starts_with("ERROR") || line.starts_with("error")) return line;
    if (first.empty()) first = line;
  }
  return first;
}

bool is_header_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  result.reserve(3 * text.size());  // grown, it would leave parts of a credential behind
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x80 && std::isalnum(byte) != 0) || c == '-' || c == '.' || c == '_' || c == '~') {
      result += c;
    } else {
      result += '%';
      result += kDigits[byte >> 4U];
      result += kDigits[byte & 15U];
    }
  }
  return result;
}

}  // namespace acr
