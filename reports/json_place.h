// A value in a JSON document and the way to it. What is not as it must be is thrown as a
// JsonComplaint, which names the place; read_report() catches it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

namespace acr {

struct JsonComplaint {
  std::string text;
};

class JsonPlace {
 public:
  explicit JsonPlace(simdjson::dom::element value) : value_(value) {}

  // The member `name`, which must be there. Names outlive the place, and so does this place.
  JsonPlace at(const char* name) const;
  // None where it is absent or null.
  std::optional<JsonPlace> maybe(const char* name) const;
  template <class Visit>
  void each(Visit visit) const {
    std::size_t index = 0;
    for (const auto element : array()) visit(JsonPlace(element, this, nullptr, index++));
  }

  std::string text() const;   // clean, one line
  std::string lines() const;  // clean, line feeds kept
  std::vector<std::string> list_of_lines() const;
  std::uint64_t count() const;
  bool flag() const;

  // "/results/3/outcome WHAT" is the complaint.
  [[noreturn]] void complain(std::string_view what) const;

 private:
  JsonPlace(simdjson::dom::element value, const JsonPlace* parent, const char* name,
            std::size_t index)
      : value_(value), parent_(parent), name_(name), index_(index) {}
  simdjson::dom::array array() const;
  std::string_view raw_text() const;
  std::string pointer() const;

  simdjson::dom::element value_;
  const JsonPlace* parent_ = nullptr;
  const char* name_ = nullptr;  // nullptr: an element of an array
  std::size_t index_ = 0;
};

}  // namespace acr
