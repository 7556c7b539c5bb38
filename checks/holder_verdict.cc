#include "holder_verdict.h"

#include <fmt/format.h>

#include "estate/command.h"
#include "registry_verdict.h"

namespace acr {

namespace {

std::string show(const RoleAssignment& assignment) {
  return assignment.principal_name.empty() ? assignment.principal_id : assignment.principal_name;
}

bool is_everywhere(const Grant& grant) {
  return is_administrative(grant) && grant.assignment->scope.resource_group().empty();
}

}  // namespace

Verdict unknown_assignments(const Estate& estate, const Registry& registry) {
  const Refusal* refusal = estate.refusal(Kind::role_assignment);
  std::vector<Evidence> evidence = estate.cite_listings(Kind::role_assignment);
  if (refusal != nullptr)
    evidence.push_back(estate.cite(refusal->origin, "", refusal->says(), refusal->basis()));
  return unknown(
      refusal != nullptr
          ? fmt::format("the role assignments of {} are not known: {}", registry.name,
                        refusal->says())
          : fmt::format("no list of role assignments that covers {} was given", registry.name),
      std::move(evidence),
      {fmt::format("az role assignment list --scope {} --include-inherited --output json",
                   quote(registry.id.text()))});
}

Verdict judge_holders(const Estate& estate, const Registry& registry, const RegistryRight& right,
                      std::string_view type, std::string_view one, std::string_view many) {
  if (!registry.abac_mode) return unknown_field(estate, registry, "roleAssignmentMode");
  const AssignmentCoverage coverage = assignment_coverage(estate, registry);
  if (!coverage.covered) return unknown_assignments(estate, registry);
  std::vector<Evidence> evidence = coverage.evidence;
  const Holders holders = holders_of(estate, registry, right, *registry.abac_mode);
  std::string found;
  std::vector<std::string> fix;
  std::size_t count = 0;
  bool only_here = true;
  for (const Grant& grant : holders.grants) {
    if (!same_text(grant.assignment->principal_type, type) || is_everywhere(grant)) continue;
    evidence.push_back(cite_grant(estate, grant));
    if (++count <= 3) {
      found += fmt::format("{}{} ({})", found.empty() ? "" : ", ", show(*grant.assignment),
                           describe(grant, registry));
    }
    only_here &= registry.id.contains(grant.assignment->scope);
    fix.push_back(
        fmt::format("az role assignment delete --ids {}", quote(grant.assignment->id.text())));
  }
  if (count > 0) {
    // An assignment above the registry may be there for other things.
    if (!only_here) fix.clear();
    return fail(fmt::format("{} {} may {}: {}{}", count, count == 1 ? one : many, right.word, found,
                            count > 3 ? fmt::format(" and {} more", count - 3) : ""),
                std::move(evidence), Basis::arm, std::move(fix));
  }
  for (const Grant& grant : holders.undecided) {
    const RoleAssignment& assignment = *grant.assignment;
    if (!assignment.principal_type.empty() && !same_text(assignment.principal_type, type)) continue;
    evidence.push_back(cite_grant(estate, grant));
    return unknown(
        fmt::format("what role {} permits to {} is not known",
                    assignment.role_name.empty() ? assignment.role_id : assignment.role_name,
                    show(assignment)),
        std::move(evidence),
        {fmt::format(
            "az role definition list --name {}",
            quote(assignment.role_id.empty() ? assignment.role_name : assignment.role_id))});
  }
  return pass(fmt::format("none of the {} lets any {} {}", coverage.lists, one, right.word),
              std::move(evidence), Basis::arm);
}

}  // namespace acr
