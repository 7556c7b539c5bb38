// What to ask a Kubernetes API server, and what to ask next after an answer. Lists only, in pages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

#include "live/azure_plan.h"
#include "live/exchange.h"

namespace acr {

struct KubernetesScope {
  std::string context;     // the kubeconfig's name of it: which cluster the answers belong to
  std::string server;      // URL without a slash at its end
  std::string name_space;  // only this one; empty: all
  // Where lists over all namespaces are refused, this one is asked for instead.
  std::string fallback_name_space = "default";
  bool secrets = true;  // false: pull secrets are left out
  // Also the admission rules that list images, which only a check off the pull path reads.
  bool posture = false;
  std::size_t page = 500;
};

class KubernetesPlan {
 public:
  explicit KubernetesPlan(KubernetesScope scope) : scope_(std::move(scope)) {}

  std::vector<Request> begin() const;
  NextStep absorb(const Exchange& exchange) const;

 private:
  KubernetesScope scope_;
  Request list(std::string_view path) const;
  // What the server's discovery leads to: of the groups of its API, and of the kinds of one.
  std::vector<Request> list_rules(const simdjson::dom::element& groups) const;
  std::vector<Request> list_constraints(const simdjson::dom::element& kinds) const;
};

}  // namespace acr
