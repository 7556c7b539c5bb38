#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "ff05e24e-195c-447e-b322-5e90c9f9f366"},
                                 {"Azure Policy", "a9b426fe-8856-4945-8600-18c5dd1cca2a"},
                                 {"ACR review checklist", "A02.05"}};

std::string joined_names(const std::vector<const RegistryToken*>& tokens) {
  std::string text;
  for (std::size_t i = 0; i < tokens.size() && i < 3; ++i)
    text += fmt::format("{}{}", i == 0 ? "" : ", ", tokens[i]->name);
  if (tokens.size() > 3) text += fmt::format(" and {} more", tokens.size() - 3);
  return text;
}

bool is_used(const Estate& estate, const Registry& registry, const RegistryToken& token,
             std::vector<Evidence>& evidence) {
  for (const PullSecret& secret : estate.secrets) {
    if (!secret.credentials) continue;
    for (const PullCredential& credential : *secret.credentials) {
      if (!same_text(credential.user_name, token.name) ||
          !lower(credential.host_key).contains(lower(registry.login_server)))
        continue;
      evidence.push_back(estate.cite(secret.origin, "",
                                     fmt::format("secret {}/{}", secret.name_space, secret.name),
                                     Basis::kubernetes_api));
      return true;
    }
  }
  return false;
}

Verdict judge(const Estate& estate, const Registry& registry) {
  const ChildList* list = estate.child_list(registry.id, Kind::registry_token);
  if (list == nullptr) return unknown_list(estate, registry, Kind::registry_token);
  std::vector<Evidence> evidence{
      estate.cite(list->origin, "", counted(list->count, Kind::registry_token))};
  std::vector<const RegistryToken*> enabled;
  std::vector<std::string> fix;
  std::size_t used = 0;
  for (const RegistryToken* token : estate.tokens_of(registry.id)) {
    if (!token->enabled) continue;
    enabled.push_back(token);
    evidence.push_back(estate.cite(token->origin, "status", "enabled"));
    if (is_used(estate, registry, *token, evidence)) {
      ++used;
      continue;
    }
    fix.push_back(registry_command(registry, "token update",
                                   fmt::format("--name {} --status disabled", quote(token->name))));
  }
  if (enabled.empty()) return pass("no token is enabled", std::move(evidence), Basis::arm);
  // To disable those that are left would not make the check pass: pods pull with one of them.
  if (used > 0) fix.clear();
  return fail(fmt::format("{} token{} enabled: {}{}", enabled.size(),
                          enabled.size() == 1 ? " is" : "s are", joined_names(enabled),
                          used == 0 ? std::string()
                                    : fmt::format("; pull secrets use {} of them, so give those "
                                                  "clusters another credential first",
                                                  used)),
              std::move(evidence), Basis::arm, std::move(fix));
}

}  // namespace

extern const Check registry_has_no_tokens;
const Check registry_has_no_tokens{
    .id = "registry-has-no-tokens",
    .title = "No repository-scoped token of the registry is enabled",
    .problem = "A repository-scoped token of the registry is enabled",
    .severity = Severity::low,
    .why =
        "A token is a password outside the directory: no sign-in log, no conditional access, no "
        "owner. It is the right means for clients that have no identity in Azure, and for no "
        "others.",
    .reads = "the tokens of the registry, and the pull secrets that use them",
    .repair =
        "Medium risk: whoever holds the token's password fails from then on. A token that a pull "
        "secret of the input uses is named and left alone. Needs Contributor on the registry; "
        "takes effect at once.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-token-based-repository-permissions",
    .controls = kControls,
    .features = "F-049",
    .judge = &judge};

}  // namespace acr
