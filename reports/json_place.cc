#include "reports/json_place.h"

#include <fmt/format.h>

#include "reports/escape.h"

namespace acr {

JsonPlace JsonPlace::at(const char* name) const {
  simdjson::dom::object object;
  if (value_.get(object) != simdjson::SUCCESS) complain("is no object");
  simdjson::dom::element member;
  if (object.at_key(name).get(member) != simdjson::SUCCESS)
    complain(fmt::format("has no member '{}'", name));
  return JsonPlace(member, this, name, 0);
}

std::optional<JsonPlace> JsonPlace::maybe(const char* name) const {
  simdjson::dom::object object;
  if (value_.get(object) != simdjson::SUCCESS) complain("is no object");
  simdjson::dom::element member;
  if (object.at_key(name).get(member) != simdjson::SUCCESS || member.is_null()) return std::nullopt;
  return JsonPlace(member, this, name, 0);
}

std::string JsonPlace::text() const {
  return clean(raw_text());
}

std::string JsonPlace::lines() const {
  return clean_lines(raw_text());
}

std::vector<std::string> JsonPlace::list_of_lines() const {
  std::vector<std::string> list;
  each([&list](const JsonPlace& item) { list.push_back(item.lines()); });
  return list;
}

std::uint64_t JsonPlace::count() const {
  std::uint64_t number = 0;
  if (value_.get(number) != simdjson::SUCCESS) complain("is no count");
  return number;
}

bool JsonPlace::flag() const {
  bool value = false;
  if (value_.get(value) != simdjson::SUCCESS) complain("is neither true nor false");
  return value;
}

void JsonPlace::complain(std::string_view what) const {
  const std::string place = pointer();
  throw JsonComplaint{fmt::format("{} {}", place.empty() ? "the document" : place, what)};
}

simdjson::dom::array JsonPlace::array() const {
  simdjson::dom::array array;
  if (value_.get(array) != simdjson::SUCCESS) complain("is no list");
  return array;
}

std::string_view JsonPlace::raw_text() const {
  std::string_view text;
  if (value_.get(text) != simdjson::SUCCESS) complain("is no text");
  return text;
}

std::string JsonPlace::pointer() const {
  if (parent_ == nullptr) return {};
  return parent_->pointer() + "/" + (name_ == nullptr ? std::to_string(index_) : name_);
}

}  // namespace acr
