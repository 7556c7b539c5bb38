#include "collect/collect.h"

#include <fmt/format.h>

#include <algorithm>

#include "collect/document.h"
#include "collect/source.h"

namespace acr {
namespace {

// What a laptop sees says nothing of a node: the user shall know that it was read and set aside.
void remark_on_probes(const Estate& estate, Remarks& remarks) {
  for (const Probe& probe : estate.probes) {
    if (probe.cluster >= 0 && probe.vantage.kind != Vantage::Kind::host) continue;
    const std::string where = describe(probe.vantage);
    remarks.add({Remark::Level::note, "probe-not-counted",
                 probe.vantage.kind == Vantage::Kind::host
                     ? fmt::format("the probe of {} was made on {}, outside of any cluster: it "
                                   "shows nothing of what nodes meet",
                                   probe.registry, where)
                     : fmt::format("nothing in the input tells which cluster {} belongs to, so the "
                                   "probe of {} counts for none",
                                   where, probe.registry),
                 estate.source(probe.origin)});
  }
}

// `first`: of the documents that the source holds.
void keep_written(Collected& collected, const SourceFile& file, std::string_view text,
                  std::size_t first, std::uint64_t limit) {
  const auto& documents = collected.estate.documents;
  const bool written =
      std::any_of(documents.begin() + static_cast<std::ptrdiff_t>(first), documents.end(),
                  [](const Document& document) { return document.written; });
  if (!written) return;
  std::uint64_t kept = text.size();
  for (const WrittenSource& source : collected.written) kept += source.text.size();
  if (kept > limit) return;
  collected.written.push_back({file.name, file.path == "-" ? "" : file.path, std::string(text)});
}

}  // namespace

std::expected<SourceText, std::string> open_file(const Input& input, const SourceFile& file) {
  if (file.path != "-") return SourceText::open(file.path);
  return input.standard_input ? SourceText::read(*input.standard_input)
                              : SourceText::open("/dev/stdin");
}

Collected collect(const Input& input) {
  return collect(input, list_sources(input.paths, input.limits.files),
                 [&](const SourceFile& file) { return open_file(input, file); });
}

Collected collect(const Input& input, SourceList sources, const OpenSource& open) {
  Collected collected;
  Remarks remarks(input.limits.remarks_per_source);
  collected.damaged = sources.incomplete;
  for (Remark& remark : sources.remarks) remarks.add(std::move(remark));

  DocumentReader reader(collected.estate, input, remarks);
  bool any = false;
  for (const SourceFile& file : sources.files) {
    auto text = open(file);
    if (!text) {
      collected.damaged = true;
      remarks.add({Remark::Level::error, "source-unreadable", text.error(), file.name});
      continue;
    }
    any = true;
    collected.bytes += text->text().size();
    const std::size_t first = collected.estate.documents.size();
    reader.read(file, *text);
    keep_written(collected, file, text->text(), first, input.limits.written_bytes);
  }
  reader.finish();
  collected.damaged |= reader.damaged();
  collected.nothing = !any;
  collected.recording = reader.recording();
  // What a snapshot shows is judged by the time it shows.
  collected.estate.now =
      collected.recording && !input.keeps_now ? collected.recording->at : input.now;
  collected.estate.meant_for = input.meant_for;
  collected.estate.link();
  remark_on_probes(collected.estate, remarks);
  collected.remarks = remarks.take();
  return collected;
}

}  // namespace acr
