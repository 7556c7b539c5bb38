// Outside text, made fit for one line of a report or a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

// As one_line (clause.h), and without what looks like a credential: parameters and passwords of
// URLs, JSON Web Tokens, "Bearer …", long words of mixed letters and digits, and each of `hidden`
// wherever it stands. At most `bytes` bytes, then "…".
std::string plain_line(std::string_view outside, const std::vector<std::string_view>& hidden = {},
                       std::size_t bytes = 300);

// one_line alone: for names and paths, which may look like anything.
std::string plain_name(std::string_view outside, std::size_t bytes = 300);

// The first line that is not blank; before it, one that begins with "ERROR" or "error", since tools
// warn before they fail.
std::string_view telling_line(std::string_view text);

// May the text stand in a header? Visible ASCII without blanks, not empty.
bool is_header_word(std::string_view text);

// RFC 3986: everything but unreserved characters as %XX. Right for forms too.
std::string percent_encode(std::string_view text);

}  // namespace acr
