#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

namespace {

// Where no peering is seen, nodes may have shown whether there is a way all the same.
struct Shown {
  Tri way = Tri::unknown;
  std::string reason;
  Evidence evidence;
};
Shown shown_way(const Estate& estate, const Attachment& attachment, const EndpointView& view) {
  const Fact<bool>& open = attachment.registry->public_network_access;
  const bool only_private = open && !*open;
  for (const Pull* pull : attachment.pulls) {
    const PullSymptom* symptom = pull->failing > 0 ? pull->symptom : nullptr;
    if (only_private && has_arrived(*pull)) {
      return {Tri::yes, "nodes pulled an image through it",
              estate.cite(pull->origin, "status/containerStatuses", "imageID present",
                          Basis::observed)};
    }
    if (!symptom) continue;
    const PullError& error = symptom->error;
    // The public endpoint of a closed registry answers with a refusal, and with nothing else.
    if (only_private && error.furthest >= PullStage::tls_established &&
        error.error != PullErrorClass::network_firewall) {
      return {Tri::yes, "the registry answered a node through it", cite_message(estate, *symptom)};
    }
    if (error.error == PullErrorClass::network_timeout && view.addresses &&
        std::ranges::find(*view.addresses, error.address) != view.addresses->end()) {
      return {Tri::no, fmt::format("a node's connection to {} timed out", error.address),
              cite_message(estate, *symptom)};
    }
  }
  return {};
}

Verdict judge_unseen(const Estate& estate, const Attachment& attachment, const EndpointView& view,
                     const VnetPath& way, std::vector<Evidence> evidence) {
  const Shown shown = shown_way(estate, attachment, view);
  if (shown.way == Tri::unknown)
    return unknown(way.open.reason, std::move(evidence), way.open.supply);
  evidence.push_back(shown.evidence);
  if (shown.way == Tri::yes) {
    return pass(fmt::format("no peering leads to private endpoint {}, but another way does: {}",
                            view.name, shown.reason),
                std::move(evidence), Basis::observed);
  }
  evidence = together(std::move(evidence), view.address_evidence);
  return fail(fmt::format("no peering leads to private endpoint {} in VNet {}, and {}", view.name,
                          view.vnet_id.name(), shown.reason),
              std::move(evidence), Basis::observed, way.fix);
}

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
          verdicts.push_back(way.no_peering
                                 ? judge_unseen(estate, attachment, *view, way, std::move(evidence))
                                 : unknown(way.open.reason, std::move(evidence), way.open.supply));
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
        "the peerings of the nodes' VNet and of the endpoint's VNet; the private endpoint's "
        "subnet; where there is no peering, what pulls have shown of the way",
    .repair =
        "Medium risk: a peering is made anew, which interrupts other traffic between the two VNets "
        "for seconds. Needs Network Contributor on both VNets. Takes effect within a minute.",
    .reference =
        "https://learn.microsoft.com/azure/virtual-network/"
        "virtual-network-troubleshoot-peering-issues",
    .controls = {},
    .features = "F-034 B-14",
    .after = {},
    .judge = &judge};

}  // namespace acr
