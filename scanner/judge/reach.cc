#include "judge/reach.h"

namespace acr {

void Reaches::add(const PullReport& pull) {
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

void Reaches::tell(PullReport& pull) const {
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

Reaches::Key Reaches::key_of(const ChainLink& cause) {
  return {cause.check,
          cause.verdict->fix.empty() ? cause.verdict->reason : cause.verdict->fix.front()};
}

}  // namespace acr
