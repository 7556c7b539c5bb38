// Up to the first line end the input is a repository, each further line a location. What the lookup
// returns matches, and what it leaves out has a reason or none, but no crash.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "estate/keyring.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (lines.empty()) return 0;
  const std::string repository = lines.front();
  lines.erase(lines.begin());

  const auto found = acr::keyring_lookup(lines, repository);
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::string key = acr::keyring_key(lines[found[i]]);
    if (i > 0 && acr::keyring_key(lines[found[i - 1]]) < key) std::abort();
    if (!acr::urls_match(key, repository) && !acr::is_default_registry(repository)) std::abort();
  }
  for (const std::string& location : lines) acr::why_no_match(location, repository);
  return 0;
}
