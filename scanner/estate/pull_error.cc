// Steps: clean the text, split the attempts of an aggregate, mask names in each attempt, judge each
// by the table, then let the attempt that came furthest speak. Every step is one pass.
#include "estate/pull_error.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <optional>

#include "estate/address.h"
#include "estate/command.h"
#include "estate/image_reference.h"
#include "estate/login_server.h"
#include "estate/pull_error_patterns.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

constexpr std::size_t kLongestText = 65536;
constexpr std::size_t kLongestName = 512;  // of hosts and references; a longer one is no name
// What the reference grammar adds to a reference without a host.
constexpr std::string_view kDefaultRegistry = "docker.io";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}
char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool starts_with_text(std::string_view text, std::string_view start) {
  return text.size() >= start.size() && same_text(text.substr(0, start.size()), start);
}

// ---- Cleaning ----------------------------------------------------------------------------------

// The length of an ANSI escape sequence at the start of `text`, 0 if there is none.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2 || text[0] != '\x1b' || text[1] != '[') return 0;
  for (std::size_t i = 2; i < text.size(); ++i) {
    if (text[i] >= '@' && text[i] <= '~') return i + 1;
    if (i > 32) break;
  }
  return 2;
}

struct Replacement {
  std::string_view from, to;
};
// What terminals, JSON, Go and word processors make of plain characters.
constexpr Replacement kReplacements[] = {
    {"\\u0027", "'"},       {"\\u0022", "\""},      {"\\u003c", "<"},      {"\\u003e", ">"},
    {"\\u0026", "&"},       {"\\n", " "},           {"\\r", " "},          {"\\t", " "},
    {"\\\"", "\""},         {"\\'", "'"},           {"\xE2\x80\x98", "'"}, {"\xE2\x80\x99", "'"},
    {"\xE2\x80\x9C", "\""}, {"\xE2\x80\x9D", "\""}, {"\xC2\xA0", " "},     {"\xE2\x80\x8B", ""},
    {"&quot;", "\""},       {"&#39;", "'"},         {"&lt;", "<"},         {"&gt;", ">"},
    {"&amp;", "&"},         {"%!A(MISSING)", ":"},  {"%!F(MISSING)", "/"}, {"%!D(MISSING)", "="},
};

std::string clean(std::string_view text) {
  text = text.substr(0, kLongestText);
  std::string out;
  out.reserve(text.size());
  const auto add = [&out](char c) {
    const bool blank = c == ' ' && (out.empty() || out.back() == ' ');
    const bool doubled = c == '"' && !out.empty() && out.back() == '"';
    if (!blank && !doubled) out += c;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const char c = text[i];
    if (const std::size_t escape = escape_length(rest)) {
      i += escape;
      continue;
    }
    if (c == '\\' || c == '%' || c == '&' || c == '\xE2' || c == '\xC2') {
      const auto found =
          std::find_if(std::begin(kReplacements), std::end(kReplacements),
                       [&](const Replacement& r) { return rest.starts_with(r.from); });
      if (found != std::end(kReplacements)) {
        for (const char r : found->to) add(r);
        i += found->from.size();
        continue;
      }
      // Box-drawing characters (U+2500 to U+257F) frame the text of full-screen tools.
      if (rest.size() >= 3 && c == '\xE2' && (rest[1] == '\x94' || rest[1] == '\x95')) {
        add(' ');
        i += 3;
        continue;
      }
      if (rest.starts_with("\\\\")) {  // escaped twice or more: the last one decides
        ++i;
        continue;
      }
    }
    add(static_cast<unsigned char>(c) < 0x20 || c == 0x7F ? ' ' : c);
    ++i;
  }
  return out;
}

// ---- Attempts ----------------------------------------------------------------------------------

// What an attempt of an aggregate "[a, b]" starts with. Commas within an attempt stay.
constexpr std::string_view kAttemptStarts[] = {
    "rpc error:",
    "failed to pull",
    "initializing source",
    "error response from daemon",
    "image pull failed",
    "unable to pull",
    "error initializing",
    "pinging container registry",
    "reading manifest",
    "choosing an image",
    "copying system",
    "parsing image",
    "failed to resolve",
    "get \"",
    "head \"",
    "get https",
    "head https",
    "pull access denied",
    "error pulling",
    "writing blob",
    "unexpected status",
    "failed to authorize",
    "determining manifest",
    "unauthorized:",
    "denied:",
    "manifest for",
};

