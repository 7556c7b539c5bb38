#include "judge/judge.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

#include "judge/explain.h"

namespace acr {

namespace {

bool selected(const Check& check, const std::vector<std::string>& globs) {
  return globs.empty() || std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
           return fnmatch(glob.c_str(), std::string(check.id).c_str(), 0) == 0;
         });
}

// The same subject twice (two versions of an image in one roll-out): tell them apart by number.
class Discriminators {
 public:
  void make_unique(SubjectRef& subject) {
    const int times = ++seen_[subject.id + '\x1f' + subject.discriminator];
    if (times > 1) subject.discriminator += fmt::format(";#{}", times);
  }

 private:
  std::map<std::string, int> seen_;
};

std::vector<Scope> scopes_of(const Estate& estate) {
  std::vector<Scope> scopes;
  scopes.reserve(estate.clusters.size() + estate.registries.size());
  for (const Cluster& cluster : estate.clusters) {
    scopes.push_back({.id = cluster.id.empty() ? cluster.name : cluster.id.text(),
                      .kind = "cluster",
                      .name = cluster.name,
                      .subscription = std::string(cluster.id.subscription()),
                      .status = "complete"});
  }
  for (const Registry& registry : estate.registries) {
    scopes.push_back({.id = registry.id.text(),
                      .kind = "registry",
                      .name = registry.name,
                      .subscription = std::string(registry.id.subscription()),
                      .status = "complete"});
  }
  return scopes;
}

bool matters(const Result& result, const JudgeOptions& options) {
  return result.verdict->outcome == Outcome::unknown && result.check->link != Link::symptom &&
         (!result.check->corroborates || result.verdict->in_the_way) && options.fail_on &&
         result.check->severity >= *options.fail_on;
}

// Results are heavy to move: their places are sorted, and each moves once.
template <class T, class Less>
void put_in_order(std::vector<T>& items, Less less) {
  std::vector<std::size_t> places(items.size());
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::stable_sort(places.begin(), places.end(),
                   [&](std::size_t a, std::size_t b) { return less(items[a], items[b]); });
  std::vector<T> ordered;
  ordered.reserve(items.size());
  for (const std::size_t place : places) ordered.push_back(std::move(items[place]));
  items = std::move(ordered);
}

// Counts, scope states, completeness and order: everything that follows from the results.
void finish(Report& report, const JudgeOptions& options) {
  std::map<std::string_view, Scope*> scopes;
  for (Scope& scope : report.scopes) scopes[scope.id] = &scope;
  Summary& summary = report.summary;
  for (const Result& result : report.results) {
    switch (result.verdict->outcome) {
      case Outcome::pass:
        ++summary.pass;
        break;
      case Outcome::fail:
        ++summary.fail;
        ++summary.fail_by_severity[static_cast<std::size_t>(result.check->severity)];
        break;
      case Outcome::unknown:
        ++summary.unknown;
        break;
      case Outcome::not_applicable:
        ++summary.not_applicable;
        break;
    }
    if (matters(result, options)) {
      summary.complete = false;
      const auto scope = scopes.find(result.subject->scope);
      if (scope != scopes.end()) scope->second->status = "partial";
    }
  }
  for (const Notification& notification : report.notifications) {
    if (notification.level != Notification::Level::note) summary.complete = false;
  }
  put_in_order(report.results, [](const Result& a, const Result& b) {
    return std::tie(b.check->severity, a.check->id, a.subject->id, a.subject->discriminator) <
           std::tie(a.check->severity, b.check->id, b.subject->id, b.subject->discriminator);
  });
  const auto order = [](const PullReport& p) {
    // Broken and unexplained first; among them those that fail now.
    using Diagnosis = PullReport::Diagnosis;
    const int diagnosis = p.diagnosis == Diagnosis::broken        ? 0
                          : p.diagnosis == Diagnosis::unexplained ? 1
                          : p.diagnosis == Diagnosis::unknown     ? 2
                                                                  : 3;
    return std::tuple(p.failing == 0, diagnosis, std::string_view(p.subject->id),
                      std::string_view(p.subject->discriminator));
  };
  put_in_order(report.pulls,
               [&](const PullReport& a, const PullReport& b) { return order(a) < order(b); });
  report.fail_on_nothing = !options.fail_on;
  if (options.fail_on) report.fail_on = *options.fail_on;
}

