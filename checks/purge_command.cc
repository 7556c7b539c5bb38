#include "purge_command.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "estate/purge_text.h"
#include "pattern.h"

namespace acr {

namespace {

constexpr std::size_t kMostWords = 200;

// The words of a command line, with quotes read as a shell reads them.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  bool open = false;
  char quote = 0;
  for (std::size_t i = 0; i < text.size() && words.size() < kMostWords; ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word += c;
    } else if (c == '\'' || c == '"') {
      quote = c;
      open = true;
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      if (open) words.push_back(std::move(word));
      word.clear();
      open = false;
    } else if (c == '\\' && i + 1 < text.size() && text[i + 1] == '\n') {
      ++i;
    } else {
      word += c;
      open = true;
    }
  }
  if (open) words.push_back(std::move(word));
  return words;
}

// "repository:tag", split at the colon that is in no group "(?:" and no class "[:digit:]".
std::pair<std::string_view, std::string_view> split_filter(std::string_view filter) {
  int brackets = 0;
  for (std::size_t i = 0; i < filter.size(); ++i) {
    if (filter[i] == '\\') {
      ++i;
    } else if (filter[i] == '[') {
      ++brackets;
    } else if (filter[i] == ']') {
      brackets = std::max(brackets - 1, 0);
    } else if (filter[i] == ':' && brackets == 0 && (i == 0 || filter[i - 1] != '?')) {
      return {filter.substr(0, i), filter.substr(i + 1)};
    }
  }
  return {filter, {}};
}

PurgeCommand read_purge(std::string_view text) {
  PurgeCommand purge;
  const std::vector<std::string> words = words_of(text);
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view name = words[i];
    std::optional<std::string_view> value;
    if (const std::size_t equals = name.find('='); equals != name.npos && name.starts_with('-')) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    }
    const auto argument = [&]() -> std::string_view {
      if (value) return *value;
      return i + 1 < words.size() ? std::string_view(words[++i]) : std::string_view{};
    };
    const auto flag = [&] { return !value || *value != "false"; };
    if (name == "--filter" || name == "-f") {
      purge.filters.emplace_back(argument());
    } else if (name == "--ago") {
      purge.ago = parse_ago(argument());
    } else if (name == "--keep") {
      const std::string_view number = argument();
      std::from_chars(number.data(), number.data() + number.size(), purge.keep);
    } else if (name == "--untagged") {
      purge.untagged = flag();
    } else if (name == "--dry-run") {
      purge.dry_run = flag();
    } else if (name == "--include-locked") {
      purge.include_locked = flag();
    }
  }
  return purge;
}

Tri fits_whole(std::string_view pattern, std::string_view text) {
  return Expression(fmt::format("^{}$", pattern)).found_in(text);
}

}  // namespace

Tri PurgeCommand::chooses(std::string_view repository, std::string_view tag) const {
  Tri any = Tri::no;
  for (const std::string& filter : filters) {
    const auto [repositories, tags] = split_filter(filter);
    const Tri here = fits_whole(repositories, repository);
    const Tri there = here == Tri::no || tags.empty() ? Tri::no : Expression(tags).found_in(tag);
    if (here == Tri::yes && there == Tri::yes) return Tri::yes;
    if (here == Tri::unknown || there == Tri::unknown) any = Tri::unknown;
  }
  return any;
}

Tri PurgeCommand::chooses(std::string_view repository) const {
  Tri any = Tri::no;
  for (const std::string& filter : filters) {
    const Tri here = fits_whole(split_filter(filter).first, repository);
    if (here == Tri::yes) return here;
    if (here == Tri::unknown) any = here;
  }
  return any;
}

std::vector<PurgeCommand> find_purges(std::string_view steps) {
  std::vector<PurgeCommand> found;
  for (const std::string_view text : purge_texts(steps)) found.push_back(read_purge(text));
  return found;
}

std::optional<std::chrono::seconds> parse_ago(std::string_view text) {
  using std::chrono::seconds;
  if (text.empty()) return std::nullopt;
  seconds sum{0};
  while (!text.empty()) {
    long number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc{} || number < 0 || number > 60'000) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
    if (text.empty()) return std::nullopt;
    const char unit = text.front();
    text.remove_prefix(1);
    if (unit == 'd')
      sum += std::chrono::days(number);
    else if (unit == 'h')
      sum += std::chrono::hours(number);
    else if (unit == 'm')
      sum += std::chrono::minutes(number);
    else if (unit == 's')
      sum += seconds(number);
    else
      return std::nullopt;
  }
  return sum;
}

}  // namespace acr