bool starts_attempt(std::string_view text) {
  if (text.starts_with(' ')) text.remove_prefix(1);
  return std::any_of(std::begin(kAttemptStarts), std::end(kAttemptStarts),
                     [text](std::string_view start) { return starts_with_text(text, start); });
}

// The attempts in order, then what stands around them.
std::vector<std::string_view> split_attempts(std::string_view text, std::string& around) {
  std::size_t open = text.find('[');
  while (open != std::string_view::npos && !starts_attempt(text.substr(open + 1))) {
    open = text.find('[', open + 1);
  }
  if (open == std::string_view::npos) return {text};
  std::size_t close = text.rfind(']');
  if (close == std::string_view::npos || close < open) close = text.size();
  std::vector<std::string_view> attempts;
  std::size_t start = open + 1;
  for (std::size_t i = start; i < close; ++i) {
    if (text[i] != ',' || !starts_attempt(text.substr(i + 1, close - i - 1))) continue;
    attempts.push_back(text.substr(start, i - start));
    start = i + 1;
  }
  attempts.push_back(text.substr(start, close - start));
  around = text.substr(0, open);
  if (close < text.size()) {
    around += ' ';
    around += text.substr(close + 1);
  }
  attempts.push_back(around);
  return attempts;
}

// ---- Masking -----------------------------------------------------------------------------------

struct Attempt {
  std::string text;             // lower case, without spaces, names masked: what the rules see
  std::string image;            // the reference, as written
  std::string host;             // of the last URL that asks a registry or storage
  std::string status;           // the last HTTP status
  std::string repository, tag;  // of the last manifest URL
  bool local = false;           // asks a mirror on the node
};

bool is_plain_host(std::string_view host) {
  if (host.empty() || host.size() > kLongestName) return false;
  if (host.find('.') == std::string_view::npos && host.find(':') == std::string_view::npos) {
    return host == "localhost";
  }
  return std::all_of(host.begin(), host.end(),
                     [](char c) { return is_name_char(c) || c == '.' || c == ':'; }) &&
         is_name_char(host.front());
}

bool is_plain_path(std::string_view path) {
  return path.size() <= kLongestName && std::all_of(path.begin(), path.end(), [](char c) {
           return is_name_char(c) || c == '.' || c == ':' || c == '/';
         });
}

bool is_private_name(std::string_view host) {
  return host == "localhost" || host.starts_with("localhost:") || host.starts_with("127.");
}

bool is_storage(std::string_view host) {
  return host.find(".blob.core.") != std::string_view::npos ||
         host.find(".blob.storage.") != std::string_view::npos ||
         host.find(".data.azurecr.") != std::string_view::npos ||
         host.find(".data.mcr.") != std::string_view::npos;
}

// A URL becomes its kind: hosts, paths and queries must not match a rule. `url` has no spaces.
std::string_view mask_url(std::string_view url, Attempt& attempt) {
  const bool image = starts_with_text(url, "docker://");
  url.remove_prefix(url.find("://") + 3);
  if (image) {
    if (attempt.image.empty()) attempt.image = url;
    return "{image}";
  }
  const std::size_t slash = url.find_first_of("/?");
  std::string host = lower(url.substr(0, slash));
  if (host.ends_with(":443")) host.resize(host.size() - 4);
  const std::string_view rest =
      slash == std::string_view::npos ? std::string_view{} : url.substr(slash);
  const std::string_view path = rest.substr(0, rest.find('?'));
  if (host == "aka.ms") return path.find("/acr/firewall") != path.npos ? "acr/firewall" : "{help}";
  if (host.starts_with("login.") || host.find(".login.") != host.npos) return "{entra}";
  if (host.starts_with("169.254.169.254")) return "{imds}";
  const bool storage = is_storage(host);
  const bool registry_path = path.starts_with("/v2") || path.find("/oauth2/") != path.npos ||
                             path.find("/token") != path.npos || path.size() <= 1;
  const bool blobs = path.find("/blobs/") != path.npos;
  if (storage || registry_path || blobs) attempt.host = is_plain_host(host) ? host : "";
  if (is_private_name(host)) attempt.local = true;
  if (storage) return "{storage}";
  constexpr std::string_view kManifests = "/manifests/";
  if (const std::size_t at = path.rfind(kManifests); at != path.npos) {
    attempt.repository = path.starts_with("/v2/") && at > 4 ? path.substr(4, at - 4) : "";
    attempt.tag = path.substr(at + kManifests.size());
    return "{manifests}";
  }
  if (blobs) return path.starts_with("/v2/") ? "{blobs}" : "{cdn}";
  if (path.find("/oauth2/") != path.npos || path.find("/token") != path.npos) return "{token}";
  if (path.starts_with("/v2")) return "{ping}";
  return "{url}";
}

