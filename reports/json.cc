#include <nlohmann/json.hpp>

#include "reports/escape.h"
#include "reports/fingerprint.h"
#include "reports/render.h"

namespace acr {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which they are written

std::string print(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json strings(const std::vector<std::string>& values) {
  Json list = Json::array();
  for (const auto& value : values) list.push_back(clean_lines(value));
  return list;
}

Json evidence_list(const std::vector<Evidence>& evidence) {
  Json list = Json::array();
  for (const auto& item : evidence) {
    list.push_back({{"source", clean(item.source)},
                    {"pointer", clean(item.pointer)},
                    {"value", clean(item.value)},
                    {"basis", to_string(item.basis)}});
  }
  return list;
}

// The parts of a verdict after its outcome, the same in results and in chains.
void add_verdict(Json& json, const Verdict& verdict) {
  json["basis"] = to_string(verdict.basis);
  json["reason"] = clean(verdict.reason);
  json["evidence"] = evidence_list(verdict.evidence);
  json["fix"] = strings(verdict.fix);
  if (verdict.outcome == Outcome::unknown) json["supply"] = strings(verdict.supply);
}

Json subject_json(const SubjectRef& subject) {
  Json json{
      {"kind", clean(subject.kind)}, {"name", clean(subject.name)}, {"id", clean(subject.id)}};
  const auto add = [&json](const char* key, const std::string& value) {
    if (!value.empty()) json[key] = clean(value);
  };
  add("cluster", subject.cluster);
  add("registry", subject.registry);
  add("namespace", subject.name_space);
  add("workload", subject.workload);
  add("container", subject.container);
  add("image", subject.image);
  add("discriminator", subject.discriminator);
  return json;
}

Json check_json(const Check& check) {
  Json controls = Json::array();
  for (const auto& control : check.controls) {
    controls.push_back({{"catalogue", control.catalogue}, {"id", control.id}});
  }
  return {{"id", check.id},
          {"title", check.title},
          {"problem", check.problem},
          {"severity", to_string(check.severity)},
          {"link", to_string(check.link)},
          {"why", check.why},
          {"reads", check.reads},
          {"repair", check.repair},
          {"reference", check.reference},
          {"controls", std::move(controls)}};
}

Json result_json(const Result& result) {
  Json json{{"check", result.check->id},
            {"outcome", to_string(result.verdict->outcome)},
            {"severity", to_string(result.check->severity)},
            {"fingerprint", fingerprint(result)},
            {"scope", clean(result.subject->scope)},
            {"subject", subject_json(result.subject)}};
  add_verdict(json, result.verdict);
  json["baseline"] = nullptr;
  json["suppression"] = nullptr;
  return json;
}

Json link_json(const ChainLink& link) {
  Json json{{"check", link.check->id},
            {"outcome", to_string(link.verdict->outcome)},
            {"role", to_string(link.role)}};
  add_verdict(json, link.verdict);
  return json;
}

Json pull_json(const PullReport& pull) {
  Json json{{"cluster", clean(pull.subject->cluster)},
            {"namespace", clean(pull.subject->name_space)},
            {"workload", clean(pull.subject->workload)},
            {"pods", strings(pull.pods)},
            {"podCount", pull.pod_count},
            {"failing", pull.failing},
            {"container", clean(pull.subject->container)},
            {"image", clean(pull.subject->image)},
            {"registry", clean(pull.subject->registry)},
            {"nodes", clean(pull.nodes)},
            {"verdict", to_string(pull.diagnosis)}};
  const ChainLink* cause = pull.cause();
  json["cause"] = nullptr;
  if (cause != nullptr) {
    json["cause"] = {{"check", cause->check->id},
                     {"reason", clean(cause->verdict->reason)},
                     {"fix", strings(cause->verdict->fix)}};
  }
  json["also"] = Json::array();
  for (const ChainLink* link : pull.also()) {
    json["also"].push_back({{"check", link->check->id},
                            {"reason", clean(link->verdict->reason)},
                            {"fix", strings(link->verdict->fix)}});
  }
  json["message"] = nullptr;
  if (pull.message) {
    json["message"] = {{"text", clean(pull.message->message)},
                       {"reason", clean(pull.message->reason)}};
    if (pull.error) json["message"]["class"] = pull.error->class_id;
  }
  json["contradictions"] = strings(pull.contradictions);
  json["reach"] = nullptr;
  if (pull.reach) {
    json["reach"] = {{"pods", pull.reach->pods},
                     {"failing", pull.reach->failing},
                     {"workloads", pull.reach->workloads},
                     {"namespaces", pull.reach->namespaces},
                     {"clusters", pull.reach->clusters}};
  }
  json["chain"] = Json::array();
  for (const auto& link : pull.chain) json["chain"].push_back(link_json(link));
  return json;
}

Json summary_json(const Report& report) {
  const Summary& summary = report.summary;
  const auto failed = [&summary](Severity severity) {
    return summary.fail_by_severity[static_cast<std::size_t>(severity)];
  };
  return {{"pass", summary.pass},
          {"fail", summary.fail},
          {"unknown", summary.unknown},
          {"notApplicable", summary.not_applicable},
          {"failBySeverity",
           {{"critical", failed(Severity::critical)},
            {"high", failed(Severity::high)},
            {"medium", failed(Severity::medium)},
            {"low", failed(Severity::low)}}},
          {"failOn", report.fail_on_nothing ? "none" : to_string(report.fail_on)},
          {"complete", summary.complete},
          {"exitCode", summary.exit_code}};
}

}  // namespace

std::string render_json(const Report& report, const RenderOptions&) {
  Json json{{"schemaVersion", "1.0"},
            {"tool", {{"name", "acr-doctor"}, {"version", ACR_VERSION}}},
            {"run",
             {{"command", report.command},
              {"startedAt", render_instant(report.started_at)},
              {"mode", report.mode}}}};
  Json& scopes = json["scopes"] = Json::array();
  for (const auto& scope : report.scopes) {
    scopes.push_back({{"id", clean(scope.id)},
                      {"kind", clean(scope.kind)},
                      {"name", clean(scope.name)},
                      {"subscription", clean(scope.subscription)},
                      {"status", clean(scope.status)}});
  }
  json["checks"] = Json::array();
  for (const Check* check : report.checks) json["checks"].push_back(check_json(*check));
  json["results"] = Json::array();
  for (const auto& result : report.results) json["results"].push_back(result_json(result));
  json["pulls"] = Json::array();
  for (const auto& pull : report.pulls) json["pulls"].push_back(pull_json(pull));
  json["notifications"] = Json::array();
  for (const auto& note : report.notifications) {
    json["notifications"].push_back({{"level", level_name(note.level)},
                                     {"code", clean(note.code)},
                                     {"text", clean(note.text)},
                                     {"source", clean(note.source)}});
  }
  json["absent"] = Json::array();
  json["summary"] = summary_json(report);
  return print(json);
}

std::string render_catalogue_json(std::span<const Check* const> checks) {
  Json list = Json::array();
  for (const Check* check : checks) list.push_back(check_json(*check));
  return print({{"schemaVersion", "1.0"}, {"checks", std::move(list)}});
}

std::string render_explanation_json(const Check& check) {
  return print(check_json(check));
}

std::string render_control_json(std::string_view id, const Answers& answers) {
  Json json{{"control", clean(id)}, {"checks", Json::array()}, {"decisions", Json::array()}};
  for (const Check* check : answers.checks) json["checks"].push_back(check_json(*check));
  for (const Feature* feature : answers.decisions) {
    json["decisions"].push_back({{"feature", feature->id},
                                 {"what", feature->what},
                                 {"decision", to_string(feature->decision)},
                                 {"reason", feature->reason}});
  }
  return print(json);
}

}  // namespace acr