// What the pulls with one cause add up to.
class Reaches {
 public:
  void add(const PullReport& pull) {
    const ChainLink* cause = pull.cause();
    if (!cause) return;
    Tally& tally = tallies_[key_of(*cause)];
    const SubjectRef& subject = *pull.subject;
    tally.reach.pods += pull.pod_count;
    tally.reach.failing += pull.failing;
    tally.workloads.insert(subject.id);
    tally.namespaces.insert(subject.scope + '\x1f' + subject.name_space);
    tally.clusters.insert(subject.scope);
  }
  void tell(PullReport& pull) const {
    const ChainLink* cause = pull.cause();
    if (!cause) return;
    const auto found = tallies_.find(key_of(*cause));
    if (found == tallies_.end()) return;
    const Tally& tally = found->second;
    pull.reach = tally.reach;
    pull.reach->workloads = tally.workloads.size();
    pull.reach->namespaces = tally.namespaces.size();
    pull.reach->clusters = tally.clusters.size();
  }

 private:
  struct Tally {
    Reach reach;
    std::set<std::string> workloads, namespaces, clusters;
  };
  using Key = std::pair<const Check*, std::string>;
  // One cause is one repair; a fault without a command is known by what it says.
  static Key key_of(const ChainLink& cause) {
    return {cause.check,
            cause.verdict->fix.empty() ? cause.verdict->reason : cause.verdict->fix.front()};
  }
  std::map<Key, Tally> tallies_;
};

// The checks of one scope over their subjects. Subjects share what names them.
template <class Subject>
void judge_all(Report& report, const Estate& estate, const std::vector<Subject>& subjects) {
  Discriminators discriminators;
  std::vector<Shared<SubjectRef>> names;
  names.reserve(subjects.size());
  for (const Subject& subject : subjects) {
    SubjectRef name = subject_of(estate, subject);
    discriminators.make_unique(name);
    names.emplace_back(std::move(name));
  }
  for (const Check* check : report.checks) {
    const auto* judge = std::get_if<JudgeOf<Subject>>(&check->judge);
    if (judge == nullptr) continue;
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      report.results.push_back({.check = check,
                                .subject = names[i],
                                .fingerprint = {},
                                .verdict = judge_safely(*judge, estate, subjects[i])});
    }
  }
}

int with_incomplete(const Report& report, int code, const JudgeOptions& options) {
  if (code != 0 || report.summary.complete || options.incomplete_is_ok) return code;
  return 3;
}

}  // namespace

Report scan(const Estate& estate, std::vector<Notification> notifications,
            const JudgeOptions& options) {
  Report report;
  report.command = "scan";
  report.started_at = estate.now;
  report.notifications = std::move(notifications);
  report.scopes = scopes_of(estate);
  for (const Check* check : all_checks()) {
    if (selected(*check, options.check_globs)) report.checks.push_back(check);
  }
  const std::vector<Pull> all_pulls = pulls(estate);
  const std::vector<Attachment> all_attachments = attachments(estate, all_pulls);

  judge_all<Registry>(report, estate, estate.registries);
  judge_all<Cluster>(report, estate, estate.clusters);
  judge_all<WorkloadContainer>(report, estate, workload_containers(estate));
  judge_all<Attachment>(report, estate, all_attachments);
  Explainer explainer(estate);
  Discriminators discriminators;
  report.pulls.reserve(all_pulls.size());
  report.results.reserve(report.results.size() + all_pulls.size() * report.checks.size());
  for (const Pull& pull : all_pulls) {
    PullReport explained = explainer.explain(pull);
    discriminators.make_unique(explained.subject.own());
    for (const ChainLink& link : explained.chain) {
      if (!std::holds_alternative<JudgeOf<Pull>>(link.check->judge) ||
          !selected(*link.check, options.check_globs))
        continue;
      report.results.push_back({.check = link.check,
                                .subject = explained.subject,
                                .fingerprint = {},
                                .verdict = link.verdict});
    }
    report.pulls.push_back(std::move(explained));
  }
  Reaches reaches;
  for (const PullReport& pull : report.pulls) reaches.add(pull);
  for (PullReport& pull : report.pulls) reaches.tell(pull);
  finish(report, options);

  int code = 0;
  if (options.fail_on) {
    for (std::size_t s = static_cast<std::size_t>(*options.fail_on);
         s < std::size(report.summary.fail_by_severity); ++s) {
      if (report.summary.fail_by_severity[s] > 0) code = 1;
    }
  }
  report.summary.exit_code = with_incomplete(report, code, options);
  return report;
}

