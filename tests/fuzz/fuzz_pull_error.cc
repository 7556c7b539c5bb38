// Any text is read without a crash, into a class of the table, with facts that are safe to print.
#include <cstdint>
#include <cstdlib>

#include "estate/address.h"
#include "estate/pull_error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const acr::PullError error = acr::read_pull_error(text);
  if (error.class_id != to_string(error.error) || error.says.empty()) std::abort();
  if (error.next.empty() || error.next.size() > 3) std::abort();
  for (const std::string& address : {error.address, error.resolver, error.client_address}) {
    if (!address.empty() && !acr::IpAddress::parse(address)) std::abort();
  }
  for (const std::string& line : error.next) {
    for (const char c : line) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) std::abort();
    }
  }
  for (const std::string& name : {error.registry, error.host, error.repository, error.tag}) {
    if (name.size() > 512 || name.find_first_of(" \"'$`;&|<>\\\n") != name.npos) std::abort();
  }
  return 0;
}
