#include <fmt/format.h>

#include "check.h"
#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

constexpr Control kControls[] = {
    {"Azure Policy", "696cb1d3-2dcf-4b44-aa7a-caccd18b1b96"},
    {"Azure Community Policy", "8675946b-b958-4355-be77-fee648d72395"}};

const Subscription* subscription_of(const Estate& estate, const ResourceId& id) {
  for (const Subscription& subscription : estate.subscriptions) {
    if (same_text(subscription.id.subscription(), id.subscription()) &&
        !subscription.tenant_id.empty())
      return &subscription;
  }
  return nullptr;
}

std::string registry_command_by_name(const Registry& registry, const ResourceId& connection) {
  return fmt::format(
      "az acr private-endpoint-connection reject --subscription {} --registry-name {} --name {}",
      quote(registry.id.subscription()), quote(registry.name), quote(connection.name()));
}

Verdict judge(const Estate& estate, const Registry& registry) {
  if (!registry.connections) return unknown_field(estate, registry, "privateEndpointConnections");
  const auto approved = connections_with(registry, "Approved");
  if (approved.empty())
    return not_applicable(
        "the registry has no approved private endpoint",
        {estate.cite(registry.origin, "privateEndpointConnections", "none approved")});
  const Subscription* home = subscription_of(estate, registry.id);
  std::vector<Evidence> evidence;
  std::string open;
  for (const EndpointConnection* connection : approved) {
    const ResourceId& endpoint = connection->private_endpoint;
    evidence.push_back(estate.cite(connection->origin, "privateEndpoint/id", endpoint.text()));
    if (same_text(endpoint.subscription(), registry.id.subscription())) continue;
    const Subscription* theirs = subscription_of(estate, endpoint);
    const std::string tenant = !registry.tenant_id.empty() ? registry.tenant_id
                               : home != nullptr           ? home->tenant_id
                                                           : "";
    if (theirs == nullptr || tenant.empty()) {
      if (open.empty()) open = endpoint.subscription();
      continue;
    }
    evidence.push_back(estate.cite(theirs->origin, "tenantId", theirs->tenant_id));
    if (home != nullptr) evidence.push_back(estate.cite(home->origin, "tenantId", home->tenant_id));
    if (!same_text(theirs->tenant_id, tenant)) {
      return fail(fmt::format("private endpoint {} is in tenant {}, the registry in tenant {}; its "
                              "clients lose the registry when the connection is rejected",
                              endpoint.name(), theirs->tenant_id, tenant),
                  std::move(evidence), Basis::arm,
                  {registry_command_by_name(registry, connection->id)});
    }
  }
  if (!open.empty())
    return unknown(fmt::format("the tenant of subscription {}, which holds a private endpoint of "
                               "the registry, is not known",
                               open),
                   std::move(evidence), {"az account list --output json"});
  return pass("every approved private endpoint is of the registry's own tenant",
              std::move(evidence), Basis::arm);
}

}  // namespace

extern const Check private_endpoints_are_of_own_tenant;
const Check private_endpoints_are_of_own_tenant{
    .id = "private-endpoints-are-of-own-tenant",
    .title = "The registry's private endpoints are of its own tenant",
    .problem = "A private endpoint of the registry may be another tenant's",
    .severity = Severity::medium,
    .why =
        "Whoever owns a private endpoint has a way into the registry past its firewall. Endpoints "
        "in a hub's subscription are the rule in large estates and no fault; one in another "
        "company's tenant is a door that somebody approved and forgot.",
    .reads = "privateEndpointConnections of the registry, and the tenants of the subscriptions",
    .repair =
        "High risk if the endpoint is in use: its clients lose the registry. Find out whose it is, "
        "then reject the connection. Needs Contributor on the registry; takes effect at once.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints",
    .controls = kControls,
    .features = "F-028",
    .judge = &judge};

}  // namespace acr
