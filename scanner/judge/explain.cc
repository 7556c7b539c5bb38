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
    Verdict verdict = judge(estate, subject);
    // A command repairs what exists; what is planned is repaired where it is planned.
    if (verdict.outcome == Outcome::fail && verdict.basis != Basis::kubernetes_api) {
      if (std::string place = where_planned(estate, verdict.evidence); !place.empty()) {
        for (std::string& command : verdict.fix)
          if (names_planned(command)) command.insert(0, "# once it is there: ");
        verdict.fix.insert(verdict.fix.begin(), std::move(place));
      }
    }
    // Nor can what does not exist yet be asked.
    for (std::string& command : verdict.supply)
      if (names_planned(command)) command.insert(0, "# once it is there: ");
    return verdict;
  } catch (const std::exception& e) {
    return unknown(fmt::format("internal error: {}", e.what()), {}, {});
  }
}
template Verdict judge_safely<Registry>(JudgeOf<Registry>, const Estate&, const Registry&);
template Verdict judge_safely<Cluster>(JudgeOf<Cluster>, const Estate&, const Cluster&);
template Verdict judge_safely<WorkloadContainer>(JudgeOf<WorkloadContainer>, const Estate&,
                                                 const WorkloadContainer&);
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

// Would the failure of one of these checks explain this one, directly or through checks in between?
bool explains(const std::set<const Check*>& checks, const Check& check) {
  return std::any_of(check.after.begin(), check.after.end(), [&](const Check* earlier) {
    return earlier && (checks.contains(earlier) || explains(checks, *earlier));
  });
}

// How far a pull came that fails with this message: the links before `first` worked at that moment,
// and what stands behind `last` was not asked yet. Docker says 401 for a tag that does not exist,
// and a registry "not found" for what the caller may not see.
struct Reached {
  Link first = Link::node, last = Link::symptom;
};
Reached reached_by(const PullError& error) {
  using Class = PullErrorClass;
  if (error.confidence != PullError::Confidence::certain) return {};
  switch (error.error) {
    case Class::network_dns:
    case Class::network_timeout:
    case Class::network_refused:
    case Class::network_proxy:
    case Class::network_firewall:
      return {Link::node, Link::network};
    case Class::tls_untrusted:
    case Class::tls_name_mismatch:
    case Class::tls_expired:
    case Class::tls_http_https:
      return {Link::node, Link::tls};
    case Class::auth_unauthorized:
    case Class::auth_forbidden_role:
    case Class::auth_sp_expired:
    case Class::auth_sp_invalid_secret:
    case Class::auth_app_not_found:
    case Class::auth_token_expired:
    case Class::auth_admin_disabled:
    case Class::image_tag_not_found:
    case Class::image_repo_not_found:
    case Class::image_quarantined:
    case Class::image_platform_mismatch:
      return {error.furthest >= PullStage::tls_established ? Link::credential : Link::node,
              Link::symptom};
    default:
      return {};
  }
}

// Which fault is the cause? The first that fits what the message says; the first of all where none
// does, or where there is no message.
ChainLink* weigh(const std::vector<ChainLink*>& candidates, const Pull& pull,
                 std::vector<std::string>& contradictions) {
  if (candidates.empty()) return nullptr;
  if (pull.failing == 0 || !pull.symptom) return candidates.front();
  const PullError& error = pull.symptom->error;
  const Reached reached = reached_by(error);
  ChainLink* chosen = nullptr;
  for (ChainLink* link : candidates) {
    if (link->check->link > reached.last) continue;
    // A reference is read before anything is asked, and its faults show in any message.
    const bool passed = link->check->link > Link::reference && link->check->link < reached.first;
    if (passed) {
      contradictions.push_back(
          fmt::format("configuration says that {}, but the last message shows that the node came "
                      "further: {}",
                      link->verdict->reason, error.says));
    } else if (!chosen) {
      chosen = link;
    }
  }
  if (chosen) return chosen;
  // The message is older than the fault, or says less than it seems to.
  if (candidates.front()->check->link <= reached.last) return candidates.front();
  contradictions.push_back(
      fmt::format("configuration says that {}, but the last message shows that the node did not "
                  "come so far: {}",
                  candidates.front()->verdict->reason, error.says));
  return nullptr;
}

}  // namespace

SubjectRef subject_of(const Estate&, const Registry& registry) {
  SubjectRef subject;
  subject.kind = "registry";
  subject.name = subject.registry = registry.name;
  subject.id = subject.scope = registry.id.text();
  return subject;
}

SubjectRef subject_of(const Estate&, const Cluster& cluster) {
  SubjectRef subject;
  subject.kind = "cluster";
  subject.name = subject.cluster = cluster.name;
  subject.id = subject.scope = cluster_id(&cluster);
  return subject;
}

SubjectRef subject_of(const Estate&, const WorkloadContainer& container) {
  const PodClass& source = *container.source;
  SubjectRef subject;
  subject.kind = "container";
  subject.cluster = container.cluster ? container.cluster->name : "";
  subject.name_space = source.name_space;
  subject.workload = container.workload;
  subject.container = source.container.name;
  subject.image = source.container.image;
  subject.name = source.name_space.empty()
                     ? subject.workload
                     : fmt::format("{}/{}", source.name_space, subject.workload);
  subject.scope = cluster_id(container.cluster);
  subject.id =
      fmt::format("{}//{}/{}", subject.scope,
                  source.name_space.empty() ? "_cluster" : source.name_space, subject.workload);
  // Without tag and digest: a new version of an image is the same finding.
  subject.discriminator =
      fmt::format("container={};image={}", subject.container,
                  container.reference ? container.reference->repository() : source.container.image);
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
  const Attachment attachment = attachment_of(pull);
  std::string key = fmt::format(
      "{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", check.id, pull.cluster_index,
      fmt::ptr(pull.registry), static_cast<int>(pull.node.kind), pull.node.pool,
      pull.reference->path,
      pull.pull_secrets_known
          ? fmt::format("{}\x1e{}", pull.name_space, fmt::join(pull.pull_secrets, "\x1e"))
          : "?",
      has_arrived(pull));
  if (pull.symptom) {
    const PullError& error = pull.symptom->error;
    key += fmt::format("\x1f{}\x1f{}\x1f{}\x1f{}", error.class_id, error.address, error.resolver,
                       error.client_address);
  }
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
  std::set<const Check*> failed, open_checks;
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
        open |= !symptom && (!check->corroborates || link.verdict->in_the_way);
        open_checks.insert(check);
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
  std::vector<ChainLink*> candidates;
  for (ChainLink& link : report.chain) {
    if (link.verdict->outcome != Outcome::fail) continue;
    const Check& check = *link.check;
    if (check.link == Link::symptom || explains(failed, check) ||
        (check.corroborates && explains(open_checks, check))) {
      link.role = ChainLink::Role::consequence;
    } else {
      link.role = ChainLink::Role::also;
      candidates.push_back(&link);
    }
  }
  const ChainLink* cause = nullptr;
  if (!observed) {
    if (ChainLink* chosen = weigh(candidates, pull, report.contradictions)) {
      chosen->role = ChainLink::Role::cause;
      cause = chosen;
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
