#include "collect/docker_config.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <iterator>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <simdjson.h>

#include "estate/keyring.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;
using simdjson::dom::object;

constexpr std::string_view kConfigJson = "kubernetes.io/dockerconfigjson";
constexpr std::string_view kConfig = "kubernetes.io/dockercfg";
constexpr std::string_view kTokenUser = "00000000-0000-0000-0000-000000000000";

void wipe(std::string& text) noexcept {
  text.resize(text.capacity());  // a short string keeps its bytes when it is moved from or cleared
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

// A text that holds a secret for as long as this lives.
struct Secret {
  std::string text;
  Secret() = default;
  explicit Secret(std::string_view value) : text(value) {}
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text); }
};

void take_over(std::string& to, std::string& from) noexcept {
  wipe(to);
  to = std::move(from);
  wipe(from);
}

std::unexpected<DecodeError> fail(std::string text) {
  return std::unexpected(DecodeError{std::move(text)});
}

// encoding/json replaces bytes that are no UTF-8 by U+FFFD; simdjson refuses the document.
void append_as_utf8(std::string& result, std::string_view text) {
  while (!text.empty()) {
    std::size_t length = 1;
    while (length < std::min<std::size_t>(4, text.size()) &&
           !simdjson::validate_utf8(text.substr(0, length))) {
      ++length;
    }
    if (simdjson::validate_utf8(text.substr(0, length))) {
      result += text.substr(0, length);
    } else {
      length = 1;
      result += "\xEF\xBF\xBD";
    }
    text.remove_prefix(length);
  }
}

// A parsed JSON text that wipes its copies of it.
class Json {
 public:
  explicit Json(std::string_view text) {
    const bool utf8 = simdjson::validate_utf8(text);
    // Room for everything at once: a string that grows leaves copies behind.
    text_.reserve((utf8 ? 1 : 3) * text.size() + simdjson::SIMDJSON_PADDING);
    if (utf8) {
      text_ = text;
    } else {
      append_as_utf8(text_, text);
    }
    const std::size_t length = text_.size();
    text_.resize(length + simdjson::SIMDJSON_PADDING, ' ');
    // simdjson skips a byte order mark, encoding/json does not.
    if (text_.starts_with("\xEF\xBB\xBF")) {
      error_ = simdjson::TAPE_ERROR;
    } else {
      error_ = parser_.parse(text_.data(), length, false).get(root_);
    }
  }
  Json(const Json&) = delete;
  Json& operator=(const Json&) = delete;
  ~Json() {
    if (parser_.doc.string_buf) {
      // Every string of the document with its length and terminator; simdjson rounds up from here.
      OPENSSL_cleanse(parser_.doc.string_buf.get(), 5 * parser_.doc.capacity() / 3);
    }
    wipe(text_);
  }

  // The kubelet's words where they are known; simdjson's place in the text is not encoding/json's.
  std::optional<DecodeError> error() const {
    if (error_ == simdjson::SUCCESS) return std::nullopt;
    if (error_ == simdjson::EMPTY || error_ == simdjson::UNCLOSED_STRING) {
      return DecodeError{"unexpected end of JSON input"};
    }
    return DecodeError{"the text is not valid JSON"};
  }
  element root() const { return root_; }

 private:
  std::string text_;
  simdjson::dom::parser parser_;
  element root_;
  simdjson::error_code error_ = simdjson::SUCCESS;
};

// encoding/json's names of JSON types.
std::string_view go_name(element value) {
  switch (value.type()) {
    case element_type::ARRAY:
      return "array";
    case element_type::OBJECT:
      return "object";
    case element_type::STRING:
      return "string";
    case element_type::BOOL:
      return "bool";
    default:
      return "number";
  }
}

DecodeError wrong_value(element value, std::string_view type) {
  return {fmt::format("json: cannot unmarshal {} into Go value of type {}", go_name(value), type)};
}

DecodeError wrong_field(element value, std::string_view field, std::string_view type) {
  return {fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}",
                      go_name(value), field, type)};
}

// The four fields of an entry as written.
struct Fields {
  Secret username, password, email, auth;
};

