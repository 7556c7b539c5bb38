// The sign-in of Microsoft Entra ID for tests: discovery as MSAL asks for it, and one application
// with one secret.
#pragma once

#include <optional>
#include <string>

#include "live/http_server.h"

namespace acr::test {

class EntraStandIn {
 public:
  struct Options {
    std::string tenant = "22905993-a24b-51cb-bd7d-5b83d3f60e83";
    std::string client = "25c15d06-f6fc-50f9-94ec-9b7441c4e8ee";
    std::string secret = "CANARY-secret";
    std::string token = "CANARY-token";  // what who knows the secret is given
  };

  EntraStandIn() = default;
  explicit EntraStandIn(Options options) : options_(std::move(options)) {}

  const Options& options() const { return options_; }
  // nullopt: the request is for somebody else.
  std::optional<Response> answer(const Request& request) const;

 private:
  Options options_;
};

}  // namespace acr::test
