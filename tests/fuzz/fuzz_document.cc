// Any bytes as input: collected without a crash, and what is left unread is said.
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <string>

#include "collect/collect.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::istringstream stream(std::string(reinterpret_cast<const char*>(data), size));
  acr::Input input;
  input.paths = {"-"};
  input.standard_input = &stream;
  input.limits.yaml_bytes = std::size_t{1} << 16;
  const acr::Collected collected = acr::collect(input);
  if (collected.damaged && collected.remarks.empty()) std::abort();
  for (const acr::Remark& remark : collected.remarks)
    if (remark.text.find('\n') != std::string::npos) std::abort();
  return 0;
}
