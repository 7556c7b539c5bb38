#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "check.h"
#include "estate/command.h"
#include "estate/credentials.h"

namespace acr {

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

bool has_kubernetes(const Estate& estate) {
  return std::any_of(estate.listings.begin(), estate.listings.end(),
                     [](const Listing& listing) { return listing.kind >= Kind::pod; });
}

// The pods that were looked at, one piece of evidence a document.
std::vector<Evidence> cite_pulls(const Estate& estate, const Attachment& attachment) {
  std::vector<Evidence> evidence;
  std::set<std::uint32_t> documents;
  for (const Pull* pull : attachment.pulls) {
    if (!documents.insert(pull->origin.document).second) continue;
    evidence.push_back(cite_image(estate, *pull));
  }
  return evidence;
}

// Is this pull served by a pull secret, so that the kubelet identity is not needed?
Tri served_by_secret(const std::vector<SecretUse>& secrets, const Pull& pull) {
  if (!pull.pull_secrets_known) return Tri::unknown;
  if (!matching_credentials(secrets, pull).empty()) return Tri::yes;
  const bool open = std::any_of(secrets.begin(), secrets.end(), [](const SecretUse& s) {
    return s.state == SecretUse::State::unknown ||
           (s.secret && !s.secret->credentials &&
            s.secret->credentials.error().why != Gap::Why::malformed);
  });
  return open ? Tri::unknown : Tri::no;
}

Verdict judge(const Estate& estate, const Attachment& attachment) {
  const Cluster& cluster = *attachment.cluster;
  const Registry& registry = *attachment.registry;
  if (registry.anonymous_pull_enabled.value_or(false)) {
    return pass(
        fmt::format("registry {} allows anonymous pulls, so no role is needed", registry.name),
        {estate.cite(registry.origin, "anonymousPullEnabled", "true")}, Basis::arm);
  }
  std::vector<const Pull*> pulls;
  for (const Pull* pull : attachment.pulls) {
    if (!pull->node.is_classic_virtual()) pulls.push_back(pull);
  }
  const std::vector<Evidence> seen = cite_pulls(estate, attachment);
  if (pulls.empty() && !attachment.pulls.empty()) {
    return not_applicable(
        "only virtual nodes pull from this registry, and they use no kubelet identity",
        together(attachment.pulls.front()->node.evidence, seen));
  }

  // Who needs the identity? Pulls that a secret serves do not.
  // Without any pod there is nobody to need it; with no Kubernetes documents at all, the question
  // is about the registry and the cluster alone.
  const bool pods_unknown = pulls.empty() && has_kubernetes(estate);
  bool needed = pulls.empty() && !pods_unknown, perhaps = pods_unknown;
  std::set<std::string> repositories;
  std::vector<Evidence> secret_evidence;
  std::vector<std::string> secret_supply;
  std::string served_by, unread;
  for (const Pull* pull : pulls) {
    if (pull->reference) repositories.insert(pull->reference->path);
    const auto secrets = secrets_of(estate, *pull);
    switch (served_by_secret(secrets, *pull)) {
      case Tri::no:
        needed = true;
        break;
      case Tri::unknown:
        perhaps = true;
        break;
      case Tri::yes:
        break;
    }
    for (const SecretUse& use : secrets) {
      secret_evidence = together(std::move(secret_evidence), use.evidence);
      for (const std::string& command : use.supply) {
        if (std::find(secret_supply.begin(), secret_supply.end(), command) == secret_supply.end())
          secret_supply.push_back(command);
      }
      (use.secret ? served_by : unread) = use.name;
    }
  }
  if (repositories.empty()) repositories.insert("");

  const Fact<Principal> principal = puller(estate, cluster);
  if (!principal) {
    if (!needed && !perhaps)
      return not_applicable(fmt::format("pull secret {} serves every pull from registry {}",
                                        served_by, registry.name),
                            secret_evidence);
    std::vector<Evidence> evidence;
    std::string reason = fmt::format(
        "the kubelet identity of cluster {} is not known: {}", cluster.name,
        cluster.has_arm() ? principal.error().detail : "no managed cluster document was given");
    if (const Refusal* refusal = estate.refusal(Kind::cluster); refusal && !cluster.has_arm()) {
      reason = fmt::format("the kubelet identity of cluster {} is not known: {} was refused",
                           cluster.name, refusal->action);
      evidence.push_back(estate.cite(refusal->origin, "", refusal->action, Basis::denied));
    }
    return unknown(
        std::move(reason), std::move(evidence),
        {cluster.has_arm()
             ? fmt::format(
                   "az aks show --subscription {} --resource-group {} --name {} --output json",
                   quote(cluster.id.subscription()), quote(cluster.id.resource_group()),
                   quote(cluster.name))
             : std::string("az aks list --output json")});
  }
  std::vector<Evidence> evidence;
  evidence.push_back(
      cluster.service_principal_client_id.empty()
          ? estate.cite(cluster.kubelet_identity->origin, "objectId", principal->object_id)
          : estate.cite(cluster.origin, "servicePrincipalProfile/clientId", principal->app_id));
  evidence = together(std::move(evidence), {estate.cite(registry.origin, "", registry.name)});

  // One right for all repositories, but in ABAC mode, where a condition may leave some out.
  PullRight worst;
  bool first = true;
  std::string refused_repository;
  const auto rank = [](PullRight::State s) {
    return s == PullRight::State::granted ? 0 : s == PullRight::State::unknown ? 1 : 2;
  };
  for (const std::string& repository : repositories) {
    PullRight right = pull_right(estate, *principal, registry, repository);
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
      if (abac) evidence = together(std::move(evidence), seen);
      return pass(fmt::format("{} may pull from {}: {}", principal->name, what, worst.reason),
                  std::move(evidence), Basis::arm);
    case PullRight::State::unknown:
      if (!needed && !perhaps)
        return not_applicable(
            fmt::format("pull secret {} serves every pull from {}", served_by, what),
            together(secret_evidence, seen));
      return unknown(fmt::format("whether {} may pull from {} is not known: {}", principal->name,
                                 what, worst.reason),
                     together(std::move(evidence), seen), worst.supply);
    case PullRight::State::denied:
    case PullRight::State::not_granted:
      break;
  }
  evidence = together(together(std::move(evidence), secret_evidence), seen);
  if (!needed && !perhaps) {
    return not_applicable(
        fmt::format("{} may not pull from {}, and needs not: pull secret {} serves every pull",
                    principal->name, what, served_by),
        std::move(evidence));
  }
  if (!needed) {
    const std::string doubt = pods_unknown ? "no pods are in the input"
                              : unread.empty()
                                  ? "their pull secrets are not in the input"
                                  : fmt::format("pull secret {} could not be read", unread);
    if (pods_unknown) secret_supply = {"kubectl get pods --all-namespaces --output json"};
    if (secret_supply.empty()) {
      secret_supply = {"kubectl get serviceaccounts,secrets --all-namespaces --output json"};
    }
    return unknown(fmt::format("{} may not pull from {}; whether the pods need it is not known: {}",
                               principal->name, what, doubt),
                   std::move(evidence), std::move(secret_supply));
  }
  if (worst.state == PullRight::State::denied) {
    return fail(fmt::format("{} may not pull from {}: {}", subject, what, worst.reason),
                std::move(evidence), Basis::arm,
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
  return fail(std::move(reason), std::move(evidence), Basis::arm, {std::move(fix)});
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
    .after = {},
    .judge = &judge};

}  // namespace acr
