#include "live/reduce.h"

#include <algorithm>

#include <fmt/format.h>

#include "collect/arm.h"
#include "live/json_copy.h"
#include "live/reduce_kubernetes.h"
#include "live/secret.h"

namespace acr {
namespace {

constexpr std::size_t kDepth = 256;  // as the readers of documents take
constexpr std::size_t kTextLeft = std::size_t{4} << 10;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// The bytes with what the parser reads behind them, wiped at the end.
struct Padded {
  std::string bytes;
  explicit Padded(std::string_view text) {
    bytes.reserve(text.size() + simdjson::SIMDJSON_PADDING);
    bytes = text;
    bytes.resize(text.size() + simdjson::SIMDJSON_PADDING);
  }
  ~Padded() { wipe(bytes); }
  Padded(const Padded&) = delete;
  Padded& operator=(const Padded&) = delete;
};

std::string explain(simdjson::error_code error) {
  if (error == simdjson::MEMALLOC || error == simdjson::CAPACITY)
    return "the answer is too large to be read";
  if (error == simdjson::DEPTH_ERROR) return "the answer is nested too deeply";
  return "the answer is no whole JSON";
}

simdjson::error_code find_error(const char* bytes, std::size_t size) {
  simdjson::dom::parser parser;
  if (const auto error = parser.allocate(size, kDepth)) return error;
  return parser.parse(bytes, size, false).error();
}

}  // namespace

std::expected<std::string, std::string> reduce_body(const Request& request, std::string_view body) {
  body = trim(body);
  if (body.empty()) return std::unexpected("the answer is empty");
  if (body.front() == '<')
    return std::unexpected(
        "the answer is a web page, no JSON: a proxy may have answered in the service's place");
  if (body.front() != '{' && body.front() != '[') return std::unexpected("the answer is no JSON");
  const Padded padded(body);
  // The copying pass looks only where something stays: it would step over damage elsewhere, and
  // lose elements without a word.
  simdjson::error_code error = find_error(padded.bytes.data(), body.size());
  if (error) return std::unexpected(explain(error));
  simdjson::ondemand::parser parser;
  simdjson::ondemand::document document;
  error = parser.allocate(body.size(), kDepth);
  if (!error)
    error = parser.iterate(padded.bytes.data(), body.size(), padded.bytes.size()).get(document);
  if (error) return std::unexpected(explain(error));
  JsonCopy copy;
  copy.text.reserve(request.audience == Audience::kubernetes ? body.size() / 4 : body.size());
  if (request.audience == Audience::kubernetes) {
    reduce_kubernetes(request, document, copy);
  } else {
    simdjson::ondemand::value root;
    error = document.get_value().get(root);
    if (!error) copy.copy(root, LeaveOut::secrets);
  }
  if (!error) error = copy.error();
  const char* rest = nullptr;
  if (!error && document.current_location().get(rest) != simdjson::OUT_OF_BOUNDS)
    error = simdjson::TRAILING_CONTENT;
  if (error) return std::unexpected(explain(error));
  if (request.audience == Audience::registry && !copy.changed) return std::string(body);
  return std::move(copy.text);
}

std::string reduce_text(std::string_view body) {
  // Hidden before it is cut: half a token does not look like one.
  std::string text = cut_text(hide_secrets(cut_text(body, 4 * kTextLeft)), kTextLeft);
  std::ranges::replace_if(
      text,
      [](char byte) {
        const auto code = static_cast<unsigned char>(byte);
        return (code < 0x20 && byte != '\n') || code == 0x7F;
      },
      ' ');
  return simdjson::validate_utf8(text.data(), text.size()) ? text : std::string{};
}

}  // namespace acr
