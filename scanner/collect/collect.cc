#include "collect/collect.h"

#include "collect/document.h"
#include "collect/source.h"

namespace acr {

Collected collect(const Input& input) {
  Collected collected;
  collected.estate.now = input.now;
  Remarks remarks(input.limits.remarks_per_source);
  SourceList sources = list_sources(input.paths, input.limits.files);
  collected.damaged = sources.incomplete;
  for (Remark& remark : sources.remarks) remarks.add(std::move(remark));

  DocumentReader reader(collected.estate, input, remarks);
  bool any = false;
  for (const SourceFile& file : sources.files) {
    auto text = file.path == "-" && input.standard_input
                    ? SourceText::read(*input.standard_input)
                    : SourceText::open(file.path == "-" ? "/dev/stdin" : file.path);
    if (!text) {
      collected.damaged = true;
      remarks.add({Remark::Level::error, "source-unreadable", text.error(), file.name});
      continue;
    }
    any = true;
    collected.bytes += text->text().size();
    reader.read(file, std::move(*text));
  }
  reader.finish();
  collected.damaged |= reader.damaged();
  collected.nothing = !any;
  collected.estate.link();
  collected.remarks = remarks.take();
  return collected;
}

}  // namespace acr
