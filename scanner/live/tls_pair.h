// Certificates and keys as PEM text, looked at before a handshake fails for want of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "estate/time.h"

namespace acr {

// Why the client certificate and the private key cannot be used together; empty when they can.
std::string check_tls_pair(std::string_view certificate, std::string_view key);

// notAfter of the first certificate of the text; nullopt when there is none.
std::optional<Instant> certificate_end(std::string_view pem);

}  // namespace acr
