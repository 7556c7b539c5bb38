#include "live/registry_api.h"

#include <fmt/format.h>

#include "live/plain.h"

namespace acr {
namespace {

constexpr std::size_t kManifestBytes = std::size_t{4} << 20;  // distribution's own limit
constexpr std::size_t kAnswerBytes = std::size_t{1} << 20;

Call small_call(std::string url) {
  Call call;
  call.url = std::move(url);
  call.body_limit = kAnswerBytes;
  call.attempts = 2;
  return call;
}

Call form_call(std::string url, std::string_view fields, std::string_view name,
               const Secret& value) {
  Call call = small_call(std::move(url));
  call.method = "POST";
  call.headers = {"Content-Type: application/x-www-form-urlencoded"};
  std::string encoded = percent_encode(value.view());
  std::string form;
  form.reserve(fields.size() + name.size() + encoded.size() + 2);  // grown, it would leave a copy
  form.append(fields).append("&").append(name).append("=").append(encoded);
  wipe(encoded);
  call.secret_body = Secret(std::move(form));
  return call;
}

}  // namespace

// Without the OCI types a registry answers 404 for images that are there.
const std::string_view kManifestTypes =
    "application/vnd.oci.image.index.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.v2+json, "
    "application/vnd.oci.artifact.manifest.v1+json, */*;q=0.1";

std::string pull_scope(std::string_view repository) {
  return fmt::format("repository:{}:pull", repository);
}

Call ping_call(const std::string& registry) {
  Call call = small_call(fmt::format("https://{}/v2/", registry));
  call.attempts = 1;  // each address is looked at once, as it is
  return call;
}

Call manifest_call(const std::string& registry, std::string_view repository,
                   std::string_view reference, const Secret& authorization) {
  Call call =
      small_call(fmt::format("https://{}/v2/{}/manifests/{}", registry, repository, reference));
  call.headers = {fmt::format("Accept: {}", kManifestTypes)};
  call.body_limit = kManifestBytes;
  call.authorization = authorization.copy();
  return call;
}

Call read_call(const std::string& url, std::string_view accept, const Secret& authorization) {
  Call call = small_call(url);
  call.headers = {fmt::format("Accept: {}", accept.empty() ? "application/json" : accept)};
  call.body_limit = kManifestBytes;
  call.authorization = authorization.copy();
  return call;
}

Call blob_call(const std::string& registry, std::string_view repository, std::string_view digest,
               const Secret& authorization) {
  Call call =
      redirected_blob_call(fmt::format("https://{}/v2/{}/blobs/{}", registry, repository, digest));
  call.authorization = authorization.copy();
  return call;
}

Call redirected_blob_call(std::string location) {
  Call call = small_call(std::move(location));
  // Bytes as they are: the digest is that of the bytes before any encoding.
  call.headers = {"Accept: */*", "Accept-Encoding: identity",
                  fmt::format("Range: bytes=0-{}", kBlobBytes - 1)};
  call.body_limit = kBlobBytes;
  call.head_only = true;
  call.attempts = 1;
  return call;
}

Call exchange_call(const TokenService& service, std::string_view tenant,
                   const Secret& entra_token) {
  std::string fields =
      fmt::format("grant_type=access_token&service={}", percent_encode(service.service));
  if (!tenant.empty()) fields += "&tenant=" + percent_encode(tenant);
  return form_call(fmt::format("https://{}/oauth2/exchange", authority_of(service.realm)), fields,
                   "access_token", entra_token);
}

Call refresh_call(const TokenService& service, std::string_view scope,
                  const Secret& refresh_token) {
  return form_call(service.realm,
                   fmt::format("grant_type=refresh_token&service={}&scope={}",
                               percent_encode(service.service), percent_encode(scope)),
                   "refresh_token", refresh_token);
}

Call access_call(const TokenService& service, std::string_view repository,
                 const Secret& authorization) {
  const char joint = service.realm.find('?') == std::string::npos ? '?' : '&';
  Call call = small_call(fmt::format("{}{}service={}&scope={}", service.realm, joint,
                                     percent_encode(service.service),
                                     percent_encode(pull_scope(repository))));
  call.authorization = authorization.copy();
  return call;
}

}  // namespace acr
