#include "estate/fact.h"

#include <algorithm>

namespace acr {

std::string_view to_string(Basis basis) {
  switch (basis) {
    case Basis::none:
      return "none";
    case Basis::resolved:
      return "resolved";
    case Basis::kubernetes_api:
      return "kubernetes-api";
    case Basis::configuration:
      return "configuration";
    case Basis::arm:
      return "arm";
    case Basis::observed:
      return "observed";
    case Basis::caller:
      return "caller";
    case Basis::denied:
      return "denied";
  }
  return "none";
}

std::vector<Evidence> together(std::vector<Evidence> a, const std::vector<Evidence>& b) {
  for (const Evidence& evidence : b) {
    if (std::find(a.begin(), a.end(), evidence) == a.end()) a.push_back(evidence);
  }
  return a;
}

}  // namespace acr
