// RFC 4180, for spreadsheets: with a byte order mark, or Excel reads UTF-8 as something else.
#include "judge/fingerprint.h"
#include "reports/escape.h"
#include "reports/render.h"

namespace acr {
namespace {

// Columns are added at the end, never moved and never renamed: sheets and queries count on it.
constexpr std::string_view kHead =
    "fingerprint,check,severity,outcome,scope,subject_kind,subject_id,subject,cluster,registry,"
    "namespace,workload,container,image,reason,fix,supply,reference,started_at,baseline,accepted_"
    "until,accepted_by,file,line,column";

// A spreadsheet takes a cell that begins so for a formula, and may run it.
bool looks_like_formula(std::string_view cell) {
  return !cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos;
}

class CsvRow {
 public:
  explicit CsvRow(std::string& out) : out_(out) {}

  void add(std::string_view cell) {
    if (!first_) out_ += ',';
    first_ = false;
    const bool formula = looks_like_formula(cell);
    if (!formula && cell.find_first_of("\",\r\n") == std::string_view::npos) {
      out_ += cell;
      return;
    }
    out_ += '"';
    if (formula) out_ += '\'';
    for (const char c : cell) {
      if (c == '"') out_ += '"';
      out_ += c;
    }
    out_ += '"';
  }
  void add_outside(std::string_view text) { add(clean(text)); }
  // A command a line, in one cell.
  void add_commands(const std::vector<std::string>& commands) {
    std::string cell;
    for (const auto& command : commands) {
      if (!cell.empty()) cell += '\n';
      cell += clean_lines(command);
    }
    add(cell);
  }
  void end() { out_ += "\r\n"; }

 private:
  std::string& out_;
  bool first_ = true;
};

}  // namespace

std::string render_csv(const Report& report, const RenderOptions&) {
  std::string out = "\xEF\xBB\xBF";
  out.append(kHead).append("\r\n");
  const std::string started = render_instant(report.started_at);
  for (const auto& result : report.results) {
    const SubjectRef& subject = result.subject;
    CsvRow row(out);
    row.add(fingerprint(result));
    row.add(result.check->id);
    row.add(to_string(result.severity()));
    row.add(to_string(result.verdict->outcome));
    row.add_outside(subject.scope);
    row.add_outside(subject.kind);
    row.add_outside(subject.id);
    row.add_outside(subject.name);
    row.add_outside(subject.cluster);
    row.add_outside(subject.registry);
    row.add_outside(subject.name_space);
    row.add_outside(subject.workload);
    row.add_outside(subject.container);
    row.add_outside(subject.image);
    row.add_outside(result.verdict->reason);
    row.add_commands(result.verdict->fix);
    row.add_commands(result.verdict->supply);
    row.add(result.check->reference);
    row.add(started);
    row.add(to_string(result.since));
    row.add_outside(result.suppression ? result.suppression->expires : std::string());
    row.add_outside(result.suppression ? result.suppression->owner : std::string());
    row.add_outside(result.place ? result.place->file : std::string());
    row.add(result.place ? std::to_string(result.place->line) : std::string());
    row.add(result.place ? std::to_string(result.place->column) : std::string());
    row.end();
  }
  return out;
}

}  // namespace acr
