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
// wipes itself.
struct DockerEntry {
  std::string location, username, password, email;
  bool has_auth = false;
  ~DockerEntry();
  DockerEntry() = default;
  DockerEntry(DockerEntry&&) = default;
  DockerEntry& operator=(DockerEntry&&) = default;
};

struct DecodeError {
  std::string text;  // the kubelet's words: "illegal base64 data at input byte 4"
};

// encoding/base64 of Go: StdEncoding demands exact padding, RawStdEncoding forbids it; CR and LF are
// skipped. `padded` false = RawStdEncoding.
std::expected<std::string, DecodeError> decode_base64(std::string_view text, bool padded);
// base64(username:password) as config.go reads it.
std::expected<DockerEntry, DecodeError> decode_auth_field(std::string_view auth);
std::expected<std::vector<DockerEntry>, DecodeError> decode_dockercfg(std::string_view json);
std::expected<std::vector<DockerEntry>, DecodeError> decode_dockerconfigjson(std::string_view json);

// The reduced form of a decoded entry: kind of user, expiry of a JWT password.
PullCredential reduce(const DockerEntry& entry);

// What azure-aci makes of a secret: empty, or why it refuses (exact upstream text).
std::string aci_refusal(std::string_view secret_type, bool data_key_present, std::string_view json);

// Fills credentials, docker_type and aci_error of a secret from its type and the base64 text of its
// data key (nullopt: no such key).
void decode_pull_secret(PullSecret& secret, std::optional<std::string_view> data_base64);

// RFC 3339 of the "exp" claim of a JWT, empty when the text is none.
std::string jwt_expiry(std::string_view token);

}  // namespace acr
