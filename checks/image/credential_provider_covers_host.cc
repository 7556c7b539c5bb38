#include <fmt/format.h>

#include "estate/login_server.h"
#include "pull_verdict.h"

namespace acr {

extern const Check image_names_known_registry;

namespace {

// Nodes ask for regional hosts (contoso.westeurope.geo.azurecr.io) since node images of 22 July
// 2026. What a node was made of may have been updated since: only together with a message that it
// sent no credential does its age tell.
constexpr std::string_view kRegionalSince = "202607.22";
constexpr const char* kImageLabel = "kubernetes.azure.com/node-image-version";

bool needs_new_nodes(const Pull& pull) {
  return pull.reference->domain.contains(".geo.azurecr.") && pull.failing > 0 && pull.symptom &&
         pull.symptom->error.error == PullErrorClass::auth_unauthorized &&
         pull.symptom->error.detail == "no credential was sent";
}

// The images of the nodes that failed.
struct NodeAge {
  bool known = false;
  std::string older;  // an image from before
  std::vector<Evidence> evidence;
};
NodeAge age_of_nodes(const Estate& estate, const Pull& pull) {
  NodeAge age;
  if (!pull.source) return age;
  age.known = true;
  for (const NodeTally& tally : pull.source->nodes) {
    if (tally.failing == 0) continue;
    const Node* node = estate.node(pull.cluster_index, tally.node);
    if (!node || !node->labels.contains(kImageLabel)) {
      age.known = false;
      continue;
    }
    const std::string& label = node->labels.at(kImageLabel);
    age.evidence.push_back(estate.cite(node->origin,
                                       "metadata/labels/kubernetes.azure.com~1node-image-version",
                                       label, Basis::kubernetes_api));
    // AKSUbuntu-2204gen2containerd-202604.13.0
    const std::string version = label.substr(label.rfind('-') + 1);
    if (version.size() > kRegionalSince.size() && version[6] == '.' && version < kRegionalSince)
      age.older = label;
  }
  return age;
}

Verdict judge(const Estate& estate, const Pull& pull) {
  const Evidence image = cite_image(estate, pull);
  const std::vector<Evidence> node =
      pull.node.looks_classic ? pull.node.evidence : std::vector<Evidence>{};
  if (!pull.reference) return not_applicable("the image reference is not valid", {image});
  const std::string& host = pull.reference->domain;
  if (!pull.registry && !cloud_of(host)) {
    return not_applicable(fmt::format("{} is not an Azure container registry", host), {image});
  }
  if (pull.node.is_classic_virtual()) {
    return not_applicable("virtual nodes have no credential provider",
                          together({image}, pull.node.evidence));
  }
  const bool covered = aks_provider_matches(pull.reference->repository());
  if (covered && needs_new_nodes(pull)) {
    const NodeAge age = age_of_nodes(estate, pull);
    auto evidence =
        together(together({image, cite_message(estate, *pull.symptom)}, node), age.evidence);
    if (!age.older.empty()) {
      std::vector<std::string> fix;
      if (pull.registry && pull.image.starts_with(host))
        fix = set_image(pull, lower(pull.registry->login_server) + pull.image.substr(host.size()));
      return fail(fmt::format("nodes with image {} do not ask their credential provider for the "
                              "regional host {}, and one pulled without credential",
                              age.older, host),
                  std::move(evidence), Basis::observed, std::move(fix));
    }
    if (!age.known) {
      return unknown(
          fmt::format("a node pulled without credential; whether its image is new enough "
                      "to ask for the regional host {} is not in the input",
                      host),
          std::move(evidence), {"kubectl get nodes --output json"});
    }
    return pass(fmt::format("the node's credential provider is asked for {}", host),
                std::move(evidence), Basis::kubernetes_api);
  }
  if (covered) {
    return pass(fmt::format("the node's credential provider is asked for {}", host),
                together({image}, node), Basis::resolved);
  }
  const auto secrets = secrets_of(estate, pull);
  const auto matching = matching_credentials(secrets, pull);
  if (!matching.empty()) {
    return not_applicable(
        fmt::format("pull secret {} covers {}", matching.front().secret->name, host),
        {image, estate.cite(matching.front().secret->origin, "data",
                            matching.front().credential->host_key, Basis::kubernetes_api)});
  }
  for (const SecretUse& use : secrets) {
    if (use.state == SecretUse::State::unknown)
      return unknown(use.reason, together({image}, use.evidence), use.supply);
  }
  std::vector<Evidence> evidence{image};
  if (pull.registry)
    evidence.push_back(
        estate.cite(pull.registry->origin, "loginServer", pull.registry->login_server));
  std::vector<std::string> fix;
  if (pull.registry && pull.image.starts_with(host)) {
    fix = set_image(pull, lower(pull.registry->login_server) + pull.image.substr(host.size()));
  }
  return fault(
      need_of_secret(estate, pull),
      fmt::format("the node's credential provider is not asked for {}: it knows login servers "
                  "in lower case and without a port only",
                  host),
      std::move(evidence), Basis::resolved, std::move(fix));
}

}  // namespace

extern const Check credential_provider_covers_host;
const Check credential_provider_covers_host{
    .id = "credential-provider-covers-host",
    .title = "The node's credential provider is asked for the image's host",
    .problem = "The node's credential provider is not asked for the image's host",
    .severity = Severity::high,
    .link = Link::reference,
    .step = 3,
    .why =
        "AKS nodes get the kubelet identity's credential from a provider that the kubelet asks "
        "only for "
        "hosts on its list. A login server with a port, in upper case behind the name, or behind a "
        "custom "
        "domain is not on it, and regional hosts are on it only since July 2026: the pull goes on "
        "without credential and ends in 401.",
    .reads =
        "the image reference, against the match list that AKS writes on its nodes; the pod's pull "
        "secrets; for regional hosts the nodes' image versions and the pull's message",
    .repair =
        "Low risk: name the registry by its login server. Needs edit rights in the namespace; the "
        "pods "
        "are made anew.",
    .reference =
        "https://github.com/Azure/AgentBaker/blob/main/parts/linux/cloud-init/artifacts/"
        "cse_config.sh",
    .controls = {},
    .features = "F-042 B-16",
    .after = {&image_names_known_registry},
    .judge = &judge};

}  // namespace acr
