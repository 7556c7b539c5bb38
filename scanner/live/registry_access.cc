#include "live/registry_access.h"

#include <utility>

#include <fmt/format.h>

#include "collect/images.h"
#include "live/base64.h"
#include "live/plain.h"
#include "live/registry_answer.h"
#include "live/sighting.h"

namespace acr {
namespace {

using Step = Observation::Step;

// Why an answer brought nothing, for people.
std::string clause_of(std::string_view host, const Answer& answer) {
  const Observation seen = observe_answer(Step::token, host, answer, "");
  if (!seen.client_address.empty())
    return fmt::format("the registry's network rules refuse this machine, which it sees as {}",
                       seen.client_address);
  return seen.detail;
}

std::string scope_of(const RegistryRequest& request) {
  return request.what == RegistryRequest::What::catalog
             ? "registry:catalog:*"
             : fmt::format("repository:{}:pull,metadata_read", request.repository);
}

}  // namespace

// False: it is the caller's to ask.
template <class Value>
bool RegistryAccess::await(Awaited<Value>& awaited, Then<Value> then) {
  if (awaited.result) {
    then(*awaited.result);
    return true;
  }
  awaited.waiting.push_back(std::move(then));
  return awaited.waiting.size() > 1;
}

template <class Value>
void RegistryAccess::settle(Awaited<Value>& awaited, std::expected<Value, std::string> result) {
  awaited.result = std::move(result);
  for (const auto& then : std::exchange(awaited.waiting, {})) then(*awaited.result);
}

void RegistryAccess::find(const std::string& url, const Done& done) {
  const RegistryRequest request = registry_request(url);
  // Without a port: the token is for the registry itself.
  if (request.what == RegistryRequest::What::none || authority_of(url) != request.host)
    return done(std::unexpected("it is no address of an Azure registry"));
  const std::string scope = scope_of(request);
  Then<Secret> then = [request, done](const std::expected<Secret, std::string>& token) {
    if (!token) return done(std::unexpected(token.error()));
    const bool content = request.what == RegistryRequest::What::content;
    if (request.what != RegistryRequest::What::catalog &&
        grants(token->view().substr(std::string_view("Bearer ").size()), request.repository,
               content ? "pull" : "metadata_read") == Granted::no)
      return done(std::unexpected(fmt::format(
          "the token that the caller gets does not allow {} repository {}",
          content ? "pulling from" : "reading the tags and manifests of", request.repository)));
    done(&*token);
  };
  if (!await<Secret>(access_tokens_[{request.host, scope}], std::move(then)))
    ask_access(request.host, scope);
}

void RegistryAccess::forget(const std::string& url) {
  const RegistryRequest request = registry_request(url);
  // What is on its way is new.
  const auto entry = entries_.find(request.host);
  if (entry != entries_.end() && entry->second.result) entries_.erase(entry);
  const auto token = access_tokens_.find({request.host, scope_of(request)});
  if (token != access_tokens_.end() && token->second.result) access_tokens_.erase(token);
}

void RegistryAccess::ask_access(const std::string& host, const std::string& scope) {
  const auto finish = [this, host, scope](std::expected<Secret, std::string> result) {
    settle(access_tokens_[{host, scope}], std::move(result));
  };
  Then<Entry> then = [this, host, scope, finish](const std::expected<Entry, std::string>& entry) {
    if (!entry) return finish(std::unexpected(entry.error()));
    world_.ask(refresh_call(entry->service, scope, entry->refresh_token),
               [host, finish](const Answer& answer) {
                 if (!answer.ok()) return finish(std::unexpected(clause_of(host, answer)));
                 const auto token = read_registry_token(answer, {"access_token", "token"});
                 if (!token) return finish(std::unexpected(token.error()));
                 finish(scheme_and("Bearer ", token->view()));
               });
  };
  if (!await<Entry>(entries_[host], std::move(then))) enter(host);
}

void RegistryAccess::enter(const std::string& host) {
  world_.ask(ping_call(host), [this, host](const Answer& answer) {
    const auto fail = [&](std::string clause) {
      settle<Entry>(entries_[host], std::unexpected(std::move(clause)));
    };
    const Observation seen = observe_challenge(host, answer);
    if (!seen.works) return fail(clause_of(host, answer));
    const auto header = answer.headers.find("www-authenticate");
    const auto service = token_service(
        parse_challenges(header == answer.headers.end() ? std::string_view() : header->second));
    if (!service) return fail("the registry takes no tokens of Entra ID");
    if (!may_receive_credential(service->realm, host))
      return fail(
          fmt::format("the registry sends callers to {} for a token, which is no host of "
                      "its own; nothing was sent there",
                      authority_of(service->realm)));
    exchange(host, *service);
  });
}

void RegistryAccess::exchange(const std::string& host, const TokenService& service) {
  world_.entra([this, host, service](const std::expected<EntraToken, TokenError>& entra) {
    if (!entra)
      return settle<Entry>(entries_[host], std::unexpected(plain_line(entra.error().text)));
    world_.ask(exchange_call(service, entra->tenant, entra->text),
               [this, host, service](const Answer& answer) {
                 const auto fail = [&](std::string clause) {
                   settle<Entry>(entries_[host], std::unexpected(std::move(clause)));
                 };
                 if (answer.status == 401)
                   return fail("the caller has no role on the registry that lets it sign in");
                 if (!answer.ok()) return fail(clause_of(host, answer));
                 auto token = read_registry_token(answer, {"refresh_token"});
                 if (!token) return fail(token.error());
                 settle<Entry>(entries_[host], Entry{service, std::move(*token)});
               });
  });
}

}  // namespace acr
