// Texts of image-pull failures, shaped after what the runtimes print, and what must be read there.
#include "estate/pull_error.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "estate/pull_error_patterns.h"

namespace acr {
namespace {

using nlohmann::json;

struct Text {
  const char* class_id;
  std::string_view text;
};

// What containerd puts before the cause: 1.6 to 2.0 (and 2.1+ with mirrors), 2.1+ (transfer).
#define REF "contoso.azurecr.io/shop/cart:1.4"
#define UNPACK "failed to pull and unpack image \"" REF "\": "
#define RESOLVE UNPACK "failed to resolve reference \"" REF "\": "
#define RESOLVE2 UNPACK "failed to resolve image: "
#define REQUEST                 \
  RESOLVE                       \
  "failed to do request: Head " \
  "\"https://contoso.azurecr.io/v2/shop/cart/manifests/1.4\": "
#define TOKEN_URL                                                                  \
  "https://contoso.azurecr.io/oauth2/token?scope=repository%3Ashop%2Fcart%3Apull&" \
  "service=contoso.azurecr.io"
#define DAEMON "rpc error: code = Unknown desc = Error response from daemon: "
#define BLOB_URL                                                                            \
  "https://eusmanaged7.blob.core.windows.net/0a1b2c3d//docker/registry/v2/blobs/sha256/ab/" \
  "abcd/data?se=2026-03-01T10%3A00%3A00Z&sig=REDACTED&sp=r&spr=https&sr=b&regid=0a1b"

constexpr Text kTexts[] = {
    // containerd, plain
    {"auth.unauthorized", RESOLVE "failed to authorize: failed to fetch oauth token: unexpected "
                                  "status from GET request to " TOKEN_URL ": 401 Unauthorized"},
    {"auth.unauthorized",
     RESOLVE2 "failed to authorize: failed to fetch anonymous token: "
              "unexpected status from GET request to " TOKEN_URL ": 401 Unauthorized"},
    {"auth.unauthorized", "rpc error: code = Unknown desc = " RESOLVE
                          "unexpected status code [manifests 1.4]: 401 Unauthorized"},
    {"auth.unauthorized", RESOLVE "pull access denied, repository does not exist or may require "
                                  "authorization: authorization failed: no basic auth credentials"},
    {"auth.forbidden_role", RESOLVE "pull access denied, repository does not exist or may require "
                                    "authorization: server message: insufficient_scope: "
                                    "authorization failed"},
    {"auth.forbidden_role",
     RESOLVE2 "unexpected status from HEAD request to "
              "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 403 "
              "Forbidden\ndenied: requested access to the resource is denied"},
    {"network.firewall", RESOLVE "unexpected status from HEAD request to "
                                 "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 403 "
                                 "Forbidden"},
    {"network.firewall", RESOLVE "failed to authorize: failed to fetch oauth token: unexpected "
                                 "status from POST request to "
                                 "https://contoso.azurecr.io/oauth2/token: 403 Forbidden"},
    {"network.firewall", RESOLVE2 "unexpected status from HEAD request to "
                                  "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 403 "
                                  "Forbidden\ndenied: client with IP \"20.1.2.3\" is not allowed "
                                  "access, refer https://aka.ms/acr/firewall to grant access"},
    {"network.dns",
     REQUEST "dial tcp: lookup contoso.azurecr.io on 168.63.129.16:53: no such host"},
    {"network.dns",
     REQUEST "dial tcp: lookup contoso.azurecr.io on 10.8.0.4:53: server misbehaving"},
    {"network.dns", REQUEST "dial tcp: lookup contoso.azurecr.io on 10.8.0.4:53: read udp "
                            "10.224.0.7:41211->10.8.0.4:53: i/o timeout"},
    {"network.dns", REQUEST "dial tcp: lookup contoso.azurecr.io: i/o timeout"},
    {"network.dns", REQUEST "dial tcp: lookup contoso.azurecr.io on [::1]:53: read udp "
                            "[::1]:40122->[::1]:53: read: connection refused"},
    {"network.timeout", REQUEST "dial tcp 10.20.0.5:443: i/o timeout"},
    {"network.timeout", REQUEST "dial tcp 20.62.128.32:443: connect: connection timed out"},
    {"network.timeout", REQUEST "net/http: TLS handshake timeout"},
    {"network.timeout", REQUEST "context deadline exceeded"},
    {"network.timeout", "rpc error: code = DeadlineExceeded desc = " REQUEST
                        "read tcp 10.224.0.7:50112->20.62.128.32:443: read: connection timed out"},
    {"network.refused", REQUEST "dial tcp 10.20.0.5:443: connect: connection refused"},
    {"network.refused", REQUEST "read tcp 10.224.0.7:50112->10.20.0.5:443: read: connection reset "
                                "by peer"},
    {"network.refused", REQUEST "EOF"},
    {"network.refused", REQUEST "dial tcp 10.20.0.5:443: connect: no route to host"},
    {"network.refused", REQUEST "dial tcp 10.20.0.5:443: connect: network is unreachable"},
    {"network.proxy", REQUEST "proxyconnect tcp: dial tcp 10.0.9.9:3128: connect: connection "
                              "refused"},
    {"network.proxy", REQUEST "Proxy Authentication Required"},
    {"network.proxy", REQUEST "proxyconnect tcp: dial tcp: lookup proxy.corp.example on "
                              "10.0.0.10:53: no such host"},
    {"tls.untrusted", REQUEST "tls: failed to verify certificate: x509: certificate signed by "
                              "unknown authority"},
    {"tls.untrusted", REQUEST "x509: certificate signed by unknown authority (possibly because of "
                              "\"crypto/rsa: verification error\" while trying to verify candidate "
                              "authority certificate \"Corp Inspection CA\")"},
    {"tls.untrusted", REQUEST "remote error: tls: handshake failure"},
    {"tls.name_mismatch", REQUEST "tls: failed to verify certificate: x509: certificate is valid "
                                  "for *.corp.example, not contoso.azurecr.io"},
    {"tls.name_mismatch", RESOLVE "failed to do request: Head \"https://10.20.0.5/v2/\": x509: "
                                  "cannot validate certificate for 10.20.0.5 because it doesn't "
                                  "contain any IP SANs"},
    {"tls.expired", REQUEST "x509: certificate has expired or is not yet valid: current time "
                            "2023-01-01T00:00:10Z is before 2025-06-02T00:00:00Z"},
    {"tls.expired", REQUEST "tls: failed to verify certificate: x509: certificate has expired or "
                            "is not yet valid: current time 2026-02-02T10:00:00Z is after "
                            "2026-02-01T23:59:59Z"},
    {"tls.http_https", REQUEST "http: server gave HTTP response to HTTPS client"},
    {"tls.http_https", REQUEST "tls: first record does not look like a TLS handshake"},
    {"image.tag_not_found", "rpc error: code = NotFound desc = " RESOLVE REF ": not found"},
    {"image.tag_not_found", RESOLVE2 "contoso.azurecr.io/shop/cart@sha256:"
                                     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                     "aaaa: not found"},
    {"image.platform_mismatch", "rpc error: code = NotFound desc = " UNPACK
                                "no match for platform in manifest sha256:aaaa: not found"},
    {"image.platform_mismatch", UNPACK "no match for platform in manifest: not found"},
    {"image.unsupported_manifest",
     "rpc error: code = Unimplemented desc = " RESOLVE2
     "not implemented: media type \"application/vnd.docker.distribution.manifest.v1+prettyjws\" is "
     "no longer supported since containerd v2.0, please rebuild the image as "
     "\"application/vnd.oci.image.manifest.v1+json\""},
    {"image.unsupported_manifest",
     RESOLVE "rejecting 5000000 byte manifest for " REF ": not found"},
    {"image.unsupported_manifest",
     UNPACK "failed to extract layer (application/vnd.wasm.content."
            "layer.v1+wasm sha256:abcd) to overlayfs as \"extract-1\":"
            " no processor for media-type: unknown"},
    {"image.digest_mismatch", UNPACK "failed commit on ref \"layer-sha256:abcd\": unexpected "
                                     "commit digest sha256:e3b0c44298fc, expected sha256:abcd: "
                                     "failed precondition"},
    {"image.digest_mismatch", UNPACK "failed commit on ref \"manifest-sha256:abcd\": \"manifest-"
                                     "sha256:abcd\" failed size validation: 1024 != 2048: failed "
                                     "precondition"},
    {"image.corrupt_layer", UNPACK "failed to extract layer sha256:abcd: unexpected EOF: unknown"},
    {"image.corrupt_layer", UNPACK "failed to extract layer sha256:abcd: archive/tar: invalid tar "
                                   "header: unknown"},
    {"image.corrupt_layer", "rpc error: code = NotFound desc = " UNPACK
                            "failed to copy: httpReadSeeker: failed open: could not fetch content "
                            "descriptor sha256:abcd (application/vnd.oci.image.layer.v1.tar+gzip) "
                            "from remote: not found"},
    {"node.disk",
     UNPACK "failed to extract layer sha256:abcd: write "
            "/var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/7/fs/"
            "usr/lib/libx.so: no space left on device: unknown"},
    {"node.disk", UNPACK "failed to copy: failed to send write: write "
                         "/var/lib/containerd/io.containerd.content.v1.content/ingest/ab/data: no "
                         "space left on device: unknown"},
    {"node.runtime", UNPACK "failed to prepare extraction snapshot \"extract-1-abc "
                            "sha256:abcd\": parent snapshot sha256:ef01 does not exist: not found"},
    {"node.runtime", UNPACK "failed to extract layer sha256:abcd: failed to unmount "
                            "/var/lib/containerd/tmpmounts/containerd-mount1: device or resource "
                            "busy: unknown"},
    {"node.runtime",
     "rpc error: code = Unavailable desc = connection error: desc = \"transport: "
     "Error while dialing: dial unix /run/containerd/containerd.sock: connect: "
     "connection refused\""},
    {"node.pull_deadline", UNPACK "failed to copy: httpReadSeeker: failed open: failed to do "
                                  "request: Get \"https://contoso.azurecr.io/v2/shop/cart/blobs/"
                                  "sha256:abcd\": context canceled"},
    {"node.pull_deadline", "rpc error: code = Canceled desc = " UNPACK "context canceled"},
    {"throttle.rate_limited", RESOLVE "unexpected status from HEAD request to "
                                      "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 429 "
                                      "Too Many Requests"},
    {"throttle.rate_limited",
     "failed to pull and unpack image \"docker.io/library/redis:7\": "
     "failed to copy: httpReadSeeker: failed open: unexpected status code "
     "https://registry-1.docker.io/v2/library/redis/manifests/sha256:ab: "
     "429 Too Many Requests - Server message: toomanyrequests: You have "
     "reached your unauthenticated pull rate limit."},
    {"registry.server_error", RESOLVE "unexpected status from HEAD request to "
                                      "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 503 "
                                      "Service Unavailable"},
    {"registry.server_error", RESOLVE "failed to authorize: failed to fetch oauth token: "
                                      "unexpected status from POST request to "
                                      "https://contoso.azurecr.io/oauth2/token: 502 Bad Gateway"},
    {"registry.server_error", RESOLVE "failed to authorize: failed to fetch anonymous token: "
                                      "unable to decode token response: invalid character '<' "
                                      "looking for beginning of value"},
    {"blob.redirect", UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: "
                             "Get \"" BLOB_URL "\": dial tcp 20.150.1.2:443: i/o timeout"},
    {"blob.redirect", UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: "
                             "Get \"https://contoso.eastus.data.azurecr.io/0a1b//docker/registry/"
                             "v2/blobs/sha256/ab/abcd/data?sig=x\": dial tcp: lookup "
                             "contoso.eastus.data.azurecr.io on 168.63.129.16:53: no such host"},
    {"blob.redirect", UNPACK "failed to copy: read tcp 10.224.0.7:50112->20.150.1.2:443: read: "
                             "connection reset by peer"},
    {"blob.redirect", UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: "
                             "Get \"" BLOB_URL "\": tls: failed to verify certificate: x509: "
                             "certificate signed by unknown authority"},

    // kubelet
    {"node.policy_never",
     "Container image \"contoso.azurecr.io/shop/cart:1.4\" is not present "
     "with pull policy of Never"},
    {"node.policy_never", "Error: ErrImageNeverPull"},
    {"node.qps", "Failed to pull image \"contoso.azurecr.io/shop/cart:1.4\": pull QPS exceeded"},
    {"node.qps", "ErrImagePull: pull QPS exceeded"},
    {"image.invalid_name",
     "Failed to apply default image tag \"contoso.azurecr.io/Shop/Cart:1\": "
     "couldn't parse image name \"contoso.azurecr.io/Shop/Cart:1\": invalid "
     "reference format: repository name (Shop/Cart) must be lowercase"},
    {"image.invalid_name", "Error: InvalidImageName"},
    {"wrapper.backoff_only", "Back-off pulling image \"contoso.azurecr.io/unauthorized/403:x509\""},
    {"wrapper.backoff_only", "Error: ImagePullBackOff"},
    {"wrapper.backoff_only", "Error: ErrImagePull"},
    {"image.policy_denied", "Back-off pulling image \"" REF "\": SignatureValidationFailed: image "
                            "pull failed for " REF " because the signature validation failed: x"},
    {"network.refused", "image pull failed for " REF " because the registry is unavailable: "
                        "pinging container registry contoso.azurecr.io: Get "
                        "\"https://contoso.azurecr.io/v2/\": dial tcp 10.20.0.5:443: connect: "
                        "connection refused"},
    {"secret.missing",
     "Unable to retrieve some image pull secrets (regcred, acr-cred); attempting "
     "to pull the image may not succeed."},
    {"secret.missing",
     "FailedToRetrieveImagePullSecret: Unable to retrieve some image pull "
     "secrets (regcred)"},
    {"secret.malformed", "illegal base64 data at input byte 4"},
    {"secret.malformed",
     "unable to parse auth field, must be formatted as base64(username:"
     "password)"},
    {"secret.malformed", "invalid character 'a' looking for beginning of object key string"},
    {"auth.unauthorized", "Back-off pulling image \"" REF "\": ErrImagePull: " RESOLVE2
                          "failed to authorize: failed to fetch anonymous token: unexpected status "
                          "from GET request to " TOKEN_URL ": 401 Unauthorized"},
    {"network.timeout",
     "Failed to create pod sandbox: rpc error: code = Unknown desc = failed to "
     "get sandbox image \"mcr.microsoft.com/oss/kubernetes/pause:3.6\": failed "
     "to pull image \"mcr.microsoft.com/oss/kubernetes/pause:3.6\": failed to "
     "pull and unpack image \"mcr.microsoft.com/oss/kubernetes/pause:3.6\": "
     "failed to resolve reference "
     "\"mcr.microsoft.com/oss/kubernetes/pause:3.6\": failed to do request: Head "
     "\"https://mcr.microsoft.com/v2/oss/kubernetes/pause/manifests/3.6\": dial "
     "tcp 204.79.197.219:443: i/o timeout"},

    // The node's credential provider (kubelet log)
    {"node.credential_provider",
     "Failed getting credential from external registry credential "
     "provider: error execing credential provider plugin "
     "acr-credential-provider for image " REF ": exit status 1"},
    {"node.credential_provider",
     "\"Failed to register CRI auth plugins\" err=\"plugin binary "
     "executable /var/lib/kubelet/credential-provider/"
     "acr-credential-provider did not exist\""},
    {"node.credential_provider",
     "kuberuntime_manager.go:286] \"Failed to register CRI auth "
     "plugins\" err=\"failed to validate credential provider config: "
     "providers.apiVersion: Required value\""},
    {"auth.identity_missing",
     "failed to retrieve kubelet identity token from IMDS, http code: "
     "400, msg: {\"error\":\"invalid_request\",\"error_description\":"
     "\"Multiple user assigned identities exist, please specify the "
     "clientId / resourceId of the identity in the token request\"}"},
    {"auth.identity_missing",
     "azure.BearerAuthorizer#WithAuthorization: Failed to refresh the "
     "Token: adal: Refresh request failed. Status Code = '400'. Response "
     "body: {\"error\":\"invalid_request\",\"error_description\":\"Identity "
     "not found\"} Endpoint http://169.254.169.254/metadata/identity/"
     "oauth2/token?api-version=2018-02-01"},

    // docker (dockershim, App Service, workstations)
    {"auth.unauthorized", DAEMON "Get https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: "
                                 "unauthorized: authentication required"},
    {"auth.unauthorized",
     "Error response from daemon: Head "
     "\"https://contoso.azurecr.io/v2/shop/cart/manifests/1.4\": no basic auth "
     "credentials"},
    {"auth.unauthorized",
     "Error response from daemon: Get \"https://contoso.azurecr.io/v2/\": "
     "unauthorized: {\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":"
     "\"authentication required, visit https://aka.ms/acr/authorization for "
     "more information.\"}]}"},
    {"auth.sp_invalid_secret", DAEMON "Get https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: "
                                      "unauthorized: Invalid clientid or client secret."},
    {"auth.app_not_found", DAEMON "Get https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: "
                                  "unauthorized: Application not registered with AAD."},
    {"auth.forbidden_role",
     "Error response from daemon: denied: Insufficient scopes to perform "
     "the operation"},
    {"image.tag_not_found", DAEMON "manifest for contoso.azurecr.io/shop/cart:1.4 not found: "
                                   "manifest unknown: manifest tagged by \"1.4\" is not found"},
    {"image.tag_not_found",
     "docker: Error response from daemon: manifest for " REF " not found: manifest unknown"},
    {"image.repo_not_found", DAEMON "repository contoso.azurecr.io/shop/card not found: name "
                                    "unknown: repository name not known to registry"},
    {"image.repo_not_found",
     "Error response from daemon: pull access denied for shop-cart, "
     "repository does not exist or may require 'docker login': denied: "
     "requested access to the resource is denied"},
    {"image.platform_mismatch", DAEMON "no matching manifest for linux/arm64/v8 in the manifest "
                                       "list entries"},
    {"image.platform_mismatch", "image with reference " REF " was found but does not match the "
                                "specified platform: wanted linux/arm64, actual: linux/amd64"},
    {"image.platform_mismatch", DAEMON "a Windows version 10.0.20348-based image is incompatible "
                                       "with a 10.0.17763 host"},
    {"node.disk",
     "failed to register layer: Error processing tar file(exit status 1): write "
     "/app/node_modules/x.js: no space left on device"},
    {"node.runtime",
     "failed to register layer: re-exec error: exit status 1: output: "
     "hcsshim::ProcessBaseLayer \\\\?\\C:\\ProgramData\\docker\\windowsfilter\\ab: "
     "The specified module could not be found."},
    {"node.runtime",
     "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the "
     "docker daemon running?"},
    {"node.pull_deadline", "Cancel pulling image \"" REF "\" because of no progress for 1m0s, "
                           "latest progress: \"3f4a: Extracting\""},
    {"image.corrupt_layer",
     "failed to register layer: ApplyLayer exit status 1 stdout: stderr: "
     "unexpected EOF"},
    {"image.corrupt_layer", DAEMON "filesystem layer verification failed for digest sha256:abcd"},
    {"throttle.rate_limited",
     "Error response from daemon: toomanyrequests: Too many requests. "
     "Please visit https://aka.ms/acr/skus#sku-feature-matrix"},
    {"registry.server_error", DAEMON "received unexpected HTTP status: 500 Internal Server Error"},
    {"tls.http_https",
     "Error response from daemon: Get \"https://10.0.3.3:5000/v2/\": http: "
     "server gave HTTP response to HTTPS client"},
    {"tls.expired", DAEMON "Get https://contoso.azurecr.io/v2/: x509: certificate has expired or "
                           "is not yet valid"},
    {"network.timeout", DAEMON "Get https://contoso.azurecr.io/v2/: net/http: request canceled "
                               "while waiting for connection (Client.Timeout exceeded while "
                               "awaiting headers)"},
    {"blob.redirect",
     "rpc error: code = Unknown desc = error pulling image configuration: "
     "download failed after attempts=6: dial tcp 20.150.1.2:443: i/o timeout"},
    {"blob.redirect",
     "rpc error: code = Unknown desc = error pulling image configuration: error "
     "parsing HTTP 403 response body: invalid character '<' looking for beginning "
     "of value: \"<?xml version=\\\"1.0\\\"?><Error><Code>AuthorizationFailure"
     "</Code><Message>This request is not authorized to perform this operation."
     "</Message></Error>\""},
    {"image.quarantined", "Error response from daemon: unknown: The operation is disallowed."},
    {"image.quarantined",
     "{\"errors\":[{\"code\":\"IMAGE_QUARANTINED\",\"message\":\"The image is "
     "quarantined.\"}]}"},
    {"image.policy_denied",
     "Error: remote trust data does not exist for "
     "contoso.azurecr.io/shop/cart"},
    {"image.invalid_name", "docker: invalid reference format."},
    {"image.digest_mismatch",
     "Error response from daemon: manifest verification failed for digest "
     "sha256:abcd"},
    {"auth.token_expired",
     "Error response from daemon: Get https://1234.dkr.ecr.eu-west-1."
     "amazonaws.com/v2/x/manifests/1: denied: Your authorization token has "
     "expired. Reauthenticate and try again."},

    // CRI-O and podman
    {"image.tag_not_found", "initializing source docker://" REF ": reading manifest 1.4 in "
                            "contoso.azurecr.io/shop/cart: manifest unknown"},
    {"auth.unauthorized", "initializing source docker://" REF ": unable to retrieve auth token: "
                          "invalid username/password: unauthorized: authentication required"},
    {"auth.forbidden_role",
     "initializing source docker://" REF ": reading manifest 1.4 in "
     "contoso.azurecr.io/shop/cart: denied: requested access to the resource "
     "is denied"},
    {"network.firewall", "initializing source docker://" REF ": Requesting bearer token: invalid "
                         "status code from registry 403 (Forbidden)"},
    {"network.dns", "initializing source docker://" REF ": pinging container registry "
                    "contoso.azurecr.io: Get \"https://contoso.azurecr.io/v2/\": dial tcp: lookup "
                    "contoso.azurecr.io on 10.0.0.2:53: no such host"},
    {"tls.untrusted", "initializing source docker://" REF ": pinging container registry "
                      "contoso.azurecr.io: Get \"https://contoso.azurecr.io/v2/\": tls: failed to "
                      "verify certificate: x509: certificate signed by unknown authority"},
    {"image.platform_mismatch", "choosing an image from manifest list docker://" REF ": no image "
                                "found in image index for architecture \"arm64\", variant \"v8\", "
                                "OS \"linux\""},
    {"image.policy_denied",
     "Source image rejected: A signature was required, but no signature "
     "exists"},
    {"throttle.rate_limited", "initializing source docker://" REF ": reading manifest 1.4 in "
                              "contoso.azurecr.io/shop/cart: toomanyrequests: retry later"},
    {"registry.server_error",
     "copying system image from manifest list: reading blob sha256:abcd: "
     "fetching blob: received unexpected HTTP status: 503 Service "
     "Unavailable"},
    {"blob.redirect",
     "copying system image from manifest list: writing blob: storing blob to file "
     "\"/var/tmp/storage1/2\": happened during read: unexpected EOF"},
    {"node.disk",
     "copying system image from manifest list: writing blob: adding layer with blob "
     "\"sha256:abcd\": processing tar file(write /usr/lib/x: no space left on device): "
     "exit status 1"},
    {"image.unsupported_manifest",
     "copying system image from manifest list: unsupported "
     "image-specific operation on artifact with type "
     "\"application/vnd.cncf.helm.config.v1+json\""},

    // Azure Container Instances, Container Apps, virtual nodes
    {"wrapper.inaccessible_image",
     "The image 'contoso.azurecr.io/shop/cart:1.4' in container "
     "group 'default-cart' is not accessible. Please check the image "
     "and registry credential."},
    {"wrapper.inaccessible_image",
     "api call to https://management.azure.com/: got HTTP response "
     "status code 400 error code \"InaccessibleImage\": The image "
     "'" REF "' in container group 'x' is not accessible."},
    {"wrapper.inaccessible_image",
     "Code: 90712, ExtendedCode: 90712, Message: Error pulling the "
     "container image. Please check the image name or any registry "
     "credentials to access if required"},
    {"secret.malformed", "no username present in auth config for server: contoso.azurecr.io"},
    {"secret.malformed",
     "image pull secret type is not one of kubernetes.io/dockercfg or "
     "kubernetes.io/dockerconfigjson"},
    {"secret.missing", "secret \"regcred\" not found"},
    {"other.not_pull",
     "ACI does not support providing args without specifying the command. Please "
     "supply both command and args to the pod spec."},
    {"other.not_pull", "pod web requires volume data which is of an unsupported type"},

    // az, acr, Entra
    {"auth.sp_expired",
     "adal: Refresh request failed. Status Code = '401'. Response body: "
     "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: The "
     "provided client secret keys for app 'x' are expired.\"}"},
    {"auth.sp_invalid_secret",
     "AADSTS7000215: Invalid client secret provided. Ensure the secret "
     "being sent in the request is the client secret value, not the "
     "client secret ID"},
    {"auth.app_not_found",
     "AADSTS700016: Application with identifier 'x' was not found in the "
     "directory 'Contoso'."},
    {"auth.tenant",
     "AADSTS90002: Tenant 'x' not found. Check to make sure you have the correct "
     "tenant ID"},
    {"auth.tenant",
     "AADSTS50020: User account from identity provider does not exist in tenant "
     "'Contoso' and cannot access the application"},
    {"auth.conditional_access",
     "AADSTS53003: Access has been blocked by Conditional Access "
     "policies."},
    {"auth.conditional_access",
     "AADSTS50005: User tried to log in to a device from a platform "
     "that's currently not supported through Conditional Access policy."},
    {"auth.token_expired", "AADSTS700082: The refresh token has expired due to inactivity."},
    {"auth.token_expired",
     "ERROR: AADSTS50173: The provided grant has expired due to it being "
     "revoked, a fresh auth token is needed."},
    {"auth.admin_disabled",
     "Unable to get admin user credentials with message: Admin user is "
     "disabled."},
    {"auth.admin_disabled",
     "ERROR: Run 'az acr update -n contoso --admin-enabled true' to enable "
     "admin first. The admin user is not enabled."},
    {"network.dns",
     "An error occurred: CONNECTIVITY_DNS_ERROR\nFailed to reach the registry "
     "'contoso.azurecr.io'. Please check the spelling of the registry"},
    {"tls.untrusted",
     "An error occurred: CONNECTIVITY_SSL_ERROR\nUnable to establish a secure "
     "connection to the registry 'contoso.azurecr.io'. Are you using a proxy?"},
    {"registry.not_found",
     "The resource with name 'contoso' and type "
     "'Microsoft.ContainerRegistry/registries' could not be found in "
     "subscription 'prod'."},
    {"registry.not_found",
     "ERROR: (ResourceNotFound) The Resource 'Microsoft.ContainerRegistry/"
     "registries/contoso' under resource group 'rg' was not found."},
    {"auth.sp_expired", "ERROR: the client secret of service principal x has expired, renew it"},
    {"auth.app_not_found",
     "unauthorized: service principal 11111111-2222-3333-4444-555555555555 "
     "not found"},

    // Not a pull
    {"other.not_pull",
     "MountVolume.SetUp failed for volume \"kv\" : rpc error: code = Unknown "
     "desc = failed to get key vault token: 401 Unauthorized"},
    {"other.not_pull", "0/5 nodes are available: 5 Insufficient cpu."},
    {"other.not_pull", "Back-off restarting failed container cart in pod cart-7d9_shop(uid)"},
    {"other.not_pull", "Successfully pulled image \"" REF "\" in 1.2s (1.2s including waiting)."},
    {"other.not_pull", "Container image \"" REF "\" already present on machine"},
    {"other.not_pull",
     "Readiness probe failed: Get \"http://10.244.0.9:8080/health\": dial tcp "
     "10.244.0.9:8080: connect: connection refused"},
    {"other.not_pull", "Error: secret \"db-password\" not found (CreateContainerConfigError)"},
    {"other.not_pull", ""},
    {"other.not_pull", "hello"},
};

TEST(PullError, ReadsEachText) {
  std::map<std::string, int> seen;
  for (const Text& row : kTexts) {
    EXPECT_EQ(read_pull_error(row.text).class_id, row.class_id) << row.text;
    ++seen[row.class_id];
  }
  EXPECT_GE(std::size(kTexts), 120U);
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    const std::string id(to_string(static_cast<PullErrorClass>(i)));
    EXPECT_GE(seen[id], 2) << id;
  }
}

#define CREDENTIAL_401                                                            \
  RESOLVE                                                                         \
  "failed to authorize: failed to fetch oauth token: unexpected status from GET " \
  "request to " TOKEN_URL ": 401 Unauthorized"
#define ANONYMOUS_401                                                             \
  RESOLVE                                                                         \
  "failed to authorize: failed to fetch anonymous token: unexpected status from " \
  "GET request to " TOKEN_URL ": 401 Unauthorized"

struct Tricky {
  const char* class_id;
  const char* detail;  // "" = not judged
  std::string_view text;
};

// Texts whose obvious reading is wrong.
constexpr Tricky kTricky[] = {
    // An aggregate of attempts: the anonymous one is made last and proves nothing.
    {"auth.unauthorized", "a credential was sent and refused",
     "[" CREDENTIAL_401 ", " ANONYMOUS_401 "]"},
    {"auth.unauthorized", "a credential was sent and refused",
     "Failed to pull image \"" REF "\": [rpc error: code = Unknown desc = " ANONYMOUS_401
     ", rpc error: code = Unknown desc = " CREDENTIAL_401 "]"},
    {"auth.unauthorized", "no credential was sent", "[" ANONYMOUS_401 ", " ANONYMOUS_401 "]"},
    {"image.tag_not_found", "",
     "[rpc error: code = NotFound desc = " RESOLVE REF ": not found, " ANONYMOUS_401 "]"},
    {"image.corrupt_layer", "",
     "[" CREDENTIAL_401 ", rpc error: code = NotFound desc = " UNPACK
     "failed to copy: httpReadSeeker: failed open: could not fetch content descriptor sha256:ab "
     "(application/vnd.docker.image.rootfs.diff.tar.gzip) from remote: not found, " ANONYMOUS_401
     "]"},
    {"blob.redirect", "connection closed by the other side",
     "[" UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"" BLOB_URL
     "\": EOF, " ANONYMOUS_401 "]"},
    {"network.timeout", "", "[" REQUEST "dial tcp 10.20.0.5:443: i/o timeout, " ANONYMOUS_401 "]"},
    {"auth.forbidden_role", "",
     "[" CREDENTIAL_401 ", " RESOLVE
     "pull access denied, repository does not exist or may require authorization: server message: "
     "insufficient_scope: authorization failed, " ANONYMOUS_401 "]"},
    {"auth.unauthorized", "",
     "[" DAEMON "Get https://contoso.azurecr.io/v2/: received unexpected HTTP status: 500 Internal "
     "Server Error, " DAEMON "Get https://contoso.azurecr.io/v2/: unauthorized: authentication "
     "required]"},
    // Cut before its end.
    {"auth.unauthorized", "a credential was sent and refused", "[" CREDENTIAL_401},
    // The wrapper says nothing, its tail does.
    {"auth.token_expired", "",
     DAEMON "pull access denied for contoso.azurecr.io/shop/cart, repository does not exist or may "
            "require 'docker login': denied: Your authorization token has expired."},
    {"auth.forbidden_role", "",
     DAEMON "pull access denied for contoso.azurecr.io/shop/cart, repository does not exist or may "
            "require 'docker login': denied: Insufficient scopes to perform the operation"},
    // 403 with misleading advice around it.
    {"auth.admin_disabled", "",
     "Unable to get AAD authorization tokens with message: Access to registry "
     "'contoso.azurecr.io' was denied. Response code: 403. Please try running 'az login' again.\n"
     "Unable to get admin user credentials with message: Admin user is disabled."},
    {"network.firewall", "", "Registry 'contoso.azurecr.io' did not issue a challenge."},
    {"network.firewall", "HTTP 403",
     DAEMON "error parsing HTTP 403 response body: invalid character '<' looking for beginning of "
            "value: \"<html><head><title>403 Forbidden</title></head></html>\""},
    // DNS and TCP time out with the same words.
    {"network.dns", "", REQUEST "dial tcp: lookup contoso.azurecr.io on 10.0.0.10:53: i/o timeout"},
    {"network.timeout", "", REQUEST "dial tcp 40.1.2.3:443: i/o timeout"},
    // Words that lie.
    {"network.dns", "",
     RESOLVE "failed to authorize: failed to fetch anonymous token: Get \"" TOKEN_URL
             "\": dial tcp: lookup contoso.azurecr.io: no such host"},
    {"network.refused", "",
     RESOLVE "failed to authorize: failed to fetch oauth token: Post "
             "\"https://contoso.azurecr.io/oauth2/token\": EOF"},
    {"node.runtime", "",
     "failed to register layer: re-exec error: exit status 1: output: hcsshim::ImportLayer failed "
     "in Win32: Access is denied. (0x5)"},
    {"auth.unauthorized", "",
     "DockerApiException: Docker API responded with status code=InternalServerError, response="
     "{\"message\":\"Get https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: unauthorized: "
     "authentication required\"}"},
    {"node.runtime", "",
     "rpc error: code = Unavailable desc = connection error: desc = \"transport: Error while "
     "dialing dial unix /var/run/dockershim.sock: connect: connection refused\""},
    {"registry.server_error", "HTTP 504",
     "Access to registry 'contoso.azurecr.io' was denied. Response code: 504."},
    // "failed to extract layer" is only a prefix.
    {"node.disk", "", UNPACK "failed to extract layer sha256:ab: no space left on device: unknown"},
    {"node.runtime", "", UNPACK "failed to extract layer sha256:ab: device or resource busy"},
    {"image.corrupt_layer", "",
     UNPACK "failed to extract layer sha256:ab: operation not permitted"},
    // After "failed to copy" a manifest URL is still the registry.
    {"network.timeout", "",
     UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: Get "
            "\"https://contoso.azurecr.io/v2/shop/cart/manifests/sha256:ab\": dial tcp "
            "10.20.0.5:443: i/o timeout"},
    // Another registry's content network is no redirect to Azure storage.
    {"tls.expired", "",
     "error pulling image configuration: Get https://cdn.example.com/registry-v2/docker/registry/"
     "v2/blobs/sha256/ab/abcd/data?verify=1-2: x509: certificate has expired or is not yet valid"},
    // A reference without a host asks the default registry.
    {"image.repo_not_found", "the image names no registry host, so the default one was asked",
     "failed to pull and unpack image \"docker.io/library/cart:1\": failed to resolve reference "
     "\"docker.io/library/cart:1\": pull access denied, repository does not exist or may require "
     "authorization: server message: insufficient_scope: authorization failed"},
    // The cause stands behind the back-off since Kubernetes 1.32.
    {"network.dns", "",
     "Back-off pulling image \"" REF "\": ErrImagePull: " REQUEST
     "dial tcp: lookup contoso.azurecr.io on 168.63.129.16:53: no such host"},
    // A warning does not outrank the failure.
    {"auth.unauthorized", "",
     "Unable to retrieve some image pull secrets (regcred); attempting to pull the image may not "
     "succeed. Failed to pull image \"" REF "\": " ANONYMOUS_401},
    // A policy that cannot reach the registry is a matter of the network.
    {"network.dns", "",
     "admission webhook \"mutation.gatekeeper.sh\" denied the request: failed to resolve external "
     "data: Head \"https://contoso.azurecr.io/v2/a/manifests/1\": dial tcp: lookup "
     "contoso.azurecr.io on 10.0.0.10:53: no such host"},
    // A proxy beats what it hides.
    {"network.proxy", "", REQUEST "proxyconnect tcp: dial tcp 127.0.0.1:3128: i/o timeout"},
    // Upstream of a cache rule.
    {"registry.server_error", "",
     "failed to communicate with source registry for cache rule 'hub'. Please check the credential "
     "set"},
    // Names must not be read as words: the image, the tag and the registry are hostile here.
    {"image.tag_not_found", "",
     "Error response from daemon: manifest for contoso.azurecr.io/x509/no-such-host:i-o-timeout-"
     "429-unauthorized not found: manifest unknown"},
    {"network.refused", "",
     "failed to pull and unpack image \"unauthorized.azurecr.io/no.such.host/401:403\": failed to "
     "do request: Head \"https://unauthorized.azurecr.io/v2/no.such.host/401/manifests/403\": dial "
     "tcp 10.20.0.5:443: connect: connection refused"},
};

TEST(PullError, IsNotMisledByItsWords) {
  for (const Tricky& row : kTricky) {
    const PullError error = read_pull_error(row.text);
    EXPECT_EQ(error.class_id, row.class_id) << row.text;
    if (*row.detail) {
      EXPECT_EQ(error.detail, row.detail) << row.text;
    }
  }
}

// The same text as terminals, JSON, logs and older kubelets show it.
TEST(PullError, ReadsThroughEveryWrapping) {
  const std::string plain = CREDENTIAL_401;
  const PullError expected = read_pull_error(plain);
  const auto replaced = [&plain](std::string_view from, std::string_view to) {
    std::string text = plain;
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
      text.replace(at, from.size(), to);
    }
    return text;
  };
  const std::string texts[] = {
      "rpc error: code = Unknown desc = " + plain,
      "Failed to pull image \"" REF "\": " + plain,
      "(combined from similar events): Failed to pull image \"" REF "\": " + plain,
      "Back-off pulling image \"" REF "\": ErrImagePull: " + plain,
      "Error response from daemon: error from registry: " + plain,
      "\x1b[31mWarning\x1b[0m  Failed  2m14s (x4 over 2m18s)  kubelet  " + plain,
      "2026-02-01T10:00:00.123Z E0201 10:00:00.123456 1234 remote_image.go:180] " + plain,
      plain + "\nCorrelationId: 11111111-2222-3333-4444-555555555555",
      replaced("\"", "\\\""),
      replaced("\"", "\\\\\\\""),
      replaced("\"", "\"\""),
      replaced("\"", "\\u0022"),
      replaced("\"", "\xE2\x80\x9C"),
      replaced(" ", "\n"),
      replaced(" ", "\\n"),
      replaced(": ", ":\n\xE2\x94\x82   "),
      replaced("%3A", "%!A(MISSING)"),
      replaced("oauth token", "oa\n   uth token"),
      replaced("401 Unauthorized", "401 UNAUTHORIZED"),
  };
  for (const std::string& text : texts) {
    const PullError error = read_pull_error(text);
    EXPECT_EQ(error.class_id, expected.class_id) << text;
    EXPECT_EQ(error.detail, expected.detail) << text;
    EXPECT_EQ(error.registry, "contoso.azurecr.io") << text;
    EXPECT_EQ(error.repository, "shop/cart") << text;
    EXPECT_EQ(error.furthest, PullStage::tls_established) << text;
  }
}

