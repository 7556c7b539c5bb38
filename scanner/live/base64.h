// Base64 of credentials and of JSON Web Tokens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "live/secret.h"

namespace acr {

// RFC 4648 section 4, with padding.
std::string encode_base64(std::string_view bytes);
// RFC 4648 section 5, without padding: JSON Web Tokens.
std::string encode_base64url(std::string_view bytes);

// The alphabet of section 4 or 5; line ends and padding at the end are passed over.
std::optional<Secret> decode_base64_secret(std::string_view text);

// "Bearer " and the token, in memory that nothing else holds.
Secret scheme_and(std::string_view scheme, std::string_view token);
Secret basic_authorization(std::string_view user, std::string_view password);

}  // namespace acr
