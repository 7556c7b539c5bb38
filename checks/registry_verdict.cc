#include "registry_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "estate/command.h"

namespace acr {

std::optional<Verdict> unless_premium(const Estate& estate, const Registry& registry,
                                      std::string_view feature) {
  if (registry.sku.empty()) return unknown_field(estate, registry, "its tier (sku)");
  if (same_text(registry.sku, "Premium")) return std::nullopt;
  return not_applicable(
      fmt::format("a {} registry has no {}: it needs Premium", registry.sku, feature),
      {estate.cite(registry.origin, "/sku/name", registry.sku)});
}

Verdict unknown_field(const Estate& estate, const Registry& registry, std::string_view what) {
  return unknown(fmt::format("the document of registry {} does not show {}", registry.name, what),
                 {estate.cite(registry.origin, "", registry.name)},
                 {fmt::format("az acr show --name {} --output json", quote(registry.name))});
}

std::string update_command(const Registry& registry, std::string_view options) {
  return fmt::format("az acr update --subscription {} --name {} {}",
                     quote(registry.id.subscription()), quote(registry.name), options);
}

std::string registry_command(const Registry& registry, std::string_view command,
                             std::string_view options) {
  return fmt::format("az acr {} --subscription {} --registry {}{}{}", command,
                     quote(registry.id.subscription()), quote(registry.name),
                     options.empty() ? "" : " ", options);
}

namespace {

// What a list is called in {"resource": …, NAME: […]}, and what az calls it.
struct ListWords {
  Kind kind;
  std::string_view member, command;  // the command without its resource
};
constexpr ListWords kLists[] = {
    {Kind::replication, "replications", "az acr replication list --registry"},
    {Kind::registry_token, "tokens", "az acr token list --registry"},
    {Kind::scope_map, "scopeMaps", "az acr scope-map list --registry"},
    {Kind::cache_rule, "cacheRules", "az acr cache list --registry"},
    {Kind::credential_set, "credentialSets", "az acr credential-set list --registry"},
    {Kind::registry_task, "tasks", "az acr task list --registry"},
    {Kind::registry_usage, "usages", "az acr show-usage --name"},
};

// A query that puts the resource's id beside its list. Double quotes read better around JMESPath's
// single ones, where the id holds nothing that a shell or JMESPath would read.
std::string query_with(const ResourceId& resource, std::string_view member,
                       std::string_view source) {
  const std::string query =
      fmt::format("{{resource: '{}', {}: {}}}", resource.text(), member, source);
  const bool plain = std::ranges::all_of(resource.text(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/-_.()").contains(static_cast<char>(c));
  });
  return plain ? fmt::format("\"{}\"", query) : quote(query);
}

}  // namespace

std::string list_command(const ResourceId& resource, Kind kind) {
  const std::string subscription = quote(resource.subscription());
  if (kind == Kind::defender_plan)
    return fmt::format("az security pricing list --subscription {} --output json", subscription);
  if (kind == Kind::lock) {
    const ResourceId whole(fmt::format("/subscriptions/{}", resource.subscription()));
    return fmt::format("az lock list --subscription {} --query {} --output json", subscription,
                       query_with(whole, "locks", "@"));
  }
  if (kind == Kind::diagnostic_setting) {
    return fmt::format("az monitor diagnostic-settings list --resource {} --query {} --output json",
                       quote(resource.text()), query_with(resource, "diagnosticSettings", "@"));
  }
  if (kind == Kind::dns_zone_group) {
    return fmt::format(
        "az network private-endpoint dns-zone-group list {} --endpoint-name {} --query {} "
        "--output json",
        in_group(resource), quote(resource.name()), query_with(resource, "zoneGroups", "@"));
  }
  if (kind == Kind::federated_credential) {
    return fmt::format(
        "az identity federated-credential list {} --identity-name {} --query {} --output json",
        in_group(resource), quote(resource.name()),
        query_with(resource, "federatedCredentials", "@"));
  }
  for (const ListWords& words : kLists) {
    if (words.kind != kind) continue;
    return fmt::format(
        "{} {} --subscription {} --query {} --output json", words.command, quote(resource.name()),
        subscription,
        query_with(resource, words.member, kind == Kind::registry_usage ? "value" : "@"));
  }
  return {};
}

Verdict unknown_list(const Estate& estate, const ResourceId& resource, std::string_view name,
                     Kind kind) {
  const Refusal* refusal = estate.refusal(kind);
  std::vector<Evidence> evidence;
  if (refusal != nullptr)
    evidence.push_back(estate.cite(refusal->origin, "", refusal->says(), refusal->basis()));
  return unknown(
      refusal != nullptr
          ? fmt::format("the {} of {} are not known: {}", to_string(kind), name, refusal->says())
          : fmt::format("the {} of {} were not given", to_string(kind), name),
      std::move(evidence), {list_command(resource, kind)});
}

Verdict unknown_list(const Estate& estate, const Registry& registry, Kind kind) {
  return unknown_list(estate, registry.id, fmt::format("registry {}", registry.name), kind);
}

Verdict judge_rule(const Estate& estate, const Registry& registry, const RegistryRule& rule,
                   std::vector<std::string> fix) {
  const Setting& setting = registry.settings[rule.path];
  if (!setting.known()) return unknown_field(estate, registry, rule.path);
  const bool good =
      setting.given()
          ? std::ranges::any_of(
                rule.good, [&](std::string_view value) { return same_text(setting.value, value); })
          : rule.good_if_absent;
  std::vector<Evidence> evidence{estate.cite(setting)};
  if (good) return pass(std::string(rule.holds), std::move(evidence), Basis::arm);
  return fail(std::string(rule.broken), std::move(evidence), Basis::arm, std::move(fix));
}

Exposure exposure_of(const Estate& estate, const Registry& registry) {
  Exposure exposure;
  if (registry.public_network_access) {
    const bool enabled = *registry.public_network_access;
    exposure.evidence.push_back(
        estate.cite(registry.origin, "publicNetworkAccess", enabled ? "Enabled" : "Disabled"));
    if (!enabled) {
      exposure.state = Exposure::State::closed;
      return exposure;
    }
  }
  if (registry.network_rules) {
    const std::string& action = registry.network_rules->default_action;
    exposure.evidence.push_back(
        estate.cite(registry.origin, "networkRuleSet/defaultAction", action));
    if (same_text(action, "Deny")) {
      exposure.state = Exposure::State::restricted;
    } else if (registry.public_network_access) {
      exposure.state = Exposure::State::open;
    }
  }
  return exposure;
}

const Registry::OwnIdentity* find_identity(const Registry& registry, std::string_view client_id) {
  const auto found =
      std::ranges::find_if(registry.identities, [&](const Registry::OwnIdentity& identity) {
        return same_text(identity.client_id, client_id);
      });
  return found == registry.identities.end() ? nullptr : &*found;
}

std::vector<const EndpointConnection*> connections_with(const Registry& registry,
                                                        std::string_view status) {
  std::vector<const EndpointConnection*> found;
  if (!registry.connections) return found;
  for (const EndpointConnection& connection : *registry.connections) {
    if (same_text(connection.status, status)) found.push_back(&connection);
  }
  return found;
}

}  // namespace acr
