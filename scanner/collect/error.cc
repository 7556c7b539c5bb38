// Recorded refusals and failures: the error envelopes of ARM, Graph and the registry, kubectl's and
// the API server's words.
#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>

#include "collect/allow_lists.h"
#include "collect/arm.h"

namespace acr {
namespace {

constexpr std::size_t kMessageBytes = 300;

struct Failure {
  std::string code, message;
  std::string_view who = "Azure";
};

bool is_token_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.' ||
         c == '=';
}

// Outside text, fit for one line: no control characters, no token, 300 bytes at most.
std::string clean(std::string_view outside) {
  const std::string start = cut_text(outside, 4 * kMessageBytes);
  const std::string_view text = start;
  std::string line;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) {
      if (!line.empty() && line.back() != ' ') line += ' ';
      ++i;
      continue;
    }
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      i += 2;  // C1 control characters
      continue;
    }
    // A JSON Web Token starts with base64 of {" and is long; nothing else of a message is.
    if (text.substr(i).starts_with("eyJ")) {
      const auto end = std::ranges::find_if_not(text.substr(i), is_token_character);
      i = static_cast<std::size_t>(end - text.begin());
      line += "<token>";
      continue;
    }
    line += text[i++];
  }
  while (line.ends_with(' ')) line.pop_back();
  return cut_text(line, kMessageBytes);
}

void say(AbsorbContext& context, const Failure& failure, const Origin& origin,
         Remark::Level level) {
  std::string text = fmt::format("{} answered {}", failure.who, clean(failure.code));
  const std::string message = clean(failure.message);
  if (!message.empty() && !same_text(message, failure.code)) text += ": " + message;
  context.remark({level, "recorded-error", std::move(text),
                  origin.document < context.estate.documents.size() ? context.estate.source(origin)
                                                                    : std::string{}});
}

// Not found, already there, not registered: answers about Azure. A refused or failed call instead
// leaves a question open.
Remark::Level level_of(std::string_view code) {
  constexpr std::array<std::string_view, 19> open{"unauthorized",
                                                  "invalidauthenticationtoken",
                                                  "expiredauthenticationtoken",
                                                  "authenticationfailed",
                                                  "forbidden",
                                                  "authorizationfailed",
                                                  "linkedauthorizationfailed",
                                                  "authorization_requestdenied",
                                                  "denied",
                                                  "toomanyrequests",
                                                  "subscriptionrequeststhrottled",
                                                  "resourcerequeststhrottled",
                                                  "ratelimiting",
                                                  "internalservererror",
                                                  "gatewaytimeout",
                                                  "servertimeout",
                                                  "internalerror",
                                                  "serviceunavailable",
                                                  "unavailable"};
  const std::string name = lower(code);
  const bool status =
      name.size() == 3 && (name == "401" || name == "403" || name == "429" || name[0] == '5');
  return status || name.starts_with("invalidauthenticationtoken") ||
                 std::ranges::find(open, name) != open.end()
             ? Remark::Level::warning
             : Remark::Level::note;
}

// The text between the first two `quote` after `from`; `from` moves behind it.
std::string_view quoted(std::string_view text, std::size_t& from, char quote) {
  const std::size_t begin = text.find(quote, from);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find(quote, begin + 1);
  if (end == std::string_view::npos) return {};
  from = end + 1;
  return text.substr(begin + 1, end - begin - 1);
}

// What a refused "…/read" would have read. Another refused action, a write or a join, says nothing
// about that.
std::optional<Kind> kind_of_action(std::string_view action) {
  constexpr std::string_view read = "/read";
  const std::string name = lower(action);
  if (!name.ends_with(read)) return std::nullopt;
  const std::string_view type = std::string_view(name).substr(0, name.size() - read.size());
  if (type == "microsoft.network/privatednszones/all") return Kind::record_set;
  return kind_of_type(type);
}

