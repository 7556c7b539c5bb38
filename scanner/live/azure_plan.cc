#include "live/azure_plan.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <optional>

#include <fmt/format.h>
#include <simdjson.h>

#include "estate/resource_id.h"

namespace acr {
namespace {

using Element = simdjson::dom::element;

// Types and the versions of their API: the one that carries every field we read, then one that
// every cloud knows. Source: the versions that each resource provider publishes
// (azure-rest-api-specs).
struct TypeVersion {
  std::string_view type, version, fallback;
  bool listed;           // once a subscription
  bool posture = false;  // only where the checks off the pull path are asked for
};
constexpr std::array kTypes{
    TypeVersion{"Microsoft.ContainerRegistry/registries", "2025-11-01", "2023-07-01", true},
    TypeVersion{"Microsoft.ContainerService/managedClusters", "2025-10-01", "2024-05-01", true},
    TypeVersion{"Microsoft.Network/virtualNetworks", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/privateEndpoints", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/networkSecurityGroups", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/routeTables", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/natGateways", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/publicIPAddresses", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/loadBalancers", "2024-05-01", "2023-04-01", true},
    TypeVersion{"Microsoft.Network/networkInterfaces", "2024-05-01", "2023-04-01", false},
    TypeVersion{"Microsoft.Network/privateDnsZones", "2024-06-01", "2020-06-01", true},
    TypeVersion{"Microsoft.ManagedIdentity/userAssignedIdentities", "2023-01-31", "2018-11-30",
                true},
    TypeVersion{"Microsoft.Compute/virtualMachineScaleSets", "2024-07-01", "2022-03-01", true},
    TypeVersion{"Microsoft.Authorization/roleAssignments", "2022-04-01", "2022-04-01", true},
    TypeVersion{"Microsoft.Authorization/denyAssignments", "2022-04-01", "2018-07-01-preview",
                true},
    TypeVersion{"Microsoft.Authorization/roleDefinitions", "2022-04-01", "2018-01-01-preview",
                false},
    TypeVersion{"Microsoft.Authorization/locks", "2020-05-01", "2016-09-01", true, true},
    TypeVersion{"Microsoft.Authorization/policyAssignments", "2022-06-01", "2019-09-01", true,
                true},
    TypeVersion{"Microsoft.Security/pricings", "2024-01-01", "2018-06-01", true, true},
};
// What Defender says of a registry's images. The list of a subscription holds thousands of others.
constexpr std::string_view kAssessment =
    "providers/Microsoft.Security/assessments/c0b7cfc6-3172-465a-b378-53c7ff2cc0d5";
constexpr std::string_view kRegistryVersion = kTypes.front().version;
// Tasks have versions of their own.
constexpr std::string_view kTaskVersion = "2019-06-01-preview";
constexpr std::string_view kFederatedVersion = "2023-01-31";
constexpr std::string_view kSubscriptionVersion = "2022-12-01";
constexpr std::string_view kResourceGraphVersion = "2022-10-01";
// The only version of its time that shows which subnets a registry lets in (network-rule list).
constexpr std::string_view kSubnetRulesVersion = "2021-08-01-preview";

// The type within a URL or id: "…/providers/Microsoft.Network/virtualNetworks/v?x" ->
// "Microsoft.Network/virtualNetworks". The last provider counts, without child types.
std::string_view type_of(std::string_view url) {
  url = url.substr(0, url.find('?'));
  constexpr std::string_view kProviders = "/providers/";
  const std::string low = lower(url);
  const std::size_t at = low.rfind(kProviders);
  if (at == std::string::npos) return {};
  const std::string_view rest = url.substr(at + kProviders.size());
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {};
  return rest.substr(0, std::min(rest.find('/', slash + 1), rest.size()));
}

const TypeVersion* find_type(std::string_view type) {
  const auto found = std::ranges::find_if(
      kTypes, [&](const TypeVersion& known) { return same_text(known.type, type); });
  return found == kTypes.end() ? nullptr : &*found;
}

std::string versioned(std::string_view arm, std::string_view id) {
  const TypeVersion* type = find_type(type_of(id));
  return type ? fmt::format("{}{}?api-version={}", arm, id, type->version) : std::string();
}

std::string text_of(Element element, std::string_view field) {
  std::string_view text;
  return element[field].get_string().get(text) == simdjson::SUCCESS ? std::string(text)
                                                                    : std::string();
}
// ARM and az spell this one differently.
std::string subnet_of(Element pool) {
  std::string subnet = text_of(pool, "vnetSubnetID");
  return subnet.empty() ? text_of(pool, "vnetSubnetId") : subnet;
}
// A field of a resource that REST keeps below "properties".
Element inner(Element element, std::string_view field, Element fallback) {
  Element value;
  if (element["properties"][field].get(value) == simdjson::SUCCESS) return value;
  return fallback;
}
template <class Visit>
void each(Element element, std::string_view field, Visit visit) {
  simdjson::dom::array array;
  if (inner(element, field, element).get_array().get(array) != simdjson::SUCCESS) return;
  for (const Element item : array) visit(item);
}

// An id from outside, before it becomes part of a URL: only what ids are made of.
bool is_id(std::string_view id) {
  return id.starts_with("/subscriptions/") && id.size() < 1024 && !id.contains("..") &&
         std::ranges::all_of(
             id,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      std::string_view("/-_.()").contains(c);
             });
}

std::string json_text(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) >= 0x20) result += c;
  }
  return result + '"';
}

