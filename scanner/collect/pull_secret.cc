#include "collect/pull_secret.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "collect/arm.h"
#include "collect/docker_config.h"

namespace acr {
namespace {

using User = PullCredential::User;
using Value = JsonFields::Value;

constexpr std::string_view kConfigJson = "kubernetes.io/dockerconfigjson",
                           kConfig = "kubernetes.io/dockercfg";
constexpr std::size_t kMostCredentials = 10'000;

constexpr std::array<std::pair<User, std::string_view>, 4> kUsers{
    {{User::anonymous, "anonymous"},
     {User::token, "token"},
     {User::admin_or_named, "named"},
     {User::service_principal, "servicePrincipal"}}};

std::string encode_base64(std::string_view text) {
  std::string encoded(4 * ((text.size() + 2) / 3) + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()),
                                     reinterpret_cast<const unsigned char*>(text.data()),
                                     static_cast<int>(text.size()));
  encoded.resize(static_cast<std::size_t>(std::max(length, 0)));
  return encoded;
}

SecretFields::Payload read_payload(JsonFields& fields, Value value) {
  SecretFields::Payload payload;
  fields.each_member(value, [&](const char* key, Value field) {
    if (is_key(key, ".dockerconfigjson"))
      payload.json = fields.text(field);
    else if (is_key(key, ".dockercfg"))
      payload.cfg = fields.text(field);
  });
  return payload;
}

PullCredential read_credential(JsonFields& fields, Value value) {
  PullCredential credential;
  fields.each_member(value, [&](const char* key, Value field) {
    const auto text = [&] { return cut_text(fields.text(field), kTextBytes); };
    if (is_key(key, "host")) {
      credential.host_key = text();
    } else if (is_key(key, "user")) {
      const std::string word = text();
      for (const auto& [user, name] : kUsers)
        if (name == word) credential.user = user;
    } else if (is_key(key, "name")) {
      credential.user_name = text();
    } else if (is_key(key, "hasPassword")) {
      credential.has_password = fields.flag(field);
    } else if (is_key(key, "expires")) {
      credential.expires = text();
    } else if (is_key(key, "refusedByVirtualNode")) {
      credential.aci_error = text();
    }
  });
  return credential;
}

PullSecret read_facts(JsonFields& fields, Value value) {
  PullSecret secret;
  std::vector<PullCredential> credentials;
  std::optional<std::string> undecodable;
  fields.each_member(value, [&](const char* key, Value field) {
    if (is_key(key, "taken")) {
      secret.docker_type = fields.flag(field);
    } else if (is_key(key, "refusedByVirtualNode")) {
      secret.aci_error = cut_text(fields.text(field), kTextBytes);
    } else if (is_key(key, "undecodable")) {
      undecodable = cut_text(fields.text(field), kTextBytes);
    } else if (is_key(key, "credentials")) {
      fields.each_element(field, [&](Value element, std::size_t index) {
        if (index < kMostCredentials) credentials.push_back(read_credential(fields, element));
      });
    }
  });
  if (undecodable)
    secret.credentials = std::unexpected(Gap{Gap::Why::malformed, std::move(*undecodable), {}});
  else
    secret.credentials = std::move(credentials);
  return secret;
}

void append_member(std::string& json, std::string_view name, std::string_view text) {
  if (text.empty()) return;
  json += fmt::format(",\"{}\":", name);
  append_json_string(json, text);
}

}  // namespace

void SecretFields::read(JsonFields& fields, const char* key, Value value) {
  if (is_key(key, "type")) {
    type = fields.text(value);
  } else if (is_key(key, "data")) {
    has_data = true;
    data = read_payload(fields, value);
  } else if (is_key(key, "stringData")) {
    has_data = true;
    plain = read_payload(fields, value);
  } else if (is_key(key, "acrDoctor")) {
    reduced = read_facts(fields, value);
  }
}

void decode(PullSecret& secret, const SecretFields& fields, const std::string& source) {
  secret.type = fields.type;
  const bool is_json = fields.type == kConfigJson, is_cfg = fields.type == kConfig;
  if (!fields.has_data && fields.reduced) {
    secret.credentials = fields.reduced->credentials;
    secret.docker_type = fields.reduced->docker_type;
    secret.aci_error = fields.reduced->aci_error;
  } else if ((is_json || is_cfg) && !fields.has_data) {
    secret.docker_type = true;
    secret.credentials = std::unexpected(
        Gap{Gap::Why::not_collected, "the document holds the secret without its data", source});
  } else if (is_json || is_cfg) {
    const auto& plain_text = is_json ? fields.plain.json : fields.plain.cfg;
    if (plain_text) {
      std::string encoded = encode_base64(*plain_text);
      decode_pull_secret(secret, encoded);
      OPENSSL_cleanse(encoded.data(), encoded.size());
    } else {
      decode_pull_secret(secret, is_json ? fields.data.json : fields.data.cfg);
    }
  } else if (!fields.type.empty() || fields.has_data) {
    decode_pull_secret(secret, std::nullopt);
  }
}

bool has_facts(const SecretFields& fields) {
  const bool docker = fields.type == kConfigJson || fields.type == kConfig;
  return (fields.has_data || fields.reduced) && (docker || fields.type.empty());
}

void append_facts(std::string& json, const PullSecret& secret) {
  json += fmt::format("{{\"taken\":{}", secret.docker_type);
  append_member(json, "refusedByVirtualNode", secret.aci_error);
  if (!secret.credentials) {
    json += ",\"undecodable\":";
    append_json_string(json, secret.credentials.error().detail);
  } else {
    json += ",\"credentials\":[";
    for (std::size_t i = 0; i < secret.credentials->size(); ++i) {
      const PullCredential& credential = (*secret.credentials)[i];
      const auto* user =
          std::ranges::find(kUsers, credential.user, &std::pair<User, std::string_view>::first);
      json += fmt::format("{}{{\"user\":\"{}\",\"hasPassword\":{}", i == 0 ? "" : ",", user->second,
                          credential.has_password);
      append_member(json, "host", credential.host_key);
      append_member(json, "name", credential.user_name);
      append_member(json, "expires", credential.expires);
      append_member(json, "refusedByVirtualNode", credential.aci_error);
      json += '}';
    }
    json += ']';
  }
  json += '}';
}

void append_json_string(std::string& json, std::string_view text) {
  json += '"';
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      json += '\\';
      json += byte;
    } else if (code < 0x20 || code == 0x7F) {
      json += fmt::format("\\u{:04x}", static_cast<unsigned>(code));
    } else {
      json += byte;
    }
  }
  json += '"';
}

}  // namespace acr
