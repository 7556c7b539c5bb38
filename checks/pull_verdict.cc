#include "pull_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"

namespace acr {

std::optional<Verdict> unless_secrets(const Estate& estate, const Pull& pull) {
  if (!pull.pull_secrets_known) {
    return unknown(fmt::format("service account {} of namespace {} is not in the input, so the "
                               "pull secrets its pods will get are not known",
                               pull.service_account, pull.name_space),
                   {cite_spec(estate, pull, "serviceAccountName", pull.service_account)},
                   {fmt::format("kubectl get serviceaccount {} --namespace {} --output json",
                                quote(pull.service_account), quote(pull.name_space))});
  }
  if (pull.pull_secrets.empty()) {
    return not_applicable("the pod names no pull secrets", pull.pull_secrets_evidence);
  }
  if (pull.cluster_index < 0) {
    return unknown(
        "several clusters are in the input and nothing tells which one this pod belongs to",
        {cite_image(estate, pull)}, {"kubectl get nodes --output json"});
  }
  return std::nullopt;
}

Need need_of_secret(const Estate& estate, const Pull& pull) {
  Need need;
  NodeCredential node = node_credential(estate, pull);
  need.reason = std::move(node.reason);
  need.evidence = std::move(node.evidence);
  need.supply = std::move(node.supply);
  if (node.suffices == Tri::yes) {
    need.needed = Tri::no;
  } else if (pull.pulled > 0 && pull.failing == 0) {
    need.needed = Tri::no;
    need.reason = "the image was pulled all the same";
    need.evidence = {
        estate.cite(pull.origin, "status/containerStatuses", "imageID present", Basis::observed)};
    need.supply.clear();
  } else if (node.suffices == Tri::no) {
    need.needed = Tri::yes;
  }
  return need;
}

Verdict fault(const Need& need, std::string reason, std::vector<Evidence> evidence, Basis basis,
              std::vector<std::string> fix) {
  evidence = together(std::move(evidence), need.evidence);
  switch (need.needed) {
    case Tri::no:
      return not_applicable(fmt::format("{}; the pull does not need it: {}", reason, need.reason),
                            std::move(evidence));
    case Tri::unknown:
      return unknown(
          fmt::format("{}; whether the pull needs it is not known: {}", reason, need.reason),
          std::move(evidence), need.supply);
    case Tri::yes:
      break;
  }
  return fail(std::move(reason), std::move(evidence), basis, std::move(fix));
}

}  // namespace acr
