// Outside text in HTML: it stays text, as content and between double quotes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "judge/report.h"

namespace acr {

// One line.
std::string html_text(std::string_view outside);

// A link where the address is plain and https, and else the text alone.
std::string html_link(std::string_view text, std::string_view url);

// A block of commands as they are; the page's script gives it a button that copies it. Empty where
// there are none.
std::string html_commands(const std::vector<std::string>& commands);

// The id of the check's row in the list of checks; the same for what a report was read from.
std::string html_anchor(const Check& check);

// Glyph and words, which are HTML: none of the states is told by colour alone.
enum class HtmlMark { good, bad, unsure, skipped };
std::string html_mark(HtmlMark mark, std::string_view words);
std::string_view html_glyph(HtmlMark mark);
std::string_view html_class(HtmlMark mark);  // "good", "bad", …

std::string html_severity(Severity severity);

}  // namespace acr