struct Facts {
  std::string_view text;
  const char *registry, *repository, *tag, *host, *address, *resolver, *status, *client;
  bool is_private;
  PullStage furthest;
};

TEST(PullError, ReadsFacts) {
  using enum PullStage;
  const char* const registry = "contoso.azurecr.io";
  const Facts table[] = {
      {REQUEST "dial tcp 10.20.0.5:443: i/o timeout", registry, "shop/cart", "1.4", registry,
       "10.20.0.5", "", "", "", true, name_resolved},
      {REQUEST "dial tcp 20.62.128.32:443: i/o timeout", registry, "shop/cart", "1.4", registry,
       "20.62.128.32", "", "", "", false, name_resolved},
      {REQUEST "dial tcp [fd00::5]:443: i/o timeout", registry, "shop/cart", "1.4", registry,
       "fd00::5", "", "", "", true, name_resolved},
      {REQUEST "dial tcp: lookup contoso.azurecr.io on 168.63.129.16:53: no such host", registry,
       "shop/cart", "1.4", registry, "", "168.63.129.16", "", "", false, none},
      {REQUEST "dial tcp: lookup contoso.privatelink.azurecr.io on 10.8.0.4:53: read udp "
               "10.1.1.1:4000->10.8.0.4:53: i/o timeout",
       registry, "shop/cart", "1.4", "contoso.privatelink.azurecr.io", "", "10.8.0.4", "", "",
       false, none},
      {REQUEST "read tcp 10.1.1.1:5000->10.20.0.5:443: read: connection reset by peer", registry,
       "shop/cart", "1.4", registry, "10.20.0.5", "", "", "", true, connected},
      {REQUEST "net/http: TLS handshake timeout", registry, "shop/cart", "1.4", registry, "", "",
       "", "", false, connected},
      {REQUEST "x509: certificate signed by unknown authority", registry, "shop/cart", "1.4",
       registry, "", "", "", "", false, connected},
      {CREDENTIAL_401, registry, "shop/cart", "1.4", registry, "", "", "401", "", false,
       tls_established},
      // The token was asked for, so the registry had answered with a challenge before.
      {RESOLVE "failed to authorize: failed to fetch anonymous token: Get \"" TOKEN_URL
               "\": dial tcp 10.20.0.5:443: i/o timeout",
       registry, "shop/cart", "1.4", registry, "10.20.0.5", "", "", "", true, tls_established},
      {RESOLVE "unexpected status from HEAD request to "
               "https://contoso.azurecr.io/v2/shop/cart/manifests/1.4: 403 Forbidden\ndenied: "
               "client with IP '20.1.2.3' is not allowed access",
       registry, "shop/cart", "1.4", registry, "", "", "403", "20.1.2.3", false, tls_established},
      {"rpc error: code = NotFound desc = " RESOLVE REF ": not found", registry, "shop/cart", "1.4",
       registry, "", "", "", "", false, authorized},
      {UNPACK "no match for platform in manifest: not found", registry, "shop/cart", "1.4",
       registry, "", "", "", "", false, manifest_read},
      {UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: Get \"" BLOB_URL
              "\": dial tcp 20.150.1.2:443: i/o timeout",
       registry, "shop/cart", "1.4", "eusmanaged7.blob.core.windows.net", "20.150.1.2", "", "", "",
       false, manifest_read},
      {UNPACK "failed to extract layer sha256:ab: unexpected EOF", registry, "shop/cart", "1.4",
       registry, "", "", "", "", false, blob_started},
      // No image is named: the URL tells.
      {"Get \"https://contoso.azurecr.io:443/v2/shop/cart/manifests/1.4\": no basic auth "
       "credentials",
       registry, "shop/cart", "1.4", registry, "", "", "", "", false, tls_established},
      // The proxy's address is not the registry's, and proves nothing of it.
      {REQUEST "proxyconnect tcp: dial tcp 10.0.9.9:3128: connect: connection refused", registry,
       "shop/cart", "1.4", registry, "10.0.9.9", "", "", "", false, none},
      // A mirror on the node answers for itself.
      {RESOLVE
       "unexpected status from HEAD request to "
       "http://localhost:8578/v2/shop/cart/manifests/1.4?ns=contoso.azurecr.io: 503 Service "
       "Unavailable",
       registry, "shop/cart", "1.4", "localhost:8578", "", "", "503", "", false, none},
      // Neither Azure Resource Manager's answer nor a proxy's says anything of the registry.
      {"Waiting for AAD role to propagate: could not create a role assignment for " REF, registry,
       "shop/cart", "1.4", registry, "", "", "", "", false, none},
      {"Get \"https://contoso.azurecr.io/v2/\": Service Unavailable", registry, "", "", registry,
       "", "", "", "", false, none},
      {RESOLVE "pull access denied, repository does not exist or may require authorization: server "
               "message: insufficient_scope: authorization failed",
       registry, "shop/cart", "1.4", registry, "", "", "", "", false, tls_established},
      // One attempt timed out, the other was answered.
      {"[" REQUEST "dial tcp 10.20.0.5:443: i/o timeout, " ANONYMOUS_401 "]", registry, "shop/cart",
       "1.4", registry, "10.20.0.5", "", "", "", true, tls_established},
      {"Back-off pulling image \"cart\"", "docker.io", "library/cart", "latest", "docker.io", "",
       "", "", "", false, none},
      {"hello", "", "", "", "", "", "", "", "", false, none},
  };
  for (const Facts& row : table) {
    const PullError error = read_pull_error(row.text);
    EXPECT_EQ(error.registry, row.registry) << row.text;
    EXPECT_EQ(error.repository, row.repository) << row.text;
    EXPECT_EQ(error.tag, row.tag) << row.text;
    EXPECT_EQ(error.host, row.host) << row.text;
    EXPECT_EQ(error.address, row.address) << row.text;
    EXPECT_EQ(error.resolver, row.resolver) << row.text;
    EXPECT_EQ(error.status, row.status) << row.text;
    EXPECT_EQ(error.client_address, row.client) << row.text;
    EXPECT_EQ(error.private_address, row.is_private) << row.text;
    EXPECT_EQ(error.furthest, row.furthest) << row.text << "\n" << to_string(error.furthest);
  }
}