namespace {

// Names that a person may have meant: those that share a beginning with what was typed.
std::string nearest_names(std::string_view wanted, const std::set<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string_view>> ranked;
  for (const std::string& name : names) {
    const auto [a, b] = std::mismatch(wanted.begin(), wanted.end(), name.begin(), name.end());
    const auto common = static_cast<std::size_t>(a - wanted.begin());
    if (common >= 3 || common == wanted.size()) ranked.emplace_back(common, name);
  }
  std::stable_sort(ranked.begin(), ranked.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(ranked.size(), 3); ++i) {
    text += i == 0 ? "; nearest: " : ", ";
    text += ranked[i].second;
  }
  return text;
}

struct Selection {
  std::optional<Pull> made;        // an image that no pod names yet
  std::vector<const Pull*> pulls;  // of the estate
  std::string error;
};

Selection select_pulls(const Estate& estate, const std::vector<Pull>& all,
                       const WhyTarget& target) {
  Selection selection;
  const auto in_scope = [&](const Pull& pull) {
    return (target.name_space.empty() || pull.name_space == target.name_space) &&
           (target.cluster.empty() ||
            (pull.cluster && same_text(pull.cluster->name, target.cluster)));
  };
  if (target.kind == "image") {
    const Cluster* cluster = nullptr;
    std::set<std::string> names;
    for (const Cluster& candidate : estate.clusters) {
      names.insert(candidate.name);
      if (same_text(candidate.name, target.cluster) ||
          (target.cluster.empty() && estate.clusters.size() == 1))
        cluster = &candidate;
    }
    if (!cluster) {
      selection.error = target.cluster.empty()
                            ? fmt::format("an image needs --cluster: the input holds {} clusters",
                                          estate.clusters.size())
                            : fmt::format("no cluster {} in the input{}", target.cluster,
                                          nearest_names(target.cluster, names));
      return selection;
    }
    selection.made = hypothetical_pull(estate, *cluster, target.name);
    return selection;
  }
  std::set<std::string> names;
  const std::string workload = fmt::format("{}/{}", target.kind, target.name);
  for (const Pull& pull : all) {
    if (!in_scope(pull)) continue;
    const bool is_pod = target.kind == "pod";
    const bool match = is_pod ? pull.source && pull.source->focus : pull.workload == workload;
    if (is_pod) {
      names.insert(pull.pods.begin(), pull.pods.end());
    } else {
      names.insert(pull.workload);
    }
    if (match) selection.pulls.push_back(&pull);
  }
  if (selection.pulls.empty()) {
    selection.error = fmt::format(
        "no {} {}{} in the input{}", target.kind, target.name,
        target.name_space.empty() ? "" : fmt::format(" in namespace {}", target.name_space),
        nearest_names(target.kind == "pod" ? target.name : workload, names));
  }
  return selection;
}

}  // namespace

