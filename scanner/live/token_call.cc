#include "live/token_call.h"

#include <algorithm>

#include <fmt/format.h>

#include "live/plain.h"
#include "live/secret_json.h"
#include "live/small_file.h"

namespace acr {
namespace {

using Kind = CredentialSource::Kind;
using Cause = TokenError::Cause;

// Of a service beside us; login servers may take longer.
constexpr Milliseconds kProbe{1'000}, kIdentity{10'000};

std::unexpected<TokenError> fail(Cause cause, std::string text, std::string next = {}) {
  return std::unexpected(TokenError{cause, {}, std::move(text), std::move(next)});
}

bool is_entra(Kind kind) {
  return kind == Kind::client_secret || kind == Kind::client_certificate ||
         kind == Kind::workload_identity;
}

std::string token_endpoint(const CredentialSource& source, std::string_view tenant) {
  return fmt::format("{}/{}/oauth2/v2.0/token", source.authority,
                     percent_encode(tenant.empty() ? source.tenant : tenant));
}

Call local_call(std::string url) {
  Call call;
  call.url = std::move(url);
  call.by_proxy = false;
  call.allow_http = true;  // credential_sources() let only addresses of this network pass
  call.connect_timeout = kProbe;
  call.timeout = kIdentity;
  call.body_limit = std::size_t{1} << 20;
  return call;
}

// `proof` is percent-encoded already.
Secret form(const CredentialSource& source, std::string_view scope, std::string_view name,
            std::string_view proof) {
  std::string text = fmt::format("client_id={}&scope={}&grant_type=client_credentials&",
                                 percent_encode(source.client_id), percent_encode(scope));
  std::string whole;
  whole.reserve(text.size() + name.size() + 1 + proof.size());
  whole.append(text).append(name).append("=").append(proof);
  return Secret(std::move(whole));
}

std::expected<Call, TokenError> entra_call(const CredentialSource& source, const Proof& proof,
                                           std::string_view scope, std::string_view tenant,
                                           Instant now) {
  constexpr std::string_view kAssertion =
      "client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&"
      "client_assertion";
  Call call;
  call.method = "POST";
  call.url = token_endpoint(source, tenant);
  call.headers = {"Content-Type: application/x-www-form-urlencoded", "Accept: application/json"};
  call.body_limit = std::size_t{1} << 20;
  if (source.kind == Kind::client_secret) {
    std::string encoded = percent_encode(source.secret.view());
    call.secret_body = form(source, scope, "client_secret", encoded);
    wipe(encoded);
    return call;
  }
  Secret assertion;
  if (source.kind == Kind::workload_identity) {
    assertion = proof.federated_token.copy();
  } else if (proof.certificate) {
    assertion = proof.certificate->sign({call.url, source.client_id, random_guid(), now},
                                        source.send_chain);
  }
  if (assertion.empty()) return fail(Cause::malformed, "the client assertion could not be made");
  std::string encoded = percent_encode(assertion.view());
  call.secret_body = form(source, scope, kAssertion, encoded);
  wipe(encoded);
  return call;
}

Secret header(std::string_view name, const Secret& value) {
  std::string line;
  line.reserve(name.size() + value.view().size());
  line.append(name).append(value.view());
  return Secret(std::move(line));
}

Call identity_call(const CredentialSource& source, const std::string& resource) {
  const auto url = [&](std::string_view path, std::string_view version,
                       std::string_view client_name) {
    std::string text = fmt::format("{}{}?api-version={}&resource={}", source.endpoint, path,
                                   version, percent_encode(resource));
    if (!source.client_id.empty())
      text += fmt::format("&{}={}", client_name, percent_encode(source.client_id));
    return text;
  };
  switch (source.kind) {
    case Kind::app_service: {
      Call call = local_call(url("", "2019-08-01", "client_id"));
      call.secret_headers.push_back(header("X-IDENTITY-HEADER: ", source.secret));
      return call;
    }
    case Kind::app_service_2017: {
      Call call = local_call(url("", "2017-09-01", "clientid"));
      call.secret_headers.push_back(header("secret: ", source.secret));
      return call;
    }
    case Kind::cloud_shell: {
      Call call = local_call(source.endpoint);
      call.method = "POST";
      call.headers = {"Metadata: true", "Content-Type: application/x-www-form-urlencoded"};
      call.body = "resource=" + percent_encode(resource);
      return call;
    }
    case Kind::arc: {
      Call call = local_call(url("", "2019-11-01", "client_id"));
      call.headers = {"Metadata: true"};
      return call;
    }
    default: {
      Call call = local_call(url("/metadata/identity/oauth2/token", "2018-02-01", "client_id"));
      call.headers = {"Metadata: true"};
      return call;
    }
  }
}

TokenError refusal(const CredentialSource& source, const Answer& answer) {
  const std::vector<std::string_view> hidden{source.secret.view(), source.password.view()};
  const SecretJson json(answer.body);
  const auto root = json.object();
  const std::string_view description = root ? text_of(*root, "error_description") : "";
  const std::string_view code = root ? text_of(*root, "error") : "";
  if (is_entra(source.kind) && !description.empty()) {
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

bool is_command(const CredentialSource& source) {
  return source.kind == Kind::azure_cli || source.kind == Kind::azd;
}

std::expected<Proof, TokenError> read_proof(const CredentialSource& source) {
  Proof proof;
  if (source.kind == Kind::workload_identity) {
    const auto content = read_small_file(source.file);
    if (!content)
      return fail(Cause::missing, "AZURE_FEDERATED_TOKEN_FILE: " + content.error().text);
    std::string_view text = content->view();
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    text = first == std::string_view::npos ? "" : text.substr(first);
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    if (!is_header_word(text))
      return fail(Cause::malformed, "AZURE_FEDERATED_TOKEN_FILE holds no token");
    proof.federated_token = Secret(std::string(text));
  } else if (source.kind == Kind::client_certificate) {
    const auto content = read_small_file(source.file);
    if (!content)
      return fail(Cause::missing, "AZURE_CLIENT_CERTIFICATE_PATH: " + content.error().text);
    auto certificate = SigningCertificate::read(content->view(), source.password.view());
    if (!certificate)
      return fail(Cause::malformed, fmt::format("AZURE_CLIENT_CERTIFICATE_PATH {}: {}",
                                                plain_name(source.file), certificate.error()));
    proof.certificate = std::move(*certificate);
  }
  return proof;
}

std::optional<Call> probe_call(const CredentialSource& source) {
  if (source.kind != Kind::imds) return std::nullopt;
  Call call = local_call(source.endpoint + "/metadata/identity/oauth2/token");
  call.timeout = kProbe;
  call.attempts = 1;
  return call;
}

TokenError unavailable_error(const CredentialSource& source, const Answer& answer) {
  const std::string_view where = source.kind == Kind::imds ? "no metadata service here"
                                 : is_entra(source.kind)   ? "no answer of the sign-in service"
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

std::expected<Call, TokenError> token_call(const CredentialSource& source, const Proof& proof,
                                           const AzureCloud& cloud, Audience audience,
                                           std::string_view tenant, Instant now) {
  if (!source.missing.empty()) return fail(Cause::missing, source.missing);
  if (is_entra(source.kind))
    return entra_call(source, proof, scope_of(cloud, audience), tenant, now);
  return identity_call(source, resource_of(cloud, audience));
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

std::expected<Secret, TokenError> read_challenge(const CredentialSource& source,
                                                 const Answer& answer) {
  constexpr std::string_view kRealm = "Basic realm=";
  constexpr std::size_t kMostBytes = 4096;
  const auto found = answer.headers.find("www-authenticate");
  if (answer.status != 401 || found == answer.headers.end() || !found->second.starts_with(kRealm))
    return fail(Cause::malformed, "the Arc agent asked for no key file");
  std::string path = found->second.substr(kRealm.size());
  if (path.size() >= 2 && path.starts_with('"') && path.ends_with('"'))
    path = path.substr(1, path.size() - 2);
  const std::string folder = source.key_folder + "/";
  const bool fits = path.starts_with(folder) && path.ends_with(".key") &&
                    path.find('/', folder.size()) == std::string::npos;
  if (!fits)
    return fail(Cause::refused,
                fmt::format("the Arc agent names a key file outside {}", source.key_folder));
  const auto content = read_small_file(path, kMostBytes);
  if (!content)
    return fail(Cause::unavailable, "the Arc agent's key file " + content.error().text,
                "only root and members of the group himds may read it");
  if (!is_header_word(content->view()))
    return fail(Cause::malformed, "the Arc agent's key file holds no key");
  std::string basic;
  basic.reserve(6 + content->view().size());
  basic.append("Basic ").append(content->view());
  return Secret(std::move(basic));
}

std::vector<std::string> token_command(const CredentialSource& source, const AzureCloud& cloud,
                                       Audience audience, std::string_view tenant) {
  std::vector<std::string> argv;
  if (source.kind == Kind::azd)
    argv = {"azd",  "auth",        "token",   "-o",
            "json", "--no-prompt", "--scope", scope_of(cloud, audience)};
  else
    argv = {"az",   "account",    "get-access-token",          "--output",
            "json", "--resource", resource_of(cloud, audience)};
  // What is no tenant's name does not become an argument.
  const bool fit = !tenant.empty() && tenant.find_first_not_of(
                                          "0123456789abcdefghijklmnopqrstuvwxyz"
                                          "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-") == std::string_view::npos;
  if (fit && !tenant.starts_with('-')) {
    argv.emplace_back(source.kind == Kind::azd ? "--tenant-id" : "--tenant");
    argv.emplace_back(tenant);
  }
  return argv;
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