TEST(PullError, NamesWhatItRead) {
  const PullError denied = read_pull_error(
      "unexpected status from HEAD request to https://contoso-a1b2.azurecr.io/v2/a/manifests/1: "
      "403 "
      "Forbidden");
  EXPECT_TRUE(denied.says.starts_with("contoso-a1b2.azurecr.io was reached")) << denied.says;
  ASSERT_FALSE(denied.next.empty());
  EXPECT_TRUE(denied.next.front().starts_with("az acr show --name contoso "))
      << denied.next.front();

  const PullError elsewhere = read_pull_error(
      "unexpected status from HEAD request to https://registry.example.com/v2/a/manifests/1: 403 "
      "Forbidden");
  for (const std::string& line : elsewhere.next) {
    EXPECT_FALSE(line.starts_with("az acr")) << line;
  }
  EXPECT_TRUE(read_pull_error("401 Unauthorized").says.starts_with("The registry was reached"));
}

// "{word}": the braces of a query hold a colon.
bool holds_placeholder(std::string_view line) {
  for (std::size_t open = 0; (open = line.find('{', open)) != line.npos; ++open) {
    const std::string_view inside = line.substr(open + 1, line.find('}', open) - open - 1);
    if (inside.find(':') == inside.npos) return true;
  }
  return false;
}

