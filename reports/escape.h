// Text from outside is hostile: a pod event may hold terminal escapes, a name may hold anything.
// Every report passes what it did not write itself through one of these functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace acr {

// The code point at `at`, which moves behind it. Invalid UTF-8 yields U+FFFD, one for each maximal
// part of a sequence (Unicode 15, section 3.9). Precondition: at < text.size().
char32_t next_code_point(std::string_view text, std::size_t& at);

// One line of valid UTF-8 without terminal escape sequences (ANSI, OSC, in 7 bit and in UTF-8), C0
// and C1 controls, bidirectional overrides and non-characters. Line breaks and tabs become a blank;
// blanks at the end go. Commands to build agents ("##vso[…", "::error::…") are broken by a blank.
// Clean text stays as it is.
std::string clean(std::string_view text);

// The same, with line feeds kept: for commands, which must stay as they are.
std::string clean_lines(std::string_view text);

// Clean text for XML 1.0, as content or between double quotes.
std::string escape_xml(std::string_view clean_text);

}  // namespace acr
