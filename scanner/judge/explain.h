// One pull, walked along the pull path.
#pragma once

#include <string>
#include <unordered_map>

#include "judge/report.h"

namespace acr {

// Judges pulls one after the other. Pulls that differ only in what a check of an attachment does
// not look at share its verdict, so that the cost grows with distinct questions, not with pods.
class Explainer {
 public:
  explicit Explainer(const Estate& estate) : estate_(estate) {}
  PullReport explain(const Pull& pull);

 private:
  Shared<Verdict> judge(const Check& check, const Pull& pull);
  const Shared<Verdict>& judge_attachment(const Check& check, JudgeOf<Attachment> judge_of,
                                          const Pull& pull);

  const Estate& estate_;
  std::unordered_map<std::string, Shared<Verdict>> attachment_verdicts_;
};

// A judge that throws must not take the report down: the finding becomes unknown.
template <class Subject>
Verdict judge_safely(JudgeOf<Subject> judge, const Estate& estate, const Subject& subject);

SubjectRef subject_of(const Estate& estate, const Registry& registry);
SubjectRef subject_of(const Estate& estate, const Cluster& cluster);
SubjectRef subject_of(const Estate& estate, const WorkloadContainer& container);
SubjectRef subject_of(const Estate& estate, const Attachment& attachment);
SubjectRef subject_of(const Estate& estate, const Pull& pull);

}  // namespace acr