constexpr std::string_view kStatusBefore[] = {"status",     "code",     "http",
                                              "statuscode", "response", "http/1.1",
                                              "http/2",     "http/1.0", "http/2.0"};
constexpr std::string_view kStatusAfter[] = {
    "unauthorized",    "forbidden",   "not found",         "too many",
    "internal server", "bad gateway", "service",           "gateway",
    "bad request",     "proxy",       "client error",      "server error",
    "request",         "conflict",    "failed dependency", "method not"};

// Appends "{401}" for each HTTP status that the text gives.
void mark_statuses(Attempt& attempt, std::string_view words) {
  std::string marks;
  for (std::size_t i = 0; i + 3 <= words.size(); ++i) {
    if ((words[i] != '4' && words[i] != '5') || !is_digit(words[i + 1]) || !is_digit(words[i + 2]))
      continue;
    if (i > 0 && (is_name_char(words[i - 1]) || words[i - 1] == '.')) continue;
    if (i + 3 < words.size() && (is_name_char(words[i + 3]) || words[i + 3] == '.') &&
        !(words[i + 3] == '.' && (i + 4 == words.size() || words[i + 4] == ' ')))
      continue;
    std::string_view before = words.substr(0, i);
    const std::size_t last = before.find_last_not_of(" :='\"(");
    before = before.substr(0, last == before.npos ? 0 : last + 1);
    std::string_view after = words.substr(i + 3);
    const std::size_t first = after.find_first_not_of(" ('\":-");
    after = after.substr(first == after.npos ? after.size() : first);
    const bool said =
        std::any_of(std::begin(kStatusBefore), std::end(kStatusBefore),
                    [before](std::string_view word) { return before.ends_with(word); }) ||
        std::any_of(std::begin(kStatusAfter), std::end(kStatusAfter),
                    [after](std::string_view word) { return after.starts_with(word); });
    if (!said) continue;
    attempt.status = words.substr(i, 3);
    if (marks.size() < 64) marks += fmt::format("{{{}}}", attempt.status);
    i += 2;
  }
  attempt.text += marks;
}

// Does a quote after these words hold an image's name?
bool introduces_image(std::string_view words) {
  if (words.ends_with(' ')) words.remove_suffix(1);
  for (const std::string_view end :
       {"image", "reference", "image name", "image reference", "manifest for", "sandbox image",
        "repository", "default image tag"}) {
    if (words.ends_with(end)) return true;
  }
  return false;
}

// host/path[:tag] outside quotes: the first part looks like a host.
bool is_bare_reference(std::string_view token) {
  const std::size_t slash = token.find('/');
  if (slash == token.npos || slash == 0 || slash + 1 == token.size()) return false;
  const std::string_view first = token.substr(0, slash);
  return first.find_first_of(".:*<") != first.npos && first.find('=') == first.npos &&
         first.front() != '.' && !first.starts_with("http") &&
         !starts_with_text(first, "microsoft.");  // an ARM resource type
}

