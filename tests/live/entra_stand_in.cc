#include "live/entra_stand_in.h"

#include <map>
#include <utility>

#include <nlohmann/json.hpp>

namespace acr::test {
namespace {

using nlohmann::json;

std::map<std::string, std::string> fields_of(const std::string& form) {
  std::map<std::string, std::string> fields;
  std::size_t from = 0;
  while (from < form.size()) {
    const std::size_t end = std::min(form.find('&', from), form.size());
    const std::string pair = form.substr(from, end - from);
    const std::size_t sign = std::min(pair.find('='), pair.size());
    fields[pair.substr(0, sign)] = pair.substr(std::min(sign + 1, pair.size()));
    from = end + 1;
  }
  return fields;
}

Response with(int status, const json& body) {
  Response response;
  response.status = status;
  response.body = body.dump();
  return response;
}

Response refuse(const char* error, int code, const std::string& text) {
  return with(401, {{"error", error},
                    {"error_description", "AADSTS" + std::to_string(code) + ": " + text +
                                              " Trace ID: 0f1e2d3c-0000-4000-8000-000000000000"},
                    {"error_codes", {code}}});
}

}  // namespace

std::optional<Response> EntraStandIn::answer(const Request& request) const {
  const std::string base = "https://" + request.header("host");
  const std::string authority = base + '/' + options_.tenant;
  if (request.path.ends_with("/discovery/instance"))
    return with(
        200, {{"tenant_discovery_endpoint", authority + "/v2.0/.well-known/openid-configuration"},
              {"api-version", "1.1"},
              {"metadata",
               {{{"preferred_network", "login.microsoftonline.com"},
                 {"preferred_cache", "login.windows.net"},
                 {"aliases", {"login.microsoftonline.com", "login.windows.net"}}}}}});
  if (request.path.ends_with("/.well-known/openid-configuration"))
    return with(200, {{"issuer", authority + "/v2.0"},
                      {"authorization_endpoint", authority + "/oauth2/v2.0/authorize"},
                      {"token_endpoint", authority + "/oauth2/v2.0/token"},
                      {"device_authorization_endpoint", authority + "/oauth2/v2.0/devicecode"}});
  if (request.method != "POST" || !request.path.ends_with("/oauth2/v2.0/token"))
    return std::nullopt;
  auto fields = fields_of(request.body);
  if (request.path != '/' + options_.tenant + "/oauth2/v2.0/token")
    return refuse("invalid_request", 90002, "Tenant was not found.");
  if (fields["client_id"] != options_.client)
    return refuse("unauthorized_client", 700016,
                  "Application with identifier was not found in the directory.");
  if (fields["client_secret"] != options_.secret)
    return refuse("invalid_client", 7000215, "Invalid client secret provided.");
  return with(200, {{"token_type", "Bearer"},
                    {"expires_in", 3599},
                    {"ext_expires_in", 3599},
                    {"access_token", options_.token}});
}

}  // namespace acr::test
