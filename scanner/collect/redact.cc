#include "collect/redact.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "estate/resource_id.h"

namespace acr {
namespace {

constexpr std::string_view kHidden = "***";
// Names of parameters whose values let their holder in, in lower case.
constexpr std::array<std::string_view, 10> kSecretNames{
    "sig",   "signature",     "access_token", "refresh_token", "id_token",
    "token", "client_secret", "secret",       "password",      "client_assertion"};

bool is_name(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-';
}

// Ends the value of a parameter, or a URL, within prose.
bool ends_value(char byte) {
  return static_cast<unsigned char>(byte) <= ' ' || byte == '&' || byte == '"' || byte == '\'' ||
         byte == '\\' || byte == '<' || byte == '>' || byte == ')' || byte == ']' || byte == '}';
}

std::size_t end_of_value(std::string_view text, std::size_t from) {
  const auto* end = std::find_if(text.begin() + from, text.end(), ends_value);
  return static_cast<std::size_t>(end - text.begin());
}

// Does a parameter name end before the '=' at `equals`, and is it one to hide?
bool names_secret(std::string_view text, std::size_t equals) {
  std::size_t begin = equals;
  while (begin > 0 && is_name(text[begin - 1])) --begin;
  return std::ranges::find(kSecretNames, lower(text.substr(begin, equals - begin))) !=
         kSecretNames.end();
}

// "user:password@" at the head of a URL's authority: the lengths up to the colon and to the '@'.
// Hosts and passwords are short, and a long text full of "://" shall cost no square.
struct Password {
  std::size_t colon = 0, at = 0;
};
std::optional<Password> find_password(std::string_view authority) {
  constexpr std::size_t kLongest = 512;
  authority = authority.substr(0, kLongest);
  authority = authority.substr(0, end_of_value(authority, 0));
  authority = authority.substr(0, authority.find_first_of("/?#"));
  const std::size_t at = authority.rfind('@'), colon = authority.find(':');
  if (at == std::string_view::npos || colon >= at) return std::nullopt;
  return Password{colon, at};
}

}  // namespace

std::string hide_credentials(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '=' && names_secret(text, at)) {
      const std::size_t end = end_of_value(text, at + 1);
      result += '=';
      if (end > at + 1) result += kHidden;
      at = end;
      continue;
    }
    if (text.substr(at).starts_with("://")) {
      result += "://";
      at += 3;
      if (const auto password = find_password(text.substr(at))) {
        result.append(text.substr(at, password->colon + 1)).append(kHidden);
        at += password->at;
      }
      continue;
    }
    result += text[at++];
  }
  return result;
}

}  // namespace acr
