// A line an object: what streams and log collectors take. "type" says what a line is.
#include "reports/json_parts.h"
#include "reports/render.h"

namespace acr {

std::string render_ndjson(const Report& report, const RenderOptions&) {
  std::string out;
  const auto line = [&out](std::string_view type, auto write) {
    JsonStream json(out, JsonStream::kOneLine);
    json.open_object();
    json.field("type", type);
    write(json);
    json.close_object();
    out += '\n';
  };
  line("run", [&](JsonStream& json) { write_origin(json, report); });
  for (const auto& scope : report.scopes)
    line("scope", [&](JsonStream& json) { write_scope(json, scope); });
  for (const auto& result : report.results)
    line("result", [&](JsonStream& json) { write_result(json, result); });
  for (const auto& pull : report.pulls)
    line("pull", [&](JsonStream& json) { write_pull(json, pull); });
  for (const auto& note : report.notifications)
    line("notification", [&](JsonStream& json) { write_notification(json, note); });
  line("summary", [&](JsonStream& json) { write_summary(json, report); });
  return out;
}

}  // namespace acr