// json.Unmarshal into an entry: field names without regard to case, the last of several wins, null
// changes nothing.
std::optional<DecodeError> read_fields(element value, Fields& fields) {
  object members;
  if (value.is_null()) return std::nullopt;
  if (value.get(members) != simdjson::SUCCESS) {
    return wrong_value(value, "credentialprovider.dockerConfigEntryWithAuth");
  }
  const std::array<std::pair<std::string_view, Secret*>, 4> known = {
      {{"username", &fields.username},
       {"password", &fields.password},
       {"email", &fields.email},
       {"auth", &fields.auth}}};
  for (const auto [key, member] : members) {
    const std::string_view name = key;
    const auto field = std::ranges::find_if(
        known, [name](const auto& candidate) { return same_text(name, candidate.first); });
    if (field == known.end() || member.is_null()) continue;
    std::string_view text;
    if (member.get(text) != simdjson::SUCCESS) {
      return wrong_field(member, fmt::format("dockerConfigEntryWithAuth.{}", field->first),
                         "string");
    }
    wipe(field->second->text);
    field->second->text = text;
  }
  return std::nullopt;
}

using Servers = std::vector<std::pair<std::string_view, element>>;

// json.Unmarshal into a map: later values replace earlier ones of the same key, null empties it.
void merge_servers(Servers& servers, element value) {
  object members;
  if (value.get(members) != simdjson::SUCCESS) {
    servers.clear();
    return;
  }
  std::vector<std::size_t> order;
  for (const auto [key, member] : members) servers.emplace_back(key, member);
  order.resize(servers.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::sort(order, {},
                    [&servers](std::size_t i) { return std::pair(servers[i].first, i); });

  std::vector<bool> repeated(servers.size());
  for (std::size_t i = 1; i < order.size(); ++i) {
    const std::size_t earlier = order[i - 1], later = order[i];
    if (servers[earlier].first == servers[later].first) repeated[earlier] = true;
  }
  Servers kept;
  for (std::size_t i = 0; i < servers.size(); ++i) {
    if (!repeated[i]) kept.push_back(servers[i]);
  }
  servers = std::move(kept);
}

// {server: entry}
std::expected<Servers, DecodeError> read_config(const Json& json) {
  if (auto error = json.error()) return std::unexpected(*error);
  if (!json.root().is_null() && !json.root().is_object()) {
    return std::unexpected(wrong_value(json.root(), "credentialprovider.DockerConfig"));
  }
  Servers servers;
  merge_servers(servers, json.root());
  return servers;
}

// {"auths": {server: entry}, "HttpHeaders": {name: text}}
std::expected<Servers, DecodeError> read_config_json(const Json& json) {
  if (auto error = json.error()) return std::unexpected(*error);
  Servers servers;
  if (json.root().is_null()) return servers;
  object members;
  if (json.root().get(members) != simdjson::SUCCESS) {
    return std::unexpected(wrong_value(json.root(), "credentialprovider.DockerConfigJSON"));
  }
  for (const auto [key, value] : members) {
    const bool auths = same_text(key, "auths"), headers = same_text(key, "HttpHeaders");
    if ((auths || headers) && !value.is_null() && !value.is_object()) {
      return std::unexpected(
          auths ? wrong_field(value, "DockerConfigJSON.auths", "credentialprovider.DockerConfig")
                : wrong_field(value, "DockerConfigJSON.HttpHeaders", "map[string]string"));
    }
    if (auths) merge_servers(servers, value);
    object texts;
    if (!headers || value.get(texts) != simdjson::SUCCESS) continue;
    for (const auto [name, header] : texts) {
      if (!header.is_null() && !header.is_string()) {
        return std::unexpected(wrong_field(header, "DockerConfigJSON.HttpHeaders", "string"));
      }
    }
  }
  return servers;
}

std::expected<std::vector<DockerEntry>, DecodeError> decode_servers(
    const std::expected<Servers, DecodeError>& servers) {
  if (!servers) return std::unexpected(servers.error());
  std::vector<DockerEntry> entries;
  entries.reserve(servers->size());
  for (const auto& [server, value] : *servers) {
    Fields fields;
    if (auto error = read_fields(value, fields)) return std::unexpected(*error);
    DockerEntry entry;
    if (fields.auth.text.empty()) {
      take_over(entry.username, fields.username.text);
      take_over(entry.password, fields.password.text);
    } else {
      auto decoded = decode_auth_field(fields.auth.text);
      if (!decoded) return std::unexpected(decoded.error());
      entry = std::move(*decoded);
    }
    entry.location = server;
    take_over(entry.email, fields.email.text);
    entries.push_back(std::move(entry));
  }
  return entries;
}

// What azure-aci makes of one entry of the older layout: the user name wins over auth, and a colon
// in the password breaks it.
std::string refuse_config_entry(std::string_view server, const Fields& fields) {
  if (!fields.username.text.empty()) return {};
  if (fields.auth.text.empty()) {
    return fmt::format("no username present in auth config for server: {}", server);
  }
  auto decoded = decode_base64(fields.auth.text, true);
  if (!decoded) {
    return fmt::format("error decoding the auth for server: {} Error: {}", server,
                       decoded.error().text);
  }
  const auto colons = std::ranges::count(*decoded, ':');
  wipe(*decoded);
  return colons == 1 ? "" : fmt::format("malformed auth for server: {}", server);
}

// The newer layout: a user name must stand there even when auth overrides it.
std::string refuse_config_json_entry(std::string_view server, const Fields& fields) {
  if (fields.username.text.empty()) {
    return fmt::format("no username present in auth config for server: {}", server);
  }
  if (fields.auth.text.empty()) return {};
  auto decoded = decode_base64(fields.auth.text, true);
  if (!decoded) {
    return fmt::format("error decoding docker auth: error decoding auth from file: {}",
                       decoded.error().text);
  }
  const bool has_colon = decoded->find(':') != std::string::npos;
  wipe(*decoded);
  return has_colon ? "" : "error decoding docker auth: invalid auth string";
}

// unicode.IsSpace beyond ASCII, at the end of a text.
std::string_view trim_end(std::string_view text) {
  static constexpr std::array<std::string_view, 25> kSpaces = {" ",
                                                               "\t",
                                                               "\n",
                                                               "\v",
                                                               "\f",
                                                               "\r",
                                                               "\xC2\x85",
                                                               "\xC2\xA0",
                                                               "\xE1\x9A\x80",
                                                               "\xE2\x80\x80",
                                                               "\xE2\x80\x81",
                                                               "\xE2\x80\x82",
                                                               "\xE2\x80\x83",
                                                               "\xE2\x80\x84",
                                                               "\xE2\x80\x85",
                                                               "\xE2\x80\x86",
                                                               "\xE2\x80\x87",
                                                               "\xE2\x80\x88",
                                                               "\xE2\x80\x89",
                                                               "\xE2\x80\x8A",
                                                               "\xE2\x80\xA8",
                                                               "\xE2\x80\xA9",
                                                               "\xE2\x80\xAF",
                                                               "\xE2\x81\x9F",
                                                               "\xE3\x80\x80"};
  while (true) {
    const auto space = std::ranges::find_if(
        kSpaces, [text](std::string_view candidate) { return text.ends_with(candidate); });
    if (space == kSpaces.end()) return text;
    text.remove_suffix(space->size());
  }
}

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

bool is_plain_name(std::string_view text) {
  return text.size() <= 128 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                  std::string_view("._@-").find(c) != std::string_view::npos;
         });
}