Attempt mask(std::string_view text) {
  Attempt attempt;
  std::string words;  // lower case, masked, with spaces
  words.reserve(text.size());
  const auto note_image = [&attempt](std::string_view image) {
    if (attempt.image.empty()) attempt.image = image;
  };
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i);
    const char c = text[i];
    const bool token_start = i == 0 || !(is_name_char(text[i - 1]) || text[i - 1] == '.' ||
                                         text[i - 1] == '/' || text[i - 1] == ':');
    if (token_start || text[i - 1] == ':') {
      if (starts_with_text(rest, "http://") || starts_with_text(rest, "https://") ||
          starts_with_text(rest, "docker://")) {
        std::string_view url = rest.substr(0, rest.find_first_of(" \"')"));
        // Some texts glue the status to the query: "?ns=contoso.azurecr.io:503".
        const std::size_t colon = url.rfind(':');
        const std::size_t query = url.find('?');
        if (query != url.npos && colon != url.npos && colon > query && url.size() - colon == 4) {
          url = url.substr(0, colon);
        }
        const std::size_t last = url.find_last_not_of(":.,;]");
        url = url.substr(0, last + 1);
        words += mask_url(url, attempt);
        i += url.size();
        continue;
      }
    }
    if ((c == '"' || c == '\'') && introduces_image(words)) {
      const std::size_t close = rest.substr(0, kLongestName).find(c, 1);
      if (close != rest.npos) {
        note_image(rest.substr(1, close - 1));
        words += "\"{image}\"";
        i += close + 1;
        continue;
      }
    }
    if (token_start && (is_name_char(c) || c == '*' || c == '<')) {
      std::string_view token = rest.substr(0, kLongestName);
      token = token.substr(0, token.find_first_of(" \"'(),"));
      const std::size_t last = token.find_last_not_of(":.;]");
      token = token.substr(0, last == token.npos ? 0 : last + 1);
      if (is_bare_reference(token) || words.ends_with("access denied for ")) {
        note_image(token);
        words += "{image}";
        i += token.size();
        continue;
      }
    }
    words += c == '{' ? '(' : c == '}' ? ')' : lower_char(c);
    ++i;
  }
  attempt.text.reserve(words.size() + 64);
  std::copy_if(words.begin(), words.end(), std::back_inserter(attempt.text),
               [](char c) { return c != ' '; });
  mark_statuses(attempt, words);
  const auto reference = parse_image(attempt.image);
  if (reference && reference->domain == kDefaultRegistry) attempt.text += "{default}";
  return attempt;
}

// ---- Matching ----------------------------------------------------------------------------------

// What '*' may stand for: words farther apart belong to different sentences.
constexpr std::size_t kWidestGap = 240;

bool contains_word(std::string_view text, std::string_view word) {
  const std::size_t star = word.find('*');
  std::array<char, 96> buffer;
  std::size_t size = 0;
  for (const char c : word.substr(0, star)) {
    if (c != ' ' && size < buffer.size()) buffer[size++] = c;
  }
  const std::string_view piece(buffer.data(), size);
  for (std::size_t at = text.find(piece); at != text.npos; at = text.find(piece, at + size)) {
    if (star == word.npos) return true;
    const std::string_view near = text.substr(at + size, kWidestGap);
    if (contains_word(near, word.substr(star + 1))) return true;
  }
  return false;
}

bool contains_any(std::string_view text, std::string_view list) {
  while (true) {
    const std::size_t bar = list.find('|');
    if (contains_word(text, list.substr(0, bar))) return true;
    if (bar == list.npos) return false;
    list.remove_prefix(bar + 1);
  }
}

bool holds(const PullErrorRule& rule, std::string_view text) {
  return contains_any(text, rule.any) && (rule.with.empty() || contains_any(text, rule.with)) &&
         (rule.none.empty() || !contains_any(text, rule.none));
}

// The first known code; several appear where one error is told twice.
std::optional<EntraCode> entra_code(std::string_view text) {
  constexpr std::string_view kPrefix = "aadsts";
  for (std::size_t at = text.find(kPrefix); at != text.npos; at = text.find(kPrefix, at + 1)) {
    std::uint32_t code = 0;
    const char* start = text.data() + at + kPrefix.size();
    if (std::from_chars(start, text.data() + text.size(), code).ec != std::errc{}) continue;
    for (const EntraCode& known : entra_codes()) {
      if (known.code == code) return known;
    }
  }
  return std::nullopt;
}

struct Reading {
  PullErrorRule rule{PullErrorClass::other_not_pull,
                     PullStage::none,
                     PullError::Confidence::likely,
                     CredentialUse::unsaid,
                     {},
                     {},
                     {},
                     {}};
  std::string detail;
  int rank = 0;
};

