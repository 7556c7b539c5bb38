#include "collect/arm_value.h"

#include <algorithm>

#include <fmt/format.h>

#include "collect/arm.h"

namespace acr {

namespace {

constexpr std::size_t kTextLimit = 16384;

void write_text(std::string& json, std::string_view text) {
  json += '"';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      json += '\\';
      json += c;
    } else if (code < 0x20) {
      json += fmt::format("\\u{:04x}", code);
    } else {
      json += c;
    }
  }
  json += '"';
}

std::string_view take_step(std::string_view& path) {
  const std::size_t slash = path.find('/');
  const std::string_view step = path.substr(0, slash);
  path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
  return step;
}

}  // namespace

std::string plan_text(simdjson::dom::element element) {
  std::string_view text;
  if (element.get_string().get(text) != simdjson::SUCCESS) return {};
  return cut_text(text, kTextLimit);
}

ArmValue::ArmValue(const ArmValue& other)
    : kind_(other.kind_), text_(other.text_), place_(other.place_) {
  children_.reserve(other.children_.size());
  for (const Child& child : other.children_)
    children_.push_back({child.name, std::make_unique<ArmValue>(*child.value)});
}

ArmValue& ArmValue::operator=(const ArmValue& other) {
  return *this = ArmValue(other);
}

const ArmValue* ArmValue::find_child(std::string_view name) const {
  const auto found = std::ranges::find_if(
      children_, [&](const Child& child) { return same_text(child.name, name); });
  return found == children_.end() ? nullptr : found->value.get();
}

ArmValue& ArmValue::member(std::string_view name) {
  if (kind_ != Kind::object) children_.clear();
  kind_ = Kind::object;
  if (const ArmValue* known = find_child(name)) return const_cast<ArmValue&>(*known);
  return *children_.emplace_back(std::string(name), std::make_unique<ArmValue>()).value;
}

ArmValue& ArmValue::at(std::string_view path) {
  ArmValue* value = this;
  while (!path.empty()) value = &value->member(take_step(path));
  return *value;
}

ArmValue& ArmValue::add() {
  if (kind_ != Kind::list) children_.clear();
  kind_ = Kind::list;
  return *children_.emplace_back(std::string{}, std::make_unique<ArmValue>()).value;
}

void ArmValue::set_text(std::string_view text, Place place) {
  kind_ = Kind::text;
  text_ = cut_text(text, kTextLimit);
  children_.clear();
  place_ = std::move(place);
}

void ArmValue::set_flag(bool flag, Place place) {
  kind_ = Kind::raw;
  text_ = flag ? "true" : "false";
  children_.clear();
  place_ = std::move(place);
}

void ArmValue::set_number(std::size_t number, Place place) {
  kind_ = Kind::raw;
  text_ = fmt::format("{}", number);
  children_.clear();
  place_ = std::move(place);
}

void ArmValue::set(simdjson::dom::element element, Place place) {
  children_.clear();
  text_.clear();
  place_ = std::move(place);
  simdjson::dom::object object;
  simdjson::dom::array list;
  if (element.get_object().get(object) == simdjson::SUCCESS) {
    kind_ = Kind::object;
    for (const auto [name, value] : object) {
      auto child = std::make_unique<ArmValue>();
      child->set(value);
      children_.push_back({cut_text(name, kTextBytes), std::move(child)});
    }
  } else if (element.get_array().get(list) == simdjson::SUCCESS) {
    kind_ = Kind::list;
    for (const simdjson::dom::element value : list) add().set(value);
  } else if (element.is_string()) {
    kind_ = Kind::text;
    text_ = plan_text(element);
  } else if (element.is_null()) {
    kind_ = Kind::none;
  } else {
    kind_ = Kind::raw;
    text_ = simdjson::minify(element);
  }
}

void ArmValue::merge(const ArmValue& other, const Place& inherited) {
  const Place& place = other.place_.pointer.empty() ? inherited : other.place_;
  if (kind_ != Kind::object || other.kind_ != Kind::object) {
    *this = other;
    if (place_.pointer.empty()) place_ = place;
    return;
  }
  for (const auto& [name, value] : other.children_)
    member(name).merge(*value,
                       place.with_rest ? Place{pointer_step(place.pointer, name), true} : place);
}

const ArmValue* ArmValue::find(std::string_view path) const {
  const ArmValue* value = this;
  while (!path.empty()) {
    const std::string_view step = take_step(path);
    if (value->kind_ != Kind::object) return nullptr;
    value = value->find_child(step);
    if (value == nullptr) return nullptr;
  }
  return value->kind_ == Kind::none ? nullptr : value;
}

std::string ArmValue::text(std::string_view path) const {
  const ArmValue* value = find(path);
  if (value == nullptr || value->kind_ != Kind::text || value->text_ == kUnknownValue) return {};
  return value->text_;
}

void ArmValue::write(std::string& json, const std::string& pointer, Plan& plan) const {
  if (!place_.pointer.empty()) plan.places.insert_or_assign(pointer, place_);
  switch (kind_) {
    case Kind::none:
      json += "null";
      return;
    case Kind::text:
      write_text(json, text_);
      return;
    case Kind::raw:
      json += text_;
      return;
    case Kind::object:
    case Kind::list:
      break;
  }
  const bool list = kind_ == Kind::list;
  json += list ? '[' : '{';
  std::size_t index = 0;
  for (const auto& [name, value] : children_) {
    if (index > 0) json += ',';
    if (!list) {
      write_text(json, name);
      json += ':';
    }
    value->write(json, list ? fmt::format("{}/{}", pointer, index) : pointer_step(pointer, name),
                 plan);
    ++index;
  }
  json += list ? ']' : '}';
}

}  // namespace acr
