#include "collect/locate.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "collect/position.h"

namespace acr {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kOriginBytes = std::size_t{4} << 20;
constexpr std::size_t kEntries = 20'000;  // of the working directory, looked through for charts
constexpr int kDepth = 6;

std::string_view trim(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  const std::size_t last = line.find_last_not_of(" \t\r");
  return line.substr(first, last - first + 1);
}

// "- image: x" -> "image:"; empty where the line has no key.
std::string_view key_of(std::string_view line) {
  line = trim(line);
  while (line.starts_with("- ")) line = trim(line.substr(2));
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.starts_with('#') || line.starts_with("{{")) return {};
  return line.substr(0, colon + 1);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    lines.push_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return lines;
}

// Of the line's like in the origin the one with the same number, if the origin has so many.
template <class Like>
std::size_t same_number(const std::vector<std::string_view>& made, std::size_t line,
                        const std::vector<std::string_view>& origin, bool or_last, Like like) {
  std::size_t number = 0, seen = 0, found = 0;
  for (std::size_t i = 0; i < line; ++i) number += like(made[i]) ? 1U : 0U;
  for (std::size_t i = 0; i < origin.size() && seen < number; ++i) {
    if (!like(origin[i])) continue;
    ++seen;
    found = i + 1;
  }
  return seen == number || or_last ? found : 0;
}

// Relative to the working directory where it lies within, and without steps that change nothing.
std::string shown_path(const std::string& path) {
  const fs::path plain = fs::path(path).lexically_normal();
  if (plain.is_relative()) return plain.generic_string();
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path below = error ? fs::path() : plain.lexically_relative(here);
  return (below.empty() || *below.begin() == ".." ? plain : below).generic_string();
}

// The file's real place, if that is in the working directory.
bool lies_within(const fs::path& file) {
  std::error_code error;
  const fs::path here = fs::canonical(".", error);
  if (error) return false;
  const fs::path real = fs::canonical(file, error);
  if (error || !fs::is_regular_file(real, error)) return false;
  return std::mismatch(here.begin(), here.end(), real.begin(), real.end()).first == here.end();
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code error;
  if (fs::file_size(path, error) > kOriginBytes || error) return std::nullopt;
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return std::nullopt;
  return text;
}

std::size_t column_of(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" -");
  return first == std::string_view::npos ? 1 : first + 1;
}

}  // namespace

std::size_t line_of_origin(std::string_view made, std::size_t line, std::string_view origin) {
  const std::vector<std::string_view> made_lines = lines_of(made), origin_lines = lines_of(origin);
  if (line == 0 || line > made_lines.size()) return 0;
  const std::string_view wanted = trim(made_lines[line - 1]), key = key_of(wanted);
  const std::size_t same =
      same_number(made_lines, line, origin_lines, false,
                  [&](std::string_view other) { return trim(other) == wanted; });
  if (same != 0 || key.empty()) return same;
  return same_number(made_lines, line, origin_lines, true,
                     [&](std::string_view other) { return key_of(other) == key; });
}

// Charts and kustomizations, in byte order of their folders.
const std::vector<std::string>& Locator::roots() {
  if (roots_) return *roots_;
  roots_.emplace();
  std::error_code error;
  std::size_t entries = 0;
  fs::recursive_directory_iterator entry(".", fs::directory_options::skip_permission_denied, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (++entries > kEntries) break;
    const fs::path& path = entry->path();
    if (entry.depth() >= kDepth || path.filename().native().starts_with('.'))
      entry.disable_recursion_pending();
    const std::string name = path.filename().string();
    if (name == "Chart.yaml" || name == "kustomization.yaml" || name == "kustomization.yml")
      roots_->push_back(path.parent_path().lexically_normal().generic_string());
  }
  std::ranges::sort(*roots_);
  return *roots_;
}

const std::optional<Locator::OriginFile>& Locator::origin_of(const std::string& made_of) {
  const auto [known, is_new] = origins_.try_emplace(made_of);
  std::optional<OriginFile>& found = known->second;
  const fs::path given(made_of);
  if (!is_new || given.empty() || given.is_absolute()) return found;
  const auto take = [&](const fs::path& candidate) {
    if (found || !lies_within(candidate)) return;
    const std::string path = candidate.lexically_normal().generic_string();
    if (auto text = read_file(path)) found = OriginFile{path, *std::move(text)};
  };
  take(given);
  // Helm puts the chart's name first, which need not be that of its folder.
  fs::path below;
  for (auto part = std::next(given.begin()); part != given.end(); ++part) below /= *part;
  for (const std::string& root : found ? std::vector<std::string>{} : roots()) {
    if (!below.empty()) take(fs::path(root) / below);
    take(fs::path(root) / given);
  }
  return found;
}

std::optional<Place> Locator::find(const Evidence& evidence) {
  const auto [known, is_new] = found_.try_emplace({evidence.document, evidence.pointer});
  if (is_new) known->second = look_up(evidence.document, evidence.pointer);
  return known->second;
}

std::optional<Place> Locator::look_up(std::uint32_t number, const std::string& pointer) {
  const auto& documents = collected_.estate.documents;
  if (number >= documents.size() || !documents[number].written) return std::nullopt;
  const Document& document = documents[number];
  const auto source = std::ranges::find(collected_.written, document.source, &WrittenSource::name);
  if (source == collected_.written.end()) return std::nullopt;
  const YamlPart* part = nullptr;
  if (!is_json(source->text)) {
    const auto [parts, is_new] = parts_.try_emplace(source->name);
    if (is_new) parts->second = split_yaml(source->text);
    if (document.index_in_source >= parts->second.size()) return std::nullopt;
    part = &parts->second[document.index_in_source];
  }
  const auto position = part != nullptr
                            ? nearest_position(*part, pointer)
                            : nearest_position(source->text, document.index_in_source, pointer);
  if (!position) return std::nullopt;
  Place place{source->path.empty() ? source->name : shown_path(source->path), position->line,
              position->column};
  const auto& origin = origin_of(document.made_of);
  if (!origin || part == nullptr) return place;
  // The lines of this document alone, because those of a stream are alike.
  const std::size_t line =
      line_of_origin(part->text, position->line - part->line + 1, origin->text);
  std::string rendered = fmt::format("{}:{}", place.file, place.line);
  if (line == 0) return Place{origin->path, 1, 1, std::move(rendered)};
  return Place{origin->path, line, column_of(lines_of(origin->text)[line - 1]),
               std::move(rendered)};
}

}  // namespace acr
