// One HTTP call and its answer, as values. Nothing here speaks to the network.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/secret.h"

namespace acr {

using Milliseconds = std::chrono::milliseconds;

// How a server proves itself, and how we do. Always verified: there is no way to switch it off.
struct TlsTrust {
  std::string authorities;         // PEM; empty: those of the system
  std::string server_name;         // the name that the certificate must be for; empty: the URL's
  std::string client_certificate;  // PEM; with client_key
  std::string client_key_file;     // one of the two
  Secret client_key;               // PEM
};

struct Call {
  std::string method = "GET";
  std::string url;
  std::vector<std::string> headers;  // "Accept: application/json"; no credential
  std::string body;                  // sent when not empty
  // "Bearer …" or "Basic …": sent to the host of `url` and to no other. Redirects are answers, they
  // are not followed.
  Secret authorization;
  Secret secret_body;  // a form with a credential in it; sent in the place of `body`
  // Whole header lines with a credential in them ("X-IDENTITY-HEADER: …").
  std::vector<Secret> secret_headers;
  const TlsTrust* trust = nullptr;  // outlives the loop's run
  // As HTTPS_PROXY and NO_PROXY say, and never to loopback. Plain http, link-local addresses (IMDS)
  // and calls with `addresses` go by no proxy at all.
  bool by_proxy = true;
  // Instead of the environment's, whatever NO_PROXY says, also to loopback: kubeconfig's proxy-url.
  std::string proxy;
  // Dial these in turn until one accepts; do not resolve the host. Addresses only, no port.
  std::vector<std::string> addresses;
  // Plain http is spoken to loopback and to IMDS (169.254.169.254), and elsewhere only with this.
  bool allow_http = false;
  std::size_t body_limit = std::size_t{64} << 20;  // bytes; more is Failure::too_large
  Milliseconds timeout{30'000};                    // of one attempt, whole
  Milliseconds connect_timeout{10'000};
  // At most; repeated after 429, 500, 502, 503, 504 and lost connections. A POST is repeated as
  // well, which is right only because every POST here is a query or a token request.
  int attempts = 4;
  bool head_only = false;  // the answer's first `body_limit` bytes are wanted, the rest is not
};

// Why there was no whole answer.
enum class Failure {
  none,
  name,           // the host's name has no address, or its resolver did not answer
  refused,        // nobody listens, or no route
  timeout,        // of connecting or of the answer
  reset,          // cut, before or within the answer
  tls_untrusted,  // unknown authority
  tls_name,       // a certificate for another name
  tls_expired,    // expired or not yet valid
  tls_other,
  proxy,  // the proxy refused, or asked for a credential
  too_large,
  malformed,  // no HTTP; or a call that may not be made: not https, a credential in the URL
  deadline,   // the run's time was over
  cancelled,
};
std::string_view to_string(Failure failure);

struct PeerCertificate {
  std::string subject, issuer;        // one-line names
  std::string not_before, not_after;  // RFC 3339
  std::vector<std::string> names;     // subject alternative names
};

struct Answer {
  int status = 0;  // 0: none came
  Failure failure = Failure::none;
  std::string detail;  // one clause for people, free of control characters and credentials
  std::map<std::string, std::string> headers;  // names in lower case; the last of equal names, but
                                               // "www-authenticate" and "link" joined with ", ";
                                               // "set-cookie" is dropped
  std::string body;                            // with failure: what came of it
  std::string address;                         // the peer's; empty when there was no connection
  std::optional<PeerCertificate> certificate;  // of the peer, also where it was not trusted
  int attempts = 0;  // 0: not sent, because the run was over or the host wants quiet (status 429)
  Milliseconds took{0};  // of the last attempt
  bool ok() const { return failure == Failure::none && status >= 200 && status < 300; }
};

}  // namespace acr
