#include <fmt/format.h>

#include <algorithm>

#include "allow_list_lint.h"
#include "check.h"
#include "estate/access.h"
#include "estate/command.h"

namespace acr {

namespace {

bool is_of(const Estate& estate, const Origin& origin, const Cluster& cluster) {
  const int index = estate.cluster_of(origin.document);
  return index >= 0 && &estate.clusters[static_cast<std::size_t>(index)] == &cluster;
}

// Of an assignment of Azure Policy, or of an object of the cluster itself.
bool is_of(const Estate& estate, const AllowList& list, const Cluster& cluster) {
  if (list.kind == "policyAssignment")
    return cluster.has_arm() && covers_scope(list.scope, cluster.id);
  return is_of(estate, list.origin, cluster);
}

// The documents with admission rules of the cluster: what "has no such list" rests on.
std::vector<Evidence> cite_rules(const Estate& estate, const Cluster& cluster) {
  std::vector<Evidence> evidence;
  for (const Listing& listing : estate.listings) {
    if (listing.kind == Kind::admission_rule && is_of(estate, listing.origin, cluster)) {
      evidence.push_back(estate.cite(listing.origin, "", counted(listing.count, listing.kind),
                                     Basis::kubernetes_api));
    }
  }
  return evidence;
}

// Some of the rules could not be read: what they let pass is not known.
const Refusal* refusal_of(const Estate& estate, const Cluster& cluster) {
  const auto found = std::ranges::find_if(estate.refusals, [&](const Refusal& refusal) {
    return refusal.kind == Kind::admission_rule && is_of(estate, refusal.origin, cluster);
  });
  return found == estate.refusals.end() ? nullptr : &*found;
}

Evidence cite_entry(const Estate& estate, const AllowList& list, const AllowList::Entry& entry) {
  return estate.cite(list.origin, entry.field, entry.text,
                     list.kind == "policyAssignment" ? Basis::arm : Basis::kubernetes_api);
}

std::string command_for(const AllowList& list) {
  if (list.kind == "policyAssignment") {
    return fmt::format("az policy assignment show --name {} --scope {} --output json",
                       quote(list.name), quote(list.scope.text()));
  }
  return fmt::format("kubectl get {} {} --output yaml", quote(lower(list.kind)), quote(list.name));
}

Verdict judge(const Estate& estate, const Cluster& cluster) {
  std::vector<Evidence> evidence;
  std::optional<Verdict> open;
  const AllowList* first = nullptr;
  for (const AllowList& list : estate.allow_lists) {
    if (!is_of(estate, list, cluster)) continue;
    if (first == nullptr) {
      first = &list;
      evidence.push_back(cite_entry(estate, list, list.entries.front()));
    }
    for (const AllowList::Entry& entry : list.entries) {
      const EntryFinding found = try_entry(list.form, entry.text);
      if (found.what == EntryFinding::What::too_wide) {
        return fail(fmt::format("{} {} lets {} pass{}: {}", list.kind, list.name, found.image,
                                list.enforced ? "" : " unreported", found.why),
                    {cite_entry(estate, list, entry)},
                    list.kind == "policyAssignment" ? Basis::arm : Basis::kubernetes_api, {});
      }
      if (found.what == EntryFinding::What::not_tried && !open) {
        open = unknown(fmt::format("an entry of {} {} is not understood, so what it lets pass is "
                                   "not known",
                                   list.kind, list.name),
                       {cite_entry(estate, list, entry)}, {command_for(list)});
      }
    }
  }
  if (!open) {
    if (const Refusal* refusal = refusal_of(estate, cluster)) {
      open = unknown(
          fmt::format("not all admission rules of the cluster could be read: {}", refusal->says()),
          {estate.cite(refusal->origin, "", refusal->action, refusal->basis())},
          {"kubectl get constraints --output json",
           "kubectl get clusterpolicies.kyverno.io --output json"});
    }
  }
  if (open) return *std::move(open);
  if (first != nullptr) {
    return pass(fmt::format("{} {} refuses every name that was tried and is not meant", first->kind,
                            first->name),
                std::move(evidence), Basis::kubernetes_api);
  }
  if (std::vector<Evidence> rules = cite_rules(estate, cluster); !rules.empty()) {
    return not_applicable("none of the cluster's admission rules that were given lists images",
                          std::move(rules));
  }
  return unknown("the cluster's admission rules were not given", {},
                 {"kubectl get constraints --output json",
                  "kubectl get clusterpolicies.kyverno.io --output json"});
}

}  // namespace

extern const Check image_allow_list_is_exact;
const Check image_allow_list_is_exact{
    .id = "image-allow-list-is-exact",
    .title = "Lists of allowed images let only those pass that are meant",
    .problem = "A list of allowed images lets others pass",
    .severity = Severity::medium,
    .why =
        "An entry without its slash, without ^ at its beginning or with a bare dot fits names that "
        "anybody can register: contoso.azurecr.io.evil.example, evil.example/contoso.azurecr.io. "
        "The list is enforced, the report is green, and the image comes from a stranger.",
    .reads =
        "constraints of Gatekeeper (K8sAllowedRepos, K8sAllowedReposv2, the template of Azure "
        "Policy), image patterns of Kyverno, and allowedContainerImagesRegex of policy assignments "
        "(az policy assignment list). Each entry is tried with names that are made from it",
    .repair =
        "Low risk: end prefixes with a slash, begin expressions with ^, write \\. for a dot and / "
        "after the host: ^contoso\\.azurecr\\.io/.+$. Try it with audit before deny. Needs rights "
        "on the constraint, policy or assignment.",
    .reference = "https://learn.microsoft.com/azure/aks/policy-reference#microsoftcontainerservice",
    .controls = {},
    .features = "B-45",
    .judge = &judge};

}  // namespace acr
