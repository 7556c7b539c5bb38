// What the admission of a pod makes of its pull secrets: the API server's ServiceAccount plug-in.
// Source: kubernetes 1.36 plugin/pkg/admission/serviceaccount/admission.go. Mutating webhooks may
// add more, and are not foreseen here.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "estate/workload.h"

namespace acr {

// The account a pod runs under: the one it names, else "default". `written` is serviceAccountName,
// or the older serviceAccount where that is empty.
std::string_view account_name(std::string_view written);

// A pod as it is sent to the API server.
struct PodRequest {
  std::string name_space;
  std::string service_account;            // as written, may be empty
  std::vector<std::string> pull_secrets;  // names, as written
  bool mirror = false;                    // annotation kubernetes.io/config.mirror
  bool created = true;  // false for an update of an existing pod, which is left as it is
};

struct AdmittedPod {
  std::string service_account;
  std::vector<std::string> pull_secrets;

  friend bool operator==(const AdmittedPod&, const AdmittedPod&) = default;
};

// `account` is the one named by account_name() in the pod's namespace, or nullptr when it does not
// exist (not: when it was not given). `only_listed` is the account's annotation
// kubernetes.io/enforce-mountable-secrets. The secrets of the account replace an empty list; they
// are never merged, and "default" never stands in for another account. The error is why the API
// server refuses the pod, in its words.
std::expected<AdmittedPod, std::string> admit(const PodRequest& pod, const ServiceAccount* account,
                                              bool only_listed = false);

}  // namespace acr
