#include "estate/keyring.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "estate/resource_id.h"

namespace acr {
namespace {

// The part of Go's net/url and path/filepath that the keyring leans on. Rules that can only turn
// one failure into another are left out.

struct Url {
  std::string host;  // with port, without user information
  std::string path;
};

std::optional<unsigned> hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

bool is_alnum(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// net/url.unescape. In a host only bytes above 0x7F (and the '%' of a zone) may be escaped, and
// only some punctuation may stand; elsewhere any well-formed escape will do.
std::optional<std::string> unescape(std::string_view text, bool host) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
      if (!high || !low) return std::nullopt;
      if (host && *high < 8 && text.substr(i, 3) != "%25") return std::nullopt;
      result += static_cast<char>(*high * 16 + *low);
      i += 2;
      continue;
    }
    if (host && static_cast<unsigned char>(c) < 0x80 && !is_alnum(c) &&
        std::string_view("!$&'()*+,;=:[]<>\"-_.~").find(c) == std::string_view::npos) {
      return std::nullopt;
    }
    result += c;
  }
  return result;
}

bool is_optional_port(std::string_view text) {
  return text.empty() ||
         (text.front() == ':' && text.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

std::optional<std::string> parse_host(std::string_view host) {
  if (host.starts_with('[')) {
    const std::size_t close = host.rfind(']');
    if (close == std::string_view::npos || !is_optional_port(host.substr(close + 1))) {
      return std::nullopt;
    }
  } else if (const std::size_t colon = host.rfind(':');
             colon != std::string_view::npos && !is_optional_port(host.substr(colon))) {
    return std::nullopt;
  }
  return unescape(host, true);
}

bool is_user_info(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return is_alnum(c) || std::string_view("-._:~!$&'()*+,;=%@").find(c) != std::string_view::npos;
  });
}

// url.Parse("https://" + rest).
std::optional<Url> parse_url(std::string_view rest) {
  if (const std::size_t hash = rest.find('#'); hash != std::string_view::npos) {
    if (!unescape(rest.substr(hash + 1), false)) return std::nullopt;
    rest = rest.substr(0, hash);
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::ranges::any_of(rest, is_control)) return std::nullopt;
  rest = rest.substr(0, rest.find('?'));

  const std::size_t slash = std::min(rest.find('/'), rest.size());
  std::string_view authority = rest.substr(0, slash);
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    if (!is_user_info(user) || !unescape(user, false)) return std::nullopt;
    authority = authority.substr(at + 1);
  }
  auto host = parse_host(authority);
  auto path = unescape(rest.substr(slash), false);
  if (!host || !path) return std::nullopt;
  return Url{std::move(*host), std::move(*path)};
}

struct HostPort {
  std::string_view host, port;
};

// net.SplitHostPort; a host it rejects counts as a host without port.
HostPort split_host_port(std::string_view text) {
  const HostPort whole{text, {}};
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return whole;
  std::string_view host = text.substr(0, colon), outside = text;
  if (text.starts_with('[')) {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos || close + 1 != colon) return whole;
    host = text.substr(1, close - 1);
    if (host.find('[') != std::string_view::npos) return whole;
    outside = text.substr(colon);
  } else if (host.find(':') != std::string_view::npos) {
    return whole;
  }
  if (outside.find_first_of("[]") != std::string_view::npos) return whole;
  return {host, text.substr(colon + 1)};
}

// One character class at the start of `pattern`, after its '['. Moves `pattern` behind the class.
// nullopt: malformed. A parsed host holds neither '\' nor '^', so classes are plain ranges.
std::optional<bool> match_class(std::string_view& pattern, char c) {
  const auto take = [&pattern]() -> std::optional<unsigned char> {
    if (pattern.empty() || pattern.front() == '-' || pattern.front() == ']') return std::nullopt;
    const auto taken = static_cast<unsigned char>(pattern.front());
    pattern.remove_prefix(1);
    return taken;
  };
  bool matched = false;
  do {
    const auto low = take();
    if (!low) return std::nullopt;
    auto high = low;
    if (pattern.starts_with('-')) {
      pattern.remove_prefix(1);
      high = take();
      if (!high) return std::nullopt;
    }
    const auto value = static_cast<unsigned char>(c);
    matched = matched || (*low <= value && value <= *high);
  } while (!pattern.starts_with(']'));
  pattern.remove_prefix(1);
  return matched;
}

// filepath.Match for one label of a host: '*' and character classes; a malformed pattern matches
// nothing.
bool match_label(std::string_view pattern, std::string_view text) {
  std::optional<std::string_view> star_pattern;  // behind the last '*'
  std::string_view star_text;                    // what that '*' has not eaten yet
  while (true) {
    bool matched = false;
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      star_pattern = pattern;
      star_text = text;
      continue;
    }
    if (pattern.empty() && text.empty()) return true;
    if (!pattern.empty() && !text.empty()) {
      if (pattern.front() == '[') {
        pattern.remove_prefix(1);
        const auto in_class = match_class(pattern, text.front());
        if (!in_class) return false;
        matched = *in_class;
      } else {
        matched = pattern.front() == text.front();
        pattern.remove_prefix(1);
      }
      if (matched) text.remove_prefix(1);
    }
    if (matched) continue;
    if (!star_pattern || star_text.empty()) return false;
    star_text.remove_prefix(1);
    pattern = *star_pattern;
    text = star_text;
  }
}

