#include "judge/unread.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace acr {
namespace {

bool is_warned_of(const std::vector<Notification>& said, std::string_view source) {
  return std::ranges::any_of(said, [&](const Notification& note) {
    return note.level != Notification::Level::note && note.source == source;
  });
}

// Refused for all namespaces, and yet this one's list was given.
bool is_given(const Estate& estate, Kind kind, std::string_view name_space) {
  return std::ranges::any_of(estate.listings, [&](const Listing& listing) {
    return listing.kind == kind && listing.name_space == name_space;
  });
}

std::string words_of(const Refusal& refusal) {
  const bool kubernetes = refusal.kind >= Kind::pod;
  std::string where;
  if (!refusal.name_space.empty())
    where = fmt::format(" of namespace {}", refusal.name_space);
  else if (!kubernetes && !refusal.scope.empty())
    where = fmt::format(" of {}", refusal.scope);
  std::string text =
      fmt::format("not all {}{} were read: {}", to_string(refusal.kind), where, refusal.says());
  if (!refusal.failure.empty()) return text;
  // One namespace may be allowed where all are not.
  if (kubernetes && refusal.name_space.empty())
    text += " for all namespaces; -n NAMESPACE asks for one alone, and";
  else
    text += ';';
  return text + " acr-doctor permissions says what to ask for";
}

}  // namespace

std::vector<Notification> find_unread(const Estate& estate, std::span<const Kind> kinds,
                                      const std::vector<Notification>& said,
                                      std::string_view name_space) {
  std::vector<Notification> found;
  for (const Refusal& refusal : estate.refusals) {
    const std::string& source = estate.source(refusal.origin);
    if (std::ranges::find(kinds, refusal.kind) == kinds.end() || is_warned_of(said, source))
      continue;
    if (!name_space.empty() &&
        (refusal.name_space.empty() ? is_given(estate, refusal.kind, name_space)
                                    : refusal.name_space != name_space))
      continue;
    Notification note{Notification::Level::warning, "not-all-read", words_of(refusal), source};
    const bool same = std::ranges::any_of(
        found, [&](const Notification& other) { return other.text == note.text; });
    if (!same) found.push_back(std::move(note));
  }
  return found;
}

}  // namespace acr
