#include "judge/judge.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "judge/baseline.h"
#include "judge/explain.h"
#include "judge/reach.h"
#include "judge/summary.h"
#include "judge/unread.h"

namespace acr {

namespace {

// --check says more than the policy.
bool selected(const Check& check, const JudgeOptions& options) {
  const std::vector<std::string>& globs = options.check_globs;
  if (globs.empty()) return is_selected(check, options.policy);
  return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) {
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

bool is_warned(const Report& report) {
  return std::ranges::any_of(report.notifications, [](const Notification& note) {
    return note.level != Notification::Level::note;
  });
}

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

void warn_of_unread(Report& report, const Estate& estate, std::span<const Kind> kinds,
                    std::string_view name_space) {
  for (Notification& note : find_unread(estate, kinds, report.notifications, name_space))
    report.notifications.push_back(std::move(note));
}

}  // namespace

Report scan(const Estate& estate, std::vector<Notification> notifications,
            const JudgeOptions& options) {
  Report report;
  report.command = "scan";
  report.started_at = estate.now;
  report.notifications = std::move(notifications);
  warn_of_unread(report, estate, kOfScan, {});
  report.scopes = scopes_of(estate);
  for (const Check* check : all_checks()) {
    if (selected(*check, options)) report.checks.push_back(check);
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
          !selected(*link.check, options))
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
  apply_policy(options.policy, estate, report);
  put_in_order(report);
  summarise(report, options);
  if (options.baseline) {
    compare(*options.baseline, report);
    summarise(report, options);
  }
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
    warn_of_unread(report, estate, kOfPulls, target.name_space);
    for (const Pull& pull : all_pulls) {
      if (!target.name_space.empty() && pull.name_space != target.name_space) continue;
      if (!target.cluster.empty() &&
          !(pull.cluster && same_text(pull.cluster->name, target.cluster)))
        continue;
      selection.pulls.push_back(&pull);
    }
  } else {
    selection = select_pulls(estate, all_pulls, target);
    if (!selection.error.empty()) {
      // What was asked for may stand in what could not be read.
      const bool asks_for_cluster = target.kind == "image";
      warn_of_unread(report, estate, asks_for_cluster ? std::span<const Kind>(kOfScan) : kOfPulls,
                     target.name_space);
      const bool unclear = asks_for_cluster && target.cluster.empty();
      if (unclear || !is_warned(report))
        return std::unexpected(WhyError{std::move(selection.error)});
      report.notifications.insert(
          report.notifications.begin(),
          {.level = Notification::Level::warning,
           .code = "target-not-found",
           .text = selection.error + "; not all of it could be read, so it may be there",
           .source = {}});
    }
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
  if (all_failing && !estate.has(Kind::pod) && !estate.has(Kind::workload)) {
    report.notifications.push_back({.level = Notification::Level::warning,
                                    .code = "no-pods",
                                    .text = "the input holds no pods and no workloads: kubectl get "
                                            "pods --all-namespaces --output json",
                                    .source = {}});
  }
  put_in_order(report);
  summarise(report, options);
  return report;
}

int exit_code(const Report& report) {
  return report.summary.exit_code;
}

}  // namespace acr
