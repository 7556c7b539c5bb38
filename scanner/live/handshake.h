// What a TLS handshake showed: the peer's certificate, trusted or not. Nothing here decides about
// trust; OpenSSL's own verdict stands.
#pragma once

#include <memory>
#include <optional>

#include <openssl/types.h>

#include "live/call.h"

namespace acr {

struct Handshake {
  std::optional<PeerCertificate> certificate;
  int verify_error = 0;  // X509_V_ERR_…; 0: the chain leads to a trusted authority
};

PeerCertificate facts_of(const X509* certificate);

// Writes down what handshakes of this context show. The context shares the ownership, because
// connections outlive the calls that opened them.
bool watch(SSL_CTX* context, const std::shared_ptr<Handshake>& handshake);

// What was written down for the connection's context; null when it is not watched.
std::shared_ptr<const Handshake> handshake_of(const SSL* connection);

}  // namespace acr
