#include "estate/purge_text.h"

#include <algorithm>

namespace acr {

namespace {

std::string_view without_margin(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view{} : line.substr(first);
}

// Further lines belong to a command while they begin with an option.
std::string_view command_at(std::string_view steps, std::size_t start) {
  std::size_t end = std::min(steps.find('\n', start), steps.size());
  while (end < steps.size()) {
    const std::size_t next = std::min(steps.find('\n', end + 1), steps.size());
    const std::string_view line = without_margin(steps.substr(end + 1, next - end - 1));
    if (!line.starts_with("--")) break;
    end = next;
  }
  return steps.substr(start, end - start);
}

}  // namespace

std::vector<std::string_view> purge_texts(std::string_view steps) {
  constexpr std::string_view kCommand = "acr purge";
  std::vector<std::string_view> found;
  for (std::size_t at = steps.find(kCommand); at != steps.npos;
       at = steps.find(kCommand, at + kCommand.size())) {
    const std::size_t line = steps.rfind('\n', at) + 1;  // npos + 1 is 0
    if (!without_margin(steps.substr(line, at - line)).starts_with('#'))
      found.push_back(command_at(steps, at));
  }
  return found;
}

}  // namespace acr