// Every line can be pasted: no fact is missing, none breaks out of its word.
TEST(PullError, LeavesNoPlaceholder) {
  for (const Text& row : kTexts) {
    const PullError error = read_pull_error(row.text);
    EXPECT_FALSE(error.says.empty());
    EXPECT_EQ(error.says.back(), '.') << error.says;
    EXPECT_GE(error.next.size(), 1U) << row.text;
    EXPECT_LE(error.next.size(), 3U) << row.text;
    EXPECT_FALSE(holds_placeholder(error.says)) << error.says;
    for (const std::string& line : error.next) EXPECT_FALSE(holds_placeholder(line)) << line;
  }
}

// Where the text gives no fact at all, there is still something to do.
TEST(PullError, AlwaysKnowsANextStep) {
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    const PullErrorWords& words = words_of(static_cast<PullErrorClass>(i));
    EXPECT_TRUE(std::any_of(words.next.begin(), words.next.end(), [](std::string_view line) {
      return !line.empty() && !holds_placeholder(line);
    })) << words.id;
  }
}

TEST(PullError, NeverRepeatsASecret) {
  const std::string secret = "S3cr3tSignature";
  for (const std::string& text : {
           std::string(UNPACK "failed to copy: httpReadSeeker: failed open: failed to do request: "
                              "Get \"https://x.blob.core.windows.net/a?sig=") +
               secret + "\": EOF",
           "Get \"https://user:" + secret + "@contoso.azurecr.io/v2/\": unauthorized",
           "docker login -u x -p " + secret + " contoso.azurecr.io: unauthorized",
           "Bearer " + secret + ": token has expired",
           "pull access denied for contoso.azurecr.io/a?token=" + secret + ", denied",
       }) {
    const PullError error = read_pull_error(text);
    std::string all = fmt::format("{} {} {} {} {} {} {}", error.detail, error.says, error.registry,
                                  error.repository, error.tag, error.host, error.address);
    for (const std::string& line : error.next) all += line;
    EXPECT_EQ(all.find(secret), std::string::npos) << all;
  }
}

