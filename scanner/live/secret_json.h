// JSON with credentials in it: what the parser copied is wiped when it goes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <simdjson.h>

namespace acr {

class SecretJson {
 public:
  explicit SecretJson(std::string_view text, std::size_t depth = 64);
  ~SecretJson();
  SecretJson(const SecretJson&) = delete;
  SecretJson& operator=(const SecretJson&) = delete;

  // Nothing when the text is no JSON object. Valid as long as this is.
  std::optional<simdjson::dom::object> object() const { return object_; }
  // What the parser says of the text: "" when it is JSON.
  std::string_view error() const { return error_; }

 private:
  std::string text_;
  simdjson::dom::parser parser_;
  std::optional<simdjson::dom::object> object_;
  std::string_view error_;
};

// Members by name; absent, null and of another type are one and the same: nothing.
std::string_view text_of(simdjson::dom::object object, std::string_view name);
std::optional<simdjson::dom::object> object_of(simdjson::dom::object object, std::string_view name);
// A number, or a string of digits: the metadata service writes numbers so.
std::optional<std::int64_t> number_of(simdjson::dom::object object, std::string_view name);

}  // namespace acr
