// Documents of Azure that are known and left out on purpose, in the words of the notification.
#include <algorithm>
#include <array>

#include "collect/arm.h"
#include "collect/graph.h"

namespace acr {
namespace {

struct UnusedType {
  std::string_view type;  // lower case; with a trailing "/": and all below
  std::string_view word;
};

constexpr UnusedType kUnusedTypes[] = {
    {"microsoft.containerregistry/registries/agentpools", "registry agent pools"},
    {"microsoft.containerregistry/registries/connectedregistries", "connected registries"},
    {"microsoft.containerregistry/registries/exportpipelines", "export pipelines"},
    {"microsoft.containerregistry/registries/importpipelines", "import pipelines"},
    {"microsoft.containerregistry/registries/privatelinkresources", "private link resources"},
    {"microsoft.containerregistry/registries/runs", "registry task runs"},
    {"microsoft.containerregistry/registries/taskruns", "registry task runs"},
    {"microsoft.containerregistry/registries/webhooks", "webhooks"},
    {"microsoft.containerservice/managedclusters/agentpools/machines", "node pool machines"},
    {"microsoft.network/privatednszones/", "DNS records other than A records"},
    {"microsoft.resources/resourcegroups", "resource groups"},
    {"microsoft.resources/subscriptions/resourcegroups", "resource groups"},
};

std::string_view unused_type(std::string_view type) {
  for (const UnusedType& unused : kUnusedTypes) {
    if (type == unused.type || (unused.type.ends_with('/') && type.starts_with(unused.type)))
      return unused.word;
  }
  return {};
}

// An object without a type: every field of `all` is there, and not null.
struct UnusedShape {
  std::array<std::string_view, 3> all;
  std::string_view word;
};

constexpr std::string_view kTokens = "OAuth token answers, whose content is not kept";
constexpr std::string_view kClaims = "token claims";
constexpr std::string_view kDataPlane = "answers of a registry's data plane";
constexpr std::string_view kRunCommand = "run commands and their results";
constexpr std::string_view kGraphRequests = "Resource Graph requests";

// The order matters where one shape contains another.
constexpr UnusedShape kUnusedShapes[] = {
    {{"access_token"}, kTokens},
    {{"refresh_token"}, kTokens},
    {{"accessToken", "tokenType"}, kTokens},
    {{"token", "expiresOn"}, kTokens},
    {{"kubeconfigs"}, "cluster credential answers, whose content is not kept"},
    {{"username", "passwords"}, "registry credential answers, whose content is not kept"},
    {{"aadClientId", "cloud"}, "node configuration files, whose content is not kept"},
    {{"jti", "iss", "aud"}, kClaims},
    {{"header", "payload"}, kClaims},
    {{"repositories"}, kDataPlane},
    {{"imageName", "registry"}, kDataPlane},
    {{"name", "tags", "registry"}, kDataPlane},
    {{"schemaVersion", "layers"}, "image manifests of the first schema"},
    {{"errors"}, kDataPlane},
    {{"nameAvailable"}, "answers about free names"},
    {{"limit", "currentValue", "name"}, "registry usages"},
    {{"actions", "notActions"}, "permissions of the caller"},
    {{"condition", "conditionVersion"}, "conditions without their role assignment"},
    {{"query", "options"}, kGraphRequests},
    {{"query", "subscriptions"}, kGraphRequests},
    {{"query", "managementGroups"}, kGraphRequests},
    {{"command", "clusterToken"}, kRunCommand},
    {{"resourceManager", "suffixes"}, "cloud endpoints"},
    {{"endpoints", "suffixes"}, "cloud endpoints"},
    {{"subscriptionId", "displayName", "state"}, "subscriptions"},
};

std::string_view unused_shape(const AzureObject& object) {
  for (const UnusedShape& shape : kUnusedShapes) {
    const bool fits = std::ranges::all_of(
        shape.all, [&](std::string_view field) { return field.empty() || object.has(field); });
    if (fits) return shape.word;
  }
  // The result of a run command has an id, but no name and no type.
  const bool result = object.has("exitCode") || object.has("logs") || object.has("reason");
  if (result && object.nested() && object.outer_text("name").empty()) return kRunCommand;
  return {};
}

}  // namespace

std::string_view known_and_unused(simdjson::dom::element element) {
  const AzureObject object(element, {});
  if (!object.known()) return {};
  const std::string type = type_of(object);
  if (kind_of_type(type)) return "resources without their properties";
  if (const std::string_view word = unused_type(type); !word.empty()) return word;
  if (type.find('/') != std::string::npos) return {};  // the type itself says it best
  if (const std::string_view word = unused_shape(object); !word.empty()) return word;
  if (const std::string_view word = unread_graph_object(object); !word.empty()) return word;
  // After every other shape: a request body or a projection has little that is its own.
  const std::string id = object.outer_text("id");
  if (id.empty() && object.has("query")) return kGraphRequests;
  if (id.empty() && object.has_prefixed("properties_"))
    return "Resource Graph rows that name no resource";
  if (id.empty() && object.nested() && !object.outer_text("location").empty())
    return "Azure request bodies";
  return {};
}

}  // namespace acr
