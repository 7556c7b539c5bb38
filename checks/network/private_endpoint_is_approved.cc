#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "network_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {{"Azure Policy", "e8eef0a8-67cf-4eb4-9386-14b0e78733d4"}};

Verdict judge(const Estate& estate, const Attachment& attachment) {
  return judge_networks(estate, attachment, [&](const NodeNetwork& network) -> Verdict {
    const Registry& registry = *attachment.registry;
    const Path path = path_of(estate, attachment, network);
    if (auto verdict = unless_private(path)) return *verdict;

    std::vector<Evidence> evidence = path.evidence;
    std::vector<const EndpointView*> approved, waiting;
    for (const EndpointView* view : path.targets) {
      evidence = together(std::move(evidence), {view->status_evidence});
      if (view->status.empty()) {
        return unknown(
            fmt::format("the state of private endpoint connection {} is not in the input",
                        view->name),
            evidence,
            {fmt::format("az acr private-endpoint-connection list --registry-name {} --output json",
                         quote(registry.name))});
      }
      (same_text(view->status, "Approved") ? approved : waiting).push_back(view);
    }
    if (waiting.empty()) {
      return pass(fmt::format("private endpoint {} of registry {} is approved",
                              approved.front()->name, registry.name),
                  evidence, Basis::arm);
    }
    if (!approved.empty()) {
      // Both kinds: it depends on where the name leads, and the record did not say.
      return unknown(
          fmt::format("private endpoint {} is approved and {} is {}: which of them the name leads "
                      "to is not known",
                      approved.front()->name, waiting.front()->name, waiting.front()->status),
          together(evidence, path.record.exists.evidence), path.record.exists.supply);
    }
    std::vector<std::string> fix;
    for (const EndpointView* view : waiting) {
      if (same_text(view->status, "Disconnected")) {
        // The registry's side is gone: the endpoint has to be made anew.
        if (view->id.empty()) continue;
        fix.push_back(fmt::format("az network private-endpoint delete {} --name {}",
                                  in_group(view->id), quote(view->id.name())));
        if (view->endpoint) {
          fix.push_back(
              fmt::format("az network private-endpoint create {} --name {} --connection-name {} "
                          "--private-connection-resource-id {} --group-id registry --subnet {}",
                          in_group(view->id), quote(view->id.name()), quote(registry.name),
                          quote(registry.id.text()), quote(view->endpoint->subnet.text())));
        }
      } else if (view->connection) {
        fix.push_back(
            fmt::format("az acr private-endpoint-connection approve --subscription {} "
                        "--registry-name {} --name {}",
                        quote(registry.id.subscription()), quote(registry.name),
                        quote(view->connection->id.name())));
      } else {
        // Only the endpoint was seen: its name is not the connection's, which the registry made.
        const std::string of = fmt::format("--subscription {} --registry-name {}",
                                           quote(registry.id.subscription()), quote(registry.name));
        fix.push_back(fmt::format(
            "connection=$(az acr private-endpoint-connection list {} --query {} --output tsv) && "
            "az acr private-endpoint-connection approve {} --name \"$connection\"",
            of,
            quote(fmt::format("[?ends_with(privateEndpoint.id, `\"/privateEndpoints/{}\"`)].name",
                              view->name)),
            of));
      }
    }
    return fail(fmt::format("private endpoint connection {} of registry {} is {}",
                            waiting.front()->name, registry.name, waiting.front()->status),
                evidence, Basis::arm, fix);
  });
}

}  // namespace

extern const Check private_endpoint_is_approved;
const Check private_endpoint_is_approved{
    .id = "private-endpoint-is-approved",
    .title = "The private endpoint connection to the registry is approved",
    .problem = "The private endpoint connection to the registry is not approved",
    .severity = Severity::high,
    .link = Link::network,
    .step = 1,
    .why =
        "An endpoint whose connection is pending, rejected or disconnected has an address, and "
        "often a "
        "DNS record, but nothing answers behind it: pulls time out.",
    .reads =
        "the registry's private endpoint connections, and the private endpoints where they are in "
        "the input",
    .repair =
        "Low risk: the registry's owner approves the connection (Contributor on the registry). A "
        "disconnected endpoint has to be made anew. Takes effect within a minute.",
    .reference = "https://learn.microsoft.com/azure/private-link/manage-private-endpoint",
    .controls = kControls,
    .features = "F-027",
    .after = {},
    .judge = &judge};

}  // namespace acr
