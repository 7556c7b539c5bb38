// What the text of an image-pull failure says: the kubelet's event or waiting message, a runtime's
// or command line's error. Pure text in, facts out; the estate may later know better.
// Sources of the wordings: containerd 1.6 to 2.3, CRI-O, docker, Azure Container Instances, az.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

// In the order of the pull path, then what is no error of a pull.
enum class PullErrorClass : std::uint8_t {
  auth_unauthorized,
  auth_forbidden_role,
  auth_sp_expired,
  auth_sp_invalid_secret,
  auth_app_not_found,
  auth_token_expired,
  auth_admin_disabled,
  auth_tenant,
  auth_conditional_access,
  auth_identity_missing,
  node_credential_provider,
  secret_missing,
  secret_malformed,
  network_firewall,
  network_dns,
  network_timeout,
  network_refused,
  network_proxy,
  tls_untrusted,
  tls_name_mismatch,
  tls_expired,
  tls_http_https,
  image_tag_not_found,
  image_repo_not_found,
  image_invalid_name,
  image_platform_mismatch,
  image_unsupported_manifest,
  image_digest_mismatch,
  image_corrupt_layer,
  image_policy_denied,
  image_quarantined,
  throttle_rate_limited,
  registry_server_error,
  registry_not_found,
  node_disk,
  node_runtime,
  node_pull_deadline,
  node_policy_never,
  node_qps,
  blob_redirect,
  wrapper_backoff_only,
  wrapper_inaccessible_image,
  other_not_pull,
};
inline constexpr std::size_t kPullErrorClasses =
    static_cast<std::size_t>(PullErrorClass::other_not_pull) + 1;

// "auth.unauthorized": stable, printed in reports.
std::string_view to_string(PullErrorClass error);

// How far the pull came, as far as the text proves it. Each stage contains those before it.
enum class PullStage : std::uint8_t {
  none,
  name_resolved,    // an address was dialled
  connected,        // TCP
  tls_established,  // the registry gave any HTTP status
  authorized,       // the registry let the caller ask for the manifest
  manifest_read,
  blob_started,
};
std::string_view to_string(PullStage stage);

struct PullError {
  enum class Confidence : std::uint8_t { certain, likely };

  PullErrorClass error = PullErrorClass::other_not_pull;
  std::string_view class_id;  // to_string(error)
  std::string detail;         // what the class leaves open: "timeout", "no credential was sent"
  Confidence confidence = Confidence::likely;
  std::string says;               // one sentence for people
  std::vector<std::string> next;  // one to three commands or questions that would tell more

  // Facts read from the text; empty where it does not say. Never a query string, never a secret.
  std::string registry;        // host of the image's reference: "contoso.azurecr.io"
  std::string repository;      // "team/app"
  std::string tag;             // or digest: "v1", "sha256:…"
  std::string host;            // whom the decisive request asked; otherwise the registry
  std::string address;         // the address dialled (the proxy's for network.proxy), without port
  std::string resolver;        // the DNS server asked, without port
  std::string status;          // the HTTP status: "401"
  std::string client_address;  // whom the registry saw, when it refuses that address
  bool private_address = false;          // `address` is private: the way of a private endpoint
  PullStage furthest = PullStage::none;  // over all attempts that the text tells of
};
std::string_view to_string(PullError::Confidence confidence);

// Text longer than 64 KiB is cut. Never fails: text that says nothing known is other.not_pull.
PullError read_pull_error(std::string_view text);

// Checks of the pull path that a message of this class points to, the likeliest first; empty where
// no check can tell.
std::span<const std::string_view> likely_links(PullErrorClass error);
std::span<const std::string_view> likely_links(std::string_view class_id);

}  // namespace acr