// A name from outside as part of a query: only what names are made of.
std::string query_word(std::string_view text) {
  std::string word;
  std::ranges::copy_if(text, std::back_inserter(word), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
  });
  return '\'' + word + '\'';
}
std::string is_named(std::string_view type, const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + query_word(name);
  return fmt::format("(type =~ '{}' and name in~ ({}))", type, list);
}

constexpr std::string_view kRegistryType = "microsoft.containerregistry/registries";
constexpr std::string_view kClusterType = "microsoft.containerservice/managedclusters";
// One row a subscription, sorted for paging.
constexpr std::string_view kBySubscription =
    " | summarize id = min(id) by subscriptionId | order by id asc";

// Which subscriptions hold anything we look at, or what the scope names?
std::string find_subscriptions(const AzureScope& scope) {
  std::string text =
      fmt::format("resources | where type in~ ('{}', '{}')", kRegistryType, kClusterType);
  if (scope.names_resources()) {
    text += " | where ";
    if (!scope.registries.empty()) text += is_named(kRegistryType, scope.registries);
    if (!scope.registries.empty() && !scope.clusters.empty()) text += " or ";
    if (!scope.clusters.empty()) text += is_named(kClusterType, scope.clusters);
  }
  return text.append(kBySubscription);
}
// Private zones and endpoints are often kept in a subscription of their own (a hub), which nobody
// names.
constexpr std::array kInventories{
    std::string_view{"resources | where type =~ 'microsoft.containerregistry/registries/"
                     "replications' | project id, name, type, location, resourceGroup, "
                     "subscriptionId, properties | order by id asc"},
    std::string_view{"resources | where type in~ ('microsoft.network/privatednszones', "
                     "'microsoft.network/privatednszones/virtualnetworklinks') | where id contains "
                     "'/privatednszones/privatelink.azurecr.' | project id, name, type, location, "
                     "resourceGroup, subscriptionId, tenantId, properties | order by id asc"},
    std::string_view{
        "dnsresources | where type =~ 'microsoft.network/privatednszones/a' | where id contains "
        "'/privatednszones/privatelink.azurecr.' | project id, name, type, subscriptionId, "
        "resourceGroup, properties | order by id asc"},
};

// The query that a recorded body asked, as JSON text.
std::string query_of(std::string_view body) {
  simdjson::dom::parser parser;
  Element root;
  const simdjson::padded_string text(body);
  return parser.parse(text).get(root) == simdjson::SUCCESS ? text_of(root, "query") : std::string();
}

// The version in the URL is one that this cloud does not know.
bool refuses_version(int status, Element root) {
  if (status != 400 && status != 404) return false;
  const std::string code = text_of(
      root["error"].error() == simdjson::SUCCESS ? Element(root["error"].value_unsafe()) : root,
      "code");
  return code == "InvalidResourceType" || code == "NoRegisteredProviderFound" ||
         code == "InvalidApiVersionParameter" || code == "UnsupportedApiVersion";
}

}  // namespace

