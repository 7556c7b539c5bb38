#include "live/sighting.h"

#include <algorithm>

#include <fmt/format.h>

#include "estate/login_server.h"
#include "live/challenge.h"
#include "live/plain.h"
#include "live/registry_answer.h"

namespace acr {
namespace {

Observation seen(Observation::Step step, std::string_view host, bool works,
                 std::string_view outcome) {
  Observation observation;
  observation.step = step;
  observation.host = host;
  observation.works = works;
  observation.outcome = outcome;
  return observation;
}

std::string_view word_of(Failure failure) {
  switch (failure) {
    case Failure::name:
      return "no-name";
    case Failure::tls_untrusted:
      return "untrusted";
    case Failure::tls_name:
      return "wrong-name";
    case Failure::tls_expired:
      return "expired";
    case Failure::tls_other:
      return "tls";
    default:
      return to_string(failure);
  }
}

std::string_view word_of_status(int status) {
  if (is_redirect(status)) return "redirect";
  if (status >= 500) return "server-error";
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return "denied";
    case 404:
      return "not-found";
    case 407:
      return "proxy";
    case 429:
      return "throttled";
    default:
      return "unexpected";
  }
}

std::string header_of(const Answer& answer, const char* name) {
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? std::string() : plain_name(found->second, 80);
}

bool is_tls(Failure failure) {
  return failure == Failure::tls_untrusted || failure == Failure::tls_name ||
         failure == Failure::tls_expired || failure == Failure::tls_other;
}

// What the server itself says about its refusal: a registry's error, a storage account's code.
std::string refusal_of(const Answer& answer, const RegistryError& error) {
  std::string text = fmt::format("HTTP {}", answer.status);
  if (!error.code.empty() || !error.message.empty())
    text += fmt::format(": {}{}{}", error.code, error.code.empty() ? "" : " ", error.message);
  if (const auto code = header_of(answer, "x-ms-error-code"); !code.empty()) text += ": " + code;
  if (answer.body.starts_with('<'))
    text += " with a web page: a proxy or firewall may have answered in the registry's place";
  // Whom to name to Azure's support.
  if (const auto id = header_of(answer, "x-ms-correlation-request-id"); !id.empty())
    text += fmt::format(" (correlation id {})", id);
  return text;
}

}  // namespace

Observation observe_name(std::string_view host, const DnsAnswer& v4, const DnsAnswer& v6) {
  using Outcome = DnsAnswer::Outcome;
  // A name without records of one kind is there; whether the other question failed decides.
  const bool second = v4.outcome != Outcome::addresses &&
                      (v6.outcome == Outcome::addresses || v4.outcome == Outcome::no_data);
  const DnsAnswer& told = second ? v6 : v4;
  Observation observation = seen(Observation::Step::resolve, host,
                                 told.outcome == Outcome::addresses, to_string(told.outcome));
  observation.addresses = v4.addresses;
  observation.addresses.insert(observation.addresses.end(), v6.addresses.begin(),
                               v6.addresses.end());
  observation.chain = told.chain;
  observation.server = told.server;
  observation.detail = told.detail;
  if (v4.outcome == Outcome::no_data && v6.outcome == Outcome::no_data)
    observation.detail = fmt::format("{} has no address: neither an A nor an AAAA record",
                                     told.chain.empty() ? host : told.chain.back());
  return observation;
}

Observation observe_connection(std::string_view host, std::string_view address,
                               const Answer& answer) {
  const bool works = !answer.address.empty() && answer.failure != Failure::refused &&
                     answer.failure != Failure::proxy;
  Observation observation =
      seen(Observation::Step::connect, host, works, works ? "connected" : word_of(answer.failure));
  if (!address.empty()) observation.addresses = {std::string(address)};
  if (address.empty() && works) observation.detail = "by the proxy of the environment";
  if (!works) {
    observation.detail = answer.detail;
    observation.milliseconds = static_cast<int>(answer.took.count());
  }
  return observation;
}

Observation observe_certificate(std::string_view host, const Answer& answer) {
  const bool works =
      !is_tls(answer.failure) && (answer.status != 0 || answer.certificate.has_value());
  Observation observation =
      seen(Observation::Step::tls, host, works, works ? "trusted" : word_of(answer.failure));
  if (!answer.address.empty()) observation.addresses = {answer.address};
  if (works) return observation;
  observation.detail = answer.detail;
  if (answer.certificate) observation.issuer = plain_name(answer.certificate->issuer, 256);
  if (answer.failure == Failure::tls_name && answer.certificate) {
    auto names = answer.certificate->names;
    names.resize(std::min<std::size_t>(names.size(), 5));
    observation.detail += plain_name(fmt::format("; it is for {}", fmt::join(names, ", ")));
  }
  return observation;
}

Observation observe_answer(Observation::Step step, std::string_view host, const Answer& answer,
                           std::string_view good) {
  Observation observation = seen(step, host, answer.ok(), good);
  if (!answer.address.empty()) observation.addresses = {answer.address};
  observation.status = answer.status;
  observation.milliseconds = static_cast<int>(answer.took.count());
  if (answer.ok()) return observation;
  if (answer.failure != Failure::none) {
    observation.outcome = word_of(answer.failure);
    observation.detail = answer.detail;
    return observation;
  }
  const RegistryError error = read_registry_error(answer);
  observation.outcome = word_of_status(answer.status);
  observation.client_address = error.client_address;
  observation.detail = refusal_of(answer, error);
  return observation;
}

Observation observe_challenge(std::string_view host, const Answer& answer) {
  Observation observation = observe_answer(Observation::Step::challenge, host, answer, "open");
  const auto header = answer.headers.find("www-authenticate");
  const auto challenges =
      parse_challenges(header == answer.headers.end() ? std::string_view() : header->second);
  const auto fail = [&observation](std::string_view outcome, std::string_view detail) {
    observation.works = false;
    observation.outcome = outcome;
    observation.detail = detail;
  };
  if (answer.failure != Failure::none) return observation;
  if (answer.ok()) {
    // Azure's registries ask everybody for a token, also where pulling needs none.
    if (cloud_of(host))
      fail("no-challenge",
           "no token was asked for: another server answers in the registry's place");
    else if (!header_of(answer, "docker-distribution-api-version").starts_with("registry/2"))
      fail("no-registry", "what answers there is no registry");
  } else if (answer.status == 401) {
    if (token_service(challenges) || has_scheme(challenges, "basic")) {
      observation.works = true;
      observation.outcome = token_service(challenges) ? "bearer" : "basic";
      observation.detail.clear();
    } else {
      fail(
          "no-challenge",
          "a credential is asked for, but not in a registry's way: it may be a proxy that answers");
    }
  }
  return observation;
}

bool is_over(const Answer& answer) {
  return answer.failure == Failure::deadline || answer.failure == Failure::cancelled;
}

std::string why_over(const Answer& answer) {
  return answer.failure == Failure::cancelled ? "the run was interrupted"
                                              : "the time of the whole run was over";
}

bool is_over(const DnsAnswer& answer) {
  return answer.outcome == DnsAnswer::Outcome::cancelled;
}

}  // namespace acr
