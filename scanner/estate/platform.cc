#include "estate/platform.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "estate/resource_id.h"

namespace acr {
namespace {

bool is_name(std::string_view text, std::string_view more) {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           more.find(c) != std::string_view::npos;
  });
}

std::optional<unsigned> parse_number(std::string_view text) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// "(10.0.17763+win32k)" of a specifier, without the parentheses.
bool read_os_options(std::string_view text, Platform& platform) {
  const std::size_t plus = std::min(text.find('+'), text.size());
  if (plus > 0 && !is_name(text.substr(0, plus), "_.-")) return false;
  platform.os_version = text.substr(0, plus);
  text.remove_prefix(plus);
  while (!text.empty()) {
    text.remove_prefix(1);
    const std::size_t end = std::min(text.find('+'), text.size());
    if (!is_name(text.substr(0, end), "_.-")) return false;
    platform.os_features.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return true;
}

struct WindowsVersion {
  unsigned major = 0, minor = 0, build = 0;
};

// nullopt for less than three numbers; the revision is left out.
std::optional<WindowsVersion> parse_windows_version(std::string_view text) {
  std::vector<unsigned> numbers;
  while (numbers.size() < 3) {
    const std::size_t dot = std::min(text.find('.'), text.size());
    const auto number = parse_number(text.substr(0, dot));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    if (dot == text.size()) break;
    text.remove_prefix(dot + 1);
  }
  if (numbers.size() < 3) return std::nullopt;
  return WindowsVersion{numbers[0], numbers[1], numbers[2]};
}

bool windows_accepts(std::string_view host_text, std::string_view image_text) {
  const auto host = parse_windows_version(host_text);
  if (!host || image_text.empty()) return true;
  const WindowsVersion image = parse_windows_version(image_text).value_or(WindowsVersion{});
  if (host->major != image.major || host->minor != image.minor) return false;
  // The first build with a binary interface that later ones keep: Windows Server 2022.
  constexpr unsigned kStable = 20348;
  if (host->build < kStable) return host->build == image.build;
  return image.build >= kStable && image.build <= host->build;
}

// An architecture and a variant.
struct Machine {
  std::string_view architecture;
  std::string variant;

  friend bool operator==(const Machine&, const Machine&) = default;
};

// "v7" -> 7. One digit: no architecture has two, and a longer one must not make a long list.
std::optional<unsigned> parse_variant(std::string_view text) {
  if (text.size() != 2 || text.front() != 'v') return std::nullopt;
  return parse_number(text.substr(1));
}

void add_arm64_variants(std::vector<Machine>& machines, std::string_view variant) {
  if (variant.empty()) variant = "v8";
  const std::size_t dot = variant.find('.');
  const auto major = parse_variant(variant.substr(0, dot));
  if (!major) return;
  unsigned minor = 0;
  if (dot != std::string_view::npos && variant.size() == dot + 2) {
    minor = parse_number(variant.substr(dot + 1)).value_or(0);
  }
  const auto add_down_from = [&](unsigned generation, unsigned end) {
    for (unsigned m = end; m-- > 0;) {
      machines.push_back({"arm64", m > 0             ? fmt::format("v{}.{}", generation, m)
                                   : generation == 8 ? ""
                                                     : fmt::format("v{}", generation)});
    }
  };
  if (*major == 8) add_down_from(8, minor);
  if (*major == 9) {
    add_down_from(9, minor);
    // Armv9.x has all of Armv8.(x+5); the eighth generation ends at 8.9.
    add_down_from(8, std::min(minor + 5, 9U) + 1);
  }
}

// The machines whose programs a Linux host runs, its own first.
std::vector<Machine> runnable(const Platform& host) {
  std::vector<Machine> machines{{host.architecture, host.variant}};
  const auto add_down = [&](std::string_view architecture, unsigned from, unsigned to) {
    for (unsigned v = from; v >= to; --v) {
      machines.push_back({architecture, v == 1 ? "" : fmt::format("v{}", v)});
    }
  };
  if (host.architecture == "amd64") {
    if (const auto version = parse_variant(host.variant); version && *version > 1) {
      add_down("amd64", *version - 1, 1);
    }
    machines.push_back({"386", ""});
  } else if (host.architecture == "arm") {
    if (const auto version = parse_variant(host.variant); version && *version > 5) {
      add_down("arm", *version - 1, 5);
    }
  } else if (host.architecture == "arm64") {
    add_arm64_variants(machines, host.variant);
    add_down("arm", 8, 5);
  }
  return machines;
}

// Of a normalised host and image: the place of the image among what the host accepts, 0 the best.
std::optional<std::size_t> rank(const Platform& host, const Platform& image, Likeness likeness) {
  if (host.os != image.os || image.architecture.empty()) return std::nullopt;
  const bool windows = host.os == "windows";
  if (windows && !windows_accepts(host.os_version, image.os_version)) return std::nullopt;
  if (!std::ranges::all_of(image.os_features, [&](const std::string& feature) {
        // Every Windows Server edition that AKS runs has the library this stands for.
        return (windows && feature == "win32k") ||
               std::ranges::find(host.os_features, feature) != host.os_features.end();
      })) {
    return std::nullopt;
  }
  if (likeness == Likeness::same_os) return 0;

  const Machine wanted{image.architecture, image.variant};
  if (likeness == Likeness::same || windows) {  // containerd on Windows has no fallbacks
    if (Machine{host.architecture, host.variant} == wanted) return 0;
    return std::nullopt;
  }
  const std::vector<Machine> machines = runnable(host);
  const auto found = std::ranges::find(machines, wanted);
  if (found == machines.end()) return std::nullopt;
  return static_cast<std::size_t>(found - machines.begin());
}

Platform normalise_entry(const Platform& host, Platform image) {
  if (image.os.empty()) image.os = host.os;
  return normalise(std::move(image));
}

}  // namespace

