#include "reports/escape.h"
#include "reports/json_parts.h"
#include "reports/render.h"

namespace acr {
namespace {

constexpr std::size_t kIndent = 2;

// "name": [{…}, …]
template <class Items, class Write>
void write_list(JsonStream& json, std::string_view name, const Items& items, Write write) {
  json.key(name);
  json.open_array();
  for (const auto& item : items) {
    json.open_object();
    write(json, item);
    json.close_object();
  }
  json.close_array();
}

constexpr auto kWriteCheck = [](JsonStream& json, const Check* check) {
  write_check(json, *check);
};

}  // namespace

std::string render_json(const Report& report, const RenderOptions&) {
  std::string out;
  JsonStream json(out, kIndent);
  json.open_object();
  write_origin(json, report);
  write_list(json, "scopes", report.scopes, write_scope);
  write_list(json, "checks", report.checks, kWriteCheck);
  write_list(json, "results", report.results, write_result);
  write_list(json, "pulls", report.pulls, [](JsonStream& pulls, const PullReport& pull) {
    write_pull(pulls, pull);
    write_list(pulls, "chain", pull.chain, write_chain_link);
  });
  write_list(json, "notifications", report.notifications, write_notification);
  write_list(json, "absent", report.absent, write_result);
  json.key("summary");
  json.open_object();
  write_summary(json, report);
  json.close_object();
  json.close_object();
  out += '\n';
  return out;
}

std::string render_catalogue_json(std::span<const Check* const> checks) {
  std::string out;
  JsonStream json(out, kIndent);
  json.open_object();
  json.field("schemaVersion", kSchemaVersion);
  write_list(json, "checks", checks, kWriteCheck);
  json.close_object();
  out += '\n';
  return out;
}

std::string render_explanation_json(const Check& check) {
  std::string out;
  JsonStream json(out, kIndent);
  json.open_object();
  write_check(json, check);
  json.close_object();
  out += '\n';
  return out;
}

std::string render_control_json(std::string_view id, const Answers& answers) {
  std::string out;
  JsonStream json(out, kIndent);
  json.open_object();
  json.field("control", clean(id));
  write_list(json, "checks", answers.checks, kWriteCheck);
  write_list(json, "decisions", answers.decisions, [](JsonStream& item, const Feature* feature) {
    item.field("feature", feature->id);
    item.field("what", feature->what);
    item.field("decision", to_string(feature->decision));
    item.field("reason", feature->reason);
  });
  json.close_object();
  out += '\n';
  return out;
}

}  // namespace acr