std::vector<std::string_view> split_labels(std::string_view host) {
  std::vector<std::string_view> labels;
  while (true) {
    const std::size_t dot = host.find('.');
    labels.push_back(host.substr(0, dot));
    if (dot == std::string_view::npos) return labels;
    host.remove_prefix(dot + 1);
  }
}

bool match_hosts(std::string_view pattern, std::string_view host) {
  // No longer name can be resolved (RFC 1035); patterns cost the product of both lengths.
  constexpr std::size_t kHostMax = 253;
  if (pattern.size() > kHostMax || host.size() > kHostMax) return pattern == host;
  return std::ranges::equal(split_labels(pattern), split_labels(host), match_label);
}

std::optional<Url> parse_location(std::string_view location) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (location.starts_with(scheme)) {
      location.remove_prefix(scheme.size());
      break;
    }
  }
  return parse_url(location);
}

constexpr std::string_view kDockerHubKey = "index.docker.io";

}  // namespace

bool urls_match(std::string_view pattern, std::string_view repository) {
  const auto glob = parse_url(pattern), target = parse_url(repository);
  if (!glob || !target) return false;
  const HostPort glob_host = split_host_port(glob->host), host = split_host_port(target->host);
  return glob_host.port == host.port && target->path.starts_with(glob->path) &&
         match_hosts(glob_host.host, host.host);
}

std::string keyring_key(std::string_view location) {
  const auto url = parse_location(location);
  if (!url) return {};
  std::string_view path = url->path;
  if (path.starts_with("/v2/") || path.starts_with("/v1/")) path.remove_prefix(3);
  if (path == "/") path = {};
  return fmt::format("{}{}", url->host, path);
}

bool is_default_registry(std::string_view repository) {
  const std::size_t slash = repository.find('/');
  const std::string_view first = repository.substr(0, slash);
  if (first.empty()) return false;
  if (slash == std::string_view::npos || first == "docker.io" || first == kDockerHubKey)
    return true;
  return first.find_first_of(".:") == std::string_view::npos;
}

std::vector<std::size_t> keyring_lookup(const std::vector<std::string>& locations,
                                        std::string_view repository) {
  std::vector<std::string> keys;
  keys.reserve(locations.size());
  for (const std::string& location : locations) keys.push_back(keyring_key(location));

  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, [&keys](std::size_t a, std::size_t b) {
    return keys[a] != keys[b] ? keys[a] > keys[b] : a < b;
  });

  std::vector<std::size_t> found;
  for (const std::size_t i : order) {
    if (!keys[i].empty() && urls_match(keys[i], repository)) found.push_back(i);
  }
  if (found.empty() && is_default_registry(repository)) {
    for (const std::size_t i : order) {
      if (keys[i] == kDockerHubKey) found.push_back(i);
    }
  }
  return found;
}

std::string why_no_match(std::string_view location, std::string_view repository) {
  if (!keyring_lookup({std::string(location)}, repository).empty()) return {};

  const std::string lower_location = lower(location);
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (lower_location.starts_with(scheme) && !location.starts_with(scheme)) {
      return fmt::format("the scheme must be written in lower case: {}", scheme);
    }
  }
  const std::string key = keyring_key(location);
  const auto target = parse_url(repository);
  if (key.empty()) return "the kubelet ignores the entry: it does not parse as a URL";
  const auto entry = parse_url(key);
  if (!entry || !target) return {};

  const HostPort ours = split_host_port(entry->host), theirs = split_host_port(target->host);
  const std::string host = lower(ours.host);
  if (is_default_registry(repository)) {
    if (host == kDockerHubKey && entry->path == "/v1") {
      return "for Docker Hub the entry must end with a slash: https://index.docker.io/v1/";
    }
    if (host == "registry-1.docker.io" || host == "hub.docker.com" ||
        host == "registry.hub.docker.com") {
      return fmt::format("{} never matches, Docker Hub's entry is https://index.docker.io/v1/",
                         ours.host);
    }
  }
  if (!match_hosts(ours.host, theirs.host)) {
    if (match_hosts(host, lower(theirs.host))) {
      return fmt::format("hosts are compared with regard to case, and {} is not {}", ours.host,
                         theirs.host);
    }
    if (ours.host.starts_with("*.") && theirs.host.ends_with(ours.host.substr(1))) {
      return "a * stands for one label of a host name, not for several";
    }
    return {};
  }
  if (ours.port != theirs.port) {
    return fmt::format("the port :{} must stand on both sides",
                       ours.port.empty() ? theirs.port : ours.port);
  }
  if (entry->path == "/v2" || entry->path == "/v1") {
    return fmt::format("{} counts as a path unless a slash follows it", entry->path);
  }
  return fmt::format("the path {} is not the start of {}", entry->path, target->path);
}

}  // namespace acr