bool asks_for_posture(std::string_view url) {
  const std::string path = lower(url.substr(0, url.find('?')));
  constexpr std::array kEnds{std::string_view{"/microsoft.authorization/locks"},
                             std::string_view{"/microsoft.authorization/policyassignments"},
                             std::string_view{"/federatedidentitycredentials"},
                             std::string_view{"/diagnosticsettings"},
                             std::string_view{"/listusages"}, std::string_view{"/scopemaps"},
                             std::string_view{"/cacherules"}, std::string_view{"/tasks"},
                             // of Kubernetes
                             std::string_view{"/apis"}};
  // …/registries/R/tokens
  const std::size_t registries = path.rfind("/registries/");
  const bool tokens = registries != std::string::npos && path.ends_with("/tokens") &&
                      path.find('/', registries + 12) == path.size() - 7;
  return tokens || path.contains("/providers/microsoft.security/") ||
         path.contains("/apis/constraints.gatekeeper.sh/") || path.contains("/apis/kyverno.io/") ||
         path.contains("/credentialsets/") ||
         std::ranges::any_of(kEnds, [&](std::string_view end) { return path.ends_with(end); });
}

void AzurePlan::ask(std::vector<Request>& requests, std::string url, std::string body,
                    Audience audience) {
  if (url.empty() || !asked_.insert(lower(url) + "\x1f" + body).second) return;
  Request request;
  request.audience = audience;
  request.url = std::move(url);
  if (!body.empty()) request.method = "POST";
  request.body = std::move(body);
  requests.push_back(std::move(request));
}

void AzurePlan::query(std::vector<Request>& requests, std::string_view text,
                      std::string_view skip_token) {
  std::string body = "{";
  // Management groups narrow where to look for registries and clusters, not what they rest on.
  if (!scope_.management_groups.empty() && text.contains("summarize")) {
    body += "\"managementGroups\":[";
    for (std::size_t i = 0; i < scope_.management_groups.size(); ++i)
      body += (i == 0 ? "" : ",") + json_text(scope_.management_groups[i]);
    body += "],";
  }
  body += fmt::format("\"query\":{},\"options\":{{\"$top\":1000,\"resultFormat\":\"objectArray\"",
                      json_text(text));
  if (!skip_token.empty()) body += fmt::format(",\"$skipToken\":{}", json_text(skip_token));
  ask(requests,
      fmt::format("{}/providers/Microsoft.ResourceGraph/resources?api-version={}", scope_.arm,
                  kResourceGraphVersion),
      body + "}}");
}

std::vector<Request> AzurePlan::begin() {
  std::vector<Request> requests;
  for (const std::string& id : scope_.subscriptions)
    for (Request& request : list_subscription(id)) requests.push_back(std::move(request));
  if (scope_.subscriptions.empty() || !scope_.management_groups.empty() || scope_.names_resources())
    query(requests, find_subscriptions(scope_), {});
  for (const std::string_view inventory : kInventories) query(requests, inventory, {});
  return requests;
}

std::vector<Request> AzurePlan::list_subscription(std::string_view id) {
  std::vector<Request> requests;
  if (!is_guid(id) || !listed_.insert(lower(id)).second) return requests;
  const std::string base = fmt::format("{}/subscriptions/{}", scope_.arm, lower(id));
  ask(requests, fmt::format("{}?api-version={}", base, kSubscriptionVersion));
  for (const TypeVersion& type : kTypes) {
    if (type.listed && (scope_.posture || !type.posture))
      ask(requests, fmt::format("{}/providers/{}?api-version={}", base, type.type, type.version));
  }
  // Built-in roles are known; there are hundreds of them in every answer without this filter.
  ask(requests,
      fmt::format("{}/providers/Microsoft.Authorization/roleDefinitions?api-version=2022-04-01&"
                  "%24filter=type%20eq%20%27CustomRole%27",
                  base));
  return requests;
}

void AzurePlan::ask_elsewhere(std::vector<Request>& requests, std::string_view id) {
  const ResourceId resource{std::string(id)};
  if (!is_id(id) || listed_.contains(lower(resource.subscription()))) return;
  ask(requests, versioned(scope_.arm, id));
}

