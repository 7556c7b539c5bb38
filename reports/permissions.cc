#include "reports/permissions.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "reports/escape.h"

namespace acr {
namespace {

bool is_kubernetes(Kind kind) {
  return kind >= Kind::pod;
}
bool is_graph(Kind kind) {
  return kind == Kind::service_principal || kind == Kind::application ||
         kind == Kind::group_membership;
}
bool is_of_registries(Kind kind) {
  return kind == Kind::repository || kind == Kind::image_tag || kind == Kind::image_manifest;
}
// Documents that are no answers of a service which grants rights.
bool is_asked(Kind kind) {
  return kind != Kind::probe;
}

std::map<Kind, std::size_t> kinds_read(const Estate& estate) {
  std::map<Kind, std::size_t> kinds;
  for (const Listing& listing : estate.listings)
    if (is_asked(listing.kind)) kinds[listing.kind] += listing.count;
  return kinds;
}

std::vector<const Refusal*> sorted(const std::vector<Refusal>& refusals) {
  std::vector<const Refusal*> all;
  all.reserve(refusals.size());
  for (const Refusal& refusal : refusals) all.push_back(&refusal);
  std::ranges::sort(all, {}, [](const Refusal* refusal) {
    return std::tuple(refusal->kind, refusal->action, refusal->scope, refusal->name_space);
  });
  const auto same = [](const Refusal* a, const Refusal* b) {
    return std::tie(a->kind, a->action, a->scope, a->name_space, a->failure) ==
           std::tie(b->kind, b->action, b->scope, b->name_space, b->failure);
  };
  all.erase(std::ranges::unique(all, same).begin(), all.end());
  return all;
}

std::string place_of(const Refusal& refusal) {
  return refusal.name_space.empty() ? refusal.scope : "namespace " + refusal.name_space;
}

// What grants the refused action, with the least beside it. Empty for what no right would mend.
std::string remedy(const Refusal& refusal) {
  if (!refusal.failure.empty()) return {};
  if (is_kubernetes(refusal.kind))
    return fmt::format("the verb and resource \"{}\": deploy/clusterrole.yaml grants them",
                       refusal.action);
  if (is_graph(refusal.kind))
    return "the Microsoft Graph permission Application.Read.All, consented to by an administrator";
  return fmt::format("role Reader, or a custom role with {}{}", refusal.action,
                     refusal.scope.empty() ? std::string() : " at " + refusal.scope);
}

// Of what no refusal tells.
std::vector<const Notification*> further_failures(const Estate& estate,
                                                  const std::vector<Notification>& notes) {
  std::set<std::string_view> told;
  for (const Refusal& refusal : estate.refusals) told.insert(estate.source(refusal.origin));
  std::vector<const Notification*> found;
  for (const Notification& note : notes)
    if (note.level != Notification::Level::note && !told.contains(note.source))
      found.push_back(&note);
  return found;
}

}  // namespace

Permissions count_permissions(const Estate& estate, const std::vector<Notification>& notes) {
  Permissions permissions;
  permissions.read = kinds_read(estate).size();
  for (const Refusal* refusal : sorted(estate.refusals)) {
    ++(is_of_registries(refusal->kind) ? permissions.unanswered
       : refusal->failure.empty()      ? permissions.refused
                                       : permissions.failed);
  }
  permissions.failed += further_failures(estate, notes).size();
  return permissions;
}

std::string render_permissions(const Estate& estate, const std::vector<Notification>& notes,
                               const RenderOptions& options) {
  const std::string_view yes = options.unicode ? "✓" : "ok  ", no = options.unicode ? "✗" : "NO  ",
                         open = options.unicode ? "?" : "?   ";
  std::string text;
  std::set<Kind> refused;
  const auto refusals = sorted(estate.refusals);
  for (const Refusal* refusal : refusals) refused.insert(refusal->kind);
  for (const auto& [kind, count] : kinds_read(estate)) {
    text += fmt::format("{} {:<28} {} read{}\n", yes, to_string(kind), count,
                        refused.contains(kind) ? ", but not everywhere: see below" : "");
  }
  for (const Refusal* refusal : refusals) {
    text += fmt::format("{} {:<28} {}", refusal->failure.empty() ? no : open,
                        to_string(refusal->kind), clean(refusal->says()));
    if (const std::string place = place_of(*refusal); !place.empty())
      text += fmt::format(" ({})", clean(place));
    text += '\n';
    if (const std::string ask = remedy(*refusal); !ask.empty())
      text += fmt::format("      ask for {}\n", clean(ask));
  }
  for (const Notification* note : further_failures(estate, notes))
    text += fmt::format("{} {}\n", open, clean(note->text));
  const Permissions all = count_permissions(estate, notes);
  text += fmt::format("\n{} kinds of things read, {} requests refused, {} failed", all.read,
                      all.refused, all.failed);
  if (all.unanswered > 0) text += fmt::format("; {} to registries not answered", all.unanswered);
  return text + '\n';
}

std::string render_permissions_json(const Estate& estate, const std::vector<Notification>& notes) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const auto& [kind, count] : kinds_read(estate))
    rows.push_back({{"what", to_string(kind)}, {"outcome", "read"}, {"count", count}});
  for (const Refusal* refusal : sorted(estate.refusals)) {
    nlohmann::ordered_json row{
        {"what", to_string(refusal->kind)},
        {"outcome", refusal->failure.empty() ? "refused" : "failed"},
        {"action", clean(refusal->action)},
        {"scope", clean(place_of(*refusal))},
        {"source", clean(estate.source(refusal->origin))},
    };
    if (!refusal->failure.empty()) row["reason"] = clean(refusal->failure);
    if (const std::string ask = remedy(*refusal); !ask.empty()) row["askFor"] = clean(ask);
    rows.push_back(std::move(row));
  }
  for (const Notification* note : further_failures(estate, notes))
    rows.push_back({{"what", "requests"},
                    {"outcome", "failed"},
                    {"source", clean(note->source)},
                    {"reason", clean(note->text)}});
  return nlohmann::ordered_json{{"schemaVersion", "1.0"}, {"permissions", std::move(rows)}}.dump(
             2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

}  // namespace acr
