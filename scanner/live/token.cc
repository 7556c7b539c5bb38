#include "live/token.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "live/base64.h"
#include "live/plain.h"
#include "live/secret_json.h"

namespace acr {
namespace {

// Tokens of groups' members are long; no header holds more than this.
constexpr std::size_t kMostBytes = std::size_t{64} << 10;

// The payload of a JSON Web Token as JSON; empty when it is none.
Secret payload_of(std::string_view token) {
  const std::size_t first = token.find('.');
  if (first == std::string_view::npos || token.size() > kMostBytes) return {};
  const std::size_t second = token.find('.', first + 1);
  if (second == std::string_view::npos) return {};
  auto json = decode_base64_secret(token.substr(first + 1, second - first - 1));
  return json ? std::move(*json) : Secret{};
}

struct Advice {
  long long code;
  std::string_view next;
};
// Microsoft Learn, "Microsoft Entra authentication and authorization error codes".
constexpr std::array<Advice, 12> kAdvice{{
    {7000215, "give the secret's value, not its id, in AZURE_CLIENT_SECRET"},
    {7000222, "the client secret has expired: az ad app credential reset --id CLIENT_ID"},
    {700016, "check AZURE_CLIENT_ID and AZURE_TENANT_ID: the application is not in this tenant"},
    {90002,
     "check AZURE_TENANT_ID, and AZURE_CLOUD or AZURE_AUTHORITY_HOST: there is no such tenant"},
    {50076, "multi-factor authentication is asked for: az login, for this tenant"},
    {50079, "multi-factor authentication must be set up: az login, for this tenant"},
    {65001, "nobody has consented: an administrator grants the application its permissions"},
    {700024,
     "the federated token or assertion is not valid now: check the clock, and that the "
     "token file is the one the kubelet renews"},
    {70043, "the sign-in has expired by a policy: az login, for this tenant"},
    {700082, "the sign-in has expired: az login, for this tenant"},
    {500011,
     "the tenant does not know the resource: check AZURE_CLOUD, and that the tenant has an "
     "Azure subscription"},
    {700027,
     "the certificate is not registered with the application: az ad app credential reset "
     "--id CLIENT_ID --cert @certificate.pem --append"},
}};

}  // namespace

Who read_who(std::string_view token) {
  Who who;
  const Secret payload = payload_of(token);
  if (payload.empty()) return who;
  const SecretJson json(payload.view());
  const auto claims = json.object();
  if (!claims) return who;
  const auto first_of = [&](std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names)
      if (std::string text = plain_name(text_of(*claims, name), 120); !text.empty()) return text;
    return std::string{};
  };
  who.tenant = first_of({"tid"});
  who.object_id = first_of({"oid"});
  who.client_id = first_of({"appid", "azp"});
  who.application = text_of(*claims, "idtyp") == "app";
  who.name = first_of({"upn", "unique_name", "preferred_username", "app_displayname"});
  return who;
}

std::optional<Instant> token_end(std::string_view token) {
  const Secret payload = payload_of(token);
  if (payload.empty()) return std::nullopt;
  const SecretJson json(payload.view());
  const auto claims = json.object();
  const auto seconds = claims ? number_of(*claims, "exp") : std::nullopt;
  constexpr std::int64_t kYear9999 = 253402300799;
  if (!seconds || *seconds <= 0 || *seconds > kYear9999) return std::nullopt;
  return Instant{std::chrono::seconds(*seconds)};
}

std::expected<Token, TokenError> make_token(std::string_view text, Instant expires) {
  if (!is_header_word(text) || text.size() > kMostBytes)
    return std::unexpected(TokenError{
        TokenError::Cause::malformed,
        {},
        text.empty() ? "the answer holds no token" : "the token cannot stand in a header",
        {}});
  Token token;
  token.text = Secret(std::string(text));
  token.expires = expires;
  token.who = read_who(text);
  token.tenant = token.who.tenant;
  return token;
}

long long entra_code(std::string_view text) {
  constexpr std::string_view kPrefix = "AADSTS";
  const std::size_t at = text.find(kPrefix);
  if (at == std::string_view::npos) return 0;
  const std::string digits(text.substr(at + kPrefix.size(), 12));
  long long code = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), code);
  return std::max(code, 0LL);
}

TokenError entra_error(std::string_view description, long long code,
                       const std::vector<std::string_view>& hidden) {
  TokenError error{TokenError::Cause::refused, {}, {}, {}};
  if (const long long told = entra_code(description); told != 0) code = told;
  if (code > 0) error.code = fmt::format("AADSTS{}", code);
  std::string_view sentence = description;
  if (const std::size_t at = sentence.find("AADSTS"); at != std::string_view::npos) {
    const std::size_t colon = sentence.find(": ", at);
    sentence.remove_prefix(colon == std::string_view::npos ? at : colon + 2);
  }
  sentence = sentence.substr(0, sentence.find_first_of("\r\n"));
  for (const std::string_view end : {". ", " Trace ID:"})
    sentence = sentence.substr(0, sentence.find(end));
  std::string words = plain_line(sentence, hidden);
  if (words.ends_with('.')) words.pop_back();
  error.text = error.code.empty() ? words : fmt::format("{}: {}", error.code, words);
  if (error.text.empty()) error.text = "Entra refused without a word";
  const auto* known = std::ranges::find(kAdvice, code, &Advice::code);
  if (known != kAdvice.end()) error.next = known->next;
  return error;
}

}  // namespace acr
