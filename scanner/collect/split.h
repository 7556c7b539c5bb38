// Cuts JSON text of any size into pieces that a parser can take one by one: root values (one
// document, several in a row, one a line), and the elements of the list that a root value is or
// holds. Only brackets and strings are looked at; whether a piece is right is for its parser to
// say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace acr {

// Something that is not JSON. `offset` is where, `found` and `expected` are words for people.
struct Damage {
  std::size_t offset = 0;
  std::string found, expected;
};

// Who receives the pieces. Views go into the text and have its padding behind them.
struct SplitReceiver {
  // A root value without a list. False: it was damaged, and the splitter looks for the next value
  // inside it, at the next line that starts as this one did.
  std::function<bool(std::string_view value)> value;
  // A list begins. `head` is the root object so far, closed as if the list were empty and the last
  // member; "[]" for a root array. `member` is the list's name, empty for a root array.
  std::function<void(std::string_view head, std::string_view member)> begin_list;
  // One element; false as for `value`.
  std::function<bool(std::string_view element, std::size_t index)> element;
  // The list and the root value are over. `envelope` is the root value with the list emptied.
  std::function<void(std::string_view envelope)> end_list;
  std::function<void(const Damage&)> damage;
  // A piece of more than `limit` bytes was left out.
  std::function<void(std::size_t offset, std::size_t bytes)> too_large;
};

// `text` needs kTextPadding readable bytes behind its end. `limit` is the largest piece in bytes.
void split(std::string_view text, std::size_t limit, const SplitReceiver& receiver);

// The end of the object or array that begins at `begin`; npos when the text ends first.
std::size_t skip_container(std::string_view text, std::size_t begin);

// The first byte at which a value is not JSON: for messages, after a parser refused it. nullopt
// when the syntax is right, whatever else may be wrong (numbers out of range, bytes that are not
// UTF-8).
std::optional<Damage> find_damage(std::string_view value);

}  // namespace acr
