// Workflow commands of GitHub Actions: annotations of the run.
#include <fmt/format.h>

#include "reports/annotations.h"
#include "reports/conclusion.h"
#include "reports/escape.h"
#include "reports/render.h"

namespace acr {
namespace {

// As the runner reads it back: of the data, percent signs and line breaks; of properties also what
// ends them.
std::string escape_github(std::string_view text, bool property) {
  std::string out;
  for (const char c : text) {
    if (c == '%')
      out += "%25";
    else if (c == '\r')
      out += "%0D";
    else if (c == '\n')
      out += "%0A";
    else if (property && c == ':')
      out += "%3A";
    else if (property && c == ',')
      out += "%2C";
    else
      out += c;
  }
  return out;
}

std::string_view word_of(Annotation::Level level) {
  switch (level) {
    case Annotation::Level::error:
      return "error";
    case Annotation::Level::warning:
      return "warning";
    case Annotation::Level::notice:
      break;
  }
  return "notice";
}

void write(std::string& out, Annotation::Level level, std::string_view title, std::string_view text,
           const Place* place = nullptr) {
  out += fmt::format("::{} ", word_of(level));
  if (place && place->in_checkout())
    out += fmt::format("file={},line={},col={},", escape_github(clean(place->file), true),
                       place->line, place->column);
  out += fmt::format("title={}::{}\n", escape_github(title, true), escape_github(text, false));
}

}  // namespace

std::string render_github(const Report& report, const RenderOptions&) {
  std::string out;
  const Annotations annotations = annotate(report, true);
  for (const Annotation& item : annotations.shown) {
    std::string text = item.text;
    if (!item.fix.empty()) text += "\nFix: " + item.fix;
    // Without a file of the checkout there is no file=: with another the annotation would vanish.
    write(out, item.level, item.code + " " + item.title, text, item.place.get());
  }
  std::string text = conclusion(report);
  if (annotations.left > 0) {
    text += fmt::format("; {} of {} are not shown here, because GitHub shows {} a level",
                        annotations.left, annotations.total, kAnnotations);
  }
  write(out, Annotation::Level::notice, "acr-doctor", text);
  return out;
}

}  // namespace acr
