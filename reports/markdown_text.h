// Outside text in GitHub-flavoured Markdown: it stays text. Nothing in it makes a link, a mention,
// a heading, a table cell or HTML, on GitHub and on Azure DevOps.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace acr {

// One line, in a paragraph, a list item or a cell of a table. Text that renderers would make more
// of than Markdown knows (addresses, mentions, issue numbers, formulas) becomes code.
std::string markdown_text(std::string_view outside);

// The same, always as code: for names.
std::string markdown_code(std::string_view outside);

// "[`text`](url)" where the address is plain, and else the code alone.
std::string markdown_link(std::string_view text, std::string_view url);

// A block of commands as they are, to be copied.
std::string markdown_commands(const std::vector<std::string>& commands);

}  // namespace acr
