#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "estate/command.h"
#include "estate/placement.h"
#include "image_verdict.h"

namespace acr {

extern const Check image_is_readable;

namespace {

constexpr std::array kMismatch{PullErrorClass::image_platform_mismatch};
constexpr std::string_view kArchitecture = "kubernetes.io/arch";

std::string platform_of(const Node& node) {
  const auto label = [&node](const char* key) {
    const auto found = node.labels.find(key);
    return found == node.labels.end() ? std::string{} : found->second;
  };
  const std::string os = node.os.empty() ? label("kubernetes.io/os") : node.os;
  const std::string architecture = node.arch.empty() ? label("kubernetes.io/arch") : node.arch;
  return os.empty() || architecture.empty() ? "" : fmt::format("{}/{}", os, architecture);
}

// What runs the pull: one platform, on Windows one a build.
struct Hosts {
  std::vector<Platform> platforms;
  std::vector<Evidence> evidence;
  bool builds_known = true;  // false: a Windows node without the label of its build
};

Hosts hosts_of(const Estate& estate, const Pull& pull) {
  Hosts hosts;
  const auto platform = parse_platform(pull.node.platform);
  if (!platform) return hosts;
  const bool windows = platform->os == "windows";
  std::set<std::string> builds;
  if (pull.source) {
    for (const NodeTally& tally : pull.source->nodes) {
      const Node* node = estate.node(pull.cluster_index, tally.node);
      if (!node || platform_of(*node) != pull.node.platform) continue;
      if (hosts.evidence.empty()) {
        hosts.evidence.push_back(
            node->arch.empty() ? estate.cite(node->origin, "metadata/labels/kubernetes.io~1arch",
                                             pull.node.platform, Basis::kubernetes_api)
                               : estate.cite(node->origin, "status/nodeInfo/architecture",
                                             node->arch, Basis::kubernetes_api));
      }
      if (!windows) break;
      const auto build = node->labels.find("node.kubernetes.io/windows-build");
      if (build == node->labels.end()) {
        hosts.builds_known = false;
      } else if (builds.insert(build->second).second) {
        hosts.evidence.push_back(estate.cite(node->origin,
                                             "metadata/labels/node.kubernetes.io~1windows-build",
                                             build->second, Basis::kubernetes_api));
      }
    }
  }
  for (const std::string& build : builds) {
    hosts.platforms.push_back(*platform);
    hosts.platforms.back().os_version = build;
  }
  if (hosts.platforms.empty()) {
    hosts.platforms.push_back(*platform);
    hosts.builds_known = !windows;
  }
  return hosts;
}

// A node of the cluster that the pod's selector allows, but for the architecture, and that pulls an
// entry of the index.
const Node* other_node(const Estate& estate, const Pull& pull,
                       const std::vector<Platform>& entries) {
  if (!pull.source) return nullptr;
  for (const Node& node : estate.nodes) {
    if (!node.ready || estate.cluster_of(node.origin.document) != pull.cluster_index) continue;
    const auto platform = parse_platform(platform_of(node));
    if (!platform || platform->os == "windows" || !choose(*platform, entries) ||
        !node.labels.contains(std::string(kArchitecture)))
      continue;
    Placement placement = *pull.source->placement;
    placement.node_selector.erase(std::string(kArchitecture));
    const Node* const candidates[] = {&node};
    if (!choose_nodes(placement, candidates).accepted.empty()) return &node;
  }
  return nullptr;
}

Verdict judge_index(const Estate& estate, const Pull& pull, const ImageView& image,
                    const ImageContent& content, std::vector<Evidence> evidence) {
  std::vector<Platform> entries;
  std::vector<std::string> names;
  bool silent = false, versions = false;
  for (const ImageContent::Entry& entry : content.entries) {
    silent |= !entry.platform;
    if (!entry.platform) continue;
    versions |= !entry.platform->os_version.empty();
    entries.push_back(*entry.platform);
    names.push_back(to_string(*entry.platform));
  }
  const std::string held =
      names.empty() ? std::string("no platform") : fmt::format("{}", fmt::join(names, ", "));
  evidence.push_back(estate.cite(content.origin, "/manifests", held, Basis::caller));

  const Hosts hosts = hosts_of(estate, pull);
  if (hosts.platforms.empty()) {
    return unknown(
        fmt::format("{} is there for {}; on which platform it is to run is not in the input",
                    image.name(), held),
        std::move(evidence), {"kubectl get nodes --output json"});
  }
  evidence = together(std::move(evidence), hosts.evidence);
  const auto refused = std::ranges::find_if(
      hosts.platforms, [&](const Platform& host) { return !choose(host, entries); });
  if (refused != hosts.platforms.end()) {
    const std::string host = to_string(*refused);
    if (silent) {
      return unknown(fmt::format("{} is there for {} and for a platform that its index does not "
                                 "say; the nodes are {}",
                                 image.name(), held, host),
                     std::move(evidence), {show_manifest(pull, image)});
    }
    std::vector<std::string> fix;
    if (const Node* node = has_template(pull) ? other_node(estate, pull, entries) : nullptr) {
      const std::string& architecture = node->labels.at(std::string(kArchitecture));
      fix.push_back(fmt::format(
          "kubectl patch {} --namespace {} --patch {}", quote(pull.workload),
          quote(pull.name_space),
          quote(fmt::format(
              R"({{"spec":{{"template":{{"spec":{{"nodeSelector":{{"{}":"{}"}}}}}}}}}})",
              kArchitecture, architecture))));
    }
    return fail(fmt::format("{} is there for {}, the nodes are {}", image.name(), held, host),
                std::move(evidence), Basis::caller, std::move(fix));
  }
  if (versions && !hosts.builds_known) {
    return unknown(fmt::format("{} is there for {}; which Windows build the nodes have is not in "
                               "the input",
                               image.name(), held),
                   std::move(evidence), {"kubectl get nodes --output json"});
  }
  return pass(fmt::format("{} is there for {}", image.name(), to_string(hosts.platforms.front())),
              std::move(evidence), Basis::caller);
}

// Any node pulls an image that is no index; whether it then starts is another matter.
Verdict judge_single(const Estate& estate, const Pull& pull, const ImageView& image,
                     std::vector<Evidence> evidence) {
  const ImageManifest* manifest = image.manifest;
  if (!manifest || manifest->os.empty() || manifest->architecture.empty() ||
      pull.node.platform.empty()) {
    return not_applicable(
        fmt::format("{} is a single image, which a node pulls whatever its platform", image.name()),
        std::move(evidence));
  }
  const Platform own{manifest->os, manifest->architecture, {}, {}, {}};
  evidence.push_back(estate.cite(manifest->origin, "architecture", to_string(own), Basis::caller));
  const Hosts hosts = hosts_of(estate, pull);
  evidence = together(std::move(evidence), hosts.evidence);
  if (!hosts.platforms.empty() && matches(hosts.platforms.front(), own)) {
    return pass(fmt::format("{} is a single image for {}", image.name(), to_string(own)),
                std::move(evidence), Basis::caller);
  }
  return not_applicable(
      fmt::format("{} is a single image for {}: a node of {} pulls it all the same, and then "
                  "cannot start it",
                  image.name(), to_string(own), pull.node.platform),
      std::move(evidence));
}

bool is_index(std::string_view media_type) {
  return media_type == "application/vnd.oci.image.index.v1+json" ||
         media_type == "application/vnd.docker.distribution.manifest.list.v2+json";
}

Verdict judge(const Estate& estate, const Pull& pull) {
  if (auto verdict = unless_in_registry(estate, pull)) return *verdict;
  const ImageView image = view_of(estate, pull);
  const Presence presence = find_image(estate, pull, image);
  std::vector<Evidence> evidence = cite_subject(estate, pull);
  if (presence.state == Presence::State::missing)
    return not_applicable(presence.reason, together(std::move(evidence), presence.evidence));

  const ImageContent* content = nullptr;
  if (!image.digest.empty()) {
    content = estate.images.content(image.digest);
    evidence = together(std::move(evidence), presence.evidence);
  }
  const PullSymptom* message = message_about(pull, image, kMismatch);
  if (message) evidence.push_back(cite_message(estate, *message));
  if (content && content->is_index)
    return judge_index(estate, pull, image, *content, std::move(evidence));
  if (content) {
    evidence.push_back(estate.cite(content->origin, "", "a single image", Basis::caller));
    return judge_single(estate, pull, image, std::move(evidence));
  }
  if (image.manifest && !image.manifest->media_type.empty() &&
      !is_index(image.manifest->media_type)) {
    evidence.push_back(estate.cite(image.manifest->origin, "mediaType", image.manifest->media_type,
                                   Basis::caller));
    return judge_single(estate, pull, image, std::move(evidence));
  }
  std::vector<std::string> supply{show_manifest(pull, image)};
  if (image.digest.empty()) supply.push_back(show_tag(pull, image));
  // The node compared its platform with the index, and says what came of it.
  if (message && message->error.confidence == PullError::Confidence::certain) {
    const Hosts hosts = hosts_of(estate, pull);
    return fail(
        fmt::format("the node found nothing for {} in {}",
                    pull.node.platform.empty() ? std::string("its platform") : pull.node.platform,
                    image.name()),
        together(std::move(evidence), hosts.evidence), Basis::observed, {});
  }
  if (has_arrived(pull)) return pass_pulled(estate, pull);
  return unknown(fmt::format("for which platforms {} is there is not in the input", image.name()),
                 std::move(evidence), std::move(supply));
}

}  // namespace

extern const Check image_platform_matches_node;
const Check image_platform_matches_node{
    .id = "image-platform-matches-node",
    .title = "The image is there for the platform of its nodes",
    .problem = "The image is not there for the platform of its nodes",
    .severity = Severity::high,
    .link = Link::image,
    .step = 3,
    .corroborates = true,
    .why =
        "A tag may stand for an index of images, one a platform. A node whose platform is not "
        "among them ends with \"no match for platform in manifest\", and only on that node pool: "
        "the same image runs on the others.",
    .reads =
        "the index behind the image's tag, as the registry serves it; system and architecture of "
        "the nodes, and the build of Windows nodes",
    .repair =
        "Build the image for the nodes' platform too (docker buildx build --platform); or, as long "
        "as it is not, keep the workload on nodes that it is there for, with a node selector. The "
        "patch needs edit rights in the namespace and makes the pods anew.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/push-multi-architecture-images",
    .controls = {},
    .features = "F-093 B-28",
    .after = {&image_is_readable},
    .judge = &judge};

}  // namespace acr
