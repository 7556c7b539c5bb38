// A registry as Azure's answer: login server, token service and a data endpoint of its own, each
// with faults to order. Names end in azurecr.io; a DNS server of the test's leads them here.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "live/dns_server.h"
#include "live/http_server.h"

namespace acr::test {

inline constexpr const char* kLoginServer = "contoso.azurecr.io";
inline constexpr const char* kDataEndpoint = "contoso.westeurope.data.azurecr.io";
inline constexpr const char* kPassword = "canary-password-51c7";
inline constexpr const char* kEntraToken = "eyJ.canary-entra-token-51c7.x";

// "sha256:…" of the bytes.
std::string digest_of(const std::string& bytes);
// A token whose payload is this JSON; nobody checks its signature.
std::string token_of(const std::string& payload);

class AzureRegistry {
 public:
  // Looked at before the registry's own answers; nullopt: those.
  using Override = std::function<std::optional<Response>(const Request&)>;

  struct Options {
    Override login = nullptr, data = nullptr;
    std::optional<Identity> login_identity;  // else: of the shared authority, for both names
    std::optional<Identity> data_identity;
    bool login_speaks = true;
    bool anonymous = false;                 // may pull without a credential
    std::string granted = "pull";           // the action in access tokens
    std::map<std::string, DnsReply> names;  // in the place of those that lead here
  };
  explicit AzureRegistry(Options options);
  AzureRegistry() : AzureRegistry(Options()) {}
  ~AzureRegistry();
  AzureRegistry(const AzureRegistry&) = delete;
  AzureRegistry& operator=(const AzureRegistry&) = delete;

  std::string name() const;       // "contoso.azurecr.io:PORT"
  std::string data_name() const;  // "contoso.westeurope.data.azurecr.io:PORT"
  const HttpServer& login() const { return *login_; }
  const HttpServer& data() const { return *data_; }
  const DnsServer& dns() const { return *dns_; }

 private:
  Response answer(const Request& request) const;
  Response token(const Request& request) const;

  Options options_;
  std::map<std::string, std::string> blobs_, manifests_;  // by digest; manifests by tag as well
  std::unique_ptr<HttpServer> data_, login_;
  std::unique_ptr<DnsServer> dns_;
};

}  // namespace acr::test
