#include "live/exchange.h"

namespace acr {

std::string_view to_string(Audience audience) {
  switch (audience) {
    case Audience::arm:
      return "arm";
    case Audience::graph:
      return "graph";
    case Audience::kubernetes:
      return "kubernetes";
    case Audience::registry:
      return "registry";
  }
  return "arm";
}

std::string Request::key() const {
  std::string key;
  for (const std::string_view part :
       {to_string(audience), std::string_view(context), std::string_view(method),
        std::string_view(url), std::string_view(body)}) {
    key.append(part).append("\x1f");
  }
  return key;
}

}  // namespace acr
