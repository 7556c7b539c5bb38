// What a registry answers to a caller without a token: whom to ask for one. RFC 9110
// section 11.6.1; distribution's token specification.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

struct Challenge {
  std::string scheme;                             // in lower case: "bearer"
  std::map<std::string, std::string> parameters;  // names in lower case; the first of equal ones
};

// All challenges of a WWW-Authenticate header, several of which may have been joined by commas.
// What is no challenge is passed over; at most 16 of 16 parameters each are read.
std::vector<Challenge> parse_challenges(std::string_view header);

// Who gives tokens, as a Bearer challenge says. Never made up from the registry's name: registries
// with a domain name label, a geo host or a custom domain name others.
struct TokenService {
  std::string realm;    // URL
  std::string service;  // may be empty
};
// Of the first Bearer challenge with a realm that is an https URL without user, fragment or odd
// characters; nullopt where there is none.
std::optional<TokenService> token_service(std::span<const Challenge> challenges);
bool has_scheme(std::span<const Challenge> challenges, std::string_view scheme);

// May a credential for `login_server` be sent to this realm? Yes: the same host (containerd's
// clients ask whatever port it names), or, among Azure's registries, another host of the same
// registry and cloud: contoso.azurecr.io for contoso.westeurope.geo.azurecr.io. All names below
// contoso.azurecr.io are the registry's own. Another host never gets one, whatever it is.
bool may_receive_credential(std::string_view realm, std::string_view login_server);

// "contoso.azurecr.io:5000" of an https URL; empty where it may not be called.
std::string authority_of(std::string_view url);
// The host of an authority, in lower case, without port and brackets.
std::string host_of(std::string_view authority);

}  // namespace acr
