#include "live/azure_credential.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace acr {
namespace {

using Cause = TokenError::Cause;

constexpr std::chrono::minutes kSpare{5};
constexpr Milliseconds kProgram{30'000};

std::string reason_line(const CredentialSource& source, const TokenError& error) {
  return fmt::format("{}: {}{}{}", to_string(source.kind), error.text,
                     error.next.empty() ? "" : "; ", error.next);
}

}  // namespace

AzureCredential::AzureCredential(std::vector<CredentialSource> sources, const AzureCloud& cloud,
                                 World world)
    : sources_(std::move(sources)), cloud_(cloud), world_(std::move(world)) {}

const CredentialSource* AzureCredential::source() const {
  return settled_ ? &sources_[*settled_] : nullptr;
}

void AzureCredential::forget(Audience audience, const std::string& tenant) {
  tokens_.erase({audience, tenant});
}

void AzureCredential::find(Audience audience, const std::string& tenant, Done done) {
  const Key key{audience, tenant};
  const auto known = tokens_.find(key);
  if (known != tokens_.end() && known->second.expires - world_.now() > kSpare)
    return done(&known->second);
  std::vector<Done>& waiting = waiting_[key];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  // Until one source has answered, one request alone looks for it.
  if (settling_)
    behind_.push_back(key);
  else
    start(key);
}

void AzureCredential::start(const Key& key) {
  settling_ = !settled_;
  if (settling_) reasons_.clear();
  ask_source({key, settled_.value_or(0), settled_.has_value()});
}

void AzureCredential::ask_source(const Request& request) {
  if (request.at >= sources_.size()) {
    TokenError error;
    error.text = reasons_.empty()
                     ? "there is no source of a token for Azure"
                     : fmt::format("no source gave a token for {}:\n  {}",
                                   service_of(request.key.first), fmt::join(reasons_, "\n  "));
    error.next = "az login, or see --auth";
    return finish(request.key, std::unexpected(std::move(error)));
  }
  const CredentialSource& source = sources_[request.at];
  if (!source.missing.empty()) return refuse(request, {Cause::missing, {}, source.missing, {}});
  if (is_command(source)) return run_program(request);
  const auto probe = probe_call(source);
  if (!probe || request.only) return ask_service(request);
  Call call;
  call.url = probe->url;
  call.by_proxy = probe->by_proxy;
  call.allow_http = probe->allow_http;
  call.connect_timeout = probe->connect_timeout;
  call.timeout = probe->timeout;
  call.attempts = probe->attempts;
  world_.ask(std::move(call), [this, request](const Answer& answer) {
    if (answer.failure != Failure::none)
      return refuse(request, unavailable_error(sources_[request.at], answer));
    ask_service(request);
  });
}

void AzureCredential::ask_service(const Request& request) {
  const CredentialSource& source = sources_[request.at];
  const auto proof = read_proof(source);
  if (!proof) return refuse(request, proof.error());
  const auto make = [&] {
    return token_call(source, *proof, cloud_, request.key.first, request.key.second, world_.now());
  };
  auto call = make();
  if (!call) return refuse(request, call.error());
  if (source.kind != CredentialSource::Kind::arc)
    return world_.ask(std::move(*call), [this, request](Answer answer) {
      take(request, read_token(sources_[request.at], answer, world_.now()));
      wipe(answer.body);
    });
  world_.ask(std::move(*call), [this, request](const Answer& answer) {
    const CredentialSource& arc = sources_[request.at];
    if (answer.failure != Failure::none) return refuse(request, unavailable_error(arc, answer));
    auto key = read_challenge(arc, answer);
    if (!key) return refuse(request, key.error());
    auto again = token_call(arc, {}, cloud_, request.key.first, request.key.second, world_.now());
    if (!again) return refuse(request, again.error());
    again->authorization = std::move(*key);
    world_.ask(std::move(*again), [this, request](Answer second) {
      take(request, read_token(sources_[request.at], second, world_.now()));
      wipe(second.body);
    });
  });
}

void AzureCredential::run_program(const Request& request) {
  const CredentialSource& source = sources_[request.at];
  Child child;
  child.argv = token_command(source, cloud_, request.key.first, request.key.second);
  child.environment = world_.environment;
  child.timeout = kProgram;
  child.cancelled = world_.cancelled;
  const ChildEnd end = run_child(child);
  if (end.ok())
    take(request, read_cli_token(source, end.output.view(), world_.now()));
  else
    refuse(request, cli_error(source, end, child));
}

void AzureCredential::take(const Request& request, std::expected<Token, TokenError> token) {
  if (!token) return refuse(request, token.error());
  if (!request.key.second.empty()) token->tenant = request.key.second;
  if (!settled_) settled_ = request.at;
  const auto placed = tokens_.insert_or_assign(request.key, std::move(*token)).first;
  finish(request.key, &placed->second);
}

void AzureCredential::refuse(const Request& request, const TokenError& error) {
  const CredentialSource& source = sources_[request.at];
  reasons_.push_back(reason_line(source, error));
  if (error.cause == Cause::cancelled) return finish(request.key, std::unexpected(error));
  if (request.only) {
    TokenError refusal = error;
    refusal.text = fmt::format("no token for {}: {}", service_of(request.key.first),
                               reason_line(source, error));
    refusal.next.clear();
    return finish(request.key, std::unexpected(std::move(refusal)));
  }
  Request next = request;
  ++next.at;
  if (source.deliberate && next.at < sources_.size()) {
    std::vector<std::string_view> left;
    for (; next.at < sources_.size(); ++next.at) left.push_back(to_string(sources_[next.at].kind));
    reasons_.push_back(fmt::format("not asked, since {} is set up and gave none: {}",
                                   to_string(source.kind), fmt::join(left, ", ")));
  }
  ask_source(next);
}

void AzureCredential::finish(const Key& key,
                             const std::expected<const Token*, TokenError>& result) {
  settling_ = false;
  const auto found = waiting_.extract(key);
  if (!found.empty())
    for (const Done& done : found.mapped()) done(result);
  if (!settled_ && !result) {
    // What nobody gives for one audience nobody gives for another.
    for (const Key& other : std::exchange(behind_, {})) finish(other, result);
  }
  release();
}

void AzureCredential::release() {
  while (settled_ && !behind_.empty()) {
    const Key key = behind_.back();
    behind_.pop_back();
    start(key);
  }
}

}  // namespace acr
