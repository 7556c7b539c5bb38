// What to ask a Kubernetes API server, and what to ask next after an answer. Lists only, in pages.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

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
};

}  // namespace acr