Reading judge_attempt(const Attempt& attempt) {
  Reading reading;
  if (const auto code = entra_code(attempt.text)) {
    reading.rule.error = code->error;
    reading.rule.confidence = PullError::Confidence::certain;
    reading.rule.credential = CredentialUse::sent;
    reading.detail = fmt::format("AADSTS{}", code->code);
  } else {
    const auto rules = pull_error_rules();
    const auto found = std::find_if(rules.begin(), rules.end(), [&](const PullErrorRule& rule) {
      return holds(rule, attempt.text);
    });
    if (found != rules.end()) reading.rule = *found;
    reading.detail = reading.rule.detail;
  }
  if (reading.rule.error == PullErrorClass::blob_redirect) {
    for (const Nature& nature : transfer_natures()) {
      if (!contains_any(attempt.text, nature.any)) continue;
      reading.detail = nature.detail;
      break;
    }
  }
  if (reading.detail.empty() && !attempt.status.empty()) {
    reading.detail = "HTTP " + attempt.status;
  }
  reading.rank = words_of(reading.rule.error).rank;
  // The anonymous attempt is made last and says nothing about the credentials before it.
  if (reading.rule.credential == CredentialUse::none_sent) reading.rank = 30;
  if (reading.rule.credential == CredentialUse::sent) ++reading.rank;
  return reading;
}

// ---- Facts -------------------------------------------------------------------------------------

// "10.1.2.4:443" or "[fd00::4]:443" at the start of `text`: the address.
std::string address_at(std::string_view text) {
  if (text.starts_with('[')) {
    const std::string_view inside = text.substr(1, std::min(text.find(']'), kLongestName) - 1);
    return IpAddress::parse(inside) ? std::string(inside) : "";
  }
  const std::string_view host = text.substr(0, text.find_first_not_of("0123456789."));
  return host.size() <= 15 && IpAddress::parse(host) ? std::string(host) : "";
}

// What follows the last `word` in `text`, in lower case.
std::optional<std::string_view> after_last(std::string_view text, std::string_view word) {
  const std::size_t at = text.rfind(word);
  if (at == text.npos) return std::nullopt;
  return text.substr(at + word.size());
}

void read_addresses(PullError& error, std::string_view attempt) {
  const std::string text = lower(attempt);
  if (const auto rest = after_last(text, "dial tcp ")) error.address = address_at(*rest);
  if (error.address.empty()) {
    if (const auto rest = after_last(text, "dial tcp4 ")) error.address = address_at(*rest);
  }
  if (const auto rest = after_last(text, "lookup ")) {
    const std::string_view host = rest->substr(0, rest->find_first_of(" :,\""));
    if (is_plain_host(host)) error.host = host;
    const std::string_view on = rest->substr(std::min(host.size(), rest->size()));
    if (on.starts_with(" on ")) error.resolver = address_at(on.substr(4));
  }
  if (const auto rest = after_last(text, "->")) {
    const std::string address = address_at(*rest);
    const std::size_t port = rest->find(':', address.size());
    if (port != rest->npos && rest->substr(port).starts_with(":53:")) {
      if (error.resolver.empty()) error.resolver = address;
    } else if (error.address.empty()) {
      error.address = address;
    }
  }
  if (const auto rest = after_last(text, "client with ip ")) {
    const std::string_view quoted =
        rest->substr(std::min(rest->find_first_not_of("'\" "), rest->size()));
    const std::string_view address = quoted.substr(0, quoted.find_first_of("'\" "));
    if (IpAddress::parse(address)) error.client_address = address;
  }
  if (const auto address = IpAddress::parse(error.address)) {
    error.private_address = address->is_private();
  }
}

void read_reference(PullError& error, std::string_view image) {
  if (!error.registry.empty() || image.empty() || image.size() > kLongestName) return;
  const auto reference = parse_image(image);
  if (!reference) return;
  if (is_plain_host(reference->domain)) error.registry = reference->domain;
  if (error.registry.empty()) return;
  error.repository = reference->path;
  error.tag = reference->digest.empty() ? reference->tag : reference->digest;
}

PullStage proven_stage(const Attempt& attempt, const Reading& reading, const PullError& facts) {
  using enum PullErrorClass;
  if (reading.rule.error == network_proxy || attempt.local) return PullStage::none;
  PullStage stage = reading.rule.stage;
  if (!facts.address.empty()) stage = std::max(stage, PullStage::name_resolved);
  if (contains_any(attempt.text, "read tcp|write tcp|tls handshake timeout")) {
    stage = std::max(stage, PullStage::connected);
  }
  // containerd asks for a token only after the registry's 401 challenge.
  if (contains_any(attempt.text, "failed to fetch anonymous token|failed to fetch oauth token")) {
    stage = std::max(stage, PullStage::tls_established);
  }
  return stage;
}

// ---- Words -------------------------------------------------------------------------------------

