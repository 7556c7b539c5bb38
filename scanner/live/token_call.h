// Asking a source for a token: the call or the command, and what the answer means. Pure but for
// read_proof and read_challenge, which read files.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/azure_sources.h"
#include "live/call.h"
#include "live/child.h"
#include "live/client_assertion.h"
#include "live/token.h"

namespace acr {

bool is_application(const CredentialSource& source);  // it signs in at Entra itself
bool is_command(const CredentialSource& source);      // az, azd: no call but a program

// What a source proves itself with that stands in a file: read anew for every token, since such
// files are renewed.
struct Proof {
  Secret federated_token;
  std::optional<SigningCertificate> certificate;
};
std::expected<Proof, TokenError> read_proof(const CredentialSource& source);

// A call that any metadata service answers at once, by whatever status; nullopt where none is
// needed. No answer: unavailable_error.
std::optional<Call> probe_call(const CredentialSource& source);
TokenError unavailable_error(const CredentialSource& source, const Answer& answer);

// `tenant` empty: the source's own. Managed identities know but one.
std::expected<Call, TokenError> token_call(const CredentialSource& source, const Proof& proof,
                                           const AzureCloud& cloud, Audience audience,
                                           std::string_view tenant, Instant now);
std::expected<Token, TokenError> read_token(const CredentialSource& source, const Answer& answer,
                                            Instant now);

// Azure Arc answers the first call with 401 and the name of a file that only its callers may read;
// its content goes along with the second call. Only files of `key_folder` that end in ".key" and
// hold no more than 4096 bytes are read.
std::expected<Secret, TokenError> read_challenge(const CredentialSource& source,
                                                 const Answer& answer);

std::vector<std::string> token_command(const CredentialSource& source, const AzureCloud& cloud,
                                       Audience audience, std::string_view tenant);
std::expected<Token, TokenError> read_cli_token(const CredentialSource& source,
                                                std::string_view output, Instant now);
// Why the program gave no token.
TokenError cli_error(const CredentialSource& source, const ChildEnd& end, const Child& child);

}  // namespace acr