std::expected<Report, WhyError> why(const Estate& estate, std::vector<Notification> notifications,
                                    const WhyTarget& target, const JudgeOptions& options) {
  Report report;
  report.command = "why";
  report.started_at = estate.now;
  report.notifications = std::move(notifications);
  report.scopes = scopes_of(estate);
  for (const Check* check : all_checks()) {
    if (check->link != Link::none) report.checks.push_back(check);
  }

  const std::vector<Pull> all_pulls = pulls(estate);
  const bool all_failing = target.kind.empty();
  Selection selection;
  if (all_failing) {
    for (const Pull& pull : all_pulls) {
      if (!target.name_space.empty() && pull.name_space != target.name_space) continue;
      if (!target.cluster.empty() &&
          !(pull.cluster && same_text(pull.cluster->name, target.cluster)))
        continue;
      selection.pulls.push_back(&pull);
    }
  } else {
    selection = select_pulls(estate, all_pulls, target);
    if (!selection.error.empty()) return std::unexpected(WhyError{std::move(selection.error)});
    if (selection.made) selection.pulls.push_back(&*selection.made);
  }

  Explainer explainer(estate);
  Discriminators discriminators;
  Reaches reaches;
  std::set<std::tuple<const Check*, std::string, std::string>> seen;
  for (const Pull* chosen : selection.pulls) {
    const Pull& pull = *chosen;
    PullReport explained = explainer.explain(pull);
    reaches.add(explained);
    // Without a target: what fails now, and what has never been tried but would fail.
    if (all_failing && pull.failing == 0 && explained.diagnosis != PullReport::Diagnosis::broken)
      continue;
    discriminators.make_unique(explained.subject.own());
    std::optional<Shared<SubjectRef>> attached;
    if (pull.cluster && pull.registry) {
      SubjectRef subject = subject_of(
          estate,
          Attachment{.cluster = pull.cluster, .registry = pull.registry, .pulls = {}, .pools = {}});
      subject.discriminator += fmt::format(";nodes={}", pull.node.label());
      attached = std::move(subject);
    }
    for (const ChainLink& link : explained.chain) {
      const bool of_pull = std::holds_alternative<JudgeOf<Pull>>(link.check->judge);
      if (!of_pull && attached &&
          !seen.emplace(link.check, (*attached)->id, (*attached)->discriminator).second)
        continue;
      report.results.push_back({.check = link.check,
                                .subject = of_pull || !attached ? explained.subject : *attached,
                                .fingerprint = {},
                                .verdict = link.verdict});
    }
    report.pulls.push_back(std::move(explained));
  }
  // How far a cause reaches is told from all pulls of the input, whatever was asked for.
  if (std::any_of(report.pulls.begin(), report.pulls.end(),
                  [](const PullReport& pull) { return pull.cause() != nullptr; })) {
    const std::set<const Pull*> done(selection.pulls.begin(), selection.pulls.end());
    for (const Pull& pull : all_pulls)
      if (!done.contains(&pull)) reaches.add(explainer.explain(pull));
    for (PullReport& pull : report.pulls) reaches.tell(pull);
  }
  finish(report, options);

  using Diagnosis = PullReport::Diagnosis;
  const auto any = [&](Diagnosis d) {
    return std::any_of(report.pulls.begin(), report.pulls.end(),
                       [&](const PullReport& p) { return p.diagnosis == d; });
  };
  // Whether a pull pulls does not depend on links that a successful pull left unproven.
  const bool open = any(Diagnosis::unexplained) || any(Diagnosis::unknown);
  const bool damaged =
      std::any_of(report.notifications.begin(), report.notifications.end(),
                  [](const Notification& n) { return n.level != Notification::Level::note; });
  const bool nothing_to_judge =
      all_failing && !estate.has(Kind::pod) && !estate.has(Kind::workload);
  report.summary.complete = !open && !damaged && !nothing_to_judge;
  if (nothing_to_judge) {
    report.notifications.push_back({.level = Notification::Level::warning,
                                    .code = "no-pods",
                                    .text = "the input holds no pods and no workloads: kubectl get "
                                            "pods --all-namespaces --output json",
                                    .source = {}});
  }
  report.summary.exit_code = with_incomplete(report, any(Diagnosis::broken) ? 1 : 0, options);
  return report;
}

int exit_code(const Report& report) {
  return report.summary.exit_code;
}

}  // namespace acr
