#include "live/json_copy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include <fmt/format.h>

#include "collect/pull_secret.h"
#include "collect/redact.h"
#include "estate/purge_text.h"
#include "estate/resource_id.h"
#include "live/base64.h"

namespace acr {
namespace {

using simdjson::ondemand::json_type;

constexpr std::size_t kDepth = 256;  // as the readers of documents take
constexpr std::size_t kTokenPart = 16;

bool is_token_byte(char byte) {
  return std::isalnum(static_cast<unsigned char>(byte)) != 0 || byte == '_' || byte == '-';
}

std::size_t token_run(std::string_view text, std::size_t from) {
  std::size_t end = from;
  while (end < text.size() && is_token_byte(text[end])) ++end;
  return end - from;
}

// Where a JSON Web Token at `from` ends, or `from`: the base64 of {" and what follows, with dots in
// between. A page's token has none.
std::size_t end_of_token(std::string_view text, std::size_t from) {
  const std::size_t head = token_run(text, from);
  if (head < kTokenPart || from + head >= text.size() || text[from + head] != '.') return from;
  std::size_t end = from + head;
  if (token_run(text, end + 1) < kTokenPart && (end + 1 >= text.size() || text[end + 1] != '.'))
    return from;
  while (end < text.size() && (is_token_byte(text[end]) || text[end] == '.')) ++end;
  return end;
}

bool may_hide(std::string_view text) {
  return text.contains('=') || text.contains("://") || text.contains("eyJ");
}

template <std::size_t N>
bool is_one_of(std::string_view name, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, name) != words.end();
}

// Whole members, whatever they hold: nothing is read from them, and scripts with passwords in them
// are common there.
constexpr std::array<std::string_view, 14> kDropped{"protectedsettings",
                                                    "settings",
                                                    "customdata",
                                                    "userdata",
                                                    "osprofile",
                                                    "extensionprofile",
                                                    "env",
                                                    "cmd",
                                                    "command",
                                                    "entrypoint",
                                                    "created_by",
                                                    "environment",
                                                    "environmentvariables",
                                                    "securestring"};
// Lists and maps of credentials.
constexpr std::array<std::string_view, 9> kSecretLists{
    "passwords", "passwordcredentials", "keycredentials", "keys",       "accesskeys",
    "secrets",   "authcredentials",     "credentials",    "kubeconfigs"};
// What may stay of a credential: what it is called, and until when it holds.
constexpr std::array<std::string_view, 16> kHarmless{
    "name",         "displayname", "enddatetime", "enddate",   "startdatetime", "startdate",
    "expiry",       "keyid",       "status",      "errorcode", "errormessage",  "type",
    "creationtime", "id",          "@odata.type", "usage"};
constexpr std::array<std::string_view, 14> kSecretWords{
    "password",  "passwd",     "secret",     "sastoken",        "sharedaccess",
    "accesskey", "accountkey", "privatekey", "primarykey",      "secondarykey",
    "sharedkey", "apikey",     "keydata",    "connectionstring"};
constexpr std::array<std::string_view, 11> kSecretNames{
    "token",    "accesstoken",   "access_token", "refreshtoken", "refresh_token", "idtoken",
    "id_token", "authorization", "bearer",       "kubeconfig",   "signature"};

bool names_secret(std::string_view name) {
  return is_one_of(name, kSecretNames) ||
         std::ranges::any_of(kSecretWords,
                             [&](std::string_view word) { return name.contains(word); });
}

}  // namespace

std::string hide_secrets(std::string_view text) {
  std::string hidden = hide_credentials(text);
  for (std::size_t at = hidden.find("eyJ"); at != std::string::npos; at = hidden.find("eyJ", at)) {
    const std::size_t end = end_of_token(hidden, at);
    if (end == at) {
      at += token_run(hidden, at);
      continue;
    }
    hidden.replace(at, end - at, "<token>");
  }
  return hidden;
}

std::string_view key_text(const char* key) {
  std::size_t length = 0;
  while (key[length] != '"') length += key[length] == '\\' ? 2 : 1;
  return {key, length};
}

void JsonCopy::put_key(const char* key, bool& first) {
  if (!first) text += ',';
  first = false;
  text += '"';
  text += key_text(key);
  text += "\":";
}

