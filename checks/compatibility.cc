#include "compatibility.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

using enum RegistryFeature;

constexpr std::string_view kSoftDelete =
    "https://learn.microsoft.com/azure/container-registry/container-registry-soft-delete-policy";
constexpr std::string_view kVnet =
    "https://learn.microsoft.com/azure/container-registry/container-registry-vnet";
constexpr std::string_view kPrivate =
    "https://learn.microsoft.com/azure/container-registry/container-registry-private-endpoints";
constexpr std::string_view kTrust =
    "https://learn.microsoft.com/azure/container-registry/"
    "container-registry-content-trust-deprecation";
constexpr std::string_view kStreaming =
    "https://learn.microsoft.com/azure/container-registry/container-registry-artifact-streaming";

constexpr Conflict kConflicts[] = {
    {soft_delete, geo_replication, "soft delete does not work on a geo-replicated registry",
     kSoftDelete},
    {soft_delete, artifact_cache, "soft delete does not work beside artifact cache rules",
     kSoftDelete},
    {soft_delete, retention, "soft delete and the retention policy exclude each other",
     kSoftDelete},
    {retention, soft_delete, "the retention policy and soft delete exclude each other",
     kSoftDelete},
    {geo_replication, soft_delete, "a registry with soft delete cannot be geo-replicated",
     kSoftDelete},
    {artifact_cache, soft_delete, "artifact cache does not work on a registry with soft delete",
     kSoftDelete},
    {private_endpoint, subnet_rules,
     "private endpoints cannot be used beside rules for subnets (service endpoints)", kPrivate},
    {subnet_rules, private_endpoint,
     "rules for subnets (service endpoints) cannot be used beside private endpoints", kVnet},
    {trusted_services, subnet_rules,
     "trusted services do not pass rules for subnets (service endpoints)",
     "https://learn.microsoft.com/azure/container-registry/allow-access-trusted-services"},
    {exports_disabled, public_access,
     "exports can only be disabled while public network access is disabled",
     "https://learn.microsoft.com/azure/container-registry/data-loss-prevention"},
    {arm_tokens_refused, bootstrap,
     "the registry from which an isolated cluster makes its nodes must accept ARM tokens",
     "https://learn.microsoft.com/azure/aks/network-isolated"},
    {artifact_streaming, customer_key,
     "artifact streaming does not work on a registry with a customer-managed key", kStreaming},
    {content_trust, customer_key,
     "content trust does not work on a registry with a customer-managed key", kTrust},
};

Presence from_setting(const Estate& estate, const Registry& registry, std::string_view path,
                      std::string_view on, bool absent_is_off) {
  const Setting& setting = registry.settings[path];
  if (!setting.known() || (!setting.given() && !absent_is_off))
    return {Tri::unknown, {}, unknown_field(estate, registry, path).supply};
  return {setting.given() && same_text(setting.value, on) ? Tri::yes : Tri::no,
          {estate.cite(setting)},
          {}};
}

Presence has_replicas(const Estate& estate, const Registry& registry) {
  if (!registry.sku.empty() && !same_text(registry.sku, "Premium"))
    return {Tri::no, {estate.cite(registry.origin, "/sku/name", registry.sku)}, {}};
  for (const Replication& replica : estate.replications) {
    if (replica.id.parent() == registry.id && replica.location != registry.location)
      return {Tri::yes, {estate.cite(replica.origin, "/location", replica.location)}, {}};
  }
  const ChildList* list = estate.child_list(registry.id, Kind::replication);
  if (list == nullptr) return {Tri::unknown, {}, {list_command(registry.id, Kind::replication)}};
  return {Tri::no, {estate.cite(list->origin, "", counted(list->count, Kind::replication))}, {}};
}

Presence has_cache(const Estate& estate, const Registry& registry) {
  for (const CacheRule& rule : estate.images.cache_rules) {
    if (rule.id.parent() == registry.id)
      return {Tri::yes, {estate.cite(rule.origin, "sourceRepository", rule.source)}, {}};
  }
  const ChildList* list = estate.child_list(registry.id, Kind::cache_rule);
  if (list == nullptr) return {Tri::unknown, {}, {list_command(registry.id, Kind::cache_rule)}};
  return {Tri::no, {estate.cite(list->origin, "", counted(list->count, Kind::cache_rule))}, {}};
}

Presence has_subnet_rules(const Estate& estate, const Registry& registry) {
  if (!registry.sku.empty() && !same_text(registry.sku, "Premium"))
    return {Tri::no, {estate.cite(registry.origin, "/sku/name", registry.sku)}, {}};
  if (!registry.network_rules)
    return {Tri::unknown, {}, unknown_field(estate, registry, "networkRuleSet").supply};
  const NetworkRules& rules = *registry.network_rules;
  if (!rules.subnet_rules.empty()) {
    return {Tri::yes,
            {estate.cite(registry.origin, "networkRuleSet/virtualNetworkRules",
                         rules.subnet_rules.front().text())},
            {}};
  }
  // Rules for subnets count only where the rest is turned away.
  if (!same_text(rules.default_action, "Deny") || rules.subnet_rules_visible) {
    return {Tri::no,
            {estate.cite(registry.origin, "networkRuleSet/defaultAction", rules.default_action)},
            {}};
  }
  // Newer versions of the API hide them.
  return {Tri::unknown,
          {},
          {fmt::format("az rest --method get --url {}",
                       quote(registry.id.text() + "?api-version=2021-08-01-preview"))}};
}

