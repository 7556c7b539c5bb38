#include "estate/image_reference.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "estate/resource_id.h"

namespace acr {
namespace {

constexpr std::size_t kPathMax = 255;
constexpr std::size_t kTagMax = 128;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_alnum(char c) {
  return is_digit(c) || is_lower(c) || is_upper(c);
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) {
  return is_alnum(c) || c == '_';
}

// alphanumeric (separator alphanumeric)*, where a separator is '.', '_', "__" or any number of '-'.
bool is_path_component(std::string_view text) {
  const auto skip_alphanumeric = [&text] {
    const std::size_t before = text.size();
    while (!text.empty() && (is_lower(text.front()) || is_digit(text.front()))) {
      text.remove_prefix(1);
    }
    return text.size() != before;
  };
  if (!skip_alphanumeric()) return false;
  while (!text.empty()) {
    if (text.front() == '-') {
      text.remove_prefix(std::min(text.find_first_not_of('-'), text.size()));
    } else if (text.starts_with("__")) {
      text.remove_prefix(2);
    } else if (text.front() == '.' || text.front() == '_') {
      text.remove_prefix(1);
    } else {
      return false;
    }
    if (!skip_alphanumeric()) return false;
  }
  return true;
}

bool is_remote_name(std::string_view text) {
  while (true) {
    const std::size_t slash = text.find('/');
    if (!is_path_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

bool is_domain_component(std::string_view text) {
  return !text.empty() && is_alnum(text.front()) && is_alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_domain_name(std::string_view text) {
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_domain_component(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

// host with optional port; the digits of an IPv6 address are not checked, nor is the port's range.
bool is_domain(std::string_view text) {
  const bool bracketed = text.starts_with('[');
  const std::size_t close = bracketed ? text.find(']') : 0;
  if (close == std::string_view::npos) return false;
  const std::size_t colon = text.find(':', close);
  const std::string_view host = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view port = text.substr(colon + 1);
    if (port.empty() || !std::ranges::all_of(port, is_digit)) return false;
  }
  if (!bracketed) return is_domain_name(host);
  const std::string_view inner = host.substr(1, close - 1);
  return host.size() == close + 1 && !inner.empty() &&
         std::ranges::all_of(inner, [](char c) { return is_hex(c) || c == ':'; });
}

bool is_tag(std::string_view text) {
  return !text.empty() && text.size() <= kTagMax && is_word(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; });
}

// algorithm ':' at least 32 hexadecimal digits; the algorithm is a list of alphanumeric words.
bool is_digest(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view encoded = text.substr(colon + 1);
  if (encoded.size() < 32 || !std::ranges::all_of(encoded, is_hex)) return false;
  bool word_starts = true;
  for (const char c : text.substr(0, colon)) {
    if (word_starts) {
      if (!is_lower(c) && !is_upper(c)) return false;
      word_starts = false;
    } else if (std::string_view("-_+.").find(c) != std::string_view::npos) {
      word_starts = true;
    } else if (!is_alnum(c)) {
      return false;
    }
  }
  return !word_starts;
}

// The grammar alone. '@' occurs nowhere but before the digest; a ':' after the last '/' starts the
// tag, since a port must be followed by a path.
bool match_grammar(std::string_view text, ImageReference& result) {
  const std::size_t at = text.find('@');
  if (at != std::string_view::npos) {
    const std::string_view digest = text.substr(at + 1);
    if (!is_digest(digest)) return false;
    result.digest = digest;
    text = text.substr(0, at);
  }
  const std::size_t last_slash = text.rfind('/');
  const std::size_t colon = text.find(':', last_slash == std::string_view::npos ? 0 : last_slash);
  if (colon != std::string_view::npos) {
    const std::string_view tag = text.substr(colon + 1);
    if (!is_tag(tag)) return false;
    result.tag = tag;
    text = text.substr(0, colon);
  }
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && is_domain(text.substr(0, slash)) &&
      is_remote_name(text.substr(slash + 1))) {
    result.domain = text.substr(0, slash);
    result.path = text.substr(slash + 1);
    return true;
  }
  result.path = text;
  return is_remote_name(text);
}

// What go-digest demands beyond the grammar; empty when the digest is good.
std::string_view digest_error(std::string_view digest) {
  struct Algorithm {
    std::string_view name;
    std::size_t hex_digits;
  };
  // The kubelet links these three.
  static constexpr std::array kAlgorithms = {Algorithm{"sha256", 64}, Algorithm{"sha384", 96},
                                             Algorithm{"sha512", 128}};
  const std::size_t colon = digest.find(':');
  const std::string_view name = digest.substr(0, colon);
  const std::string_view encoded = digest.substr(colon + 1);
  const auto known = std::ranges::find(kAlgorithms, name, &Algorithm::name);
  if (known == kAlgorithms.end()) {
    return std::ranges::any_of(name, is_upper) ? "invalid checksum digest format"
                                               : "unsupported digest algorithm";
  }
  if (encoded.size() != known->hex_digits) return "invalid checksum digest length";
  if (std::ranges::any_of(encoded, is_upper)) return "invalid checksum digest format";
  return {};
}

std::unexpected<ReferenceError> fail(std::string_view text) {
  return std::unexpected(ReferenceError{std::string(text)});
}

}  // namespace

std::string ImageReference::repository() const {
  return domain.empty() ? path : domain + "/" + path;
}

std::string ImageReference::canonical() const {
  return fmt::format("{}{}{}{}{}", repository(), tag.empty() ? "" : ":", tag,
                     digest.empty() ? "" : "@", digest);
}

std::expected<ImageReference, ReferenceError> parse_reference(std::string_view text) {
  ImageReference result;
  if (!match_grammar(text, result)) {
    if (text.empty()) return fail("repository name must have at least one component");
    ImageReference ignored;
    if (match_grammar(lower(text), ignored)) return fail("repository name must be lowercase");
    return fail("invalid reference format");
  }
  if (result.path.size() > kPathMax) {
    return fail("repository name must not be more than 255 characters");
  }
  if (!result.digest.empty()) {
    if (const auto error = digest_error(result.digest); !error.empty()) return fail(error);
  }
  return result;
}

std::expected<ImageReference, ReferenceError> parse_normalized(std::string_view text) {
  if (text.size() == 64 &&
      std::ranges::all_of(text, [](char c) { return is_hex(c) && !is_upper(c); })) {
    return fail(fmt::format(
        "invalid repository name ({}), cannot specify 64-byte hexadecimal strings", text));
  }
  std::string_view domain = "docker.io";
  std::string remainder(text);
  if (const std::size_t slash = text.find('/'); slash != std::string_view::npos) {
    const std::string_view first = text.substr(0, slash);
    if (first == "index.docker.io") {
      remainder = text.substr(slash + 1);
    } else if (first == "localhost" || first.find_first_of(".:") != std::string_view::npos ||
               std::ranges::any_of(first, is_upper)) {
      domain = first;
      remainder = text.substr(slash + 1);
    }
  }
  if (domain == "docker.io" && remainder.find('/') == std::string::npos) {
    remainder.insert(0, "library/");
  }
  const std::string remote = remainder.substr(0, remainder.find(':'));
  if (std::ranges::any_of(remote, is_upper)) {
    return fail(
        fmt::format("invalid reference format: repository name ({}) must be lowercase", remote));
  }
  return parse_reference(fmt::format("{}/{}", domain, remainder));
}

std::expected<ImageReference, ReferenceError> parse_image(std::string_view text) {
  auto result = parse_normalized(text);
  if (result && result->tag.empty() && result->digest.empty()) result->tag = "latest";
  return result;
}

std::string_view default_pull_policy(std::string_view image) {
  const auto parsed = parse_image(image);
  return parsed && parsed->tag == "latest" ? "Always" : "IfNotPresent";
}

}  // namespace acr
