// Logging commands of Azure Pipelines: issues of the step, and what became of it.
#include <fmt/format.h>

#include "reports/annotations.h"
#include "reports/conclusion.h"
#include "reports/escape.h"
#include "reports/render.h"

namespace acr {
namespace {

// As the agent reads it back: of the data, percent signs and line breaks; of properties also what
// ends them.
std::string escape_ado(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%AZP25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (property && c == ';')
      out += "%3B";
    else if (property && c == ']')
      out += "%5D";
    else
      out += c;
  }
  return out;
}

}  // namespace

std::string render_ado(const Report& report, const RenderOptions&) {
  std::string out;
  const Annotations annotations = annotate(report, false);
  for (const Annotation& item : annotations.shown) {
    std::string text = fmt::format("{}: {}", item.title, item.text);
    if (!item.fix.empty()) text += "\nFix: " + item.fix;
    const std::string_view type = item.level == Annotation::Level::error ? "error" : "warning";
    out += fmt::format("##vso[task.logissue type={};", type);
    if (item.place && item.place->in_checkout())
      out += fmt::format("sourcepath={};linenumber={};columnnumber={};",
                         escape_ado(clean(item.place->file), true), item.place->line,
                         item.place->column);
    out += fmt::format("code={};]{}\n", escape_ado(item.code, true), escape_ado(text, false));
  }
  if (annotations.left > 0) {
    out += fmt::format("{} of {} findings are no issues of this step, because a step shows {}\n",
                       annotations.left, annotations.total, kAnnotations);
  }
  const bool failed = report.summary.exit_code != 0;
  if (failed || annotations.total > 0 || !report.summary.complete) {
    out += fmt::format("##vso[task.complete result={};]{}\n",
                       failed ? "Failed" : "SucceededWithIssues",
                       escape_ado("acr-doctor: " + conclusion(report), false));
  }
  return out;
}

}  // namespace acr
