// PolicyReport and ClusterPolicyReport (wgpolicyk8s.io/v1alpha2), as Policy Reporter and Kyverno's
// users read them: one of the first for each namespace of a cluster, one of the second for what
// concerns the cluster itself, and one for each registry. Nothing is applied: a person runs
// kubectl apply -f FILE -l app.kubernetes.io/instance=CLUSTER.
#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "judge/fingerprint.h"
#include "judge/summary.h"
#include "reports/escape.h"
#include "reports/json_stream.h"
#include "reports/render.h"

namespace acr {
namespace {

// An object of the API server must stay below etcd's 1.5 MB. The summary counts all of them.
constexpr std::size_t kResults = 1'000;
constexpr std::size_t kLongestName = 253, kLongestLabel = 63;

// The words of the result property, in the order of the summary.
enum class Word { pass, fail, warn, error, skip };
constexpr std::string_view kWords[] = {"pass", "fail", "warn", "error", "skip"};

Word word_of(const Report& report, const Result& result) {
  switch (result.verdict->outcome) {
    case Outcome::pass:
      return Word::pass;
    case Outcome::unknown:
      return Word::error;
    case Outcome::not_applicable:
      return Word::skip;
    case Outcome::fail:
      break;
  }
  if (result.suppression) return Word::skip;
  return counts(report, result) ? Word::fail : Word::warn;
}

// A JSON string is a YAML string as well.
std::string yaml(std::string_view outside) {
  std::string out;
  JsonStream(out, JsonStream::kOneLine).value(clean_lines(outside));
  return out;
}

// Lower case letters, digits and dashes, as names and labels of Kubernetes are.
std::string dns_name(std::string_view text, std::size_t longest) {
  std::string out;
  for (const char c : text) {
    const char low = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    const bool plain = (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9');
    if (plain)
      out += low;
    else if (!out.empty() && out.back() != '-')
      out += '-';
    if (out.size() == longest) break;
  }
  while (out.ends_with('-')) out.pop_back();
  return out.empty() ? "unnamed" : out;
}

struct KindOfWorkload {
  std::string_view prefix, api_version, kind;
};
constexpr KindOfWorkload kWorkloads[] = {
    {"deploy/", "apps/v1", "Deployment"},
    {"sts/", "apps/v1", "StatefulSet"},
    {"ds/", "apps/v1", "DaemonSet"},
    {"rs/", "apps/v1", "ReplicaSet"},
    {"job/", "batch/v1", "Job"},
    {"cronjob/", "batch/v1", "CronJob"},
    {"pod/", "v1", "Pod"},
};

// One document.
struct PolicyDocument {
  std::string name, instance;  // its own; of the cluster or registry
  std::string name_space;      // empty: a ClusterPolicyReport
  std::vector<const Result*> results;
};

// Two clusters may have the same name: then a piece of the scope's hash tells them apart, for both
// and in every run.
void make_names_unique(std::vector<PolicyDocument>& documents) {
  std::map<std::string, int> times;
  for (const auto& document : documents) ++times[document.name];
  for (auto& document : documents) {
    if (times[document.name] == 1) continue;
    const SubjectRef& subject = document.results.front()->subject;
    document.name += "-" + fingerprint("", subject.scope, subject.name_space).substr(0, 8);
  }
}

// Documents in the order of their first, gravest result.
std::vector<PolicyDocument> group_results(const Report& report) {
  std::map<std::string_view, const Scope*> scopes;
  for (const Scope& scope : report.scopes) scopes.emplace(scope.id, &scope);
  std::vector<PolicyDocument> documents;
  std::map<std::pair<std::string_view, std::string_view>, std::size_t> places;
  for (const Result& result : report.results) {
    const SubjectRef& subject = result.subject;
    const std::pair<std::string_view, std::string_view> key(subject.scope, subject.name_space);
    const auto [place, is_new] = places.emplace(key, documents.size());
    if (is_new) {
      const auto found = scopes.find(subject.scope);
      const bool known = found != scopes.end();
      const std::string& owner = known ? found->second->name : subject.cluster;
      std::string name =
          known && found->second->kind == "registry" ? "acr-doctor-registry-" : "acr-doctor-";
      name += dns_name(owner, kLongestName);
      PolicyDocument document;
      if (!subject.name_space.empty()) {
        document.name_space = dns_name(subject.name_space, kLongestLabel);
        name += "-" + document.name_space;
      }
      document.name = dns_name(name, kLongestName - 9);  // room for the piece of a hash
      document.instance = dns_name(owner, kLongestLabel);
      documents.push_back(std::move(document));
    }
    documents[place->second].results.push_back(&result);
  }
  make_names_unique(documents);
  return documents;
}

void write_resource(std::string& out, const SubjectRef& subject) {
  for (const auto& [prefix, api_version, kind] : kWorkloads) {
    if (!subject.workload.starts_with(prefix)) continue;
    out += fmt::format("  resources:\n  - apiVersion: {}\n    kind: {}\n", api_version, kind);
    if (!subject.name_space.empty())
      out += fmt::format("    namespace: {}\n", yaml(subject.name_space));
    out += fmt::format("    name: {}\n",
                       yaml(std::string_view(subject.workload).substr(prefix.size())));
    return;
  }
}

void write_result(std::string& out, const Report& report, const Result& result) {
  const Word word = word_of(report, result);
  const auto& verdict = *result.verdict;
  out += fmt::format(
      "- source: acr-doctor\n  policy: {}\n  category: {}\n  severity: {}\n  result: {}\n  scored: "
      "{}\n  message: {}\n  timestamp:\n    seconds: {}\n    nanos: 0\n",
      result.check->id, yaml(to_string(result.check->link)), to_string(result.severity()),
      kWords[static_cast<std::size_t>(word)], word != Word::warn,
      yaml(fmt::format("{}: {}", clean(result.subject->name), clean(verdict.reason))),
      report.started_at.time_since_epoch().count());
  out += fmt::format("  properties:\n    fingerprint: {}\n    subject: {}\n",
                     yaml(fingerprint(result)), yaml(result.subject->id));
  if (!result.check->reference.empty())
    out += fmt::format("    docs: {}\n", yaml(result.check->reference));
  const auto commands = [&out](std::string_view key, const std::vector<std::string>& list) {
    if (list.empty()) return;
    std::string all;
    for (const auto& command : list) all.append(all.empty() ? "" : "\n").append(command);
    out += fmt::format("    {}: {}\n", key, yaml(all));
  };
  commands("fix", verdict.fix);
  commands("supply", verdict.supply);
  write_resource(out, result.subject);
}

void write_group(std::string& out, const Report& report, const PolicyDocument& group) {
  out += fmt::format("---\napiVersion: wgpolicyk8s.io/v1alpha2\nkind: {}\nmetadata:\n  name: {}\n",
                     group.name_space.empty() ? "ClusterPolicyReport" : "PolicyReport",
                     yaml(group.name));
  if (!group.name_space.empty()) out += fmt::format("  namespace: {}\n", yaml(group.name_space));
  out += fmt::format(
      "  labels:\n    app.kubernetes.io/managed-by: acr-doctor\n    app.kubernetes.io/instance: "
      "{}\n",
      yaml(group.instance));
  if (group.results.size() > kResults) {
    out += fmt::format(
        "  annotations:\n    acr-doctor/omitted: \"{} results of {} are not listed: one object "
        "holds {}\"\n",
        group.results.size() - kResults, group.results.size(), kResults);
  }
  std::size_t counts[std::size(kWords)] = {};
  for (const Result* result : group.results)
    ++counts[static_cast<std::size_t>(word_of(report, *result))];
  out += "summary:\n";
  for (std::size_t i = 0; i < std::size(kWords); ++i)
    out += fmt::format("  {}: {}\n", kWords[i], counts[i]);
  out += "results:\n";
  // Findings first: what is cut off had better be a pass.
  std::size_t room = kResults;
  for (const Word wanted : {Word::fail, Word::warn, Word::error, Word::pass, Word::skip}) {
    for (const Result* result : group.results) {
      if (word_of(report, *result) != wanted || room == 0) continue;
      --room;
      write_result(out, report, *result);
    }
  }
}

}  // namespace

std::string render_policyreport(const Report& report, const RenderOptions&) {
  std::string out;
  for (const PolicyDocument& group : group_results(report)) write_group(out, report, group);
  return out;
}

}  // namespace acr
