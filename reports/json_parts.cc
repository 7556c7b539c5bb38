#include "reports/json_parts.h"

#include "judge/fingerprint.h"
#include "reports/escape.h"
#include "reports/render.h"

namespace acr {
namespace {

void write_strings(JsonStream& json, std::string_view name,
                   const std::vector<std::string>& values) {
  json.key(name);
  json.open_array();
  for (const auto& value : values) json.value(clean_lines(value));
  json.close_array();
}

// The parts of a verdict after its outcome, the same in results and in chains.
void write_verdict(JsonStream& json, const Verdict& verdict) {
  json.field("basis", to_string(verdict.basis));
  json.field("reason", clean(verdict.reason));
  json.key("evidence");
  json.open_array();
  for (const auto& item : verdict.evidence) {
    json.open_object();
    json.field("source", clean(item.source));
    json.field("pointer", clean(item.pointer));
    json.field("value", clean(item.value));
    json.field("basis", to_string(item.basis));
    json.close_object();
  }
  json.close_array();
  write_strings(json, "fix", verdict.fix);
  if (verdict.outcome == Outcome::unknown || !verdict.supply.empty())
    write_strings(json, "supply", verdict.supply);
  if (verdict.in_the_way) json.field("inTheWay", true);
}

void write_subject(JsonStream& json, const SubjectRef& subject) {
  json.field("kind", clean(subject.kind));
  json.field("name", clean(subject.name));
  json.field("id", clean(subject.id));
  const auto add = [&json](std::string_view key, const std::string& value) {
    if (!value.empty()) json.field(key, clean(value));
  };
  add("cluster", subject.cluster);
  add("registry", subject.registry);
  add("namespace", subject.name_space);
  add("workload", subject.workload);
  add("container", subject.container);
  add("image", subject.image);
  add("discriminator", subject.discriminator);
}

void write_place(JsonStream& json, const Place& place) {
  json.key("place");
  json.open_object();
  json.field("file", clean(place.file));
  json.field("line", place.line);
  json.field("column", place.column);
  if (!place.rendered.empty()) json.field("rendered", clean(place.rendered));
  json.close_object();
}

void write_suppression(JsonStream& json, const Suppression* suppression) {
  if (!suppression) return json.null_field("suppression");
  json.key("suppression");
  json.open_object();
  json.field("reason", clean(suppression->reason));
  json.field("owner", clean(suppression->owner));
  json.field("ticket", clean(suppression->ticket));
  json.field("expires", clean(suppression->expires));
  json.field("source", clean(suppression->source));
  json.close_object();
}

void write_fault(JsonStream& json, const ChainLink& link) {
  json.open_object();
  json.field("check", link.check->id);
  json.field("reason", clean(link.verdict->reason));
  write_strings(json, "fix", link.verdict->fix);
  json.close_object();
}

void write_message(JsonStream& json, const PullReport& pull) {
  if (!pull.message) return json.null_field("message");
  json.key("message");
  json.open_object();
  json.field("text", clean(pull.message->message));
  json.field("reason", clean(pull.message->reason));
  if (pull.error) {
    json.field("class", pull.error->class_id);
    json.field("says", clean(pull.error->says));
  }
  json.close_object();
}

void write_reach(JsonStream& json, const std::optional<Reach>& reach) {
  if (!reach) return json.null_field("reach");
  json.key("reach");
  json.open_object();
  json.field("pods", reach->pods);
  json.field("failing", reach->failing);
  json.field("workloads", reach->workloads);
  json.field("namespaces", reach->namespaces);
  json.field("clusters", reach->clusters);
  json.close_object();
}

}  // namespace

void write_origin(JsonStream& json, const Report& report) {
  json.field("schemaVersion", kSchemaVersion);
  json.key("tool");
  json.open_object();
  json.field("name", "acr-doctor");
  json.field("version", version_of(report));
  json.close_object();
  json.key("run");
  json.open_object();
  json.field("command", report.command);
  json.field("startedAt", render_instant(report.started_at));
  json.field("mode", report.mode);
  json.field("again", clean(report.again));
  json.close_object();
}

void write_check(JsonStream& json, const Check& check) {
  json.field("id", check.id);
  json.field("title", check.title);
  json.field("problem", check.problem);
  json.field("severity", to_string(check.severity));
  json.field("link", to_string(check.link));
  json.field("corroborates", check.corroborates);
  json.field("why", check.why);
  json.field("reads", check.reads);
  json.field("repair", check.repair);
  json.field("reference", check.reference);
  json.key("controls");
  json.open_array();
  for (const auto& control : check.controls) {
    json.open_object();
    json.field("catalogue", control.catalogue);
    json.field("id", control.id);
    json.close_object();
  }
  json.close_array();
}

void write_scope(JsonStream& json, const Scope& scope) {
  json.field("id", clean(scope.id));
  json.field("kind", clean(scope.kind));
  json.field("name", clean(scope.name));
  json.field("subscription", clean(scope.subscription));
  json.field("status", clean(scope.status));
}

void write_result(JsonStream& json, const Result& result) {
  json.field("check", result.check->id);
  json.field("outcome", to_string(result.verdict->outcome));
  json.field("severity", to_string(result.severity()));
  json.field("fingerprint", fingerprint(result));
  json.field("scope", clean(result.subject->scope));
  json.key("subject");
  json.open_object();
  write_subject(json, result.subject);
  json.close_object();
  write_verdict(json, result.verdict);
  if (result.since == Result::Since::not_compared)
    json.null_field("baseline");
  else
    json.field("baseline", to_string(result.since));
  write_suppression(json, result.suppression.get());
  if (result.place) write_place(json, *result.place);
}

void write_pull(JsonStream& json, const PullReport& pull) {
  const SubjectRef& subject = pull.subject;
  json.field("id", clean(subject.id));
  json.field("name", clean(subject.name));
  json.field("scope", clean(subject.scope));
  json.field("discriminator", clean(subject.discriminator));
  json.field("cluster", clean(subject.cluster));
  json.field("namespace", clean(subject.name_space));
  json.field("workload", clean(subject.workload));
  write_strings(json, "pods", pull.pods);
  json.field("podCount", pull.pod_count);
  json.field("failing", pull.failing);
  json.field("container", clean(subject.container));
  json.field("image", clean(subject.image));
  json.field("registry", clean(subject.registry));
  json.field("nodes", clean(pull.nodes));
  json.field("verdict", to_string(pull.diagnosis));
  json.key("cause");
  if (const ChainLink* cause = pull.cause())
    write_fault(json, *cause);
  else
    json.null();
  json.key("also");
  json.open_array();
  for (const ChainLink* link : pull.also()) write_fault(json, *link);
  json.close_array();
  write_message(json, pull);
  write_strings(json, "contradictions", pull.contradictions);
  write_reach(json, pull.reach);
}

void write_chain_link(JsonStream& json, const ChainLink& link) {
  json.field("check", link.check->id);
  json.field("outcome", to_string(link.verdict->outcome));
  json.field("role", to_string(link.role));
  write_verdict(json, link.verdict);
}

void write_notification(JsonStream& json, const Notification& note) {
  json.field("level", level_name(note.level));
  json.field("code", clean(note.code));
  json.field("text", clean(note.text));
  json.field("source", clean(note.source));
}

void write_summary(JsonStream& json, const Report& report) {
  const Summary& summary = report.summary;
  json.field("pass", summary.pass);
  json.field("fail", summary.fail);
  json.field("suppressed", summary.suppressed);
  json.field("unknown", summary.unknown);
  json.field("notApplicable", summary.not_applicable);
  json.key("failBySeverity");
  json.open_object();
  for (const Severity severity :
       {Severity::critical, Severity::high, Severity::medium, Severity::low})
    json.field(to_string(severity), summary.fail_by_severity[static_cast<std::size_t>(severity)]);
  json.close_object();
  json.field("failOn", report.fail_on_nothing ? "none" : to_string(report.fail_on));
  json.field("failOnNew", report.fail_on_new);
  json.field("compared", report.compared);
  json.field("complete", summary.complete);
  json.field("exitCode", summary.exit_code);
}

}  // namespace acr
