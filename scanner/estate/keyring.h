// The kubelet's credential keyring: which entries of the pull secrets are tried for a repository,
// and in which order. Source: kubernetes pkg/credentialprovider/keyring.go (1.31 to 1.36 alike).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace acr {

// URLsMatchStr: does a host pattern (with optional path) match a repository? Both without scheme.
bool urls_match(std::string_view pattern, std::string_view repository);

// The index key BasicDockerKeyring.Add files an entry under, or empty when the kubelet ignores the
// entry (its location does not parse). "https://Reg.io/v2/team" -> "Reg.io/team".
std::string keyring_key(std::string_view location);

// Would Lookup fall back to the index.docker.io entry for this repository?
bool is_default_registry(std::string_view repository);

// Indexes into `locations` (host keys as written, in secret order) that Lookup returns for the
// repository, in the order they are tried: keys in reverse byte order, then secret order.
std::vector<std::size_t> keyring_lookup(const std::vector<std::string>& locations,
                                        std::string_view repository);

// Why an entry that a reader would expect to match does not ("the port :443 must stand on both
// sides"), for messages; empty when nothing near is to be said.
std::string why_no_match(std::string_view location, std::string_view repository);

}  // namespace acr
