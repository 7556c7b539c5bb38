#include <fmt/format.h>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

extern const Check pull_secret_credential_is_current;
extern const Check pull_secret_matches_registry;

namespace {

Verdict judge_named(const Estate& estate, const Pull& pull) {
  if (!pull.reference) return not_applicable("the image reference is not valid");
  if (auto verdict = unless_secrets(estate, pull)) return *verdict;
  const auto secrets = secrets_of(estate, pull);
  const MatchingCredential* found = nullptr;
  const auto matching = matching_credentials(secrets, pull);
  for (const MatchingCredential& entry : matching) {
    // Admin user and registry tokens carry their rights in themselves.
    if (entry.credential->user != PullCredential::User::service_principal) {
      return not_applicable(
          fmt::format("pull secret {} holds no service principal", entry.secret->name),
          {estate.cite(entry.secret->origin, "data", entry.credential->host_key,
                       Basis::kubernetes_api)});
    }
    if (!found) found = &entry;
  }
  if (!found) {
    std::vector<Evidence> looked_at;
    for (const SecretUse& use : secrets) {
      if (use.state == SecretUse::State::unknown)
        return unknown(use.reason, use.evidence, use.supply);
      looked_at = together(std::move(looked_at), use.evidence);
    }
    return not_applicable("no pull secret of the pod is for this registry",
                          together(std::move(looked_at), pull.pull_secrets_evidence));
  }
  const std::string& app = found->credential->user_name;
  std::vector<Evidence> evidence{
      estate.cite(found->secret->origin, "data", app, Basis::kubernetes_api)};
  if (!pull.registry) {
    return unknown(fmt::format("registry {} is not in the input", pull.reference->domain), evidence,
                   {fmt::format("az acr list --query \"[?loginServer=='{}']\" --output json",
                                lower(pull.reference->domain))});
  }
  Principal principal;
  principal.app_id = app;
  principal.name = fmt::format("service principal {}", app);
  const bool pulled = has_arrived(pull);
  PullRight right = pull_right(estate, principal, *pull.registry, pull.reference->path, pulled);
  if (right.state != PullRight::State::granted) {
    // Assignments that do not name the application are found by its object id.
    for (const DirectoryObject* object : estate.directory_objects_of(app)) {
      if (object->kind != DirectoryObject::Kind::service_principal || object->object_id.empty())
        continue;
      principal.object_id = object->object_id;
      evidence.push_back(estate.cite(object->origin, "id", object->object_id));
    }
    if (!principal.object_id.empty())
      right = pull_right(estate, principal, *pull.registry, pull.reference->path, pulled);
  }
  evidence =
      together(std::move(evidence), {estate.cite(pull.registry->origin, "", pull.registry->name)});
  evidence = together(std::move(evidence), right.evidence);
  const std::string what = fmt::format("{} of pull secret {}", principal.name, found->secret->name);
  switch (right.state) {
    case PullRight::State::granted:
      if (right.granted_at && pull.pulled == 0) {
        return unknown(
            fmt::format("{} was given the right to pull from registry {} at {}, and that may take "
                        "until {} to take effect: {}",
                        what, pull.registry->name, format_time(*right.granted_at),
                        format_time(*right.granted_at + kPropagation), right.reason),
            together(std::move(evidence), {cite_image(estate, pull)}),
            {"kubectl get pods --all-namespaces --output json"});
      }
      return pass(
          fmt::format("{} may pull from registry {}: {}", what, pull.registry->name, right.reason),
          std::move(evidence), Basis::arm);
    case PullRight::State::unknown: {
      const Need need = need_of_secret(estate, pull);
      std::string reason = fmt::format("whether {} may pull from registry {} is not known: {}",
                                       what, pull.registry->name, right.reason);
      if (need.needed == Tri::no)
        return fault(need, std::move(reason), std::move(evidence), {}, {});
      return unknown(std::move(reason), together(std::move(evidence), need.evidence), right.supply);
    }
    case PullRight::State::denied:
    case PullRight::State::not_granted:
      break;
  }
  const bool abac = pull.registry->abac_mode.value_or(false);
  const std::string assignee =
      principal.object_id.empty()
          ? fmt::format("--assignee {}", quote(app))
          : fmt::format("--assignee-object-id {} --assignee-principal-type ServicePrincipal",
                        quote(principal.object_id));
  return fault(
      need_of_secret(estate, pull),
      fmt::format("{} may not pull from registry {}: {}", what, pull.registry->name, right.reason),
      std::move(evidence), Basis::arm,
      {fmt::format("az role assignment create --role {} {} --scope {}",
                   quote(abac ? "Container Registry Repository Reader" : "AcrPull"), assignee,
                   quote(pull.registry->id.text()))});
}

Verdict judge(const Estate& estate, const Pull& pull) {
  return cite_names(pull, judge_named(estate, pull));
}

}  // namespace

extern const Check pull_secret_principal_can_pull;
const Check pull_secret_principal_can_pull{
    .id = "pull-secret-principal-can-pull",
    .title = "The service principal in the pod's pull secret may pull from the registry",
    .problem = "The service principal in the pod's pull secret may not pull from the registry",
    .severity = Severity::critical,
    .link = Link::authorization,
    .step = 2,
    .why =
        "A service principal in a pull secret needs the pull right on the registry like any "
        "identity. A "
        "valid password without the right ends in the same 401 as a wrong password.",
    .reads =
        "user names in the pod's pull secrets; service principals; role assignments at the "
        "registry and above",
    .repair =
        "Low risk: assign the role. Needs Owner or User Access Administrator on the registry. "
        "Takes "
        "effect within about 10 minutes; the kubelet retries by itself.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/"
        "container-registry-auth-service-principal",
    .controls = {},
    .features = "F-079",
    .after = {&pull_secret_matches_registry, &pull_secret_credential_is_current},
    .judge = &judge};

}  // namespace acr
