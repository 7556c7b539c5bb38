#include "live/token_call.h"

#include <fmt/format.h>

#include "live/plain.h"
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

}  // namespace

bool is_application(const CredentialSource& source) {
  return source.kind == Kind::client_secret || source.kind == Kind::client_certificate ||
         source.kind == Kind::workload_identity;
}

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

std::expected<Call, TokenError> token_call(const CredentialSource& source, const Proof& proof,
                                           const AzureCloud& cloud, Audience audience,
                                           std::string_view tenant, Instant now) {
  if (!source.missing.empty()) return fail(Cause::missing, source.missing);
  if (is_application(source))
    return entra_call(source, proof, scope_of(cloud, audience), tenant, now);
  return identity_call(source, resource_of(cloud, audience));
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

}  // namespace acr
