#include "live/call.h"

namespace acr {

std::string_view to_string(Failure failure) {
  switch (failure) {
    case Failure::none:
      return "none";
    case Failure::name:
      return "name";
    case Failure::refused:
      return "refused";
    case Failure::timeout:
      return "timeout";
    case Failure::reset:
      return "reset";
    case Failure::tls_untrusted:
      return "tls-untrusted";
    case Failure::tls_name:
      return "tls-name";
    case Failure::tls_expired:
      return "tls-expired";
    case Failure::tls_other:
      return "tls-other";
    case Failure::proxy:
      return "proxy";
    case Failure::too_large:
      return "too-large";
    case Failure::malformed:
      return "malformed";
    case Failure::deadline:
      return "deadline";
    case Failure::cancelled:
      return "cancelled";
  }
  return "none";
}

}  // namespace acr
