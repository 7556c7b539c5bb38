#include "reports/read_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <memory>
#include <new>

#include "estate/pull_error.h"
#include "judge/summary.h"
#include "reports/json_parts.h"
#include "reports/json_place.h"
#include "reports/render.h"

namespace acr {
namespace {

constexpr std::size_t kDepth = 32;  // a report is 7 deep

using Role = ChainLink::Role;
using Diagnosis = PullReport::Diagnosis;
constexpr std::array kOutcomes{Outcome::pass, Outcome::fail, Outcome::unknown,
                               Outcome::not_applicable};
constexpr std::array kSeverities{Severity::critical, Severity::high, Severity::medium,
                                 Severity::low};
constexpr std::array kLinks{Link::node,    Link::reference,  Link::name_resolution, Link::network,
                            Link::tls,     Link::credential, Link::authorization,   Link::image,
                            Link::symptom, Link::none};
constexpr std::array kBases{Basis::none,          Basis::resolved, Basis::kubernetes_api,
                            Basis::configuration, Basis::arm,      Basis::observed,
                            Basis::caller,        Basis::denied};
constexpr std::array kRoles{Role::holds, Role::cause,   Role::consequence,
                            Role::also,  Role::unknown, Role::not_applicable};
constexpr std::array kDiagnoses{Diagnosis::pulls, Diagnosis::broken, Diagnosis::unexplained,
                                Diagnosis::unknown};
constexpr std::array kSince{Result::Since::is_new, Result::Since::unchanged, Result::Since::updated,
                            Result::Since::absent};
constexpr std::array kLevels{Notification::Level::note, Notification::Level::warning,
                             Notification::Level::error};

// The value that the report writes as this word.
template <class Values, class Name>
auto choose(const JsonPlace& place, const Values& values, Name name) {
  const std::string word = place.text();
  std::string known;
  for (const auto value : values) {
    if (name(value) == word) return value;
    known.append(known.empty() ? "" : ", ").append(name(value));
  }
  place.complain(fmt::format("is '{}'; it must be one of {}", word, known));
}

template <class Values>
auto choose(const JsonPlace& place, const Values& values) {
  return choose(place, values, [](const auto value) { return to_string(value); });
}

std::string choose_word(const JsonPlace& place, std::initializer_list<std::string_view> words) {
  return std::string(choose(place, words, [](const std::string_view word) { return word; }));
}

bool is_check_id(std::string_view text) {
  const bool plain = std::all_of(text.begin(), text.end(), [](const char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  });
  return plain && !text.empty() && text.size() <= 100;
}

// The checks of one report, and the texts that they point to.
class ReadChecks {
 public:
  const Check* add(const JsonPlace& place) {
    const JsonPlace id = place.at("id");
    Check check{.id = keep(id),
                .title = keep(place.at("title")),
                .problem = keep(place.at("problem")),
                .severity = choose(place.at("severity"), kSeverities),
                .link = choose(place.at("link"), kLinks),
                .step = 0,
                .corroborates = place.at("corroborates").flag(),
                .why = keep(place.at("why")),
                .reads = keep(place.at("reads")),
                .repair = keep(place.at("repair")),
                .reference = keep(place.at("reference")),
                .controls = {},
                .features = {},
                .after = {},
                .judge = {}};
    if (!is_check_id(check.id)) id.complain("is no name of a check");
    auto& controls = controls_.emplace_back();
    place.at("controls").each([&](const JsonPlace& control) {
      controls.push_back({keep(control.at("catalogue")), keep(control.at("id"))});
    });
    check.controls = controls;
    if (by_id_.contains(check.id)) id.complain("is there twice");
    return put(check);
  }

  const Check* find(const JsonPlace& id) const {
    const auto found = by_id_.find(id.text());
    if (found == by_id_.end()) id.complain("is not among the report's checks");
    return found->second;
  }

  // A check of a chain: one that was not asked for is on the pull path all the same. Of a check
  // that this program does not have, the name is all there is.
  const Check* find_in_chain(const JsonPlace& id) {
    const std::string name = id.text();
    if (const auto found = by_id_.find(name); found != by_id_.end()) return found->second;
    if (const Check* known = find_check(name)) return known;
    if (!is_check_id(name)) id.complain("is no name of a check");
    const std::string_view kept = texts_.emplace_back(name);
    Check check{};
    check.id = check.title = check.problem = kept;
    return put(check);
  }

 private:
  std::string_view keep(const JsonPlace& place) { return texts_.emplace_back(place.text()); }
  const Check* put(const Check& check) {
    const Check* kept = &checks_.emplace_back(check);
    by_id_.emplace(kept->id, kept);
    return kept;
  }