// The key of an entry without what may be a password: user information and query
// ("https://u:p@host" is a location the kubelet takes). The keyring files it under the same key as
// before.
std::string without_user(std::string_view location) {
  if (location.find_first_of("@?#") == std::string_view::npos) return std::string(location);
  const std::string_view withheld = "(not shown: it may hold a password)";
  if (keyring_key(location).empty()) return std::string(withheld);
  std::string_view rest = location.substr(0, location.find_first_of("?#"));
  const std::size_t scheme = rest.find("://");
  const std::size_t start = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = rest.substr(0, rest.find('/', start)).rfind('@');
  std::string shown(rest.substr(0, start));
  shown += rest.substr(at == std::string_view::npos ? start : at + 1);
  return shown.find('@') == std::string::npos ? shown : std::string(withheld);
}

Gap malformed(std::string detail) {
  return {Gap::Why::malformed, std::move(detail), {}};
}

}  // namespace

DockerEntry::~DockerEntry() {
  for (std::string* text : {&location, &username, &password, &email}) wipe(*text);
}

DockerEntry::DockerEntry(DockerEntry&& other) noexcept {
  *this = std::move(other);
}

DockerEntry& DockerEntry::operator=(DockerEntry&& other) noexcept {
  if (this == &other) return *this;
  take_over(location, other.location);
  take_over(username, other.username);
  take_over(password, other.password);
  take_over(email, other.email);
  has_auth = std::exchange(other.has_auth, false);
  return *this;
}

