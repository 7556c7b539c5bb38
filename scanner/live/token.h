// A token for Azure, and why there is none.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/time.h"
#include "live/secret.h"

namespace acr {

// Who a token says it speaks for: read from its payload and trusted for nothing, it is for people
// and for the permissions that they ask for. Plain lines.
struct Who {
  std::string tenant;     // tid
  std::string object_id;  // oid: the principal of role assignments
  std::string client_id;  // appid or azp
  std::string name;       // upn, unique_name, preferred_username; of applications app_displayname
  bool application = false;  // idtyp "app"
};

struct Token {
  Secret text;
  Instant expires{};
  std::string tenant;  // asked for, else the token's own
  Who who;
};

struct TokenError {
  enum class Cause {
    missing,      // the source is not set up
    unavailable,  // nobody answers there: no such service, no such program
    refused,      // it answered, and gives none
    malformed,    // it answered something else
    cancelled,
  };
  Cause cause = Cause::missing;
  std::string code;  // "AADSTS7000215", "invalid_request"; may be empty
  std::string text;  // one plain clause without any credential
  std::string next;  // what to do about it; may be empty
};

// Empty fields where the token is no JSON Web Token.
Who read_who(std::string_view token);

// A token and its facts. What cannot stand in a header is malformed.
std::expected<Token, TokenError> make_token(std::string_view text, Instant expires);

// "exp" of the payload; nullopt when there is none.
std::optional<Instant> token_end(std::string_view token);

// Entra's words about a refusal: the code, the first sentence, and what to do for those that are
// met most. `code` is the one of error_codes, 0 when it stands only in the text; `hidden` as for
// plain_line.
TokenError entra_error(std::string_view description, long long code,
                       const std::vector<std::string_view>& hidden = {});
// The number after the first "AADSTS" of a text; 0 when there is none.
long long entra_code(std::string_view text);

}  // namespace acr
