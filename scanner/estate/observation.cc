#include "estate/observation.h"

#include <fmt/format.h>

#include "estate/estate.h"
#include "estate/pull.h"
#include "estate/resource_id.h"

namespace acr {
namespace {

// Which pool is the probe's node of? Empty when neither the node nor its name tells.
std::string pool_of(const Estate& estate, const Probe& probe) {
  if (const Node* node = estate.node(probe.cluster, probe.vantage.node)) {
    if (std::string pool = classify(estate, *node).pool; !pool.empty()) return pool;
  }
  return std::string(pool_of_node_name(probe.vantage.node));
}

bool counts(const Estate& estate, const Pull& pull, const Probe& probe) {
  if (probe.cluster < 0 || probe.cluster != pull.cluster_index ||
      probe.vantage.kind == Vantage::Kind::host || probe.registry != lower(pull.reference->domain))
    return false;
  // Virtual nodes pull from networks of their own.
  if (pull.node.kind == NodeClass::Kind::classic_virtual ||
      pull.node.kind == NodeClass::Kind::virtual_nodes_v2)
    return false;
  const std::string pool = pool_of(estate, probe);
  return pull.node.pool.empty() || pool.empty() || pool == pull.node.pool;
}

}  // namespace

std::string_view to_string(Vantage::Kind kind) {
  switch (kind) {
    case Vantage::Kind::host:
      return "host";
    case Vantage::Kind::pod:
      return "pod";
    case Vantage::Kind::node:
      return "node";
  }
  return "host";
}

std::string_view to_string(Observation::Step step) {
  switch (step) {
    case Observation::Step::resolve:
      return "resolve";
    case Observation::Step::connect:
      return "connect";
    case Observation::Step::tls:
      return "tls";
    case Observation::Step::challenge:
      return "challenge";
    case Observation::Step::token:
      return "token";
    case Observation::Step::manifest:
      return "manifest";
    case Observation::Step::blob:
      return "blob";
  }
  return "resolve";
}

Sighting find_sighting(const Estate& estate, const Pull& pull, Observation::Step step,
                       bool layers) {
  Sighting found;
  if (!pull.reference) return found;
  for (const Probe& probe : estate.probes) {
    if (!counts(estate, pull, probe)) continue;
    if (found.probe && found.probe->at > probe.at) continue;
    if (step == Observation::Step::resolve && probe.vantage.kind == Vantage::Kind::pod &&
        !probe.vantage.node_resolver)
      continue;
    for (const Observation& observation : probe.observations) {
      if (observation.step != step || is_data_host(observation.host) != layers) continue;
      // One address or host that fails is enough: which of them a pull takes is chance.
      if (found.probe == &probe && !found.observation->works) break;
      found = {&probe, &observation};
    }
  }
  return found;
}

std::string describe(const Vantage& vantage) {
  const std::string& name = vantage.node.empty() ? vantage.host : vantage.node;
  switch (vantage.kind) {
    case Vantage::Kind::node:
      return name.empty() ? "a node" : fmt::format("node {}", name);
    case Vantage::Kind::pod:
      return vantage.node.empty() ? "a pod of the cluster"
                                  : fmt::format("a pod on node {}", vantage.node);
    case Vantage::Kind::host:
      break;
  }
  return vantage.host.empty() ? "the host of the probe" : fmt::format("host {}", vantage.host);
}

bool is_data_host(std::string_view host) {
  return host.contains(".blob.") || host.contains(".data.");
}

std::string_view pool_of_node_name(std::string_view node) {
  // Windows pools are named akspool000000, where nothing tells the pool from the rest.
  if (!node.starts_with("aks-")) return {};
  node.remove_prefix(4);
  return node.substr(0, node.find('-'));
}

}  // namespace acr
