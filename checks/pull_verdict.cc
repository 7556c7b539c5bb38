#include "pull_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "estate/command.h"
#include "estate/time.h"

namespace acr {

namespace {

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

// A pod without pull secrets, beside a secret that would serve it: its account may hand that secret
// to every new pod, and then the node's identity is not what is missing.
Tri look_at_account(const Estate& estate, const Pull& pull, IdentityNeed& need) {
  const PullSecret* serving = serving_secret(estate, pull);
  if (!serving) return Tri::no;
  const ServiceAccount* account =
      estate.service_account(pull.cluster_index, pull.name_space, pull.service_account);
  need.evidence = together(
      std::move(need.evidence),
      {account
           ? estate.cite(account->origin, "imagePullSecrets",
                         fmt::format("{}", fmt::join(account->pull_secrets, ", ")),
                         Basis::kubernetes_api)
           : estate.cite(serving->origin, "metadata/name", serving->name, Basis::kubernetes_api)});
  if (account) return Tri::no;
  need.supply.push_back(fmt::format("kubectl get serviceaccount {} --namespace {} --output json",
                                    quote(pull.service_account), quote(pull.name_space)));
  return Tri::unknown;
}

// Where nodes are set up for it, pods of such an account do not pull as the kubelet.
bool pulls_as_another(const Estate& estate, const Pull& pull, IdentityNeed& need) {
  const ServiceAccount* account =
      estate.service_account(pull.cluster_index, pull.name_space, pull.service_account);
  if (account == nullptr || account->pull_client_id.empty()) return false;
  need.own_identity = account->name;
  need.evidence = together(
      std::move(need.evidence),
      {estate.cite(account->origin, "metadata/annotations/kubernetes.azure.com~1acr-client-id",
                   account->pull_client_id, Basis::kubernetes_api)});
  std::string command = fmt::format("az role assignment list --assignee {} --all --output json",
                                    quote(account->pull_client_id));
  if (std::ranges::find(need.supply, command) == need.supply.end())
    need.supply.push_back(std::move(command));
  return true;
}

}  // namespace

std::optional<Verdict> unless_secrets(const Estate& estate, const Pull& pull) {
  if (!pull.pull_secrets_known) {
    return unknown(fmt::format("service account {} of namespace {} is not in the input, so the "
                               "pull secrets its pods will get are not known",
                               pull.service_account, pull.name_space),
                   {cite_spec(estate, pull, "serviceAccountName", pull.service_account)},
                   {fmt::format("kubectl get serviceaccount {} --namespace {} --output json",
                                quote(pull.service_account), quote(pull.name_space))});
  }
  if (pull.pull_secrets.empty()) {
    return not_applicable("the pod names no pull secrets", pull.pull_secrets_evidence);
  }
  if (pull.cluster_index < 0) {
    return unknown(
        "several clusters are in the input and nothing tells which one this pod belongs to",
        {cite_image(estate, pull)}, {"kubectl get nodes --output json"});
  }
  return std::nullopt;
}

Verdict cite_names(const Pull& pull, Verdict verdict) {
  if (pull.source && pull.source->from_template && pull.pull_secrets_known)
    verdict.evidence = together(std::move(verdict.evidence), pull.pull_secrets_evidence);
  return verdict;
}

std::vector<Evidence> cite_cluster(const Estate& estate, const Pull& pull) {
  if (estate.clusters.size() < 2 || pull.cluster_index < 0) return {};
  const auto node = std::ranges::find_if(estate.nodes, [&](const Node& candidate) {
    return estate.cluster_of(candidate.origin.document) == pull.cluster_index;
  });
  if (node == estate.nodes.end()) return {};
  return {estate.cite(node->origin, "spec/providerID", node->provider_id, Basis::kubernetes_api)};
}

AppSecrets secrets_of_app(const Estate& estate, std::string_view app_id) {
  AppSecrets secrets;
  for (const DirectoryObject* object : estate.directory_objects_of(app_id)) {
    // Secrets live on the application; those of the service principal are normally empty.
    if (!object->passwords) continue;
    if (object->kind == DirectoryObject::Kind::service_principal && object->passwords->empty())
      continue;
    secrets.known = true;
    secrets.evidence.push_back(estate.cite(object->origin, "passwordCredentials",
                                           fmt::format("{} secret{}", object->passwords->size(),
                                                       object->passwords->size() == 1 ? "" : "s")));
    for (const auto& password : *object->passwords) {
      const auto end = parse_time(password.end);
      secrets.current |= !end || *end > estate.now;
      secrets.latest = std::max(secrets.latest, password.end);
    }
  }
  return secrets;
}

Need need_of_secret(const Estate& estate, const Pull& pull) {
  Need need;
  NodeCredential node = node_credential(estate, pull);
  need.reason = std::move(node.reason);
  need.evidence = std::move(node.evidence);
  need.supply = std::move(node.supply);
  if (node.suffices == Tri::yes) {
    need.needed = Tri::no;
  } else if (pull.pulled > 0 && pull.failing == 0) {
    need.needed = Tri::no;
    need.reason = "the image was pulled all the same";
    need.evidence = {
        estate.cite(pull.origin, "status/containerStatuses", "imageID present", Basis::observed)};
    need.supply.clear();
  } else if (node.suffices == Tri::no) {
    need.needed = Tri::yes;
  }
  return need;
}

Verdict fault(const Need& need, std::string reason, std::vector<Evidence> evidence, Basis basis,
              std::vector<std::string> fix) {
  evidence = together(std::move(evidence), need.evidence);
  switch (need.needed) {
    case Tri::no:
      return not_applicable(fmt::format("{}; the pull does not need it: {}", reason, need.reason),
                            std::move(evidence));
    case Tri::unknown:
      return unknown(
          fmt::format("{}; whether the pull needs it is not known: {}", reason, need.reason),
          std::move(evidence), need.supply);
    case Tri::yes:
      break;
  }
  return fail(std::move(reason), std::move(evidence), basis, std::move(fix));
}

IdentityNeed need_of_identity(const Estate& estate, const Attachment& attachment) {
  IdentityNeed need;
  for (const Pull* pull : attachment.pulls) {
    if (!pull->node.is_classic_virtual()) need.pulls.push_back(pull);
  }
  need.seen = cite_pulls(estate, attachment);
  need.only_virtual_nodes = need.pulls.empty() && !attachment.pulls.empty();
  if (need.only_virtual_nodes) return need;
  // Without any pod there is nobody to need it; with no Kubernetes documents at all, the question
  // is about the registry and the cluster alone.
  need.pods_unknown = need.pulls.empty() && has_kubernetes(estate);
  bool needed = need.pulls.empty() && !need.pods_unknown, perhaps = need.pods_unknown;
  for (const Pull* pull : need.pulls) {
    const auto secrets = secrets_of(estate, *pull);
    Tri served = served_by_secret(secrets, *pull);
    if (served == Tri::no && pull->pull_secrets.empty())
      served = look_at_account(estate, *pull, need);
    if (served == Tri::no && pulls_as_another(estate, *pull, need)) served = Tri::unknown;
    switch (served) {
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
      need.evidence = together(std::move(need.evidence), use.evidence);
      for (const std::string& command : use.supply) {
        if (std::find(need.supply.begin(), need.supply.end(), command) == need.supply.end())
          need.supply.push_back(command);
      }
      (use.secret ? need.served_by : need.unread) = use.name;
    }
  }
  need.needed = needed ? Tri::yes : perhaps ? Tri::unknown : Tri::no;
  if (need.pods_unknown) need.supply = {"kubectl get pods --all-namespaces --output json"};
  if (need.supply.empty()) {
    need.supply = {"kubectl get serviceaccounts,secrets --all-namespaces --output json"};
  }
  return need;
}

Verdict identity_fault(const IdentityNeed& need, std::string fault, std::vector<Evidence> evidence,
                       std::vector<std::string> fix) {
  evidence = together(together(std::move(evidence), need.evidence), need.seen);
  switch (need.needed) {
    case Tri::no:
      return not_applicable(
          fmt::format("{}; no pull needs it: pull secret {} serves them", fault, need.served_by),
          std::move(evidence));
    case Tri::unknown:
      return unknown(
          fmt::format("{}; whether the pods need it is not known: {}", fault,
                      need.pods_unknown ? "no pods are in the input"
                      : !need.own_identity.empty()
                          ? fmt::format("service account {} names an identity of its own to pull "
                                        "as, and whether the nodes go by it no document tells",
                                        need.own_identity)
                      : need.unread.empty()
                          ? "the pull secrets that they or their service accounts name are not in "
                            "the input"
                          : fmt::format("pull secret {} could not be read", need.unread)),
          std::move(evidence), need.supply);
    case Tri::yes:
      break;
  }
  return fail(std::move(fault), std::move(evidence), Basis::arm, std::move(fix));
}

Verdict unknown_puller(const Estate& estate, const Cluster& cluster, const Gap& gap) {
  std::vector<Evidence> evidence;
  std::string reason =
      fmt::format("the kubelet identity of cluster {} is not known: {}", cluster.name,
                  cluster.has_arm() ? gap.detail : "no managed cluster document was given");
  if (const Refusal* refusal = estate.refusal(Kind::cluster); refusal && !cluster.has_arm()) {
    reason = fmt::format("the kubelet identity of cluster {} is not known: {}", cluster.name,
                         refusal->says());
    evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
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

}  // namespace acr
