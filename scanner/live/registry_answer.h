// What a registry's answers mean. All of it is outside text: read within limits, trusted for
// nothing.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/call.h"

namespace acr {

// The first of `names` ("access_token", "token") that the answer holds and that may stand in a
// header; or a clause.
std::expected<Secret, std::string> read_registry_token(const Answer& answer,
                                                       std::initializer_list<const char*> names);

// Does the token's "access" claim let its holder do this ("pull")? Token services answer 200 with a
// token that grants nothing. `unknown`: the token is not one that can be read.
enum class Granted { yes, no, unknown };
Granted grants(std::string_view access_token, std::string_view repository, std::string_view action);

// The first error of an answer, and the address that a firewall's refusal names. Plain lines; empty
// where nothing is said.
struct RegistryError {
  std::string code, message;
  std::string client_address;
};
RegistryError read_registry_error(const Answer& answer);

struct BlobLink {
  std::string digest;
  std::int64_t size = -1;  // bytes; -1: not told
};
struct PlatformImage {
  std::string platform;  // "linux/arm64", "linux/arm/v7"
  std::string digest;    // of the manifest
};
struct Manifest {
  std::string digest;                 // of the bytes that came
  std::vector<PlatformImage> images;  // of an index, without attestations
  bool is_index = false;
  std::optional<BlobLink> config, layer;  // layer: the first that the registry itself holds
};
// Or a clause: no manifest, or not the one that `reference` (where it is a digest) or the answer's
// Docker-Content-Digest promise.
std::expected<Manifest, std::string> read_manifest(const Answer& answer,
                                                   std::string_view reference);
// "linux/amd64" of an image's configuration; empty where it tells none.
std::string read_platform(std::string_view config);

// "sha256:…" or "sha512:…" with as many lower-case hexadecimal digits as it must have.
bool is_digest(std::string_view text);
// Are these the bytes of the digest? `digest` is one.
bool matches_digest(std::string_view bytes, std::string_view digest);

// Where a redirect (301, 302, 303, 307, 308) leads: an https URL; a clause where it may not be
// followed. A path alone stays on `registry`.
std::expected<std::string, std::string> read_redirect(const Answer& answer,
                                                      const std::string& registry);
bool is_redirect(int status);

}  // namespace acr
