// JSON, written as it comes: no tree is built.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

class JsonStream {
 public:
  // Appends to `out`, which the caller keeps. `indent` blanks a level; without, all in one line.
  explicit JsonStream(std::string& out, std::size_t indent) : out_(out), indent_(indent) {}
  static constexpr std::size_t kOneLine = static_cast<std::size_t>(-1);

  void open_object() { open('{'); }
  void close_object() { close('}'); }
  void open_array() { open('['); }
  void close_array() { close(']'); }
  // The name of the next value.
  void key(std::string_view name);

  // Text must be valid UTF-8, as clean() leaves it.
  void value(std::string_view text);
  void value(const char* text) { value(std::string_view(text)); }
  void value(std::integral auto number) {
    begin();
    if constexpr (std::same_as<decltype(number), bool>)
      out_ += number ? "true" : "false";
    else
      out_ += std::to_string(number);
  }
  void null();

  void field(std::string_view name, const auto& content) {
    key(name);
    value(content);
  }
  void null_field(std::string_view name) {
    key(name);
    null();
  }

 private:
  void begin();  // comma, line break and indentation, whatever comes next needs
  void open(char bracket);
  void close(char bracket);
  void break_line();
  void quote(std::string_view text);

  std::string& out_;
  std::size_t indent_;
  std::vector<bool> filled_;  // a level each: it holds something already
  bool after_key_ = false;
};

}  // namespace acr