std::optional<Platform> parse_platform(std::string_view text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  std::string_view os = text.substr(0, slash), machine = text.substr(slash + 1);

  Platform platform;
  if (const std::size_t open = os.find('('); open != std::string_view::npos) {
    if (!os.ends_with(')') ||
        !read_os_options(os.substr(open + 1, os.size() - open - 2), platform)) {
      return std::nullopt;
    }
    os = os.substr(0, open);
  }
  const std::size_t second = machine.find('/');
  const std::string_view architecture = machine.substr(0, second);
  if (!is_name(os, "_-") || !is_name(architecture, "_.-")) return std::nullopt;
  platform.os = os;
  platform.architecture = architecture;
  if (second != std::string_view::npos) {
    const std::string_view variant = machine.substr(second + 1);
    if (!is_name(variant, "_.-")) return std::nullopt;
    platform.variant = variant;
  }
  return normalise(std::move(platform));
}

std::string to_string(const Platform& platform) {
  std::string options = platform.os_version;
  for (const std::string& feature : platform.os_features) options += "+" + feature;
  return fmt::format("{}{}{}{}/{}{}{}", platform.os, options.empty() ? "" : "(", options,
                     options.empty() ? "" : ")", platform.architecture,
                     platform.variant.empty() ? "" : "/", platform.variant);
}

Platform normalise(Platform platform) {
  platform.os = lower(platform.os);
  if (platform.os == "macos") platform.os = "darwin";
  std::string& architecture = platform.architecture;
  std::string& variant = platform.variant;
  architecture = lower(architecture);
  variant = lower(variant);

  if (architecture == "i386") {
    architecture = "386";
    variant.clear();
  } else if (architecture == "x86_64" || architecture == "x86-64" || architecture == "amd64") {
    architecture = "amd64";
    if (variant == "v1") variant.clear();
  } else if (architecture == "aarch64" || architecture == "arm64") {
    architecture = "arm64";
    if (variant == "8" || variant == "v8" || variant == "v8.0") variant.clear();
    if (variant == "9" || variant == "v9.0") variant = "v9";
  } else if (architecture == "armhf") {
    architecture = "arm";
    variant = "v7";
  } else if (architecture == "armel") {
    architecture = "arm";
    variant = "v6";
  } else if (architecture == "arm") {
    if (variant.empty()) variant = "v7";
    if (variant.size() == 1 && variant.front() >= '5' && variant.front() <= '8') {
      variant.insert(variant.begin(), 'v');
    }
  }
  std::ranges::sort(platform.os_features);
  const auto repeated = std::ranges::unique(platform.os_features);
  platform.os_features.erase(repeated.begin(), repeated.end());
  return platform;
}

bool matches(const Platform& host, const Platform& image, Likeness likeness) {
  const Platform own = normalise(host);
  return rank(own, normalise_entry(own, image), likeness).has_value();
}

std::optional<std::size_t> choose(const Platform& host, std::span<const Platform> entries) {
  const Platform own = normalise(host);
  std::optional<std::size_t> best;
  std::size_t best_place = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto place = rank(own, normalise_entry(own, entries[i]), Likeness::accepted);
    if (!place) continue;
    // containerd compares the versions as text.
    const bool newer = best && own.os == "windows" && *place == best_place &&
                       entries[i].os_version > entries[*best].os_version;
    if (!best || *place < best_place || newer) {
      best = i;
      best_place = *place;
    }
  }
  return best;
}

}  // namespace acr