void AzurePlan::ask_assignments(std::vector<Request>& requests, const std::string& subscription) {
  if (!refused_.contains(subscription)) return;
  for (const std::string& id : registries_[subscription]) {
    ask(requests, fmt::format("{}{}/providers/Microsoft.Authorization/roleAssignments?api-version="
                              "2022-04-01&%24filter=atScope%28%29",
                              scope_.arm, id));
  }
}

void AzurePlan::ask_application(std::vector<Request>& requests, std::string_view app_id) {
  if (!is_guid(app_id)) return;
  ask(requests,
      fmt::format("{}/v1.0/servicePrincipals?$filter=appId%20eq%20%27{}%27&$select=id,appId,"
                  "displayName,accountEnabled,servicePrincipalType,appOwnerOrganizationId",
                  scope_.graph, lower(app_id)),
      {}, Audience::graph);
  ask(requests,
      fmt::format("{}/v1.0/applications?$filter=appId%20eq%20%27{}%27&$select=id,appId,"
                  "displayName,passwordCredentials",
                  scope_.graph, lower(app_id)),
      {}, Audience::graph);
}

void AzurePlan::ask_groups(std::vector<Request>& requests) {
  if (!group_assigned_) return;
  for (const std::string& id : kubelets_) {
    ask(requests,
        fmt::format("{}/v1.0/servicePrincipals/{}/transitiveMemberOf?$top=999", scope_.graph, id),
        {}, Audience::graph);
  }
}

void AzurePlan::ask_child(std::vector<Request>& requests, std::string_view id,
                          std::string_view child, std::string_view version) {
  ask(requests, fmt::format("{}{}/{}?api-version={}", scope_.arm, id, child, version));
}

// Where the logs of a resource go to. No list of them covers more than one resource.
void AzurePlan::ask_logs(std::vector<Request>& requests, std::string_view id) {
  if (scope_.posture)
    ask_child(requests, id, "providers/Microsoft.Insights/diagnosticSettings",
              "2021-05-01-preview");
}

void AzurePlan::ask_details(std::vector<Request>& requests, const std::string& login_server) {
  const auto known = registry_ids_.find(login_server);
  if (known == registry_ids_.end()) return;
  if (needs_.registries.contains(login_server))
    ask_child(requests, known->second, "cacheRules", kRegistryVersion);
  if (needs_.tokens.contains(login_server))
    ask_child(requests, known->second, "tokens", kRegistryVersion);
}

// Whose tokens an identity takes: asked where a service account wants to pull as that identity.
void AzurePlan::ask_trust(std::vector<Request>& requests, const std::string& client_id) {
  const auto known = identity_ids_.find(client_id);
  if (scope_.posture && known != identity_ids_.end() && needs_.identities.contains(client_id))
    ask_child(requests, known->second, "federatedIdentityCredentials", kFederatedVersion);
}

// Where names narrow what is read, a registry that pods pull from may lie outside of it.
void AzurePlan::find_registry(std::vector<Request>& requests, const std::string& login_server) {
  if (!scope_.names_resources()) return;
  query(requests,
        fmt::format("resources | where type =~ '{}' | where properties.loginServer =~ {}{}",
                    kRegistryType, query_word(login_server), kBySubscription),
        {});
}

std::vector<Request> AzurePlan::look_into(const Needs& needs) {
  std::vector<Request> requests;
  for (const std::string& app_id : needs.applications) ask_application(requests, app_id);
  for (const std::string& host : needs.registries) {
    if (!needs_.registries.insert(host).second) continue;
    ask_details(requests, host);
    find_registry(requests, host);
  }
  for (const std::string& host : needs.tokens)
    if (needs_.tokens.insert(host).second) ask_details(requests, host);
  for (const std::string& client_id : needs.identities)
    if (needs_.identities.insert(client_id).second) ask_trust(requests, client_id);
  return requests;
}