std::expected<std::string, DecodeError> decode_base64(std::string_view text, bool padded) {
  Secret result;
  result.text.reserve(text.size() / 4 * 3 + 3);  // never grows: nothing to wipe but itself
  const auto illegal = [](std::size_t at) {
    return fail(fmt::format("illegal base64 data at input byte {}", at));
  };
  const auto skip_line_ends = [text](std::size_t at) {
    return std::min(text.find_first_not_of("\r\n", at), text.size());
  };
  std::size_t at = 0;
  while (true) {
    // One quantum: four digits, fewer only at the end. The bytes that errors name are Go's, odd as
    // the one for a short quantum is when line ends lie within it.
    unsigned bits = 0;
    std::size_t digits = 0;
    bool ended = false;
    while (digits < 4 && !ended) {
      if (at == text.size()) {
        if (digits == 1 || (digits > 0 && padded)) return illegal(at - digits);
        ended = true;
        break;
      }
      const char c = text[at++];
      if (const int value = base64_value(c); value >= 0) {
        bits = bits << 6 | static_cast<unsigned>(value);
        ++digits;
      } else if (c == '\n' || c == '\r') {
        continue;
      } else if (c != '=' || !padded || digits < 2) {
        return illegal(at - 1);
      } else {
        if (digits == 2) {
          at = skip_line_ends(at);
          if (at == text.size()) return illegal(at);
          if (text[at] != '=') return illegal(at - 1);
          ++at;
        }
        at = skip_line_ends(at);
        if (at < text.size()) return illegal(at);
        ended = true;
      }
    }
    bits <<= 6 * (4 - digits);
    for (std::size_t byte = 0; byte + 1 < digits; ++byte) {
      result.text += static_cast<char>(bits >> (16 - 8 * byte) & 0xFF);
    }
    if (ended) return std::move(result.text);
  }
}

std::expected<DockerEntry, DecodeError> decode_auth_field(std::string_view auth) {
  auto decoded = decode_base64(auth, trim_end(auth).ends_with('='));
  if (!decoded) return std::unexpected(decoded.error());
  const std::size_t colon = decoded->find(':');
  if (colon == std::string::npos) {
    wipe(*decoded);
    return fail("unable to parse auth field, must be formatted as base64(username:password)");
  }
  DockerEntry entry;
  entry.username = std::string_view(*decoded).substr(0, colon);
  entry.password = std::string_view(*decoded).substr(colon + 1);
  entry.has_auth = true;
  wipe(*decoded);
  return entry;
}

std::expected<std::vector<DockerEntry>, DecodeError> decode_dockercfg(std::string_view json) {
  const Json parsed(json);
  return decode_servers(read_config(parsed));
}

std::expected<std::vector<DockerEntry>, DecodeError> decode_dockerconfigjson(
    std::string_view json) {
  const Json parsed(json);
  return decode_servers(read_config_json(parsed));
}

PullCredential reduce(const DockerEntry& entry) {
  PullCredential credential;
  credential.host_key = without_user(entry.location);
  credential.has_password = !entry.password.empty();
  if (entry.username == kTokenUser) {
    credential.user = PullCredential::User::token;
    credential.expires = jwt_expiry(entry.password);
  } else if (entry.username.empty() && entry.password.empty()) {
    credential.user = PullCredential::User::anonymous;
  } else {
    credential.user = is_guid(entry.username) ? PullCredential::User::service_principal
                                              : PullCredential::User::admin_or_named;
    if (is_plain_name(entry.username)) credential.user_name = entry.username;
  }
  if (entry.location.find_first_of(":/") != std::string::npos) {
    credential.aci_error = fmt::format(
        "InvalidImageRegistryServer: Azure Container Instances takes a bare host name, "
        "not {}",
        credential.host_key);
  }
  return credential;
}

