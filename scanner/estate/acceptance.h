// A finding that the owner of a Kubernetes object accepts in its annotations:
//   acr-doctor.dev/ignore: image-tag-is-fixed, image-is-*
//   acr-doctor.dev/ignore-reason: the canary follows latest on purpose
//   acr-doctor.dev/ignore-until: "2026-12-31"
// On a workload or its pod template, or on a pod without an owner. It counts where the policy says
// that annotations count.
#pragma once

#include <string>
#include <vector>

#include "estate/fact.h"

namespace acr {

inline constexpr std::string_view kIgnoreAnnotation = "acr-doctor.dev/ignore";

struct Acceptance {
  Origin origin;
  std::string name_space;
  std::string workload;             // "deploy/cart"; "pod/NAME" of a pod without an owner
  std::vector<std::string> checks;  // globs over check ids
  std::string reason, until;        // as written; may be empty
};

}  // namespace acr
