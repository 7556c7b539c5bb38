// Any bytes as what sources of tokens, plugins and certificate files say: a token fits into a
// header, an error is one line.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "live/client_assertion.h"
#include "live/exec_plugin.h"
#include "live/plain.h"
#include "live/token_call.h"

namespace {

bool is_line(const std::string& text) {
  return !text.empty() && std::ranges::none_of(text, [](unsigned char c) { return c < 0x20; });
}

void check(const std::expected<acr::Token, acr::TokenError>& token, acr::Instant now) {
  if (token ? !acr::is_header_word(token->text.view()) : !is_line(token.error().text)) std::abort();
  if (token && token->expires > now + std::chrono::hours(24 * 366 * 10'000)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using Kind = acr::CredentialSource::Kind;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const acr::Instant now{std::chrono::seconds(1'780'315'200)};
  for (const Kind kind : {Kind::client_secret, Kind::imds, Kind::azure_cli, Kind::azd}) {
    acr::CredentialSource source;
    source.kind = kind;
    for (const int status : {200, 400}) {
      acr::Answer answer;
      answer.status = status;
      answer.body = text;
      check(acr::read_token(source, answer, now), now);
    }
    check(acr::read_cli_token(source, text, now), now);
  }
  const std::string version = "client.authentication.k8s.io/v1";
  const auto credential = acr::read_exec_credential(text, version);
  if (!credential && !is_line(credential.error())) std::abort();
  if (credential && credential->token.empty() && credential->key.empty()) std::abort();
  acr::read_who(text);
  acr::token_end(text);
  acr::entra_code(text);
  const auto certificate = acr::SigningCertificate::read(text, "password");
  if (!certificate && !is_line(certificate.error())) std::abort();
  return 0;
}
