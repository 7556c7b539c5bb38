#include "live/secret_json.h"

#include <charconv>

#include <openssl/crypto.h>

#include "live/secret.h"

namespace acr {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

SecretJson::SecretJson(std::string_view text, std::size_t depth) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  text_.resize(text.size() + simdjson::SIMDJSON_PADDING);
  text.copy(text_.data(), text.size());
  auto error = parser_.allocate(text.size() + 1, depth);
  simdjson::dom::element root;
  if (!error) error = parser_.parse(text_.data(), text.size(), false).get(root);
  if (error) {
    error_ = simdjson::error_message(error);
    return;
  }
  simdjson::dom::object members;
  if (root.get(members) == simdjson::SUCCESS) object_ = members;
}

SecretJson::~SecretJson() {
  wipe(text_);
  // The size that simdjson gives its buffer of unescaped strings (dom::document::allocate), from
  // below.
  if (parser_.doc.string_buf)
    OPENSSL_cleanse(parser_.doc.string_buf.get(), 5 * parser_.doc.capacity() / 3);
}

std::string_view text_of(simdjson::dom::object object, std::string_view name) {
  std::string_view text;
  return object.at_key(name).get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::optional<simdjson::dom::object> object_of(simdjson::dom::object object,
                                               std::string_view name) {
  simdjson::dom::object member;
  if (object.at_key(name).get(member) != simdjson::SUCCESS) return std::nullopt;
  return member;
}

std::optional<std::int64_t> number_of(simdjson::dom::object object, std::string_view name) {
  simdjson::dom::element member;
  if (object.at_key(name).get(member) != simdjson::SUCCESS) return std::nullopt;
  std::int64_t number = 0;
  if (member.get(number) == simdjson::SUCCESS) return number;
  std::string_view text;
  if (member.get(text) != simdjson::SUCCESS || text.empty()) return std::nullopt;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace acr
