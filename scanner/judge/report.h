// The canonical report: everything a run has to say. `-o json` prints it as it stands, every other
// format is a function of it, and nobody else counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "check.h"
#include "estate/place.h"
#include "estate/pull_error.h"

namespace acr {

struct Notification {
  enum class Level { note, warning, error };
  Level level = Level::note;
  std::string code;    // "document-unknown", "document-damaged", "scope-partial", …
  std::string text;    // one line: what, where, what was expected
  std::string source;  // the document; may be empty
};

struct SubjectRef {
  std::string kind;  // registry, cluster, attachment, container, pull
  std::string name;  // "contosoprod", "aks-prod -> contosoprod", "shop/deploy/cart"
  std::string id;    // ARM id, or <cluster id>//<namespace>/<kind>/<name>
  std::string cluster, registry, name_space, workload, container, image;  // where they apply
  std::string scope;          // id of the Scope it belongs to
  std::string discriminator;  // tells two results of one check on one id apart
};

// A value that many hold and none changes: the results of a pull share its subject, and its chain
// their verdicts.
template <class T>
class Shared {
 public:
  Shared() : Shared(T{}) {}
  Shared(T value) : value_(std::make_shared<T>(std::move(value))) {}
  const T& operator*() const { return *value_; }
  const T* operator->() const { return value_.get(); }
  operator const T&() const { return *value_; }
  // The value for a change that the other holders do not see.
  T& own() {
    if (value_.use_count() > 1) value_ = std::make_shared<T>(*value_);
    return *value_;
  }

 private:
  std::shared_ptr<T> value_;
};

// Why a finding is accepted, by whom, and until when.
struct Suppression {
  std::string reason, owner, ticket;  // the ticket may be empty
  std::string expires;                // a day: "2026-12-31"; empty: not told
  std::string source;                 // "acr-doctor.yaml:14"
};

struct Result {
  const Check* check = nullptr;
  Shared<SubjectRef> subject;
  std::string fingerprint;  // 32 hex digits, see fingerprint.h
  Shared<Verdict> verdict;
  std::optional<Severity> decided = {};  // by the policy, over the check's own
  std::shared_ptr<const Suppression> suppression = {};
  // Against the baseline, of failed results: absent ones stand in Report::absent.
  enum class Since { not_compared, is_new, unchanged, updated, absent };
  Since since = Since::not_compared;
  std::shared_ptr<const Place> place = {};  // of what is to be changed, in a file that was given

  Severity severity() const { return decided.value_or(check->severity); }
  // A finding that nobody has accepted.
  bool is_open() const { return verdict->outcome == Outcome::fail && !suppression; }
};

std::string_view to_string(Result::Since since);

struct ChainLink {
  enum class Role { holds, cause, consequence, also, unknown, not_applicable };
  const Check* check = nullptr;
  Role role = Role::unknown;
  Shared<Verdict> verdict;
};
std::string_view to_string(ChainLink::Role role);

// How far one cause reaches in the input: the pulls that have the same one.
struct Reach {
  std::uint64_t pods = 0, failing = 0, workloads = 0, namespaces = 0, clusters = 0;
};

struct PullReport {
  enum class Diagnosis { pulls, broken, unexplained, unknown };
  Shared<SubjectRef> subject;
  std::vector<std::string> pods;
  std::uint64_t pod_count = 0, failing = 0;
  std::string nodes;
  Diagnosis diagnosis = Diagnosis::unknown;
  std::optional<PullSymptom> message;
  std::optional<PullError> error;  // what the message says
  std::vector<ChainLink> chain;    // kubelet order; the symptom is last
  // Where configuration and the pull's message disagree, a sentence each.
  std::vector<std::string> contradictions;
  std::optional<Reach> reach;  // of the cause

  const ChainLink* cause() const;
  std::vector<const ChainLink*> also() const;
};
std::string_view to_string(PullReport::Diagnosis diagnosis);

struct Scope {
  std::string id, kind, name, subscription;  // kind: registry, cluster
  std::string status;                        // complete, partial, failed
};

struct Summary {
  std::uint64_t pass = 0, unknown = 0, not_applicable = 0;
  std::uint64_t fail = 0, suppressed = 0;  // failed results: those open, those accepted
  std::uint64_t fail_by_severity[4] = {};  // indexed by Severity
  std::uint64_t fail_new = 0;              // of `fail`: not in the baseline
  bool complete = true;
  int exit_code = 0;
};

struct Report {
  std::string version;  // of the program that judged; empty: this one
  std::string command;  // "why" or "scan"
  std::string again;    // the command that repeats the run; empty where none does
  std::string mode = "offline";
  Instant started_at{};
  std::vector<Scope> scopes;
  std::vector<const Check*> checks;  // those that ran
  std::vector<Result> results;       // sorted: severity, check id, subject id, discriminator
  std::vector<PullReport> pulls;     // failing first
  std::vector<Notification> notifications;
  Summary summary;
  Severity fail_on = Severity::high;
  bool fail_on_nothing = false;       // --fail-on none
  bool fail_on_new = false;           // --fail-on-new: what the baseline holds does not count
  std::vector<Result> absent;         // failed in the baseline, and do not any more
  bool compared = false;              // with a baseline
  std::shared_ptr<const void> keeps;  // what the checks of a report that was read lie in
};

}  // namespace acr