TEST(PullError, PointsToLinksOfThePullPath) {
  const std::set<std::string_view> links = {"some-node-accepts-pod",
                                            "virtual-node-supports-pod",
                                            "image-reference-is-valid",
                                            "image-names-known-registry",
                                            "credential-provider-covers-host",
                                            "node-dns-reaches-azure-dns",
                                            "private-dns-zone-is-linked",
                                            "private-dns-record-exists",
                                            "private-dns-record-matches-endpoint",
                                            "data-endpoint-record-exists",
                                            "login-server-resolves",
                                            "login-server-resolves-to-private-address",
                                            "private-endpoint-is-approved",
                                            "peering-is-connected",
                                            "egress-allows-registry",
                                            "registry-accepts-cluster-network",
                                            "login-server-accepts-connections",
                                            "data-endpoint-accepts-connections",
                                            "registry-certificate-is-trusted",
                                            "pull-secret-exists",
                                            "pull-secret-is-well-formed",
                                            "pull-secret-matches-registry",
                                            "pull-secret-credential-is-current",
                                            "pod-carries-service-account-secrets",
                                            "virtual-node-pod-has-pull-secret",
                                            "kubelet-identity-exists",
                                            "registry-is-in-cluster-tenant",
                                            "kubelet-identity-can-pull",
                                            "pull-secret-principal-can-pull",
                                            "image-exists",
                                            "image-is-readable",
                                            "image-platform-matches-node"};
  std::set<std::string_view> pointed_to;
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    const auto error = static_cast<PullErrorClass>(i);
    std::set<std::string_view> once;
    for (const std::string_view link : likely_links(error)) {
      EXPECT_TRUE(links.contains(link)) << to_string(error) << " " << link;
      EXPECT_TRUE(once.insert(link).second) << to_string(error) << " " << link;
      pointed_to.insert(link);
    }
    EXPECT_EQ(likely_links(to_string(error)).data(), likely_links(error).data());
  }
  EXPECT_EQ(likely_links("auth.unauthorized").front(), "kubelet-identity-can-pull");
  EXPECT_EQ(likely_links("network.dns").front(), "private-dns-record-exists");
  EXPECT_TRUE(likely_links("wrapper.backoff_only").empty());
  EXPECT_TRUE(likely_links("no.such_class").empty());
  EXPECT_GE(pointed_to.size(), 28U);
}