NextStep AzurePlan::absorb(const Exchange& exchange) {
  NextStep next;
  const Request& request = exchange.request;
  const std::string_view type = type_of(request.url);
  const std::string path = lower(request.url.substr(0, request.url.find('?')));

  simdjson::dom::parser parser;
  Element root;
  const simdjson::padded_string text(exchange.body);
  const bool json = parser.parse(text).get(root) == simdjson::SUCCESS;

  if (exchange.status == 403 && path.ends_with("microsoft.authorization/roleassignments")) {
    const std::string subscription =
        lower(ResourceId{request.url.substr(scope_.arm.size())}.subscription());
    // Asked at a registry already: nothing narrower is left.
    if (path.find("/registries/") == std::string::npos) {
      refused_.insert(subscription);
      ask_assignments(next.requests, subscription);
    }
    return next;
  }
  if (!json) return next;
  if (refuses_version(exchange.status, root)) {
    const TypeVersion* known = find_type(type);
    const std::size_t at = request.url.find("api-version=");
    if (!known || at == std::string::npos || !request.url.contains(known->version)) return next;
    std::string url = request.url;
    url.replace(url.find(known->version, at), known->version.size(), known->fallback);
    ask(next.requests, std::move(url), request.body);
    next.superseded = !next.requests.empty();
    return next;
  }
  if (exchange.status != 200) return next;

  // Pages. A token goes to Azure's own hosts only, whatever an answer says.
  const std::string_view base = request.audience == Audience::graph ? scope_.graph : scope_.arm;
  for (const std::string_view field : {"nextLink", "@odata.nextLink"}) {
    const std::string link = text_of(root, field);
    if (link.size() > base.size() && link.starts_with(base) && link[base.size()] == '/')
      ask(next.requests, link, {}, request.audience);
  }
  if (request.audience == Audience::graph) return next;

  if (same_text(type, "Microsoft.ResourceGraph/resources")) {
    simdjson::dom::array rows;
    if (root["data"].get_array().get(rows) == simdjson::SUCCESS) {
      for (const Element row : rows)
        for (Request& each_request : list_subscription(text_of(row, "subscriptionId")))
          next.requests.push_back(std::move(each_request));
    }
    if (const std::string token = text_of(root, "$skipToken"); !token.empty())
      query(next.requests, query_of(request.body), token);
    return next;
  }

  simdjson::dom::array items;
  const bool list = root["value"].get_array().get(items) == simdjson::SUCCESS;
  const auto follow = [&](Element item) {
    if (same_text(type, "Microsoft.Authorization/roleAssignments")) {
      std::string_view holder;
      if (item["properties"]["principalType"].get_string().get(holder) == simdjson::SUCCESS &&
          lower(holder).ends_with("group")) {
        group_assigned_ = true;
        ask_groups(next.requests);
      }
      return;
    }
    const std::string id = text_of(item, "id");
    if (!is_id(id)) return;
    const ResourceId resource{id};
    if (same_text(type, "Microsoft.ContainerRegistry/registries") && path.ends_with("registries")) {
      const std::string subscription = lower(resource.subscription());
      registries_[subscription].push_back(id);
      ask_assignments(next.requests, subscription);
      ask_logs(next.requests, id);
      if (scope_.posture) {
        for (const std::string_view child : {"cacheRules", "listUsages", "tokens"})
          ask_child(next.requests, id, child, kRegistryVersion);
        ask_child(next.requests, id, "tasks", kTaskVersion);
        ask_child(next.requests, id, kAssessment, "2021-06-01");
      }
      std::string_view login_server, sku, action;
      if (item["properties"]["loginServer"].get_string().get(login_server) == simdjson::SUCCESS) {
        registry_ids_.emplace(lower(login_server), id);
        ask_details(next.requests, lower(login_server));
      }
      if (item["sku"]["name"].get_string().get(sku) == simdjson::SUCCESS &&
          same_text(sku, "Premium") &&
          item["properties"]["networkRuleSet"]["defaultAction"].get_string().get(action) ==
              simdjson::SUCCESS &&
          same_text(action, "Deny"))
        ask(next.requests, fmt::format("{}{}?api-version={}", scope_.arm, id, kSubnetRulesVersion));
      each(item, "privateEndpointConnections", [&](Element connection) {
        std::string_view endpoint;
        if (connection["properties"]["privateEndpoint"]["id"].get_string().get(endpoint) ==
            simdjson::SUCCESS)
          ask_elsewhere(next.requests, endpoint);
      });
    } else if (same_text(type, "Microsoft.ContainerService/managedClusters")) {
      ask_logs(next.requests, id);
      each(item, "agentPoolProfiles", [&](Element pool) {
        const std::string subnet = subnet_of(pool);
        if (const std::size_t cut = lower(subnet).find("/subnets/"); cut != std::string::npos)
          ask_elsewhere(next.requests, subnet.substr(0, cut));
      });
      std::string_view client;
      if (item["properties"]["servicePrincipalProfile"]["clientId"].get_string().get(client) ==
          simdjson::SUCCESS)
        ask_application(next.requests, client);
      std::string_view kubelet;
      if (item["properties"]["identityProfile"]["kubeletidentity"]["objectId"].get_string().get(
              kubelet) == simdjson::SUCCESS &&
          is_guid(kubelet)) {
        kubelets_.insert(lower(kubelet));
        ask_groups(next.requests);
      }
    } else if (path.ends_with("/userassignedidentities")) {
      std::string_view client;
      if (item["properties"]["clientId"].get_string().get(client) == simdjson::SUCCESS) {
        identity_ids_.emplace(lower(client), id);
        ask_trust(next.requests, lower(client));
      }
    } else if (same_text(type, "Microsoft.Network/privateEndpoints") &&
               !path.ends_with("/privatednszonegroups")) {
      bool to_registry = false;
      for (const std::string_view field :
           {"privateLinkServiceConnections", "manualPrivateLinkServiceConnections"}) {
        each(item, field, [&](Element connection) {
          std::string_view target;
          to_registry |= connection["properties"]["privateLinkServiceId"].get_string().get(
                             target) == simdjson::SUCCESS &&
                         lower(target).contains("/microsoft.containerregistry/registries/");
        });
      }
      if (!to_registry) return;
      ask(next.requests,
          fmt::format("{}{}/privateDnsZoneGroups?api-version=2024-05-01", scope_.arm, id));
      each(item, "networkInterfaces", [&](Element nic) {
        if (const std::string nic_id = text_of(nic, "id"); is_id(nic_id))
          ask(next.requests, versioned(scope_.arm, nic_id));
      });
    } else if (path.ends_with("/privatednszonegroups")) {
      each(item, "privateDnsZoneConfigs", [&](Element config) {
        std::string_view zone;
        if (config["properties"]["privateDnsZoneId"].get_string().get(zone) == simdjson::SUCCESS)
          ask_elsewhere(next.requests, zone);
      });
    } else if (same_text(type, "Microsoft.Network/privateDnsZones") &&
               (path.ends_with("/privatednszones") || path.ends_with(lower(id)))) {
      if (!lower(resource.name()).starts_with("privatelink.azurecr.")) return;
      ask(next.requests,
          fmt::format("{}{}/virtualNetworkLinks?api-version=2024-06-01", scope_.arm, id));
      ask(next.requests, fmt::format("{}{}/A?api-version=2024-06-01", scope_.arm, id));
    } else if (path.ends_with("/tokens") && scope_.posture) {
      ask_child(next.requests, resource.parent().text(), "scopeMaps", kRegistryVersion);
    } else if (path.ends_with("/cacherules")) {
      std::string_view set;
      if (item["properties"]["credentialSetResourceId"].get_string().get(set) ==
              simdjson::SUCCESS &&
          is_id(set))
        ask(next.requests, fmt::format("{}{}?api-version=2025-11-01", scope_.arm, set));
    } else if (path.ends_with("/virtualnetworklinks")) {
      std::string_view vnet;
      if (item["properties"]["virtualNetwork"]["id"].get_string().get(vnet) == simdjson::SUCCESS)
        ask_elsewhere(next.requests, vnet);
    } else if (same_text(type, "Microsoft.Network/virtualNetworks")) {
      each(item, "virtualNetworkPeerings", [&](Element peering) {
        std::string_view remote;
        if (peering["properties"]["remoteVirtualNetwork"]["id"].get_string().get(remote) ==
            simdjson::SUCCESS)
          ask_elsewhere(next.requests, remote);
      });
    }
  };
  if (list) {
    for (const Element item : items) follow(item);
  } else if (!path.contains("/registries/")) {
    follow(root);
  }
  return next;
}

}  // namespace acr