void JsonCopy::copy(Value value, LeaveOut rule, std::size_t depth) {
  json_type type{};
  if (const auto error = value.type().get(type)) return note(error);
  if (type == json_type::object || type == json_type::array) {
    if (depth >= kDepth) return note(simdjson::DEPTH_ERROR);
    if (type == json_type::object) {
      simdjson::ondemand::object object;
      if (const auto error = value.get_object().get(object)) return note(error);
      return copy_object(object, rule, depth + 1);
    }
    simdjson::ondemand::array array;
    if (const auto error = value.get_array().get(array)) return note(error);
    return copy_array(array, rule, depth + 1);
  }
  copy_scalar(value);
}

void JsonCopy::copy_object(simdjson::ondemand::object& object, LeaveOut rule, std::size_t depth) {
  text += '{';
  bool first = true;
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return note(error);
    const char* key = field.key().raw();
    Value value = field.value();
    LeaveOut below = rule;
    if (rule != LeaveOut::nothing) {
      std::string name = lower(key_text(key));
      if (name.contains('\\')) {
        std::string_view unescaped;
        if (const auto error = field.unescaped_key().get(unescaped)) return note(error);
        name = lower(unescaped);
      }
      json_type type{};
      if (const auto error = value.type().get(type)) return note(error);
      const bool is_text = type == json_type::string;
      if (rule == LeaveOut::in_step && name != "type") {
        changed = true;
        if (name != "encodedtaskcontent" || !is_text) continue;
        put_key(key, first);
        copy_steps(value);
        continue;
      }
      const bool secret = rule == LeaveOut::in_secret ? !is_one_of(name, kHarmless)
                          : rule == LeaveOut::in_tags ? !name.starts_with("aks-managed-")
                                                      : names_secret(name);
      if (is_one_of(name, kDropped) || (is_text && secret)) {
        changed = true;
        continue;
      }
      if (is_one_of(name, kSecretLists)) below = LeaveOut::in_secret;
      if (name == "tags" && type == json_type::object) below = LeaveOut::in_tags;
      if (name == "step" && type == json_type::object) below = LeaveOut::in_step;
    }
    put_key(key, first);
    copy(value, below, depth);
    if (error_) return;
  }
  text += '}';
}

void JsonCopy::copy_array(simdjson::ondemand::array& array, LeaveOut rule, std::size_t depth) {
  text += '[';
  bool first = true;
  for (auto item : array) {
    Value value;
    if (const auto error = std::move(item).get(value)) return note(error);
    if (!first) text += ',';
    first = false;
    if (rule == LeaveOut::in_secret && value.raw_json_token().starts_with('"')) {
      text += "\"***\"";
      changed = true;
    } else {
      copy(value, rule, depth);
    }
    if (error_) return;
  }
  text += ']';
}

void JsonCopy::copy_scalar(Value value) {
  json_type type{};
  if (const auto error = value.type().get(type)) return note(error);
  std::string_view token = value.raw_json_token();
  switch (type) {
    case json_type::string:
      return copy_string(value);
    case json_type::number: {
      // Copied as written; parsed because nothing else says that it is a number.
      if (const auto error = value.get_double().error()) return note(error);
      token = token.substr(0, token.find_first_not_of("+-.0123456789eE"));
      text += token;
      return;
    }
    case json_type::boolean: {
      bool flag = false;
      if (const auto error = value.get_bool().get(flag)) return note(error);
      text += flag ? "true" : "false";
      return;
    }
    default:
      if (type == json_type::null &&
          token.substr(0, token.find_last_not_of(" \t\r\n") + 1) != "null")
        return note(simdjson::N_ATOM_ERROR);
      text += "null";
  }
}

// What cannot be decoded stays so.
void JsonCopy::copy_steps(Value value) {
  std::string_view content;
  if (const auto error = value.get_string().get(content)) return note(error);
  const std::optional<Secret> steps = decode_base64_secret(content);
  std::string kept = "steps:\n";
  if (steps) {
    for (const std::string_view purge : purge_texts(steps->view()))
      kept += fmt::format("- cmd: {}\n", hide_secrets(purge));
  }
  append_json_string(text, steps ? encode_base64(kept) : "-");
}

void JsonCopy::copy_string(Value value) {
  std::string_view token = value.raw_json_token();
  const std::size_t quote = token.rfind('"');
  if (quote == 0 || quote == std::string_view::npos) return note(simdjson::STRING_ERROR);
  token = token.substr(0, quote + 1);
  std::string_view content = token.substr(1, quote - 1);
  if (content.contains('\\')) {
    if (const auto error = value.get_string().get(content)) return note(error);
  }
  if (!may_hide(content)) {
    text += token;
    return;
  }
  const std::string hidden = hide_secrets(content);
  if (hidden == content) {
    text += token;
    return;
  }
  changed = true;
  append_json_string(text, hidden);
}

}  // namespace acr