// The value of a fact, empty where the text does not give it.
std::string fact(const PullError& error, std::string_view name) {
  const RegistryCloud* cloud = cloud_of(error.registry);
  if (name == "registry") return error.registry;
  if (name == "host") return error.host;
  if (name == "address") return error.address;
  if (name == "resolver") return error.resolver;
  if (name == "client") return error.client_address;
  if (name == "repository") return cloud ? error.repository : "";
  if (name == "name") {
    // A registry's name has no dash: what follows one is the hash of a domain name label.
    return cloud ? std::string(registry_label(error.registry.substr(0, error.registry.find('-'))))
                 : "";
  }
  if (error.registry.empty() || error.repository.empty()) return "";
  std::string image = error.repository;
  if (!error.tag.empty()) image += (error.tag.find(':') == error.tag.npos ? ":" : "@") + error.tag;
  if (name == "image") return cloud ? image : "";
  return error.registry + "/" + image;
}

// Fills the facts in; nothing where `strict` and a fact is missing, general words otherwise.
std::optional<std::string> fill(const PullError& error, std::string_view words, bool strict) {
  std::string out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::size_t close = words[i] == '{' ? words.find('}', i) : words.npos;
    const std::string_view name =
        close == words.npos ? std::string_view{} : words.substr(i + 1, close - i - 1);
    if (name.empty() || name.find_first_of(": ") != name.npos) {  // a query's own braces
      out += words[i];
      continue;
    }
    const std::string value = fact(error, name);
    if (value.empty() && strict) return std::nullopt;
    out += !value.empty() ? quote(value) : out.empty() ? "The registry" : "the registry";
    i = close;
  }
  return out;
}

}  // namespace

std::string_view to_string(PullErrorClass error) {
  return words_of(error).id;
}

std::string_view to_string(PullStage stage) {
  constexpr std::string_view kNames[] = {
      "none",       "name-resolved", "connected",   "tls-established",
      "authorized", "manifest-read", "blob-started"};
  return kNames[static_cast<std::size_t>(stage)];
}

std::string_view to_string(PullError::Confidence confidence) {
  return confidence == PullError::Confidence::certain ? "certain" : "likely";
}

PullError read_pull_error(std::string_view text) {
  const std::string cleaned = clean(text);
  std::string around;
  PullError best;
  int best_rank = -1;
  PullStage furthest = PullStage::none;
  std::vector<std::string> images;
  for (const std::string_view part : split_attempts(cleaned, around)) {
    const Attempt attempt = mask(part);
    const Reading reading = judge_attempt(attempt);
    PullError facts;
    facts.host = attempt.host;
    facts.status = attempt.status;
    read_addresses(facts, part);
    furthest = std::max(furthest, proven_stage(attempt, reading, facts));
    read_reference(facts, attempt.image);
    images.push_back(attempt.image);
    if (facts.registry.empty() && !attempt.host.empty() && !attempt.local &&
        !is_storage(attempt.host)) {
      facts.registry = attempt.host;
      if (is_plain_path(attempt.repository) && is_plain_path(attempt.tag)) {
        facts.repository = attempt.repository;
        facts.tag = attempt.tag;
      }
    }
    if (reading.rank <= best_rank) continue;
    best_rank = reading.rank;
    best = std::move(facts);
    best.error = reading.rule.error;
    best.confidence = reading.rule.confidence;
    best.detail = reading.detail;
  }
  for (const std::string& image : images) read_reference(best, image);
  if (best.host.empty()) best.host = best.registry;
  if (best.error == PullErrorClass::network_proxy) best.private_address = false;  // the proxy's
  best.furthest = furthest;

  const PullErrorWords& words = words_of(best.error);
  best.class_id = words.id;
  best.says = fill(best, words.says, false).value_or("");
  for (const std::string_view line : words.next) {
    if (line.empty() || best.next.size() == 3) continue;
    if (auto filled = fill(best, line, true)) best.next.push_back(std::move(*filled));
  }
  return best;
}

std::span<const std::string_view> likely_links(PullErrorClass error) {
  const auto& links = words_of(error).links;
  const auto end = std::find(links.begin(), links.end(), std::string_view{});
  return {links.begin(), static_cast<std::size_t>(end - links.begin())};
}

std::span<const std::string_view> likely_links(std::string_view class_id) {
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    const auto error = static_cast<PullErrorClass>(i);
    if (to_string(error) == class_id) return likely_links(error);
  }
  return {};
}

}  // namespace acr
