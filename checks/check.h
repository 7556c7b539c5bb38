// A check is a value and a pure function. One file a check; the file name is its id, with dashes
// for underscores its symbol; the index of all checks is generated from the file names.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "estate/pull.h"
#include "estate/workload_containers.h"

namespace acr {

enum class Outcome { pass, fail, unknown, not_applicable };
enum class Severity { low, medium, high, critical };
std::string_view to_string(Outcome outcome);
std::string_view to_string(Severity severity);

// The links of the pull path in kubelet order; `none` marks a check that is not on the path.
enum class Link {
  node,
  reference,
  name_resolution,
  network,
  tls,
  credential,
  authorization,
  image,
  symptom,
  none
};
std::string_view to_string(Link link);

struct Verdict {
  Outcome outcome = Outcome::unknown;
  std::string reason;  // one sentence without a full stop, first the fact
  std::vector<Evidence> evidence;
  std::vector<std::string> fix;     // on fail: commands with real names, safe to paste
  std::vector<std::string> supply;  // on unknown: the commands that would supply what is missing
  Basis basis = Basis::none;
  // On unknown: something is known to stand in the way, and only what it lets through is not known.
  // That leaves the pull open, whatever the check.
  bool in_the_way = false;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

template <class Subject>
using JudgeOf = Verdict (*)(const Estate&, const Subject&);
// The signature is the scope.
using Judge = std::variant<JudgeOf<Registry>, JudgeOf<Cluster>, JudgeOf<WorkloadContainer>,
                           JudgeOf<Attachment>, JudgeOf<Pull>>;

// A control of another catalogue that this check answers: {"CKV", "CKV_AZURE_137"}.
struct Control {
  std::string_view catalogue, id;
};

struct Check {
  std::string_view id;
  std::string_view title;    // the healthy statement
  std::string_view problem;  // the same, broken
  Severity severity = Severity::high;
  Link link = Link::none;
  int step = 0;  // place within its link, in the order of the pull path
  // Adds to what other checks judge, from documents that few will give: what nodes have shown,
  // what the registry holds, what a network might hold back. Not to know leaves nothing open; to
  // fail is no cause while what would explain it is not known.
  bool corroborates = false;
  std::string_view why;        // why it matters, for `explain`
  std::string_view reads;      // what it judges from
  std::string_view repair;     // how to repair in words: risk, role needed, time to take effect
  std::string_view reference;  // URL of the rule's source
  std::span<const Control> controls;
  std::string_view features;            // rows of coverage.h that it answers: "F-047 B-22"
  std::array<const Check*, 6> after{};  // checks whose failure would explain this one
  Judge judge;
};

// Every check, sorted by link, step and id; generated from the file names under checks/.
std::span<const Check* const> all_checks();
const Check* find_check(std::string_view id);

// Verdicts in one line each.
Verdict pass(std::string reason, std::vector<Evidence> evidence, Basis basis);
Verdict fail(std::string reason, std::vector<Evidence> evidence, Basis basis,
             std::vector<std::string> fix);
Verdict unknown(std::string reason, std::vector<Evidence> evidence,
                std::vector<std::string> supply);
Verdict not_applicable(std::string reason, std::vector<Evidence> evidence = {});

}  // namespace acr
