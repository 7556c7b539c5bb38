#include "live/azure_sources.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "estate/address.h"
#include "estate/resource_id.h"
#include "live/kube_server.h"
#include "live/plain.h"

namespace acr {
namespace {

using Kind = CredentialSource::Kind;

constexpr std::string_view kMetadataService = "http://169.254.169.254";
constexpr std::string_view kArcTokens = "/var/opt/azcmagent/tokens";

// Tenants are GUIDs or domains, clients GUIDs; both go into URLs.
bool is_name(std::string_view text) {
  return text.size() <= 253 && text.find_first_not_of(
                                   "0123456789abcdefghijklmnopqrstuvwxyz"
                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-") == std::string_view::npos;
}

// Managed identities speak http, and their header is a credential: only to addresses of this host
// or this network.
bool is_near(std::string_view url) {
  const std::string_view host = host_of_url(url);
  if (url.find_first_of("@?#\"<>\\^`{}| ") != std::string_view::npos || host.empty()) return false;
  if (url.starts_with("https://")) return true;
  if (!url.starts_with("http://")) return false;
  if (is_this_host(host)) return true;
  static constexpr std::array<std::string_view, 5> kNear{
      "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fe80::/10"};
  const auto address = IpAddress::parse(host);
  return address && std::ranges::any_of(kNear, [&](std::string_view text) {
           const auto network = Cidr::parse(text);
           return network && network->contains(*address);
         });
}

std::string authority_of(const Environment& environment, const AzureCloud& cloud,
                         std::string& missing) {
  std::string authority(environment.get("AZURE_AUTHORITY_HOST"));
  if (authority.empty()) return std::string(cloud.authority);
  if (authority.find("://") == std::string::npos) authority = "https://" + authority;
  while (authority.ends_with('/')) authority.pop_back();
  if (!authority.starts_with("https://") || host_of_url(authority).empty() ||
      authority.find_first_of("/?#@\"<>\\^`{}| \t\r\n", 8) != std::string::npos)
    missing = "AZURE_AUTHORITY_HOST is no https address of a host";
  return authority;
}

void demand(CredentialSource& source, const Environment& environment,
            std::initializer_list<std::string_view> variables) {
  std::string absent;
  for (const std::string_view variable : variables)
    if (environment.get(variable).empty())
      absent += fmt::format("{}{}", absent.empty() ? "" : ", ", variable);
  if (!absent.empty())
    source.missing =
        fmt::format("{} {} not set", absent, absent.find(',') == std::string::npos ? "is" : "are");
  else if (!is_name(source.tenant))
    source.missing = "AZURE_TENANT_ID is neither a GUID nor a domain";
  else if (!is_name(source.client_id))
    source.missing = "AZURE_CLIENT_ID is no GUID";
}

CredentialSource application(const Environment& environment, const AzureCloud& cloud, Kind kind) {
  CredentialSource source;
  source.kind = kind;
  source.tenant = environment.get("AZURE_TENANT_ID");
  source.client_id = environment.get("AZURE_CLIENT_ID");
  std::string fault;
  source.authority = authority_of(environment, cloud, fault);
  switch (kind) {
    case Kind::client_secret:
      source.secret = Secret(std::string(environment.get("AZURE_CLIENT_SECRET")));
      demand(source, environment, {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"});
      break;
    case Kind::client_certificate: {
      source.file = environment.get("AZURE_CLIENT_CERTIFICATE_PATH");
      source.password = Secret(std::string(environment.get("AZURE_CLIENT_CERTIFICATE_PASSWORD")));
      const std::string send = lower(environment.get("AZURE_CLIENT_SEND_CERTIFICATE_CHAIN"));
      source.send_chain = send == "1" || send == "true";
      demand(source, environment,
             {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_CERTIFICATE_PATH"});
      break;
    }
    default:
      source.file = environment.get("AZURE_FEDERATED_TOKEN_FILE");
      demand(source, environment,
             {"AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"});
      break;
  }
  if (source.missing.empty()) source.missing = fault;
  source.deliberate = source.missing.empty();
  return source;
}

// The secret wins over the certificate, as in the SDKs; with neither, one line says what is not
// set.
CredentialSource from_environment(const Environment& environment, const AzureCloud& cloud) {
  const bool certificate = environment.get("AZURE_CLIENT_SECRET").empty() &&
                           !environment.get("AZURE_CLIENT_CERTIFICATE_PATH").empty();
  return application(environment, cloud,
                     certificate ? Kind::client_certificate : Kind::client_secret);
}

// Which host we are on, by the variables that it sets; azidentity's order.
CredentialSource managed_identity(const Environment& environment) {
  CredentialSource source;
  source.client_id = environment.get("AZURE_CLIENT_ID");
  const std::string_view endpoint = environment.get("IDENTITY_ENDPOINT"),
                         header = environment.get("IDENTITY_HEADER"),
                         old_endpoint = environment.get("MSI_ENDPOINT"),
                         old_secret = environment.get("MSI_SECRET");
  if (!endpoint.empty() && !header.empty()) {
    source.kind = Kind::app_service;
    source.endpoint = endpoint;
    source.secret = Secret(std::string(header));
    if (!environment.get("IDENTITY_SERVER_THUMBPRINT").empty())
      source.missing = "Service Fabric's identity endpoint is not supported";
  } else if (!endpoint.empty() && !environment.get("IMDS_ENDPOINT").empty()) {
    source.kind = Kind::arc;
    source.endpoint = endpoint;
    source.key_folder = kArcTokens;
  } else if (!old_endpoint.empty() && !old_secret.empty()) {
    source.kind = Kind::app_service_2017;
    source.endpoint = old_endpoint;
    source.secret = Secret(std::string(old_secret));
  } else if (!old_endpoint.empty()) {
    source.kind = Kind::cloud_shell;
    source.endpoint = old_endpoint;
  } else {
    source.kind = Kind::imds;
    source.endpoint = environment.get("AZURE_POD_IDENTITY_AUTHORITY_HOST");
    if (source.endpoint.empty()) source.endpoint = kMetadataService;
  }
  while (source.endpoint.ends_with('/')) source.endpoint.pop_back();
  if (source.missing.empty() && !is_near(source.endpoint))
    source.missing = "its endpoint is neither https nor an address of this host or network";
  if (source.missing.empty() && !is_name(source.client_id))
    source.missing = "AZURE_CLIENT_ID is no GUID";
  if (!source.secret.empty() && !is_header_word(source.secret.view()))
    source.missing = "its secret cannot stand in a header";
  return source;
}

CredentialSource command_line(Kind kind) {
  CredentialSource source;
  source.kind = kind;
  return source;
}

// AZURE_TOKEN_CREDENTIALS, as the SDKs read it; automatic when it says nothing we know.
struct Narrowed {
  bool deployed = true, tools = true;
  AuthChoice choice = AuthChoice::automatic;
};
Narrowed narrow(const Environment& environment) {
  static constexpr std::array<std::pair<std::string_view, AuthChoice>, 5> kNames{{
      {"environmentcredential", AuthChoice::environment},
      {"workloadidentitycredential", AuthChoice::workload_identity},
      {"managedidentitycredential", AuthChoice::managed_identity},
      {"azureclicredential", AuthChoice::azure_cli},
      {"azuredeveloperclicredential", AuthChoice::azd},
  }};
  const std::string word = lower(environment.get("AZURE_TOKEN_CREDENTIALS"));
  if (word == "dev") return {.deployed = false};
  if (word == "prod") return {.tools = false};
  for (const auto& [name, choice] : kNames)
    if (word == name) return {.choice = choice};
  return {};
}

}  // namespace

std::optional<AuthChoice> parse_auth(std::string_view word) {
  static constexpr std::array<std::pair<std::string_view, AuthChoice>, 6> kWords{{
      {"auto", AuthChoice::automatic},
      {"environment", AuthChoice::environment},
      {"workload-identity", AuthChoice::workload_identity},
      {"managed-identity", AuthChoice::managed_identity},
      {"azure-cli", AuthChoice::azure_cli},
      {"azd", AuthChoice::azd},
  }};
  for (const auto& [name, choice] : kWords)
    if (word == name) return choice;
  return std::nullopt;
}

std::string_view to_string(CredentialSource::Kind kind) {
  switch (kind) {
    case Kind::client_secret:
      return "environment (client secret)";
    case Kind::client_certificate:
      return "environment (client certificate)";
    case Kind::workload_identity:
      return "workload identity";
    case Kind::imds:
      return "managed identity (IMDS)";
    case Kind::app_service:
    case Kind::app_service_2017:
      return "managed identity (App Service)";
    case Kind::cloud_shell:
      return "managed identity (Cloud Shell)";
    case Kind::arc:
      return "managed identity (Azure Arc)";
    case Kind::azure_cli:
      return "az";
    case Kind::azd:
      return "azd";
  }
  return {};
}

std::vector<CredentialSource> credential_sources(const Environment& environment,
                                                 const AzureCloud& cloud, AuthChoice choice) {
  Narrowed narrowed;
  if (choice == AuthChoice::automatic) narrowed = narrow(environment);
  if (choice == AuthChoice::automatic) choice = narrowed.choice;
  const auto wants = [&](AuthChoice one, bool group) {
    return choice == one || (choice == AuthChoice::automatic && group);
  };
  std::vector<CredentialSource> sources;
  if (wants(AuthChoice::environment, narrowed.deployed))
    sources.push_back(from_environment(environment, cloud));
  if (wants(AuthChoice::workload_identity, narrowed.deployed))
    sources.push_back(application(environment, cloud, Kind::workload_identity));
  if (wants(AuthChoice::managed_identity, narrowed.deployed))
    sources.push_back(managed_identity(environment));
  if (wants(AuthChoice::azure_cli, narrowed.tools))
    sources.push_back(command_line(Kind::azure_cli));
  if (wants(AuthChoice::azd, narrowed.tools)) sources.push_back(command_line(Kind::azd));
  return sources;
}

}  // namespace acr
