#include "live/probe.h"

#include <sys/utsname.h>

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "estate/login_server.h"
#include "estate/resource_id.h"
#include "live/base64.h"
#include "live/challenge.h"
#include "live/plain.h"
#include "live/reach.h"
#include "live/registry_answer.h"
#include "live/registry_api.h"
#include "live/sighting.h"

namespace acr {
namespace {

using Step = Observation::Step;

// "linux/arm64" of the machine that asks.
std::string own_platform() {
  utsname name{};
  if (uname(&name) != 0) return {};
  const std::string_view machine = name.machine;
  return machine == "x86_64"    ? "linux/amd64"
         : machine == "aarch64" ? "linux/arm64"
                                : fmt::format("linux/{}", machine);
}

// The run as it goes: what was asked for, what was seen, and the credential for the next question.
class Walk {
 public:
  Walk(Loop& loop, ProbeRequest request) : loop_(loop), request_(std::move(request)) {
    probe_.registry = lower(request_.registry);
    probe_.repository = request_.repository;
    probe_.reference = request_.reference;
    probe_.at = request_.at;
    probe_.vantage = request_.vantage;
    probe_.credential = request_.login ? "docker-config" : request_.entra ? "entra" : "none";
    route_.servers = request_.servers;
    route_.trust = request_.trust;
    route_.patience = std::min(route_.patience, request_.deadline / 3);
  }

  Probe run() {
    const Reached registry = look(probe_.registry, [this] { return ping_call(probe_.registry); });
    std::optional<Answer> challenge;
    for (const Answer& answer : registry.answers) {
      see(observe_challenge(probe_.registry, answer));
      if (probe_.observations.back().works && !challenge) challenge = answer;
    }
    addresses_ = registry.addresses;
    if (challenge && !probe_.repository.empty() && sign_in(*challenge)) find_image();
    return std::move(probe_);
  }

 private:
  Loop& loop_;
  ProbeRequest request_;
  Route route_;
  Probe probe_;
  std::vector<std::string> addresses_;  // of the registry that answered well
  Secret authorization_;                // for the registry, once it is had

  void see(Observation observation) { probe_.observations.push_back(std::move(observation)); }

  void leave(std::string why) {
    if (probe_.untried.empty()) probe_.untried = std::move(why);
  }

  Reached look(const std::string& authority, const std::function<Call()>& call) {
    Reached reached = reach(loop_, route_, authority, call, probe_.observations);
    if (!reached.over.empty()) leave(reached.over);
    return reached;
  }

  Answer ask(Call call) {
    call.trust = route_.trust;
    call.connect_timeout = route_.patience;
    // What worked just now; another host is resolved anew.
    if (authority_of(call.url) == authority_of("https://" + probe_.registry))
      call.addresses = addresses_;
    Answer answer = ask_and_wait(loop_, std::move(call));
    if (is_over(answer)) leave(why_over(answer));
    return answer;
  }

  // What was seen of an answer; nothing where the run was over.
  Observation* see_answer(Step step, std::string_view host, const Answer& answer,
                          std::string_view good) {
    if (is_over(answer)) return nullptr;
    see(observe_answer(step, host, answer, good));
    return &probe_.observations.back();
  }

  bool fail(Step step, std::string_view host, std::string_view outcome, std::string detail) {
    Observation observation;
    observation.step = step;
    observation.host = host;
    observation.outcome = outcome;
    observation.detail = std::move(detail);
    see(std::move(observation));
    return false;
  }

  bool has_credential() const { return probe_.credential != "none"; }

  bool needs_credential() {
    leave(fmt::format(
        "{} gives {} to nobody without a credential; name one with --docker-config or --auth",
        probe_.registry, probe_.repository));
    return false;
  }

  // The authorization for the image, as the challenge wants it. False: there is none.
  bool sign_in(const Answer& answer) {
    if (answer.ok()) return true;
    const auto header = answer.headers.find("www-authenticate");
    const auto challenges =
        parse_challenges(header == answer.headers.end() ? std::string_view() : header->second);
    const auto service = token_service(challenges);
    if (!service) {
      if (request_.login) {
        authorization_ = basic_authorization(request_.login->user, request_.login->password.view());
        return true;
      }
      if (!has_credential()) return needs_credential();
      return fail(Step::token, probe_.registry, "no-token",
                  "the registry takes users and passwords only, no tokens of Entra ID");
    }
    const std::string host = authority_of(service->realm);
    if (has_credential() && !may_receive_credential(service->realm, probe_.registry))
      return fail(
          Step::token, host, "foreign-realm",
          fmt::format("{} sends callers to {} for a token, which is no host of its own; the "
                      "credential was not sent there",
                      probe_.registry, host));
    if (request_.entra) return sign_in_with_entra(*service, host);
    Secret basic;
    if (request_.login)
      basic = basic_authorization(request_.login->user, request_.login->password.view());
    return take_access(ask(access_call(*service, probe_.repository, basic)), host);
  }

  bool sign_in_with_entra(const TokenService& service, const std::string& host) {
    // Whoever gets it may act for its holder at every registry of the tenant's.
    if (cloud_of(host) == nullptr)
      return fail(Step::token, host, "foreign-realm",
                  "it is no registry of Azure; the Entra token was not sent there");
    std::expected<EntraToken, TokenError> entra =
        std::unexpected(TokenError{TokenError::Cause::missing, {}, "no token was given", {}});
    request_.entra(
        [&entra](std::expected<EntraToken, TokenError> given) { entra = std::move(given); });
    loop_.run();
    if (!entra && entra.error().cause == TokenError::Cause::cancelled) {
      leave(plain_line(entra.error().text));
      return false;
    }
    if (!entra) return fail(Step::token, host, "no-token", plain_line(entra.error().text));
    const Answer exchanged = ask(exchange_call(service, entra->tenant, entra->text));
    if (!exchanged.ok()) {
      if (Observation* seen = see_answer(Step::token, host, exchanged, ""))
        seen->detail = "the exchange of the Entra token: " + seen->detail;
      return false;
    }
    const auto refresh = read_registry_token(exchanged, {"refresh_token"});
    if (!refresh) return fail(Step::token, host, "no-token", refresh.error());
    return take_access(ask(refresh_call(service, pull_scope(probe_.repository), *refresh)), host);
  }

