#include "collect/status.h"

#include <fmt/format.h>

namespace acr {

std::string describe_status(long status) {
  if (status == 401) return "the credential was not accepted (401)";
  if (status == 403) return "it was refused (403)";
  if (status == 429) return "the service is throttling (429)";
  if (status >= 500 && status < 600) return fmt::format("the service failed ({})", status);
  return fmt::format("the answer has the status {}", status);
}

}  // namespace acr
