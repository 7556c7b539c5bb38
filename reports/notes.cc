#include "reports/notes.h"

#include <map>
#include <tuple>

#include <fmt/format.h>

#include "reports/escape.h"

namespace acr {
namespace {

bool is_on_exceptions(const Notification& note) {
  return note.code.starts_with("exception-") || note.code.starts_with("annotation-");
}

}  // namespace

std::vector<std::string> notes_on_exceptions(const Report& report) {
  std::vector<std::string> notes;
  for (const Notification& note : report.notifications)
    if (is_on_exceptions(note)) notes.push_back(clean(note.text));
  return notes;
}

std::vector<GatheredNote> gather_notes(const Report& report, bool all) {
  struct Gathered {
    const Notification* first = nullptr;
    std::string_view words;
    std::size_t count = 0;
  };
  std::vector<Gathered> gathered;
  std::map<std::pair<Notification::Level, std::string_view>, std::size_t> places;
  for (const Notification& note : report.notifications) {
    if (is_on_exceptions(note) || (!all && note.level == Notification::Level::note)) continue;
    // Behind the document's name, which the text begins with.
    std::string_view words = note.text;
    const bool named = !note.source.empty() && words.starts_with(note.source + ": ");
    if (named) words.remove_prefix(note.source.size() + 2);
    const auto [place, fresh] = places.try_emplace({note.level, words}, gathered.size());
    if (fresh || all || !named)
      gathered.push_back({&note, words, 1});
    else
      ++gathered[place->second].count;
  }
  std::vector<GatheredNote> notes;
  notes.reserve(gathered.size());
  for (const Gathered& each : gathered)
    notes.push_back({each.first->level,
                     clean(each.count == 1 ? each.first->text
                                           : fmt::format("{} and {} more: {}", each.first->source,
                                                         each.count - 1, each.words))});
  return notes;
}

}  // namespace acr
