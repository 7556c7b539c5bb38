// Any text is either refused with words, or parses to a reference whose canonical form means
// itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "estate/image_reference.h"
#include "estate/login_server.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto plain = acr::parse_reference(text);
  if (!plain && plain.error().text.empty()) std::abort();
  if (plain && plain->canonical() != text) std::abort();

  acr::default_pull_policy(text);
  acr::cloud_of(text);
  const auto image = acr::parse_image(text);
  if (!image) {
    if (image.error().text.empty()) std::abort();
    return 0;
  }
  const auto again = acr::parse_image(image->canonical());
  if (!again || again->canonical() != image->canonical()) std::abort();
  acr::aks_provider_matches(image->repository());
  acr::provider_login_server(image->repository(), "azurecr.io");
  return 0;
}
