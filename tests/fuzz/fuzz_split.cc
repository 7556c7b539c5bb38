// Any bytes: every piece lies within the text, in order. JSON that a tree parser accepts: the
// pieces of a root array are its elements, and nothing is called damaged.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include <simdjson.h>

#include "collect/source.h"
#include "collect/split.h"

namespace {
void demand(bool condition) {
  if (!condition) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  const auto source = acr::SourceText::copy(bytes);
  if (!source) return 0;
  const std::string_view text = source->text();

  simdjson::dom::parser parser;
  simdjson::dom::element root;
  const bool json = parser.parse(simdjson::padded_string(bytes)).get(root) == simdjson::SUCCESS &&
                    (root.is_array() || root.is_object());
  bool damaged = false;
  const char* last = text.data();
  std::size_t elements = 0, values = 0, begun = 0, ended = 0;
  const auto good = [&](std::string_view piece) {
    demand(!piece.empty() && piece.data() >= text.data() &&
           piece.data() + piece.size() <= text.data() + text.size());
    demand(piece.data() >= last);
    last = piece.data();
    simdjson::dom::parser piece_parser;
    return piece_parser.parse(simdjson::padded_string(piece)).error() == simdjson::SUCCESS;
  };
  acr::SplitReceiver receiver;
  receiver.value = [&](std::string_view value) {
    ++values;
    const bool right = good(value);
    damaged |= !right;
    return right;
  };
  receiver.begin_list = [&](std::string_view, std::string_view) { ++begun; };
  receiver.element = [&](std::string_view element, std::size_t) {
    ++elements;
    const bool right = good(element);
    damaged |= !right;
    return right;
  };
  receiver.end_list = [&](std::string_view) { ++ended; };
  receiver.damage = [&](const acr::Damage& damage) {
    demand(damage.offset <= text.size());
    damaged = true;
  };
  receiver.too_large = [](std::size_t, std::size_t) { std::abort(); };
  acr::split(text, std::size_t{1} << 30, receiver);
  demand(begun == ended);
  if (json) {
    demand(!damaged);
    demand(!acr::find_damage(text));
    simdjson::dom::array array;
    if (root.get_array().get(array) == simdjson::SUCCESS) demand(elements == array.size());
    demand(values + begun == 1);
  }
  return 0;
}
