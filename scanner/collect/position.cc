#include "collect/position.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>

namespace acr {
namespace {

namespace ondemand = simdjson::ondemand;

std::optional<std::size_t> index_of(const std::string& step) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc{} || end != step.data() + step.size()) return std::nullopt;
  return index;
}

// The member of this name: where its name begins, and its value.
struct Found {
  const char* at = nullptr;
  ondemand::value value;
};

std::optional<Found> find_member(ondemand::object object, std::string_view name) {
  for (auto item : object) {
    ondemand::field field;
    if (std::move(item).get(field)) return std::nullopt;
    const char* at = field.key().raw() - 1;  // the quotation mark
    std::string_view key;
    if (field.unescaped_key().get(key)) return std::nullopt;
    if (key == name) return Found{at, field.value()};
  }
  return std::nullopt;
}

std::optional<Found> find_entry(ondemand::array array, std::size_t index) {
  ondemand::value value;
  if (array.at(index).get(value)) return std::nullopt;
  const std::string_view token = value.raw_json_token();
  return Found{token.begin(), value};
}

template <class Value>
std::optional<Found> find_step(Value&& value, const std::string& step) {
  ondemand::json_type type{};
  if (value.type().get(type)) return std::nullopt;
  if (type == ondemand::json_type::object) {
    ondemand::object object;
    if (value.get_object().get(object)) return std::nullopt;
    return find_member(object, step);
  }
  const auto index = index_of(step);
  ondemand::array array;
  if (type != ondemand::json_type::array || !index || value.get_array().get(array))
    return std::nullopt;
  return find_entry(array, *index);
}

TextPosition position_at(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  return {1 + static_cast<std::size_t>(std::ranges::count(before, '\n')),
          1 + static_cast<std::size_t>(
                  std::ranges::count_if(before.substr(line_begin), [](const char byte) {
                    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
                  }))};
}

// Two documents of simdjson have no common base: one of a stream, one alone.
template <class Document>
std::optional<std::size_t> offset_of(Document&& document, const char* text,
                                     const std::vector<std::string>& steps) {
  std::optional<Found> found = find_step(document, steps.front());
  for (std::size_t i = 1; found && i < steps.size(); ++i) found = find_step(found->value, steps[i]);
  if (!found) return std::nullopt;
  return static_cast<std::size_t>(found->at - text);
}

template <class Find>
std::optional<TextPosition> nearest(std::string_view pointer, Find find) {
  for (;;) {
    const std::optional<TextPosition> found = find(pointer);
    const std::size_t slash = pointer.rfind('/');
    if (found || slash == std::string_view::npos) return found;
    pointer = pointer.substr(0, slash);
  }
}

}  // namespace

std::optional<std::vector<std::string>> pointer_steps(std::string_view pointer) {
  if (!pointer.empty() && pointer[0] != '/') return std::nullopt;
  std::vector<std::string> steps;
  for (const char byte : pointer) {
    if (byte == '/')
      steps.emplace_back();
    else if (steps.back().ends_with('~') && (byte == '0' || byte == '1'))
      steps.back().back() = byte == '0' ? '\x01' : '/';
    else
      steps.back() += byte;
  }
  // "~0" must not become the '~' of a later escape, hence the detour.
  for (std::string& step : steps) std::ranges::replace(step, '\x01', '~');
  return steps;
}

std::optional<TextPosition> json_position(std::string_view text, std::uint32_t document,
                                          std::string_view pointer) {
  const auto steps = pointer_steps(pointer);
  if (!steps) return std::nullopt;
  const simdjson::padded_string padded(text);
  ondemand::parser parser;
  ondemand::document_stream stream;
  if (parser.iterate_many(padded, std::max<std::size_t>(text.size(), ondemand::DEFAULT_BATCH_SIZE))
          .get(stream))
    return std::nullopt;
  std::uint32_t index = 0;
  for (auto it = stream.begin(); it != stream.end(); ++it, ++index) {
    if (index != document) continue;
    auto current = *it;
    if (current.error()) return std::nullopt;
    if (steps->empty()) return position_at(text, it.current_index());
    const auto offset = offset_of(current.value(), padded.data(), *steps);
    if (!offset || *offset > text.size()) return std::nullopt;
    return position_at(text, *offset);
  }
  return std::nullopt;
}

bool is_json(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

std::optional<TextPosition> nearest_position(const YamlPart& part, std::string_view pointer) {
  return nearest(pointer, [&](std::string_view there) { return yaml_position(part, there); });
}

std::optional<TextPosition> nearest_position(std::string_view text, std::uint32_t document,
                                             std::string_view pointer) {
  if (is_json(text))
    return nearest(pointer,
                   [&](std::string_view there) { return json_position(text, document, there); });
  const std::vector<YamlPart> parts = split_yaml(text);
  if (document >= parts.size()) return std::nullopt;
  return nearest_position(parts[document], pointer);
}

}  // namespace acr
