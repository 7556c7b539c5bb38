#include "judge/explain.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <set>

#include "estate/login_server.h"
#include "judge/judge.h"

namespace acr {

template <class Subject>
Verdict judge_safely(JudgeOf<Subject> judge, const Estate& estate, const Subject& subject) {
  try {
    return judge(estate, subject);
  } catch (const std::exception& e) {
    return unknown(fmt::format("internal error: {}", e.what()), {}, {});
  }
}
template Verdict judge_safely<Registry>(JudgeOf<Registry>, const Estate&, const Registry&);
template Verdict judge_safely<Attachment>(JudgeOf<Attachment>, const Estate&, const Attachment&);
template Verdict judge_safely<Pull>(JudgeOf<Pull>, const Estate&, const Pull&);

namespace {

std::string cluster_id(const Cluster* cluster) {
  if (!cluster) return {};
  return cluster->id.empty() ? cluster->name : cluster->id.text();
}

std::string workload_of(const Pull& pull) {
  if (!pull.workload.empty()) return pull.workload;
  if (!pull.pods.empty()) return "pod/" + pull.pods.front();
  return pull.source ? "pod/" + pull.container : "image/" + pull.image;
}

std::string repository_of(const Pull& pull) {
  return pull.reference ? pull.reference->repository() : pull.image;
}

// Does some failed check explain this one, directly or through checks in between?
bool explained(const Check& check, const std::set<const Check*>& failed) {
  for (const Check* earlier : check.after) {
    if (earlier && (failed.contains(earlier) || explained(*earlier, failed))) return true;
  }
  return false;
}

}  // namespace

SubjectRef subject_of(const Estate&, const Registry& registry) {
  SubjectRef subject;
  subject.kind = "registry";
  subject.name = subject.registry = registry.name;
  subject.id = subject.scope = registry.id.text();
  return subject;
}

SubjectRef subject_of(const Estate&, const Attachment& attachment) {
  SubjectRef subject;
  subject.kind = "attachment";
  subject.cluster = attachment.cluster->name;
  subject.registry = attachment.registry->name;
  subject.name = fmt::format("{} -> {}", subject.cluster, subject.registry);
  subject.id = subject.scope = cluster_id(attachment.cluster);
  subject.discriminator = fmt::format("registry={}", attachment.registry->id.key());
  return subject;
}

SubjectRef subject_of(const Estate&, const Pull& pull) {
  SubjectRef subject;
  subject.kind = "pull";
  subject.cluster = pull.cluster ? pull.cluster->name : "";
  subject.registry = pull.registry ? pull.registry->name : "";
  subject.name_space = pull.name_space;
  subject.workload = workload_of(pull);
  subject.container = pull.container;
  subject.image = pull.image;
  subject.name = pull.name_space.empty() ? subject.workload
                                         : fmt::format("{}/{}", pull.name_space, subject.workload);
  subject.scope = cluster_id(pull.cluster);
  subject.id =
      fmt::format("{}//{}/{}", subject.scope,
                  pull.name_space.empty() ? "_cluster" : pull.name_space, subject.workload);
  // Without tag and digest: a new version of an image is the same finding.
  subject.discriminator = fmt::format("container={};image={};nodes={}", pull.container,
                                      repository_of(pull), pull.node.label());
  return subject;
}

const Shared<Verdict>& Explainer::judge_attachment(const Check& check, JudgeOf<Attachment> judge_of,
                                                   const Pull& pull) {
  Attachment attachment{
      .cluster = pull.cluster, .registry = pull.registry, .pulls = {&pull}, .pools = {}};
  if (pull.node.kind == NodeClass::Kind::agent && !pull.node.pool.empty()) {
    const auto& pools = pull.cluster->pools;
    const bool known = std::any_of(pools.begin(), pools.end(),
                                   [&](const NodePool& p) { return p.name == pull.node.pool; });
    if (known) attachment.pools.push_back(pull.node.pool);
  }
  const std::string key = fmt::format(
      "{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", check.id, pull.cluster_index,
      fmt::ptr(pull.registry), static_cast<int>(pull.node.kind), pull.node.pool,
      pull.reference->path,
      pull.pull_secrets_known
          ? fmt::format("{}\x1e{}", pull.name_space, fmt::join(pull.pull_secrets, "\x1e"))
          : "?",
      pull.pulled > 0);
  const auto it = attachment_verdicts_.find(key);
  if (it != attachment_verdicts_.end()) return it->second;
  return attachment_verdicts_.emplace(key, judge_safely(judge_of, estate_, attachment))
      .first->second;
}

Shared<Verdict> Explainer::judge(const Check& check, const Pull& pull) {
  if (const auto* of_pull = std::get_if<JudgeOf<Pull>>(&check.judge)) {
    return judge_safely(*of_pull, estate_, pull);
  }
  const auto* of_attachment = std::get_if<JudgeOf<Attachment>>(&check.judge);
  if (!of_attachment) return not_applicable("judged for the registry, not for a pull");
  if (!pull.reference) return not_applicable("the image reference is not valid");
  const std::string& host = pull.reference->domain;
  if (!pull.registry) {
    if (!cloud_of(host))
      return not_applicable(fmt::format("{} is not an Azure container registry", host));
    return unknown(fmt::format("registry {} is not in the input", host), {},
                   {"az acr list --output json"});
  }
  if (!pull.cluster) {
    return unknown(
        "several clusters are in the input and nothing tells which one this pod belongs to", {},
        {"kubectl get nodes --output json"});
  }
  return judge_attachment(check, *of_attachment, pull);
}

PullReport Explainer::explain(const Pull& pull) {
  PullReport report;
  report.subject = subject_of(estate_, pull);
  report.pods = pull.pods;
  report.pod_count = pull.pod_count;
  report.failing = pull.failing;
  report.nodes = pull.node.label();
  if (pull.symptom) {
    report.message = *pull.symptom;
    report.error = pull.symptom->error;
  }

  report.chain.reserve(all_checks().size());
  std::set<const Check*> failed;
  bool open = false, symptom_failed = false, observed = false, applies = false;
  for (const Check* check : all_checks()) {
    if (check->link == Link::none) continue;
    ChainLink link{
        .check = check, .role = ChainLink::Role::unknown, .verdict = judge(*check, pull)};
    const bool symptom = check->link == Link::symptom;
    switch (link.verdict->outcome) {
      case Outcome::pass:
        link.role = ChainLink::Role::holds;
        observed |= symptom;
        applies |= !symptom;
        break;
      case Outcome::not_applicable:
        link.role = ChainLink::Role::not_applicable;
        break;
      case Outcome::unknown:
        open |= !symptom;
        break;
      case Outcome::fail:
        (symptom ? symptom_failed : applies) = true;
        if (!symptom) failed.insert(check);
        break;
    }
    report.chain.push_back(std::move(link));
  }

  // The first broken link in kubelet order is the cause; what its kind of failure explains follows
  // from it; what it does not explain is a fault of its own. A symptom is never its own cause. An
  // image that was pulled has no cause to look for, only faults the next pull will meet.
  const ChainLink* cause = nullptr;
  for (ChainLink& link : report.chain) {
    if (link.verdict->outcome != Outcome::fail) continue;
    if (link.check->link == Link::symptom || explained(*link.check, failed)) {
      link.role = ChainLink::Role::consequence;
    } else if (!cause && !observed) {
      link.role = ChainLink::Role::cause;
      cause = &link;
    } else {
      link.role = ChainLink::Role::also;
    }
  }
  using Diagnosis = PullReport::Diagnosis;
  if (cause) {
    report.diagnosis = Diagnosis::broken;
  } else if (symptom_failed) {
    report.diagnosis = Diagnosis::unexplained;
  } else if (observed || (applies && !open)) {
    report.diagnosis = Diagnosis::pulls;
  }
  return report;
}

PullReport explain(const Estate& estate, const Pull& pull) {
  return Explainer(estate).explain(pull);
}

}  // namespace acr
