// Docker credentials in Kubernetes secrets, decoded as the kubelet does and reduced at once: no
// password leaves this file. Source: kubernetes pkg/credentialprovider/config.go; the classic
// virtual node's reading: virtual-kubelet/azure-aci pkg/provider/aci.go.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/workload.h"

namespace acr {

// The kubelet's decoding of an entry, password included. Only the decoder and its tests hold it; it
// wipes itself, and a move wipes what it leaves behind.
struct DockerEntry {
  std::string location, username, password, email;
  bool has_auth = false;  // user name and password came from the auth field
  ~DockerEntry();
  DockerEntry() = default;
  DockerEntry(DockerEntry&& other) noexcept;
  DockerEntry& operator=(DockerEntry&& other) noexcept;
};

struct DecodeError {
  // The kubelet's words: "illegal base64 data at input byte 4". Only where JSON itself is broken
  // they are our own. Never holds a value of the secret.
  std::string text;
};

// encoding/base64 of Go: StdEncoding demands exact padding, RawStdEncoding forbids it; CR and LF
// are skipped. `padded` false = RawStdEncoding.
std::expected<std::string, DecodeError> decode_base64(std::string_view text, bool padded);
// base64(username:password) as config.go reads it.
std::expected<DockerEntry, DecodeError> decode_auth_field(std::string_view auth);
// Entries in the order of the file; a key that stands twice counts once, with its last value.
std::expected<std::vector<DockerEntry>, DecodeError> decode_dockercfg(std::string_view json);
std::expected<std::vector<DockerEntry>, DecodeError> decode_dockerconfigjson(std::string_view json);

// The reduced form of a decoded entry: kind of user, expiry of a JWT password, and whether Azure
// Container Instances would take its host. A user name of unusual form, and user information or a
// query within the host key, are left out: they may be passwords in the wrong place.
PullCredential reduce(const DockerEntry& entry);

// What azure-aci makes of a secret: empty, or why it refuses (exact upstream text).
std::string aci_refusal(std::string_view secret_type, bool data_key_present, std::string_view json);

// Fills credentials, docker_type and aci_error of a secret from its type and the base64 text of the
// data key that belongs to the type (nullopt: no such key). For documents that hold no data at all
// (metadata only, redacted) leave the default gap and do not call this.
void decode_pull_secret(PullSecret& secret, std::optional<std::string_view> data_base64);

// RFC 3339 of the "exp" claim of a JWT, empty when the text is none.
std::string jwt_expiry(std::string_view token);

}  // namespace acr
