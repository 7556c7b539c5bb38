#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

namespace {

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Path path = path_of(estate, attachment, network);
    if (auto verdict = unless_private(path)) return *verdict;

    if (const auto misled = find_misled(estate, network, path)) {
      return not_applicable(
          fmt::format("the nodes reach private endpoint {}, to which the name does not lead",
                      misled->serving->name),
          together(path.target_evidence, misled->evidence));
    }
    std::vector<Verdict> verdicts;
    for (const EndpointView* view : path.targets) {
      if (view->vnet_id.empty()) {
        const std::string show =
            view->id.empty()
                ? "az network private-endpoint list --output json"
                : fmt::format("az network private-endpoint show --ids {} --output json",
                              quote(view->id.text()));
        verdicts.push_back(
            unknown(fmt::format("private endpoint {} is not in the input, so its VNet is not known",
                                view->name),
                    path.evidence, {show}));
        continue;
      }
      const VnetPath way = vnet_path(estate, network, view->vnet_id, view->endpoint->subnet);
      auto evidence = together(together(path.evidence, path.target_evidence), way.open.evidence);
      evidence =
          together(std::move(evidence), {estate.cite(view->endpoint->origin, "subnet/id",
                                                     view->endpoint->subnet.text(), Basis::arm)});
      switch (way.open.holds) {
        case Tri::yes:
          verdicts.push_back(pass(way.open.reason, std::move(evidence), Basis::configuration));
          break;
        case Tri::no:
          verdicts.push_back(
              fail(way.open.reason, std::move(evidence), Basis::configuration, way.fix));
          break;
        case Tri::unknown:
          verdicts.push_back(unknown(way.open.reason, std::move(evidence), way.open.supply));
          break;
      }
    }
    const bool agree = std::all_of(verdicts.begin(), verdicts.end(), [&](const Verdict& v) {
      return v.outcome == verdicts.front().outcome;
    });
    if (agree) return verdicts.front();
    return unknown(fmt::format("registry {} has {} private endpoints, and to which of them the "
                               "name leads is not known",
                               attachment.registry->name, path.targets.size()),
                   together(path.evidence, path.record.exists.evidence), path.record.exists.supply);
  });
}

}  // namespace

extern const Check peering_is_connected;
const Check peering_is_connected{
    .id = "peering-is-connected",
    .title = "The nodes' network is peered with the private endpoint's network, on both sides",
    .problem = "The nodes' network is not connected to the private endpoint's network",
    .severity = Severity::high,
    .link = Link::network,
    .step = 2,
    .why =
        "An endpoint in another VNet is reached through a peering, which must be Connected and "
        "allow "
        "virtual network access on both sides. A half that was deleted leaves the other half "
        "Disconnected; an address space that changed leaves it out of sync. Pulls time out at the "
        "private address.",
    .reads =
        "the peerings of the nodes' VNet and of the endpoint's VNet; the private endpoint's subnet",
    .repair =
        "Medium risk: a peering is made anew, which interrupts other traffic between the two VNets "
        "for seconds. Needs Network Contributor on both VNets. Takes effect within a minute.",
    .reference =
        "https://learn.microsoft.com/azure/virtual-network/"
        "virtual-network-troubleshoot-peering-issues",
    .controls = {},
    .after = {},
    .judge = &judge};

}  // namespace acr