// "… does not have authorization to perform action 'A' over scope 'S' …". A linked refusal names
// first what is allowed and then, after "does not have", what is not.
bool refuse_in_azure(AbsorbContext& context, std::string_view message, const Origin& origin) {
  std::size_t at = message.find("does not have");
  if (at == std::string_view::npos) at = 0;
  at = message.find("perform action", at);
  if (at == std::string_view::npos) return false;
  const std::string_view actions = quoted(message, at, '\'');
  at = message.find("scope", at);
  const std::string_view scope =
      at == std::string_view::npos ? std::string_view{} : quoted(message, at, '\'');
  bool refused = false;
  for (std::size_t begin = 0; begin < actions.size();) {
    const std::size_t end = std::min(actions.find(',', begin), actions.size());
    std::string_view action = actions.substr(begin, end - begin);
    begin = end + 1;
    while (action.starts_with(' ')) action.remove_prefix(1);
    const auto kind = kind_of_action(action);
    if (!kind) continue;
    context.estate.refusals.push_back(
        {origin, *kind, clean(action), cut_text(scope, kTextBytes), {}});
    refused = true;
  }
  return refused;
}

void refuse_in_graph(AbsorbContext& context, const Origin& origin) {
  const auto& documents = context.estate.documents;
  const std::string url =
      origin.document < documents.size() ? lower(documents[origin.document].request_url) : "";
  Kind kind = Kind::service_principal;
  if (url.contains("memberof") || url.contains("/groups")) {
    kind = Kind::group_membership;
  } else if (url.contains("/applications")) {
    kind = Kind::application;
  }
  context.estate.refusals.push_back({origin, kind, "Application.Read.All", {}, {}});
}

std::optional<Kind> kind_of_kubernetes_resource(std::string_view plural) {
  struct Named {
    std::string_view plural;
    Kind kind;
  };
  constexpr Named kinds[] = {{"secrets", Kind::secret},
                             {"pods", Kind::pod},
                             {"serviceaccounts", Kind::service_account},
                             {"nodes", Kind::node},
                             {"events", Kind::event},
                             {"deployments", Kind::workload},
                             {"replicasets", Kind::workload},
                             {"statefulsets", Kind::workload},
                             {"daemonsets", Kind::workload},
                             {"jobs", Kind::workload},
                             {"cronjobs", Kind::workload},
                             {"replicationcontrollers", Kind::workload}};
  for (const Named& named : kinds) {
    if (named.plural == plural) return named.kind;
  }
  return std::nullopt;
}

// `secrets is forbidden: User "u" cannot list resource "secrets" in API group "" in the namespace
// "shop"`, or "… at the cluster scope".
bool refuse_in_kubernetes(AbsorbContext& context, std::string_view message, const Origin& origin) {
  constexpr std::string_view cannot = " cannot ";
  std::size_t at = message.find(cannot);
  if (at == std::string_view::npos) return false;
  at += cannot.size();
  const std::string_view verb = message.substr(at, message.find(' ', at) - at);
  if (verb != "list" && verb != "get" && verb != "watch") return false;
  at += verb.size();
  const std::string_view resource = quoted(message, at, '"');
  auto kind = kind_of_kubernetes_resource(resource.substr(0, resource.find('/')));
  if (std::size_t place = message.find("in API group ", at); place != std::string_view::npos) {
    const std::string_view group = quoted(message, place, '"');
    if (group == kConstraintGroup || group == kKyvernoGroup) kind = Kind::admission_rule;
  }
  if (!kind) return false;
  std::string_view name_space;
  constexpr std::string_view in_namespace = "in the namespace ";
  if (std::size_t place = message.find(in_namespace, at); place != std::string_view::npos) {
    name_space = quoted(message, place, '"');
  }
  context.estate.refusals.push_back({origin, *kind, fmt::format("{} {}", verb, resource),
                                     cut_text(name_space, 253), cut_text(name_space, 253)});
  return true;
}

void report(AbsorbContext& context, const Failure& failure, const Origin& origin) {
  const std::string code = lower(failure.code);
  if (code == "forbidden" && refuse_in_kubernetes(context, failure.message, origin)) return;
  if (code.ends_with("authorizationfailed") && refuse_in_azure(context, failure.message, origin))
    return;
  if (code == "authorization_requestdenied") return refuse_in_graph(context, origin);
  say(context, failure, origin, level_of(failure.code));
}

// Envelopes spell these fields in lower case or with a capital; the lookup does not mind.
Failure failure_in(const AzureObject& object) {
  Failure failure{object.outer_text("code"), object.outer_text("message")};
  if (failure.message.empty())
    failure.message = object.object("message").outer_text("value");  // odata.error
  return failure;
}

