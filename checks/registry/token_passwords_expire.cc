#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "check.h"
#include "credential_end.h"
#include "registry_verdict.h"

namespace acr {

namespace {

std::string joined_names(const std::vector<const RegistryToken*>& tokens) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size() && i < 3; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", tokens[i]->name);
  if (tokens.size() > 3) text += fmt::format(" and {} more", tokens.size() - 3);
  return text;
}

// Of two passwords one is there to be renewed while the other works: the later end counts.
std::optional<Instant> last_end(const RegistryToken& token) {
  std::optional<Instant> last;
  for (const RegistryToken::Password& password : token.passwords) {
    const auto end = parse_time(password.expiry);
    if (end && (!last || *end > *last)) last = end;
  }
  return last;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const ChildList* list = estate.child_list(registry.id, Kind::registry_token);
  if (list == nullptr) return unknown_list(estate, registry, Kind::registry_token);
  std::vector<Evidence> evidence{
      estate.cite(list->origin, "", counted(list->count, Kind::registry_token))};
  std::vector<const RegistryToken*> endless;
  const RegistryToken* soon = nullptr;
  std::optional<Instant> first_end;
  std::size_t enabled = 0;
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    if (!token->enabled || token->passwords.empty()) continue;
    ++enabled;
    if (std::ranges::none_of(token->passwords, [](const RegistryToken::Password& password) {
          return password.expiry.empty();
        })) {
      const auto end = last_end(*token);
      // What is over is no danger, and whoever still uses it has noticed.
      if (end && *end > estate.now && (!first_end || *end < *first_end)) {
        first_end = end;
        soon = token;
      }
      continue;
    }
    endless.push_back(token);
    evidence.push_back(estate.cite(token->origin, "credentials/passwords", "no expiry"));
  }
  if (enabled == 0)
    return not_applicable("the registry has no enabled token with a password", std::move(evidence));
  if (endless.empty() && first_end &&
      *first_end <= estate.now + estate.expects.credential_days_left) {
    evidence.push_back(estate.cite(soon->origin, "credentials/passwords", format_time(*first_end)));
    return fail(fmt::format("the last password of token {} ends {}, at {}", soon->name,
                            in_words(estate.now, *first_end), format_time(*first_end)),
                std::move(evidence), Basis::arm, {});
  }
  if (endless.empty()) {
    return pass(first_end ? fmt::format("every password of a token has an end, the next one {}",
                                        in_words(estate.now, *first_end))
                          : "every password of a token has an end",
                std::move(evidence), Basis::arm);
  }
  return fail(fmt::format("the password of {} token{} never expires: {}", endless.size(),
                          endless.size() == 1 ? "" : "s", joined_names(endless)),
              std::move(evidence), Basis::arm, {});
}

}  // namespace

extern const Check token_passwords_expire;
const Check token_passwords_expire{
    .id = "token-passwords-expire",
    .title = "The passwords of the registry's tokens expire, and are renewed in time",
    .problem = "A token's password never expires, or is about to",
    .severity = Severity::low,
    .why =
        "A password that never expires is valid in every copy that was ever made of it: in old "
        "pipelines, chat messages and laptops. One that expires unnoticed stops every pull and "
        "pipeline that uses it.",
    .reads =
        "the passwords of the registry's tokens: their names and ends, never their values; "
        "credential-days-left of the policy file (30 unless it says otherwise)",
    .repair =
        "Medium risk: a new password has to reach everybody who uses the token before the old one "
        "goes. az acr token credential generate --expiration-in-days makes one and prints it once. "
        "Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-token-based-repository-permissions",
    .controls = {},
    .features = "F-080 B-22",
    .judge = &judge};

}  // namespace acr