TEST(PullError, IsDocumented) {
  std::ifstream file(ACR_SOURCE_DIR "/docs/pull-errors.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    const auto error = static_cast<PullErrorClass>(i);
    const std::size_t row = document.find(fmt::format("| `{}` |", to_string(error)));
    ASSERT_NE(row, std::string::npos) << to_string(error);
    const std::string line = document.substr(row, document.find('\n', row) - row);
    for (const std::string_view link : likely_links(error)) {
      EXPECT_NE(line.find(fmt::format("`{}`", link)), std::string::npos) << line << " " << link;
    }
  }
}

TEST(PullError, EndsOnHostileText) {
  for (const char* word : {"a",
                           "a;",
                           "[",
                           "[rpc error:, ",
                           "failed to pull, ",
                           "secret",
                           "https://",
                           "\"image \"",
                           "aadsts7000222 ",
                           "admission ",
                           "dial tcp: ",
                           "x/",
                           "\xE2",
                           "\\",
                           "\x1b[",
                           "%!A(MISSING)",
                           "4",
                           " 401 ",
                           "(((401",
                           "]",
                           "->1.1.1.1:5"}) {
    std::string text;
    while (text.size() < 300'000) text += word;
    const auto start = std::chrono::steady_clock::now();
    const PullError error = read_pull_error(text);
    // Only a quadratic step could need this long for 64 KiB.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << word;
    EXPECT_FALSE(error.class_id.empty());
  }
  // What lies behind the limit is not read.
  EXPECT_EQ(read_pull_error(std::string(70'000, ' ') + "no such host").class_id, "other.not_pull");
  const std::string_view zeros("Failed to pull\0 image \"a\0b\": 401 Unauthorized\0", 47);
  EXPECT_EQ(read_pull_error(zeros).class_id, "auth.unauthorized");
}

std::filesystem::path reference_data() {
  const char* folder = std::getenv("ACR_SHARED_DATA");
  return folder ? folder : ACR_SOURCE_DIR "/../shared/data";
}

TEST(PullError, ScoresOnTheReferenceData) {
  std::ifstream file(reference_data() / "pull_errors.jsonl");
  if (!file) GTEST_SKIP() << "the reference data is absent: " << reference_data().string();
  std::size_t rows = 0, right = 0;
  std::string misses;
  for (std::string line; std::getline(file, line);) {
    const json row = json::parse(line);
    const std::string by_text = row.value("text_class", row.at("class").get<std::string>());
    const std::string_view read =
        read_pull_error(row.at("message").get_ref<const std::string&>()).class_id;
    ++rows;
    if (read == by_text) {
      ++right;
    } else {
      misses +=
          fmt::format("{}: {} expected, {} read\n", row.at("id").get<std::string>(), by_text, read);
    }
  }
  RecordProperty("right", static_cast<int>(right));
  EXPECT_GE(rows, 200U);
  EXPECT_GE(right * 100, rows * 97) << misses;
}

TEST(PullError, ReadsTheVectors) {
  std::ifstream file(reference_data() / "vectors" / "error_messages.json");
  if (!file) GTEST_SKIP() << "the reference data is absent: " << reference_data().string();
  // The vectors' words for our classes; where theirs is wider, several of ours fit.
  const std::multimap<std::string, std::string> classes = {
      {"auth_denied", "auth.unauthorized"},
      {"auth_denied", "auth.forbidden_role"},
      {"anonymous_denied", "auth.unauthorized"},
      {"auth_denied_403", "network.firewall"},
      {"network_policy_denied", "network.firewall"},
      {"not_found", "image.tag_not_found"},
      {"platform_mismatch", "image.platform_mismatch"},
      {"blob_missing", "image.corrupt_layer"},
      {"blob_denied", "blob.redirect"},
      {"dns", "network.dns"},
      {"connection_refused", "network.refused"},
      {"timeout", "network.timeout"},
      {"tls", "tls.untrusted"},
      {"tls", "tls.http_https"},
      {"network_other", "network.refused"},
      {"rate_limited", "throttle.rate_limited"},
      {"registry_5xx", "registry.server_error"},
      {"registry_bad_response", "registry.server_error"},
      {"manifest_too_large", "image.unsupported_manifest"},
      {"schema1_unsupported", "image.unsupported_manifest"},
      {"invalid_reference", "image.invalid_name"},
      {"never_pull", "node.policy_never"},
      {"backoff_no_cause", "wrapper.backoff_only"},
      {"signature", "image.policy_denied"},
      {"kubelet_qps", "node.qps"},
      {"secret_malformed", "secret.malformed"},
      {"secret_missing", "secret.missing"},
      {"vk_secret_unsupported", "secret.malformed"},
      {"vk_secret_wrong_type", "secret.malformed"},
      {"vk_secret_missing", "secret.missing"},
      {"vk_volume_unsupported", "other.not_pull"},
      {"vk_args_without_command", "other.not_pull"},
      {"vk_image_inaccessible", "wrapper.inaccessible_image"},
  };
  const json document = json::parse(file);
  for (const json& row : document.at("cases")) {
    const std::string text = row.at("text");
    const PullError error = read_pull_error(text);
    const auto [first, last] = classes.equal_range(row.at("class").get<std::string>());
    EXPECT_TRUE(std::any_of(first, last, [&](const auto& c) { return c.second == error.class_id; }))
        << row.at("class") << " read as " << error.class_id << ": " << text;
    // containers-image says "invalid username/password" whether a credential was sent or not.
    if (row.value("credential_used", json()).is_boolean() && row.at("component") != "CRI-O") {
      EXPECT_EQ(error.detail, row.at("credential_used").get<bool>()
                                  ? "a credential was sent and refused"
                                  : "no credential was sent")
          << text;
    }
  }
}

}  // namespace
}  // namespace acr