bool is_kubernetes_status(const AzureObject& object) {
  return object.outer_text("kind") == "Status" && same_text(object.outer_text("status"), "Failure");
}

// "(AuthorizationFailed) The client …": the code, or empty.
std::string_view leading_code(std::string_view line) {
  if (!line.starts_with('(')) return {};
  const std::size_t end = line.find(')');
  if (end == std::string_view::npos || end == 1 || end > 80) return {};
  const std::string_view code = line.substr(1, end - 1);
  const bool word = std::ranges::all_of(code, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
  });
  return word ? code : std::string_view{};
}

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

bool absorb_line(AbsorbContext& context, std::string_view line, const Origin& origin) {
  constexpr std::string_view from_server = "Error from server (";
  if (line.starts_with(from_server)) {
    line.remove_prefix(from_server.size() - 1);
    const std::string_view code = leading_code(line);
    if (code.empty()) return false;
    line.remove_prefix(code.size() + 2);
    if (line.starts_with(':')) line.remove_prefix(1);
    report(context, {std::string(code), std::string(trim(line)), "the Kubernetes API"}, origin);
    return true;
  }
  for (const std::string_view start :
       {"error: You must be logged in to the server", "Unable to connect to the server",
        "The connection to the server "}) {
    if (!line.starts_with(start)) continue;
    say(context, {"with an error", std::string(line), "kubectl"}, origin, Remark::Level::warning);
    return true;
  }
  constexpr std::string_view az = "ERROR: ";
  const bool from_az = line.starts_with(az);
  if (from_az) line = trim(line.substr(az.size()));
  if (const std::string_view code = leading_code(line); !code.empty()) {
    report(context, {std::string(code), std::string(trim(line.substr(code.size() + 2)))}, origin);
    return true;
  }
  if (from_az)
    say(context, {"with an error", std::string(line), "az"}, origin, Remark::Level::warning);
  return from_az;
}

}  // namespace

bool absorb_error_text(AbsorbContext& context, std::string_view text, const Origin& origin) {
  // An error leaves a few lines. What is longer is something else, and only its start is looked at.
  text = text.substr(0, std::size_t{64} << 10);
  bool found = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    found |= absorb_line(context, trim(text.substr(0, end)), origin);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return found;
}

bool absorb_error(AbsorbContext& context, simdjson::dom::element element, const Origin& origin) {
  const AzureObject object(element, origin);
  if (!object.known() || object.nested() || object.outer_text("id").starts_with('/')) return false;

  if (is_kubernetes_status(object)) {
    std::string reason = object.outer_text("reason");
    const auto status = object.number("code");
    if (reason.empty()) reason = status ? std::to_string(*status) : "Failure";
    report(context, {std::move(reason), object.outer_text("message"), "the Kubernetes API"},
           origin);
    return true;
  }
  for (const std::string_view field : {"error", "odata.error"}) {
    const AzureObject error = object.object(field);
    if (!error.known()) continue;
    const Failure failure = failure_in(error);
    if (failure.code.empty() && failure.message.empty()) continue;
    report(context, failure, origin);
    return true;
  }
  if (const std::string error = object.outer_text("error"); !error.empty()) {
    const std::string description = object.outer_text("error_description");
    if (description.empty()) return absorb_error_text(context, "ERROR: " + error, origin);
    say(context, {error, description, "the token endpoint"}, origin, Remark::Level::warning);
    return true;
  }
  if (const auto errors = object.objects("errors"); !errors.empty()) {
    bool found = false;
    for (const AzureObject& error : errors) {
      Failure failure = failure_in(error);
      if (failure.code.empty()) continue;
      failure.who = "the registry";
      // A registry answers every call without a token in this way: it is a challenge, no refusal.
      const bool challenge = failure.code == "UNAUTHORIZED";
      say(context, failure, origin, challenge ? Remark::Level::note : level_of(failure.code));
      found = true;
    }
    return found;
  }
  const Failure failure = failure_in(object);
  if (failure.code.empty() || failure.message.empty()) return false;
  report(context, failure, origin);
  return true;
}

}  // namespace acr
