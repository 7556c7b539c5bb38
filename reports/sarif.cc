#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "judge/fingerprint.h"
#include "reports/escape.h"
#include "reports/layout.h"
#include "reports/render.h"
#include "reports/uri.h"

namespace acr {
namespace {

// What the whole report is about. Validators want a page, and a made-up home page would lie.
constexpr std::string_view kSubjectPage =
    "https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/extensions/"
    "cannot-pull-image-from-acr-to-aks-cluster";

using Json = nlohmann::ordered_json;

constexpr std::size_t kDescription = 1024;   // GitHub's limit of a rule's descriptions
constexpr std::size_t kFirstSentence = 150;  // what alert lists show of a message

struct Level {
  std::string_view level, problem, score;
};

Level level_of(Severity severity) {
  switch (severity) {
    case Severity::critical:
      return {"error", "error", "9.5"};
    case Severity::high:
      return {"error", "error", "8.0"};
    case Severity::medium:
      return {"warning", "warning", "5.5"};
    case Severity::low:
      return {"note", "recommendation", "2.0"};
  }
  return {"error", "error", "8.0"};
}

std::string shorten(std::string_view text, std::size_t limit) {
  return cut_to(clean(text), limit, "…");
}

// "admin-user-disabled" -> "AdminUserDisabled".
std::string pascal_case(std::string_view id) {
  std::string out;
  bool start = true;
  for (const char c : id) {
    if (c == '-') {
      start = true;
      continue;
    }
    out += start && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    start = false;
  }
  return out;
}

Json rule_json(const Check& check) {
  // Checks on the pull path are about working at all; a security score would file them as alerts of
  // another kind.
  const bool security = check.link == Link::none;
  const Level level = level_of(check.severity);
  const std::string_view why = check.why.empty() ? check.title : check.why;
  std::string text = fmt::format("{}. {}", check.problem, why);
  std::string markdown = fmt::format("## {}\n\n{}", check.problem, why);
  if (!check.repair.empty()) {
    text += fmt::format(" {}", check.repair);
    markdown += fmt::format("\n\n### How to repair\n\n{}", check.repair);
  }
  markdown += fmt::format("\n\n`acr-doctor explain {}`", check.id);
  Json rule{{"id", check.id},
            {"name", pascal_case(check.id)},
            {"shortDescription", {{"text", shorten(check.problem, kDescription)}}},
            {"fullDescription", {{"text", shorten(why, kDescription)}}},
            {"help", {{"text", std::move(text)}, {"markdown", std::move(markdown)}}}};
  if (check.reference.starts_with("https://")) rule["helpUri"] = check.reference;
  rule["defaultConfiguration"] = {{"level", level.level}};
  rule["properties"] = {
      {"tags",
       {security ? "security" : "reliability", to_string(check.link), "azure", "acr", "aks"}},
      {"precision", "high"},
      {"problem.severity", level.problem}};
  if (security) rule["properties"]["security-severity"] = level.score;
  return rule;
}

// Code scanning reads "[text](target)" as a link.
std::string plain(std::string text) {
  for (auto at = text.find("]("); at != std::string::npos; at = text.find("](", at)) {
    text.insert(at + 1, " ");
  }
  return text;
}

std::string message_of(const Result& result) {
  const std::string reason = clean(result.verdict->reason);
  std::string first = fmt::format("{}: {}.", clean(result.subject->name), reason);
  std::string out = first;
  if (columns(first) > kFirstSentence) {
    out = fmt::format("{}. {}", shorten(result.check->problem, kFirstSentence - 1), first);
  }
  if (!result.verdict->fix.empty()) out += " Fix: " + clean(result.verdict->fix.front());
  return plain(std::move(out));
}

std::string describe(const Evidence& evidence) {
  std::string out = clean(evidence.source);
  if (!evidence.pointer.empty()) out += "#" + clean(evidence.pointer);
  return out.empty() ? clean(evidence.value) : out + ": " + clean(evidence.value);
}

Json result_json(const Result& result, std::size_t rule_index) {
  const std::string print = fingerprint(result);
  const Verdict& verdict = result.verdict;
  const bool placed = result.place && result.place->in_checkout();
  const std::size_t line = placed ? result.place->line : 1;
  const std::size_t column = placed ? result.place->column : 1;
  Json region{
      {"startLine", line}, {"startColumn", column}, {"endLine", line}, {"endColumn", column}};
  if (!verdict.evidence.empty()) {
    region["snippet"] = {{"text", describe(verdict.evidence.front())}};
  }
  const std::string name = clean(result.subject->name);
  Json logical{
      {"name", name},
      {"fullyQualifiedName", result.subject->id.empty() ? name : clean(result.subject->id)},
      {"kind", "resource"}};
  Json location{
      {"physicalLocation",
       {{"artifactLocation",
         {{"uri", placed ? file_uri(result.place->file) : synthetic_uri(result.subject)}}},
        {"region", std::move(region)}}},
      {"logicalLocations", Json::array({std::move(logical)})}};
  Json evidence = Json::array(), commands = Json::array();
  for (const auto& item : verdict.evidence) evidence.push_back(describe(item));
  for (const auto& command : verdict.fix) commands.push_back(clean_lines(command));
  return {{"ruleId", result.check->id},
          {"ruleIndex", rule_index},
          {"level", level_of(result.severity()).level},
          {"message", {{"text", message_of(result)}}},
          {"locations", Json::array({std::move(location)})},
          {"fingerprints", {{"acr-doctor/v1", print}}},
          {"partialFingerprints", {{"primaryLocationLineHash", print.substr(0, 16) + ":1"}}},
          {"properties",
           {{"resourceId", clean(result.subject->id)},
            {"scope", clean(result.subject->scope)},
            {"severity", to_string(result.severity())},
            {"evidence", std::move(evidence)},
            {"remediationCommands", std::move(commands)}}}};
}

Json notification_json(std::string_view level, std::string_view code, std::string text) {
  return {{"descriptor", {{"id", code}}},
          {"level", level},
          {"message", {{"text", plain(std::move(text))}}}};
}

// What could not be read, what could not be judged (one a check, not one a result: an estate
// without role assignments would drown the rest), and what did not fit.
Json notifications_json(const Report& report, std::size_t failed) {
  Json list = Json::array();
  for (const auto& note : report.notifications) {
    std::string text = clean(note.text);
    if (!note.source.empty() && text.find(clean(note.source)) == std::string::npos) {
      text.insert(0, clean(note.source) + ": ");
    }
    list.push_back(notification_json(level_name(note.level), clean(note.code), std::move(text)));
  }
  struct Unjudged {
    std::uint64_t count = 0;
    const Result* first = nullptr;
  };
  std::map<std::string_view, Unjudged> by_check;
  for (const auto& result : report.results) {
    if (result.verdict->outcome != Outcome::unknown) continue;
    Unjudged& entry = by_check[result.check->id];
    ++entry.count;
    if (entry.first == nullptr) entry.first = &result;
  }
  for (const auto& [id, entry] : by_check) {
    list.push_back(notification_json(
        "warning", "check-not-evaluated",
        fmt::format("{}: {} could not be judged: {}", id, count_of(entry.count, "subject"),
                    clean(entry.first->verdict->reason))));
  }
  if (failed > kSarifResults) {
    list.push_back(notification_json(
        "warning", "results-cut",
        fmt::format(
            "{} of {} findings are in this file: code scanning refuses more; the JSON report "
            "has all of them",
            kSarifResults, failed)));
  }
  return list;
}

Json descriptors_json(const Json& notifications) {
  std::set<std::string> codes;
  for (const auto& note : notifications) codes.insert(note["descriptor"]["id"].get<std::string>());
  Json list = Json::array();
  for (const auto& code : codes) {
    const std::string text = fmt::format("Coverage of the run: {}", code);
    list.push_back({{"id", code},
                    {"shortDescription", {{"text", text}}},
                    {"fullDescription", {{"text", text}}},
                    {"help", {{"text", text}}}});
  }
  return list;
}

}  // namespace

std::string render_sarif(const Report& report, const RenderOptions&) {
  std::map<const Check*, std::size_t> rule_index;
  Json rules = Json::array();
  const auto add_rule = [&](const Check* check) {
    if (rule_index.emplace(check, rules.size()).second) rules.push_back(rule_json(*check));
  };
  for (const Check* check : report.checks) add_rule(check);

  // report.results is sorted by severity: what is cut off is the least grave.
  Json results = Json::array();
  std::size_t failed = 0;
  for (const auto& result : report.results) {
    if (!result.is_open() || ++failed > kSarifResults) continue;
    add_rule(result.check);
    results.push_back(result_json(result, rule_index.at(result.check)));
  }

  Json notifications = notifications_json(report, failed);
  const std::string started = render_instant(report.started_at);
  std::string category_time = started;
  std::replace(category_time.begin(), category_time.end(), ':', '-');

  Json run{{"tool",
            {{"driver",
              {{"name", "acr-doctor"},
               {"fullName", "acr-doctor: image pulls of AKS from Azure Container Registry"},
               {"version", version_of(report)},
               {"semanticVersion", version_of(report)},
               {"informationUri", kSubjectPage},
               {"rules", std::move(rules)},
               {"notifications", descriptors_json(notifications)}}}}},
           // false would make code scanning store nothing at all.
           {"invocations",
            Json::array({Json{{"executionSuccessful", true},
                              {"exitCode", report.summary.exit_code},
                              {"startTimeUtc", started},
                              {"endTimeUtc", started},
                              {"toolExecutionNotifications", std::move(notifications)}}})},
           {"automationDetails", {{"id", "acr-doctor/" + category_time}}},
           {"columnKind", "utf16CodeUnits"},
           {"results", std::move(results)},
           {"properties", {{"complete", report.summary.complete}}}};
  const Json log{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                 {"version", "2.1.0"},
                 {"runs", Json::array({std::move(run)})}};
  return log.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace acr
