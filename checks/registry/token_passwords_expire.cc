#include <fmt/format.h>

#include <algorithm>

#include "check.h"
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

Verdict judge(const Estate& estate, const Registry& registry) {
  const ChildList* list = estate.child_list(registry.id, Kind::registry_token);
  if (list == nullptr) return unknown_list(estate, registry, Kind::registry_token);
  std::vector<Evidence> evidence{
      estate.cite(list->origin, "", counted(list->count, Kind::registry_token))};
  std::vector<const RegistryToken*> endless;
  std::size_t enabled = 0;
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    if (!token->enabled || token->passwords.empty()) continue;
    ++enabled;
    if (std::ranges::none_of(token->passwords, [](const RegistryToken::Password& password) {
          return password.expiry.empty();
        }))
      continue;
    endless.push_back(token);
    evidence.push_back(estate.cite(token->origin, "credentials/passwords", "no expiry"));
  }
  if (enabled == 0)
    return not_applicable("the registry has no enabled token with a password", std::move(evidence));
  if (endless.empty())
    return pass("every password of a token has an end", std::move(evidence), Basis::arm);
  return fail(fmt::format("the password of {} token{} never expires: {}", endless.size(),
                          endless.size() == 1 ? "" : "s", joined_names(endless)),
              std::move(evidence), Basis::arm, {});
}

}  // namespace

extern const Check token_passwords_expire;
const Check token_passwords_expire{
    .id = "token-passwords-expire",
    .title = "The passwords of the registry's tokens expire",
    .problem = "A token's password never expires",
    .severity = Severity::low,
    .why =
        "A password that never expires is valid in every copy that was ever made of it: in old "
        "pipelines, chat messages and laptops.",
    .reads = "the passwords of the registry's tokens: their names and ends, never their values",
    .repair =
        "Medium risk: a new password has to reach everybody who uses the token before the old one "
        "goes. az acr token credential generate --expiration-in-days makes one and prints it once. "
        "Needs Contributor on the registry.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-token-based-repository-permissions",
    .controls = {},
    .features = "F-080",
    .judge = &judge};

}  // namespace acr
