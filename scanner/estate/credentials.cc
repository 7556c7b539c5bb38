#include "estate/credentials.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "estate/keyring.h"
#include "estate/login_server.h"

namespace acr {

namespace {

// Does some list of secrets cover this namespace, so that a name not in it is missing? A list with
// secrets of several namespaces was made for all of them.
std::vector<std::uint32_t> secret_lists(const Estate& estate, const Pull& pull) {
  std::vector<std::uint32_t> documents;
  for (const Listing& listing : estate.listings) {
    if (listing.kind != Kind::secret || !listing.list || listing.count == 0) continue;
    if (estate.cluster_of(listing.origin.document) != pull.cluster_index) continue;
    if (listing.name_space.empty() || listing.name_space == pull.name_space)
      documents.push_back(listing.origin.document);
  }
  return documents;
}

// The kubelet says so itself: FailedToRetrieveImagePullSecret names the secrets it could not get.
const PullEvent* missing_by_event(const Estate& estate, const Pull& pull, std::string_view name) {
  for (const PullEvent& event : estate.events) {
    if (event.reason != "FailedToRetrieveImagePullSecret" || event.name_space != pull.name_space)
      continue;
    if (estate.cluster_of(event.origin.document) != pull.cluster_index) continue;
    const std::size_t open = event.message.find('('), close = event.message.find(')', open);
    if (open == std::string::npos || close == std::string::npos) continue;
    std::string_view names = std::string_view(event.message).substr(open + 1, close - open - 1);
    while (!names.empty()) {
      const std::size_t comma = names.find(", ");
      if (names.substr(0, comma) == name) return &event;
      names = comma == std::string_view::npos ? std::string_view{} : names.substr(comma + 2);
    }
  }
  return nullptr;
}

// A classic virtual node gives the pod up over it: secret "acr" not found.
bool missing_by_message(const Pull& pull, std::string_view name) {
  return pull.node.is_classic_virtual() && pull.symptom &&
         pull.symptom->message.contains(fmt::format("secret \"{}\" not found", name));
}

}  // namespace

std::vector<SecretUse> secrets_of(const Estate& estate, const Pull& pull) {
  std::vector<SecretUse> uses;
  for (const std::string& name : pull.pull_secrets) {
    if (name.empty()) continue;  // the kubelet skips it silently
    SecretUse use;
    use.name = name;
    use.secret = estate.secret(pull.cluster_index, pull.name_space, name);
    if (use.secret) {
      use.state = SecretUse::State::present;
      use.evidence.push_back(
          estate.cite(use.secret->origin, "metadata/name", name, Basis::kubernetes_api));
      uses.push_back(std::move(use));
      continue;
    }
    const auto documents = secret_lists(estate, pull);
    if (!documents.empty()) {
      const auto summary = estate.summarise(Kind::secret, documents, Basis::kubernetes_api);
      use.state = SecretUse::State::missing;
      use.reason = fmt::format("secret {} is not in namespace {}: it is not among the {}", name,
                               pull.name_space, summary.text);
      use.evidence = summary.evidence;
    } else if (const PullEvent* event = missing_by_event(estate, pull, name)) {
      use.state = SecretUse::State::missing;
      use.reason = fmt::format("the kubelet could not retrieve secret {} in namespace {}", name,
                               pull.name_space);
      use.evidence.push_back(
          estate.cite(event->origin, "message", event->message, Basis::observed));
    } else if (missing_by_message(pull, name)) {
      use.state = SecretUse::State::missing;
      use.reason =
          fmt::format("the virtual node found no secret {} in namespace {}", name, pull.name_space);
      use.evidence.push_back(cite_message(estate, *pull.symptom));
    } else {
      use.reason =
          fmt::format("secret {} of namespace {} is not in the input", name, pull.name_space);
      if (const Refusal* refusal = estate.refusal(Kind::secret, pull.name_space)) {
        use.reason += fmt::format(": {}", refusal->says());
        use.evidence.push_back(estate.cite(refusal->origin, "", refusal->action, refusal->basis()));
      }
      use.supply.push_back(fmt::format("kubectl get secret {} --namespace {} --output json",
                                       quote(name), quote(pull.name_space)));
    }
    uses.push_back(std::move(use));
  }
  return uses;
}

std::vector<MatchingCredential> matching_credentials(const std::vector<SecretUse>& secrets,
                                                     const Pull& pull) {
  std::vector<MatchingCredential> entries;
  std::vector<std::string> locations;
  for (const SecretUse& use : secrets) {
    if (!use.secret || !use.secret->docker_type || !use.secret->credentials) continue;
    for (const PullCredential& credential : *use.secret->credentials) {
      entries.push_back({use.secret, &credential});
      locations.push_back(credential.host_key);
    }
  }
  std::vector<MatchingCredential> matching;
  if (!pull.reference) return matching;
  if (pull.node.is_classic_virtual()) {
    // azure-aci hands every entry to Container Instances, which compares the bare host name.
    for (const MatchingCredential& entry : entries) {
      if (same_text(entry.credential->host_key, pull.reference->domain)) matching.push_back(entry);
    }
    return matching;
  }
  for (const std::size_t index : keyring_lookup(locations, pull.reference->repository()))
    matching.push_back(entries[index]);
  return matching;
}

Fact<Principal> puller(const Estate& estate, const Cluster& cluster) {
  if (!cluster.service_principal_client_id.empty()) {
    Principal principal;
    principal.app_id = cluster.service_principal_client_id;
    principal.name =
        fmt::format("service principal {} of cluster {}", principal.app_id, cluster.name);
    for (const DirectoryObject* object : estate.directory_objects_of(principal.app_id)) {
      if (object->kind == DirectoryObject::Kind::service_principal)
        principal.object_id = object->object_id;
    }
    return principal;
  }
  if (!cluster.kubelet_identity) return std::unexpected(cluster.kubelet_identity.error());
  Principal principal;
  principal.object_id = cluster.kubelet_identity->object_id;
  principal.app_id = cluster.kubelet_identity->client_id;
  principal.name = fmt::format("kubelet identity {} of cluster {}",
                               cluster.kubelet_identity->id.empty()
                                   ? principal.object_id
                                   : std::string(cluster.kubelet_identity->id.name()),
                               cluster.name);
  return principal;
}

std::optional<Evidence> outside_azure(const Estate& estate, const Cluster& cluster) {
  if (cluster.has_arm()) return std::nullopt;
  const Node* foreign = nullptr;
  for (const Node& node : estate.nodes) {
    const int index = estate.cluster_of(node.origin.document);
    if (index < 0 || &estate.clusters[static_cast<std::size_t>(index)] != &cluster) continue;
    // A node without provider id may stand anywhere.
    if (node.provider_id.empty() || node.provider_id.starts_with("azure:")) return std::nullopt;
    if (!foreign) foreign = &node;
  }
  if (!foreign) return std::nullopt;
  return estate.cite(foreign->origin, "spec/providerID", foreign->provider_id,
                     Basis::kubernetes_api);
}

NodeCredential node_credential(const Estate& estate, const Pull& pull) {
  NodeCredential result;
  if (pull.registry && pull.registry->anonymous_pull_enabled.value_or(false)) {
    result.suffices = Tri::yes;
    result.reason = fmt::format("registry {} allows anonymous pulls", pull.registry->name);
    result.evidence.push_back(
        estate.cite(pull.registry->origin, "anonymousPullEnabled", "true", Basis::arm));
    return result;
  }
  if (pull.node.is_classic_virtual()) {
    result.suffices = Tri::no;
    result.reason = "virtual nodes use no kubelet identity";
    result.evidence = pull.node.evidence;
    return result;
  }
  if (!pull.registry) {
    result.reason = pull.reference
                        ? fmt::format("registry {} is not in the input", pull.reference->domain)
                        : std::string("the image reference is not valid");
    return result;
  }
  if (!aks_provider_matches(pull.reference->repository())) {
    result.suffices = Tri::no;
    result.reason = fmt::format("the credential provider of AKS nodes does not cover {}",
                                pull.reference->domain);
    result.evidence.push_back(cite_image(estate, pull));
    return result;
  }
  if (!pull.cluster) {
    result.reason = "which cluster the pod belongs to is not known";
    return result;
  }
  if (auto seen = outside_azure(estate, *pull.cluster)) {
    result.suffices = Tri::no;
    result.reason = "the nodes are outside Azure and have no kubelet identity";
    result.evidence.push_back(std::move(*seen));
    return result;
  }
  result.evidence.push_back(
      estate.cite(pull.registry->origin, "loginServer", pull.registry->login_server));
  const Fact<Principal> principal = puller(estate, *pull.cluster);
  if (!principal) {
    result.reason =
        fmt::format("the kubelet identity of cluster {} is not in the input", pull.cluster->name);
    return result;
  }
  const PullRight right =
      pull_right(estate, *principal, *pull.registry, pull.reference->path, has_arrived(pull));
  result.reason = fmt::format("{}: {}", principal->name, right.reason);
  result.evidence = together(std::move(result.evidence), right.evidence);
  result.supply = right.supply;
  if (pull.cluster->has_arm()) {
    result.evidence.insert(
        result.evidence.begin(),
        estate.cite(pull.cluster->origin, "identityProfile/kubeletidentity/objectId",
                    principal->object_id, Basis::arm));
  }
  switch (right.state) {
    case PullRight::State::granted:
      result.suffices = Tri::yes;
      break;
    case PullRight::State::denied:
    case PullRight::State::not_granted:
      result.suffices = Tri::no;
      break;
    case PullRight::State::unknown:
      break;
  }
  return result;
}

namespace {

// Makes a registry token that may only pull and keeps its password in a shell variable: nothing is
// typed or shown, and nothing happens to the secret when the token cannot be made.
std::string with_token(const Pull& pull, std::string_view then) {
  return fmt::format(
      "password=$(az acr token create --subscription {} --registry {} --name {} --scope-map "
      "_repositories_pull --query 'credentials.passwords[0].value' --output tsv) && {}",
      quote(pull.registry->id.subscription()), quote(pull.registry->name),
      quote(fmt::format("pull-{}", pull.name_space)), then);
}

std::string create_secret(const Pull& pull, std::string_view name) {
  return fmt::format(
      "kubectl create secret docker-registry {} --namespace {} --docker-server={} "
      "--docker-username={} --docker-password=\"$password\"",
      quote(name), quote(pull.name_space), quote(lower(pull.registry->login_server)),
      quote(fmt::format("pull-{}", pull.name_space)));
}

}  // namespace

std::vector<std::string> make_secret(const Pull& pull, std::string_view name) {
  if (!pull.registry) return {};
  return {with_token(pull, create_secret(pull, name))};
}

std::vector<std::string> renew_secret(const Pull& pull, const PullSecret& secret) {
  if (!pull.registry) return {};
  // A secret that serves other hosts as well keeps them: this registry gets one of its own.
  if (secret.credentials && secret.credentials->size() > 1) {
    return name_secret(pull, fmt::format("{}-pull", lower(pull.registry->name)), true);
  }
  // The type of a secret cannot be changed, only replaced.
  const std::string_view put =
      secret.docker_type ? "kubectl apply --filename -" : "kubectl replace --force --filename -";
  return {with_token(pull, fmt::format("{} --dry-run=client --output yaml | {}",
                                       create_secret(pull, secret.name), put))};
}

std::vector<std::string> name_secret(const Pull& pull, std::string_view name, bool make) {
  std::vector<std::string> commands;
  if (make) commands = make_secret(pull, name);
  if (make && commands.empty()) return {};
  const std::string list = fmt::format(R"("imagePullSecrets":[{{"name":"{}"}}])", name);
  if (!pull.pull_secrets.empty() && has_template(pull)) {
    // Lists of names are merged by name: what is there stays.
    const std::string patch = fmt::format(R"({{"spec":{{"template":{{"spec":{{{}}}}}}}}})", list);
    commands.push_back(fmt::format("kubectl patch {} --namespace {} --patch {}",
                                   quote(pull.workload), quote(pull.name_space), quote(patch)));
    return commands;
  }
  commands.push_back(fmt::format("kubectl patch serviceaccount {} --namespace {} --patch {}",
                                 quote(pull.service_account), quote(pull.name_space),
                                 quote(fmt::format("{{{}}}", list))));
  // Admission gives the account's secrets to new pods only.
  if (has_template(pull)) {
    commands.push_back(fmt::format("kubectl rollout restart {} --namespace {}",
                                   quote(pull.workload), quote(pull.name_space)));
  }
  return commands;
}

const PullSecret* serving_secret(const Estate& estate, const Pull& pull) {
  for (const PullSecret& secret : estate.secrets) {
    if (secret.name_space != pull.name_space ||
        estate.cluster_of(secret.origin.document) != pull.cluster_index) {
      continue;
    }
    SecretUse use;
    use.name = secret.name;
    use.state = SecretUse::State::present;
    use.secret = &secret;
    if (!matching_credentials({use}, pull).empty()) return &secret;
  }
  return nullptr;
}

}  // namespace acr