  std::deque<std::string> texts_;
  std::deque<std::vector<Control>> controls_;
  std::deque<Check> checks_;
  std::map<std::string_view, const Check*, std::less<>> by_id_;
};

Evidence read_evidence(const JsonPlace& place) {
  Evidence evidence{place.at("source").text(), place.at("pointer").text(), place.at("value").text(),
                    choose(place.at("basis"), kBases)};
  if (!evidence.pointer.empty() && !evidence.pointer.starts_with('/'))
    place.at("pointer").complain("is no JSON pointer");
  return evidence;
}

Verdict read_verdict(const JsonPlace& place) {
  Verdict verdict;
  verdict.outcome = choose(place.at("outcome"), kOutcomes);
  verdict.basis = choose(place.at("basis"), kBases);
  verdict.reason = place.at("reason").text();
  place.at("evidence").each([&](const JsonPlace& item) {
    verdict.evidence.push_back(read_evidence(item));
  });
  verdict.fix = place.at("fix").list_of_lines();
  if (const auto supply = place.maybe("supply")) verdict.supply = supply->list_of_lines();
  if (const auto in_the_way = place.maybe("inTheWay")) verdict.in_the_way = in_the_way->flag();
  return verdict;
}

SubjectRef read_subject(const JsonPlace& place) {
  const auto text = [&place](const char* name) {
    const auto member = place.maybe(name);
    return member ? member->text() : std::string();
  };
  SubjectRef subject;
  subject.kind =
      choose_word(place.at("kind"), {"registry", "attachment", "pull", "cluster", "container"});
  subject.name = place.at("name").text();
  subject.id = place.at("id").text();
  subject.cluster = text("cluster");
  subject.registry = text("registry");
  subject.name_space = text("namespace");
  subject.workload = text("workload");
  subject.container = text("container");
  subject.image = text("image");
  subject.discriminator = text("discriminator");
  return subject;
}

Result read_result(const JsonPlace& place, const ReadChecks& checks) {
  Result result;
  result.check = checks.find(place.at("check"));
  const Severity severity = choose(place.at("severity"), kSeverities);
  if (severity != result.check->severity) result.decided = severity;
  SubjectRef subject = read_subject(place.at("subject"));
  subject.scope = place.at("scope").text();
  result.subject = std::move(subject);
  const JsonPlace print = place.at("fingerprint");
  result.fingerprint = print.text();
  const bool is_hex =
      std::all_of(result.fingerprint.begin(), result.fingerprint.end(),
                  [](const char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!is_hex || result.fingerprint.size() != 32) print.complain("is no fingerprint");
  result.verdict = read_verdict(place);
  if (const auto since = place.maybe("baseline")) result.since = choose(*since, kSince);
  if (const auto accepted = place.maybe("suppression")) {
    result.suppression = std::make_shared<const Suppression>(Suppression{
        accepted->at("reason").text(), accepted->at("owner").text(), accepted->at("ticket").text(),
        accepted->at("expires").text(), accepted->at("source").text()});
  }
  if (const auto found = place.maybe("place")) {
    Place where{.file = found->at("file").text(),
                .line = found->at("line").count(),
                .column = found->at("column").count()};
    if (const auto rendered = found->maybe("rendered")) where.rendered = rendered->text();
    if (where.line == 0 || where.column == 0) found->complain("counts lines and columns from 1");
    result.place = std::make_shared<const Place>(std::move(where));
  }
  return result;
}

// The error behind the class that a message was given.
PullError read_error(const JsonPlace& id, const JsonPlace& message) {
  const std::string name = id.text();
  PullError error;
  for (std::size_t i = 0; i < kPullErrorClasses; ++i) {
    error.error = static_cast<PullErrorClass>(i);
    error.class_id = to_string(error.error);
    if (error.class_id == name) {
      error.says = message.at("says").text();
      return error;
    }
  }
  id.complain(fmt::format("is '{}', which is no class of pull errors", name));
}

PullReport read_pull(const JsonPlace& place, ReadChecks& checks) {
  PullReport pull;
  SubjectRef subject;
  subject.kind = "pull";
  subject.id = place.at("id").text();
  subject.name = place.at("name").text();
  subject.scope = place.at("scope").text();
  subject.discriminator = place.at("discriminator").text();
  subject.cluster = place.at("cluster").text();
  subject.name_space = place.at("namespace").text();
  subject.workload = place.at("workload").text();
  subject.container = place.at("container").text();
  subject.image = place.at("image").text();
  subject.registry = place.at("registry").text();
  pull.subject = std::move(subject);
  pull.pods = place.at("pods").list_of_lines();
  pull.pod_count = place.at("podCount").count();
  pull.failing = place.at("failing").count();
  pull.nodes = place.at("nodes").text();
  pull.diagnosis = choose(place.at("verdict"), kDiagnoses);
  if (const auto message = place.maybe("message")) {
    pull.message.emplace();
    pull.message->message = message->at("text").text();
    pull.message->reason = message->at("reason").text();
    if (const auto id = message->maybe("class")) pull.error = read_error(*id, *message);
  }
  pull.contradictions = place.at("contradictions").list_of_lines();
  if (const auto reach = place.maybe("reach")) {
    pull.reach = Reach{.pods = reach->at("pods").count(),
                       .failing = reach->at("failing").count(),
                       .workloads = reach->at("workloads").count(),
                       .namespaces = reach->at("namespaces").count(),
                       .clusters = reach->at("clusters").count()};
  }
  place.at("chain").each([&](const JsonPlace& link) {
    pull.chain.push_back({.check = checks.find_in_chain(link.at("check")),
                          .role = choose(link.at("role"), kRoles),
                          .verdict = read_verdict(link)});
  });
  if ((pull.diagnosis == Diagnosis::broken) != (pull.cause() != nullptr))
    place.at("chain").complain("and verdict do not agree on whether there is a cause");
  return pull;
}

void read_run(Report& report, const JsonPlace& root) {
  report.version = root.at("tool").at("version").text();
  const JsonPlace run = root.at("run");
  report.command = choose_word(run.at("command"), {"why", "scan"});
  report.mode = choose_word(run.at("mode"), {"offline", "live", "replay"});
  report.again = run.at("again").text();
  const JsonPlace started = run.at("startedAt");
  const auto instant = parse_time(started.text());
  if (!instant) started.complain(fmt::format("is '{}', which is no time", started.text()));
  report.started_at = *instant;
}

// What decided the exit code of the run.
JudgeOptions read_gate(const JsonPlace& root) {
  JudgeOptions options;
  const JsonPlace summary = root.at("summary");
  const JsonPlace level = summary.at("failOn");
  if (level.text() == "none")
    options.fail_on.reset();
  else
    options.fail_on = choose(level, kSeverities);
  if (const auto only_new = summary.maybe("failOnNew")) options.fail_on_new = only_new->flag();
  options.incomplete_is_ok = !summary.at("complete").flag() && summary.at("exitCode").count() == 0;
  return options;
}

void read_version(const JsonPlace& root) {
  const JsonPlace place = root.at("schemaVersion");
  if (const std::string version = place.text(); version != kSchemaVersion)
    place.complain(fmt::format("is {}; this program reads {}", version, kSchemaVersion));
}

Report read_root(const JsonPlace& root) {
  read_version(root);
  const auto checks = std::make_shared<ReadChecks>();
  Report report;
  report.keeps = checks;
  read_run(report, root);
  root.at("scopes").each([&](const JsonPlace& place) {
    report.scopes.push_back(
        {.id = place.at("id").text(),
         .kind = choose_word(place.at("kind"), {"registry", "cluster", "subscription"}),
         .name = place.at("name").text(),
         .subscription = place.at("subscription").text(),
         .status = choose_word(place.at("status"), {"complete", "partial", "failed"})});
  });
  root.at("checks").each(
      [&](const JsonPlace& place) { report.checks.push_back(checks->add(place)); });
  root.at("results").each(
      [&](const JsonPlace& place) { report.results.push_back(read_result(place, *checks)); });
  root.at("absent").each(
      [&](const JsonPlace& place) { report.absent.push_back(read_result(place, *checks)); });
  if (const auto compared = root.at("summary").maybe("compared"))
    report.compared = compared->flag();
  root.at("pulls").each(
      [&](const JsonPlace& place) { report.pulls.push_back(read_pull(place, *checks)); });
  root.at("notifications").each([&](const JsonPlace& place) {
    report.notifications.push_back({.level = choose(place.at("level"), kLevels, level_name),
                                    .code = place.at("code").text(),
                                    .text = place.at("text").text(),
                                    .source = place.at("source").text()});
  });
  put_in_order(report);
  summarise(report, read_gate(root));
  return report;
}

}  // namespace

std::expected<Report, std::string> read_report(std::string_view json) {
  if (json.starts_with("\xEF\xBB\xBF")) json.remove_prefix(3);
  if (json.size() > kLongestReport) return std::unexpected(std::string("is larger than 1 GiB"));
  simdjson::dom::parser parser;
  if (parser.allocate(std::max<std::size_t>(json.size(), simdjson::dom::MINIMAL_DOCUMENT_CAPACITY),
                      kDepth) != simdjson::SUCCESS)
    return std::unexpected(std::string("is too large for this machine's memory"));
  simdjson::dom::element root;
  switch (parser.parse(json.data(), json.size()).get(root)) {
    case simdjson::SUCCESS:
      break;
    case simdjson::DEPTH_ERROR:
      return std::unexpected(fmt::format("is nested more than {} deep", kDepth));
    case simdjson::EMPTY:
      return std::unexpected(std::string("is empty"));
    case simdjson::MEMALLOC:
    case simdjson::CAPACITY:
      return std::unexpected(std::string("is too large for this machine's memory"));
    default:
      return std::unexpected(std::string("is not JSON, or was cut off"));
  }
  try {
    return read_root(JsonPlace(root));
  } catch (const JsonComplaint& complaint) {
    return std::unexpected(complaint.text);
  } catch (const std::bad_alloc&) {
    return std::unexpected(std::string("is too large for this machine's memory"));
  }
}

}  // namespace acr