Presence has_endpoint(const Estate& estate, const Registry& registry) {
  if (!registry.connections)
    return {Tri::unknown, {}, unknown_field(estate, registry, "privateEndpointConnections").supply};
  const auto approved = connections_with(registry, "Approved");
  return {approved.empty() ? Tri::no : Tri::yes,
          {estate.cite(registry.origin, "privateEndpointConnections",
                       fmt::format("{} approved", approved.size()))},
          {}};
}

// Only what the input shows: a cluster that is not there may use the registry all the same.
Presence makes_nodes(const Estate& estate, const Registry& registry) {
  Presence presence{Tri::no, {}, {}};
  for (const Cluster& cluster : estate.clusters) {
    const Setting& id = cluster.settings["bootstrapProfile/containerRegistryId"];
    if (id.given() && ResourceId(id.value) == registry.id) return {Tri::yes, {estate.cite(id)}, {}};
  }
  return presence;
}

}  // namespace

std::string_view to_string(RegistryFeature feature) {
  switch (feature) {
    case customer_key:
      return "a customer-managed key";
    case soft_delete:
      return "soft delete";
    case retention:
      return "the retention policy";
    case geo_replication:
      return "geo-replication";
    case artifact_cache:
      return "artifact cache";
    case artifact_streaming:
      return "artifact streaming";
    case subnet_rules:
      return "rules for subnets";
    case private_endpoint:
      return "a private endpoint";
    case trusted_services:
      return "access of trusted services";
    case public_access:
      return "public network access";
    case exports_disabled:
      return "disabled exports";
    case arm_tokens_refused:
      return "refusal of ARM tokens";
    case bootstrap:
      return "an isolated cluster's nodes";
    case content_trust:
      return "content trust";
  }
  return "";
}

std::span<const Conflict> conflicts() {
  return kConflicts;
}

Presence presence_of(const Estate& estate, const Registry& registry, RegistryFeature feature) {
  switch (feature) {
    case customer_key:
      return from_setting(estate, registry, "encryption/status", "enabled", true);
    case soft_delete:
      // Only previews of the API show it: that it is not there says nothing.
      return from_setting(estate, registry, "policies/softDeletePolicy/status", "enabled", false);
    case retention:
      return from_setting(estate, registry, "policies/retentionPolicy/status", "enabled", true);
    case content_trust:
      return from_setting(estate, registry, "policies/trustPolicy/status", "enabled", true);
    case geo_replication:
      return has_replicas(estate, registry);
    case artifact_cache:
      return has_cache(estate, registry);
    case subnet_rules:
      return has_subnet_rules(estate, registry);
    case private_endpoint:
      return has_endpoint(estate, registry);
    case public_access: {
      if (!registry.public_network_access)
        return {Tri::unknown, {}, unknown_field(estate, registry, "publicNetworkAccess").supply};
      const bool on = *registry.public_network_access;
      return {on ? Tri::yes : Tri::no,
              {estate.cite(registry.origin, "publicNetworkAccess", on ? "Enabled" : "Disabled")},
              {}};
    }
    case bootstrap:
      return makes_nodes(estate, registry);
    case trusted_services:
    case exports_disabled:
    case arm_tokens_refused:
    case artifact_streaming:
      break;
  }
  return {};
}

Objection objection_to(const Estate& estate, const Registry& registry, RegistryFeature wanted) {
  Objection objection;
  for (const Conflict& conflict : kConflicts) {
    if (conflict.wanted != wanted) continue;
    Presence presence = presence_of(estate, registry, conflict.present);
    if (presence.has == Tri::yes)
      return {Tri::yes, std::string(conflict.because), std::move(presence.evidence), {}};
    if (presence.has == Tri::unknown && objection.stands == Tri::no) {
      objection.stands = Tri::unknown;
      objection.because =
          fmt::format("{}, and whether the registry has that is not known", conflict.because);
      objection.supply = std::move(presence.supply);
    }
    objection.evidence = together(std::move(objection.evidence), presence.evidence);
  }
  return objection;
}

Verdict recommend(const Estate& estate, const Registry& registry, RegistryFeature wanted,
                  Verdict failure) {
  Objection objection = objection_to(estate, registry, wanted);
  std::vector<Evidence> evidence = together(failure.evidence, objection.evidence);
  if (objection.stands == Tri::yes)
    return not_applicable(std::move(objection.because), std::move(evidence));
  if (objection.stands == Tri::unknown) {
    return unknown(fmt::format("{}; {}", failure.reason, objection.because), std::move(evidence),
                   std::move(objection.supply));
  }
  failure.evidence = std::move(evidence);
  return failure;
}

}  // namespace acr
