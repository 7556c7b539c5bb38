#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "estate/command.h"
#include "pull_verdict.h"

namespace acr {

extern const Check kubelet_identity_exists;
extern const Check pod_carries_service_account_secrets;
extern const Check pod_names_pull_secret;
extern const Check pull_secret_credential_is_current;
extern const Check pull_secret_principal_can_pull;
extern const Check registry_is_in_cluster_tenant;

namespace {

std::string grant_command(const Principal& principal, const Registry& registry) {
  const bool abac = registry.abac_mode.value_or(false);
  const std::string_view role = abac ? "Container Registry Repository Reader" : "AcrPull";
  const std::string assignee =
      principal.object_id.empty()
          ? fmt::format("--assignee {}", quote(principal.app_id))
          : fmt::format("--assignee-object-id {} --assignee-principal-type ServicePrincipal",
                        quote(principal.object_id));
  return fmt::format("az role assignment create --role {} {} --scope {}", quote(role), assignee,
                     quote(registry.id.text()));
}

// The assignment is there, but its condition leaves the repository out: widen the condition. Azure
// refuses a second assignment of one role to one principal at one scope.
std::string widen_command(const RoleAssignment& assignment, std::string_view repository) {
  const std::string condition = fmt::format(
      "({}) OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] "
      "StringEqualsIgnoreCase '{}')",
      assignment.condition, repository);
  std::string escaped;
  for (const char c : condition) {
    if (c == '"' || c == '\\') escaped += '\\';
    if (c != '\n' && c != '\r' && c != '\t') escaped += c;
  }
  const std::string body = fmt::format(
      R"({{"id":"{}","name":"{}","scope":"{}","roleDefinitionId":"/providers/Microsoft.Authorization/roleDefinitions/{}","principalId":"{}","principalType":"ServicePrincipal","condition":"{}","conditionVersion":"2.0"}})",
      assignment.id.text(), assignment.id.name(), assignment.scope.text(), assignment.role_id,
      assignment.principal_id, escaped);
  return fmt::format("az role assignment update --role-assignment {}", quote(body));
}

// The same right in the wrong hands: the identities of this cluster that people mistake for the
// kubelet's.
std::string wrong_principal(const Cluster& cluster, const PullRight& right,
                            std::vector<Evidence>& evidence, const Estate& estate) {
  for (const Grant& grant : right.others) {
    const std::string& holder = grant.assignment->principal_id;
    std::string who;
    for (const Identity& identity : cluster.control_plane_identities) {
      if (same_text(identity.object_id, holder))
        who =
            fmt::format("control-plane identity {}",
                        identity.id.empty() ? identity.object_id : std::string(identity.id.name()));
    }
    for (const auto& [addon, identity] : cluster.addon_identities) {
      if (same_text(identity.object_id, holder)) who = fmt::format("identity of add-on {}", addon);
    }
    if (who.empty()) continue;
    evidence = together(std::move(evidence),
                        {estate.cite(grant.assignment->origin, "principalId", holder)});
    return fmt::format(
        "; {} is on the cluster's {}, which pulls nothing",
        grant.role && !grant.role->name.empty() ? grant.role->name : std::string("the role"), who);
  }
  return {};
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const Registry& registry = *attachment.registry;
  if (registry.anonymous_pull_enabled.value_or(false)) {
    return pass(
        fmt::format("registry {} allows anonymous pulls, so no role is needed", registry.name),
        {estate.cite(registry.origin, "anonymousPullEnabled", "true")}, Basis::arm);
  }
  const IdentityNeed need = need_of_identity(estate, attachment);
  if (need.only_virtual_nodes) {
    return not_applicable(
        "only virtual nodes pull from this registry, and they use no kubelet identity",
        together(attachment.pulls.front()->node.evidence, need.seen));
  }
  std::set<std::string> repositories;
  for (const Pull* pull : need.pulls) {
    if (pull->reference) repositories.insert(pull->reference->path);
  }
  if (repositories.empty()) repositories.insert("");

  const Fact<Principal> principal = puller(estate, cluster);
  if (!principal) {
    if (need.needed == Tri::no)
      return not_applicable(fmt::format("pull secret {} serves every pull from registry {}",
                                        need.served_by, registry.name),
                            need.evidence);
    return unknown_puller(estate, cluster, principal.error());
  }
  std::vector<Evidence> evidence;
  evidence.push_back(
      cluster.service_principal_client_id.empty()
          ? estate.cite(cluster.kubelet_identity->origin, "objectId", principal->object_id)
          : estate.cite(cluster.origin, "servicePrincipalProfile/clientId", principal->app_id));
  // What told the object id of an application.
  for (const DirectoryObject* object :
       estate.directory_objects_of(cluster.service_principal_client_id)) {
    if (!same_text(object->object_id, principal->object_id)) continue;
    evidence =
        together(std::move(evidence), {estate.cite(object->origin, "id", principal->object_id)});
  }
  evidence = together(std::move(evidence), {estate.cite(registry.origin, "", registry.name)});

  // One right for all repositories, but in ABAC mode, where a condition may leave some out.
  PullRight worst;
  bool first = true;
  std::string refused_repository;
  const bool pulled =
      std::ranges::any_of(need.pulls, [](const Pull* pull) { return has_arrived(*pull); });
  const auto rank = [](PullRight::State s) {
    return s == PullRight::State::granted ? 0 : s == PullRight::State::unknown ? 1 : 2;
  };
  for (const std::string& repository : repositories) {
    PullRight right = pull_right(estate, *principal, registry, repository, pulled);
    if (first || rank(right.state) > rank(worst.state)) {
      worst = std::move(right);
      refused_repository = repository;
    } else if (right.state == worst.state) {
      worst.evidence = together(std::move(worst.evidence), right.evidence);
    }
    first = false;
    if (registry.abac_mode && !*registry.abac_mode) break;
  }
  evidence = together(std::move(evidence), worst.evidence);
  const std::string subject =
      fmt::format("{} ({})", principal->name,
                  principal->object_id.empty() ? principal->app_id : principal->object_id);
  const bool abac = registry.abac_mode.value_or(false);
  const std::string what =
      abac && !refused_repository.empty() && worst.state != PullRight::State::granted
          ? fmt::format("repository {} of registry {}", refused_repository, registry.name)
          : fmt::format("registry {}", registry.name);
  switch (worst.state) {
    case PullRight::State::granted:
      // Only in ABAC mode does the answer depend on what is pulled.
      if (abac || worst.granted_at) evidence = together(std::move(evidence), need.seen);
      if (worst.granted_at &&
          std::ranges::none_of(need.pulls, [](const Pull* pull) { return pull->pulled > 0; })) {
        return unknown(
            fmt::format("{} was given the right to pull from {} at {}, and that may take until {} "
                        "to take effect: {}",
                        principal->name, what, format_time(*worst.granted_at),
                        format_time(*worst.granted_at + kPropagation), worst.reason),
            std::move(evidence), {"kubectl get pods --all-namespaces --output json"});
      }
      return pass(fmt::format("{} may pull from {}: {}", principal->name, what, worst.reason),
                  std::move(evidence), Basis::arm);
    case PullRight::State::unknown:
      if (need.needed == Tri::no)
        return not_applicable(
            fmt::format("pull secret {} serves every pull from {}", need.served_by, what),
            together(need.evidence, need.seen));
      return unknown(fmt::format("whether {} may pull from {} is not known: {}", principal->name,
                                 what, worst.reason),
                     together(std::move(evidence), need.seen), worst.supply);
    case PullRight::State::denied:
    case PullRight::State::not_granted:
      break;
  }
  if (worst.state == PullRight::State::denied) {
    return identity_fault(
        need, fmt::format("{} may not pull from {}: {}", subject, what, worst.reason),
        std::move(evidence),
        {fmt::format("az rest --method get --url {}",
                     quote(worst.denied_by->id.text() + "?api-version=2022-04-01"))});
  }
  std::string reason = fmt::format("{} may not pull from {}: {}", subject, what, worst.reason);
  reason += wrong_principal(cluster, worst, evidence, estate);
  std::string fix = grant_command(*principal, registry);
  for (const Grant& grant : worst.grants) {
    if (grant.effect != Grant::Effect::condition_excludes || refused_repository.empty()) continue;
    fix = widen_command(*grant.assignment, refused_repository);
    break;
  }
  return identity_fault(need, std::move(reason), std::move(evidence), {std::move(fix)});
}

constexpr Control kControls[] = {{"azure-cli", "aks check-acr"}, {"aks-canipull", "exit 60"}};

}  // namespace

extern const Check kubelet_identity_can_pull;
const Check kubelet_identity_can_pull{
    .id = "kubelet-identity-can-pull",
    .title = "The cluster's kubelet identity may pull from the registry",
    .problem = "The cluster's kubelet identity may not pull from the registry",
    .severity = Severity::critical,
    .link = Link::authorization,
    .step = 1,
    .why =
        "Without a pull secret the node pulls as the cluster's kubelet identity. Without the right "
        "on the "
        "registry every pull of a new image ends in 401 Unauthorized; running pods go on until "
        "they move. "
        "The cluster's control-plane identity, which people grant by mistake, pulls nothing. A "
        "registry in "
        "ABAC mode ignores AcrPull.",
    .reads =
        "the cluster's identityProfile; role assignments at the registry and above; role "
        "definitions; "
        "deny assignments; the registry's role assignment mode; the pods' pull secrets",
    .repair =
        "Low risk: assign the role. Needs Owner, User Access Administrator or Role Based Access "
        "Control "
        "Administrator on the registry. Takes effect within about 10 minutes; nodes retry by "
        "themselves.",
    .reference = "https://learn.microsoft.com/azure/aks/cluster-container-registry-integration",
    .controls = kControls,
    .features = "F-004 F-007 F-008 F-009 B-01 B-02 B-03 B-38",
    // With a pull secret that works, the identity is not needed.
    .after = {&kubelet_identity_exists, &registry_is_in_cluster_tenant,
              &pod_carries_service_account_secrets, &pod_names_pull_secret,
              &pull_secret_credential_is_current, &pull_secret_principal_can_pull},
    .judge = &judge};

}  // namespace acr
