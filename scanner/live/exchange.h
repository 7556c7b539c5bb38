// A question asked of the outside world and its answer: what a snapshot records and what the
// readers of documents read. A file that az or kubectl printed is an exchange without its request.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "estate/time.h"

namespace acr {

// Whose token a request carries. A token itself is never part of a request.
enum class Audience { arm, graph, kubernetes, registry };
std::string_view to_string(Audience audience);

struct Request {
  Audience audience = Audience::arm;
  std::string context;  // Kubernetes: the kubeconfig's context; registry: the login server
  std::string method = "GET";
  std::string url;
  std::string accept;  // empty: JSON
  std::string body;    // of a query (Resource Graph); free of secrets

  // Requests of one key are one request: asked once.
  std::string key() const;
};

struct Exchange {
  Request request;
  Instant at{};
  int status = 0;                              // 0: no answer came
  std::map<std::string, std::string> headers;  // lower-case names; only those that readers need
  std::string body;
  std::string failure;  // status 0: why, one clause
};

// The path of an exchange's document within a snapshot, as people see it in evidence:
// "azure/<subscription>/<group>/registries/<name>.json", "graph/servicePrincipals-<hash>.json",
// "kubernetes/<context>/pods.<namespace>.json", "registry/<login server>/<path>.json". The same for
// the same request, in every run. At most 150 bytes; letters, digits and "-_./" only, no step of it
// begins with a dot. A hash tells apart what the readable part does not: queries, bodies, names
// that had to be cut. What differs only in host, API version or size of a page has one name.
std::string document_name(const Request& request);

// The exchange as one JSON document, redacted (reduce.h): no token, no password, secret data
// reduced to what judges need. What is read live is this document too, so that a replay of a
// snapshot gives the same report. An answer of 200 that is no JSON becomes a failure.
// `unread`: whether it gives nothing of what was asked for; "not there" (404) is an answer.
std::string to_document(const Exchange& exchange, bool* unread = nullptr);

}  // namespace acr
