#include "check.h"

#include <algorithm>

namespace acr {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "pass";
    case Outcome::fail:
      return "fail";
    case Outcome::unknown:
      return "unknown";
    case Outcome::not_applicable:
      return "not-applicable";
  }
  return "unknown";
}

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      return "critical";
  }
  return "high";
}

std::string_view to_string(Link link) {
  switch (link) {
    case Link::node:
      return "node";
    case Link::reference:
      return "reference";
    case Link::name_resolution:
      return "name resolution";
    case Link::network:
      return "network";
    case Link::tls:
      return "TLS";
    case Link::credential:
      return "credential";
    case Link::authorization:
      return "authorization";
    case Link::image:
      return "image";
    case Link::symptom:
      return "symptom";
    case Link::none:
      return "compliance";
  }
  return "compliance";
}

const Check* find_check(std::string_view id) {
  const auto checks = all_checks();
  const auto it =
      std::find_if(checks.begin(), checks.end(), [&](const Check* c) { return c->id == id; });
  return it == checks.end() ? nullptr : *it;
}

Verdict pass(std::string reason, std::vector<Evidence> evidence, Basis basis) {
  return {Outcome::pass, std::move(reason), std::move(evidence), {}, {}, basis};
}

Verdict fail(std::string reason, std::vector<Evidence> evidence, Basis basis,
             std::vector<std::string> fix) {
  return {Outcome::fail, std::move(reason), std::move(evidence), std::move(fix), {}, basis};
}

Verdict unknown(std::string reason, std::vector<Evidence> evidence,
                std::vector<std::string> supply) {
  // A recorded refusal among the evidence says more than its mere absence would.
  const bool denied = std::any_of(evidence.begin(), evidence.end(),
                                  [](const Evidence& e) { return e.basis == Basis::denied; });
  return {Outcome::unknown,    std::move(reason),
          std::move(evidence), {},
          std::move(supply),   denied ? Basis::denied : Basis::none};
}

Verdict not_applicable(std::string reason, std::vector<Evidence> evidence) {
  return {Outcome::not_applicable, std::move(reason), std::move(evidence), {}, {}, Basis::none};
}

}  // namespace acr
