#include "judge/report.h"

namespace acr {

std::string_view to_string(Result::Since since) {
  switch (since) {
    case Result::Since::not_compared:
      return {};
    case Result::Since::is_new:
      return "new";
    case Result::Since::unchanged:
      return "unchanged";
    case Result::Since::updated:
      return "updated";
    case Result::Since::absent:
      return "absent";
  }
  return {};
}

std::string_view to_string(ChainLink::Role role) {
  switch (role) {
    case ChainLink::Role::holds:
      return "holds";
    case ChainLink::Role::cause:
      return "cause";
    case ChainLink::Role::consequence:
      return "consequence";
    case ChainLink::Role::also:
      return "also";
    case ChainLink::Role::unknown:
      return "unknown";
    case ChainLink::Role::not_applicable:
      return "not-applicable";
  }
  return "unknown";
}

std::string_view to_string(PullReport::Diagnosis diagnosis) {
  switch (diagnosis) {
    case PullReport::Diagnosis::pulls:
      return "pulls";
    case PullReport::Diagnosis::broken:
      return "broken";
    case PullReport::Diagnosis::unexplained:
      return "unexplained";
    case PullReport::Diagnosis::unknown:
      return "unknown";
  }
  return "unknown";
}

const ChainLink* PullReport::cause() const {
  for (const ChainLink& link : chain) {
    if (link.role == ChainLink::Role::cause) return &link;
  }
  return nullptr;
}

std::vector<const ChainLink*> PullReport::also() const {
  std::vector<const ChainLink*> links;
  for (const ChainLink& link : chain) {
    if (link.role == ChainLink::Role::also) links.push_back(&link);
  }
  return links;
}

}  // namespace acr
