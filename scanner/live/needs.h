// What a Kubernetes answer makes worth asking Azure: the registries that pods pull from, the
// identities behind their pull secrets.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace acr {

struct Needs {
  std::set<std::string> registries;    // login servers, in lower case
  std::set<std::string> applications;  // ids that secrets sign in with
  std::set<std::string> tokens;        // login servers that secrets sign in to with a token
  std::set<std::string> identities;    // client ids that service accounts pull as
  std::set<std::string> images;        // of pulls that fail, as the pods name them
};

// `body` as the API server sent it: a list of pods, workloads, secrets or service accounts.
Needs read_needs(std::string_view body);

}  // namespace acr