  bool take_access(const Answer& answer, const std::string& host) {
    if (!has_credential() && answer.status == 401) return needs_credential();
    if (!answer.ok()) {
      see_answer(Step::token, host, answer, "");
      return false;
    }
    const auto token = read_registry_token(answer, {"access_token", "token"});
    if (!token) return fail(Step::token, host, "no-token", token.error());
    const Granted granted = grants(token->view(), probe_.repository, "pull");
    if (granted == Granted::no && !has_credential()) return needs_credential();
    Observation* seen = see_answer(Step::token, host, answer, "granted");
    if (granted == Granted::unknown) seen->outcome = "token";
    if (granted == Granted::no) {
      seen->works = false;
      seen->outcome = "not-granted";
      seen->detail =
          fmt::format("the token that was given does not allow pulling {}", probe_.repository);
      return false;
    }
    authorization_ = scheme_and("Bearer ", token->view());
    return true;
  }

  // The manifest of `reference`, seen as a step where `told` or where it fails.
  std::optional<Manifest> take_manifest(std::string_view reference, bool told) {
    const Answer answer =
        ask(manifest_call(probe_.registry, probe_.repository, reference, authorization_));
    const RegistryError error = read_registry_error(answer);
    if (answer.status == 401 && !has_credential() && error.client_address.empty()) {
      needs_credential();
      return std::nullopt;
    }
    if (!answer.ok()) {
      see_answer(Step::manifest, probe_.registry, answer, "");
      return std::nullopt;
    }
    auto manifest = read_manifest(answer, reference);
    if (manifest && !told) return std::move(*manifest);
    Observation* seen = see_answer(Step::manifest, probe_.registry, answer, "found");
    if (manifest) {
      seen->digest = manifest->digest;
      for (const auto& image : manifest->images) seen->platforms.push_back(image.platform);
      return std::move(*manifest);
    }
    seen->works = false;
    seen->outcome = "malformed";
    seen->detail = manifest.error();
    return std::nullopt;
  }

  void find_image() {
    auto manifest = take_manifest(probe_.reference, true);
    if (!manifest) return;
    // A single image tells its platform in its configuration only; of one among several the layers
    // are what nodes fetch.
    const std::size_t told = probe_.observations.size() - 1;
    const bool single = !manifest->is_index;
    if (!single) {
      if (manifest->images.empty()) return leave("the index lists no image of a platform");
      const std::string own = own_platform();
      const auto found = std::ranges::find(manifest->images, own, &PlatformImage::platform);
      const PlatformImage& image =
          found == manifest->images.end() ? manifest->images.front() : *found;
      manifest = take_manifest(std::string(image.digest), false);
      if (!manifest) return;
    }
    const auto& first = single ? manifest->config : manifest->layer;
    const auto& blob = first ? first : single ? manifest->layer : manifest->config;
    if (!blob) return leave("the manifest names no blob that the registry holds");
    const std::string platform = fetch(*blob);
    if (single && !platform.empty()) probe_.observations[told].platforms = {platform};
  }

  // Its first bytes, from wherever the registry says. The platform, where they are an image's
  // configuration.
  std::string fetch(const BlobLink& blob) {
    const auto call = [&] {
      return blob_call(probe_.registry, probe_.repository, blob.digest, authorization_);
    };
    const Answer answer = ask(call());
    if (!is_redirect(answer.status) || answer.failure != Failure::none)
      return take_blob(blob, probe_.registry, answer);
    const auto place = read_redirect(answer, probe_.registry);
    if (!place) {
      fail(Step::blob, probe_.registry, "redirect", place.error());
      return {};
    }
    const std::string host = authority_of(*place);
    if (host == authority_of("https://" + probe_.registry)) {
      Call again = redirected_blob_call(*place);
      again.authorization = authorization_.copy();
      return take_blob(blob, host, ask(std::move(again)));
    }
    std::string platform;
    for (const Answer& given : look(host, [&] { return redirected_blob_call(*place); }).answers)
      platform = take_blob(blob, host, given);
    return platform;
  }

  std::string take_blob(const BlobLink& blob, std::string_view host, const Answer& answer) {
    Observation* seen = see_answer(Step::blob, host, answer, "bytes");
    if (seen == nullptr) return {};
    seen->digest = blob.digest;
    if (!seen->works) return {};
    const auto size = static_cast<std::int64_t>(answer.body.size());
    const bool whole = blob.size >= 0 && size == blob.size;
    const auto spoil = [seen](std::string_view outcome, std::string detail) {
      seen->works = false;
      seen->outcome = outcome;
      seen->detail = std::move(detail);
    };
    if (whole && !matches_digest(answer.body, blob.digest)) {
      spoil("malformed", fmt::format("what came is not the blob {}", blob.digest));
    } else if (!whole &&
               size < std::min<std::int64_t>(kBlobBytes, std::max<std::int64_t>(blob.size, 1))) {
      spoil("short", fmt::format("{} bytes came of {}", size, blob.size));
    } else if (whole) {
      return read_platform(answer.body);
    }
    return {};
  }
};

}  // namespace

Probe run_probe(Loop& loop, ProbeRequest request) {
  return Walk(loop, std::move(request)).run();
}

}  // namespace acr
