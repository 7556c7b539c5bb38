// Image platforms, as containerd compares them: which entries of an image index a node accepts and
// which one it pulls. Source: containerd/platforms, compare.go and platform_windows_compat.go.
// An image that is no index is never compared with the node: a wrong one is pulled, and then does
// not start.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace acr {

struct Platform {
  std::string os;            // "linux", "windows"
  std::string architecture;  // "amd64", "arm64"
  std::string variant;       // "v8"
  std::string os_version;    // Windows only: "10.0.20348.2000"
  std::vector<std::string> os_features;

  friend bool operator==(const Platform&, const Platform&) = default;
};

// "linux/arm64/v8", "windows(10.0.20348.1)/amd64", "windows(10.0.17763+win32k)/amd64"; normalised.
// nullopt for anything else; a lone system or architecture is refused, since the other half would
// have to be guessed.
std::optional<Platform> parse_platform(std::string_view text);
std::string to_string(const Platform& platform);  // the form above

// One spelling for one platform: lower case, "x86_64" = "amd64", "aarch64" and "arm64/v8" =
// "arm64", "armhf" = "arm" = "arm/v7". containerd compares platforms in this form.
Platform normalise(Platform platform);

// How alike the image's platform must be.
enum class Likeness {
  accepted,  // what the node pulls: amd64 takes 386, arm64 older variants and 32-bit arm
  same,      // without such fallbacks
  same_os,   // any architecture
};
// Windows hosts accept images of their own build; from Windows Server 2022 on also older ones, down
// to build 20348. A version that is absent on either side is no hindrance. An image that does not
// say its system is taken for the host's, one without architecture matches nothing.
bool matches(const Platform& host, const Platform& image, Likeness likeness = Likeness::accepted);

// The entry of an index that the node pulls: the one nearest to its own platform, on Windows the
// newest version, otherwise the first. nullopt when none is accepted. containerd judges an entry
// without platform by its image's configuration; left empty here, it is not chosen, and then
// nullopt is no proof.
std::optional<std::size_t> choose(const Platform& host, std::span<const Platform> entries);

}  // namespace acr
