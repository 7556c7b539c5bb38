// What the answer of a source means.
#include <algorithm>

#include <fmt/format.h>

#include "live/plain.h"
#include "live/secret_json.h"
#include "live/token_call.h"

namespace acr {
namespace {

using Kind = CredentialSource::Kind;
using Cause = TokenError::Cause;

std::unexpected<TokenError> fail(Cause cause, std::string text) {
  return std::unexpected(TokenError{cause, {}, std::move(text), {}});
}

TokenError refusal(const CredentialSource& source, const Answer& answer) {
  const std::vector<std::string_view> hidden{source.secret.view(), source.password.view()};
  const SecretJson json(answer.body);
  const auto root = json.object();
  const std::string_view description = root ? text_of(*root, "error_description") : "";
  const std::string_view code = root ? text_of(*root, "error") : "";
  if (root && is_application(source) && !description.empty()) {
    long long number = 0;
    simdjson::dom::array codes;
    std::int64_t first = 0;
    if ((*root)["error_codes"].get(codes) == simdjson::SUCCESS && codes.size() > 0 &&
        codes.at(0).get(first) == simdjson::SUCCESS)
      number = first;
    return entra_error(description, number, hidden);
  }
  TokenError error{Cause::refused, plain_line(code, hidden, 80), {}, {}};
  const std::string words = plain_line(description, hidden, 200);
  error.text = fmt::format("it answered {}{}{}", answer.status, words.empty() ? "" : ": ", words);
  if (source.kind == Kind::imds && answer.status == 400 && words == "Identity not found") {
    error.text = source.client_id.empty()
                     ? "this machine has no system-assigned identity (Identity not found)"
                     : "this machine has no identity with the client id of AZURE_CLIENT_ID "
                       "(Identity not found)";
    error.next = source.client_id.empty()
                     ? "name a user-assigned identity with AZURE_CLIENT_ID"
                     : "assign the identity to the machine, or unset AZURE_CLIENT_ID";
  } else if (source.kind == Kind::imds && answer.status == 410) {
    error.text = "the metadata service is being updated (410)";
    error.next = "try again in a minute";
  }
  return error;
}

// When the token ends, as the answer says; else as the token itself does; else soon.
Instant end_of(simdjson::dom::object root, std::string_view token, Instant now) {
  constexpr std::int64_t kDay = 86'400;
  if (const auto seconds = number_of(root, "expires_in"); seconds && *seconds >= 0)
    return now + std::chrono::seconds(std::min(*seconds, kDay));
  const Instant latest = now + std::chrono::seconds(kDay);
  if (const auto epoch = number_of(root, "expires_on"); epoch && *epoch > 0)
    return *epoch < latest.time_since_epoch().count() ? Instant{std::chrono::seconds(*epoch)}
                                                      : latest;
  return std::min(token_end(token).value_or(now + std::chrono::minutes(5)), latest);
}

}  // namespace

TokenError unavailable_error(const CredentialSource& source, const Answer& answer) {
  const std::string_view where = source.kind == Kind::imds ? "no metadata service here"
                                 : is_application(source)  ? "no answer of the sign-in service"
                                                           : "no answer of the identity endpoint";
  return {answer.failure == Failure::cancelled || answer.failure == Failure::deadline
              ? Cause::cancelled
              : Cause::unavailable,
          {},
          fmt::format("{} ({})", where,
                      answer.detail.empty() ? std::string(to_string(answer.failure))
                                            : plain_line(answer.detail, {}, 160)),
          {}};
}

std::expected<Token, TokenError> read_token(const CredentialSource& source, const Answer& answer,
                                            Instant now) {
  if (answer.failure != Failure::none) return std::unexpected(unavailable_error(source, answer));
  if (!answer.ok()) return std::unexpected(refusal(source, answer));
  const SecretJson json(answer.body);
  const auto root = json.object();
  if (!root) return fail(Cause::malformed, "the answer is no JSON object");
  const std::string_view text = text_of(*root, "access_token");
  return make_token(text, end_of(*root, text, now));
}

std::expected<Token, TokenError> read_cli_token(const CredentialSource& source,
                                                std::string_view output, Instant now) {
  const SecretJson json(output);
  const auto root = json.object();
  const bool azd = source.kind == Kind::azd;
  if (!root)
    return fail(Cause::malformed, fmt::format("{} printed no JSON object", azd ? "azd" : "az"));
  const std::string_view text = text_of(*root, azd ? "token" : "accessToken");
  // az's expiresOn is local time without a zone, and useless; newer ones print expires_on.
  Instant expires = end_of(*root, text, now);
  if (azd)
    if (const auto told = parse_time(text_of(*root, "expiresOn"))) expires = *told;
  auto token = make_token(text, expires);
  if (token && token->tenant.empty()) token->tenant = plain_name(text_of(*root, "tenant"), 80);
  return token;
}

TokenError cli_error(const CredentialSource& source, const ChildEnd& end, const Child& child) {
  const std::string_view name = source.kind == Kind::azd ? "azd" : "az";
  if (end.how == ChildEnd::How::not_found)
    return {Cause::unavailable, {}, fmt::format("{} is not on PATH", name), {}};
  if (end.how == ChildEnd::How::cancelled)
    return {Cause::cancelled, {}, fmt::format("{} was cancelled", name), {}};
  const std::string_view login = source.kind == Kind::azd ? "azd auth login" : "az login";
  if (end.complaint.find(login) != std::string::npos && entra_code(end.complaint) == 0)
    return {Cause::refused, {}, "nobody is signed in", std::string(login)};
  TokenError error{Cause::refused, {}, fmt::format("{} {}", name, describe(end, child)), {}};
  if (entra_code(end.complaint) != 0) {
    const TokenError entra = entra_error(end.complaint, 0);
    error.code = entra.code;
    error.text = fmt::format("{}: {}", name, entra.text);
    error.next = entra.next;
  }
  return error;
}

}  // namespace acr