std::string aci_refusal(std::string_view secret_type, bool data_key_present,
                        std::string_view json) {
  const bool config_json = secret_type == kConfigJson;
  if (!config_json && secret_type != kConfig) {
    return "image pull secret type is not one of kubernetes.io/dockercfg or "
           "kubernetes.io/dockerconfigjson";
  }
  if (!data_key_present) {
    return config_json ? "no dockerconfigjson present in secret" : "no dockercfg present in secret";
  }
  const Json parsed(json);
  const auto servers = config_json ? read_config_json(parsed) : read_config(parsed);
  if (!servers) return servers.error().text;
  if (config_json && servers->empty()) return "malformed dockerconfigjson in secret";
  for (const auto& [server, value] : *servers) {
    Fields fields;
    if (const auto error = read_fields(value, fields)) return error->text;
    const std::string shown = without_user(server);
    std::string refusal =
        config_json ? refuse_config_json_entry(shown, fields) : refuse_config_entry(shown, fields);
    if (!refusal.empty()) return refusal;
  }
  return {};
}

void decode_pull_secret(PullSecret& secret, std::optional<std::string_view> data_base64) {
  const bool config_json = secret.type == kConfigJson;
  const std::string_view key = config_json ? ".dockerconfigjson" : ".dockercfg";
  secret.docker_type = false;
  secret.aci_error = aci_refusal(secret.type, data_base64.has_value(), "");
  if (!config_json && secret.type != kConfig) {
    secret.credentials = std::unexpected(
        malformed(fmt::format("the kubelet ignores a secret of type {}: it reads {} and {}",
                              secret.type.empty() ? "Opaque" : secret.type, kConfigJson, kConfig)));
    return;
  }
  if (!data_base64 || data_base64->empty()) {
    secret.credentials =
        std::unexpected(malformed(fmt::format("the kubelet ignores the secret: its key {} is {}",
                                              key, data_base64 ? "empty" : "missing")));
    return;
  }
  secret.docker_type = true;
  auto json = decode_base64(*data_base64, true);
  if (!json) {
    secret.aci_error = json.error().text;
    secret.credentials = std::unexpected(malformed(json.error().text));
    return;
  }
  secret.aci_error = aci_refusal(secret.type, true, *json);
  const auto entries = config_json ? decode_dockerconfigjson(*json) : decode_dockercfg(*json);
  wipe(*json);
  if (!entries) {
    secret.credentials = std::unexpected(malformed(entries.error().text));
    return;
  }
  std::vector<PullCredential> credentials;
  credentials.reserve(entries->size());
  std::ranges::transform(*entries, std::back_inserter(credentials), reduce);
  secret.credentials = std::move(credentials);
}

std::string jwt_expiry(std::string_view token) {
  const std::size_t first = token.find('.');
  const std::size_t last = token.rfind('.');
  if (first == last || token.find('.', first + 1) != last) return {};
  Secret segment(token.substr(first + 1, last - first - 1));
  for (char& c : segment.text) {
    if (c == '+' || c == '/') return {};
    if (c == '-') c = '+';
    if (c == '_') c = '/';
  }
  auto payload = decode_base64(segment.text, false);
  if (!payload) return {};
  const Json json(*payload);
  wipe(*payload);
  std::int64_t seconds = 0;
  // Up to the year 9999: RFC 3339 has no later ones.
  constexpr std::int64_t kEnd = 253402300799;
  if (json.error() || json.root()["exp"].get(seconds) != simdjson::SUCCESS || seconds < 0 ||
      seconds > kEnd) {
    return {};
  }
  const std::chrono::sys_seconds instant{std::chrono::seconds(seconds)};
  const auto day = std::chrono::floor<std::chrono::days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(instant - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace acr
