// Where a token for Azure may come from, and in which order: as the Azure SDKs' default credential
// looks (azidentity 1.14).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/azure_cloud.h"
#include "live/environment.h"
#include "live/secret.h"

namespace acr {

enum class AuthChoice {
  automatic,
  environment,
  workload_identity,
  managed_identity,
  azure_cli,
  azd,
};
// The words of --auth: "auto", "environment", "workload-identity", …
std::optional<AuthChoice> parse_auth(std::string_view word);

struct CredentialSource {
  enum class Kind {
    client_secret,
    client_certificate,
    workload_identity,
    imds,         // a virtual machine's metadata service
    app_service,  // App Service, Functions, Container Apps
    app_service_2017,
    cloud_shell,
    arc,
    azure_cli,
    azd,
  };
  Kind kind = Kind::azure_cli;
  // Why it cannot be asked, one clause: "AZURE_CLIENT_SECRET is not set". Empty: it can.
  std::string missing;
  // It was set up on purpose: when it is refused, the sources behind it are not asked, since they
  // would answer as somebody else.
  bool deliberate = false;
  std::string authority;  // "https://login.microsoftonline.com"
  std::string tenant;
  std::string client_id;
  Secret secret;            // the client's, or what the identity endpoint wants to see
  std::string file;         // certificate, or federated token
  Secret password;          // of the certificate's file
  bool send_chain = false;  // the certificate's chain goes along (subject name and issuer)
  std::string endpoint;     // of a managed identity
  std::string key_folder;   // where Arc's agent leaves its challenge
};

std::string_view to_string(CredentialSource::Kind kind);  // "managed identity (IMDS)"

// In the order in which they are asked; those that are not set up stand among them with the reason.
// AZURE_TOKEN_CREDENTIALS (dev, prod or one credential's name) narrows `automatic`.
std::vector<CredentialSource> credential_sources(const Environment& environment,
                                                 const AzureCloud& cloud, AuthChoice choice);

}  // namespace acr
