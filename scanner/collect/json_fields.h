// Reading simdjson's on-demand values without exceptions and without copies. Absent, null and of
// the wrong type are one and the same: no value. Text that is not JSON is remembered as an error.
#pragma once

#include <cstring>
#include <string_view>

#include <simdjson.h>

namespace acr {

// Compares a member name as it stands in the text, from behind its opening quote. Names written
// with escapes are not recognised: no tool writes Kubernetes fields that way.
template <std::size_t N>
bool is_key(const char* key, const char (&word)[N]) {
  return std::memcmp(key, word, N - 1) == 0 && key[N - 1] == '"';
}

class JsonFields {
 public:
  using Value = simdjson::ondemand::value;

  simdjson::error_code error() const { return error_; }
  void clear() { error_ = simdjson::SUCCESS; }
  void note(simdjson::error_code error) {
    if (error != simdjson::INCORRECT_TYPE && error != simdjson::NO_SUCH_FIELD && !error_)
      error_ = error;
  }

  // visit(const char* key, Value value) for every member, in the order of the text.
  template <class Visit>
  void each_member(simdjson::ondemand::object& object, Visit visit) {
    for (auto item : object) {
      simdjson::ondemand::field field;
      if (const auto error = std::move(item).get(field)) return note(error);
      visit(field.key().raw(), field.value());
      if (error_) return;
    }
  }
  template <class Visit>
  void each_member(Value value, Visit visit) {
    simdjson::ondemand::object object;
    if (const auto error = value.get_object().get(object)) return note(error);
    each_member(object, visit);
  }

  // visit(Value value, std::size_t index) for every element.
  template <class Visit>
  void each_element(Value value, Visit visit) {
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return note(error);
    std::size_t index = 0;
    for (auto item : array) {
      Value element;
      if (const auto error = std::move(item).get(element)) return note(error);
      visit(element, index++);
      if (error_) return;
    }
  }

  // A string without copying, unless it has escapes. Valid as long as the text and the parser's
  // current document.
  std::string_view text(Value value) {
    std::string_view token = value.raw_json_token();
    if (token.empty() || token[0] != '"') return {};
    const std::size_t quote = token.rfind('"');
    if (quote == 0) return {};
    token = token.substr(1, quote - 1);
    if (std::memchr(token.data(), '\\', token.size()) == nullptr) return token;
    std::string_view unescaped;
    note(value.get_string().get(unescaped));
    return unescaped;
  }

  bool flag(Value value) {
    bool result = false;
    note(value.get_bool().get(result));
    return result;
  }

  // The JSON text of an object or array that is not empty.
  std::string_view raw(Value value) {
    simdjson::ondemand::json_type type{};
    if (const auto error = value.type().get(type)) {
      note(error);
      return {};
    }
    std::string_view json;
    simdjson::ondemand::object object;
    simdjson::ondemand::array array;
    if (type == simdjson::ondemand::json_type::object) {
      if (const auto error = value.get_object().get(object)) return note(error), json;
      if (const auto error = object.raw_json().get(json)) return note(error), std::string_view{};
    } else if (type == simdjson::ondemand::json_type::array) {
      if (const auto error = value.get_array().get(array)) return note(error), json;
      if (const auto error = array.raw_json().get(json)) return note(error), std::string_view{};
    }
    while (!json.empty() && json.back() != '}' && json.back() != ']') json.remove_suffix(1);
    return json.size() > 2 ? json : std::string_view{};
  }

 private:
  simdjson::error_code error_ = simdjson::SUCCESS;
};

}  // namespace acr
