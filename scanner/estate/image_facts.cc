#include "estate/image_facts.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "estate/estate.h"

namespace acr {
namespace {

std::string place(std::string_view host, std::string_view repository) {
  return fmt::format("{}/{}", lower(host), repository);
}

// Of "hub/*" the part before the star; nullopt for a rule of one repository.
std::optional<std::string_view> prefix_of(std::string_view pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return std::nullopt;
  return pattern.substr(0, star);
}

// Newer descriptions first; the rest of the order only has to be the same for every order of input.
class NewestFirst {
 public:
  explicit NewestFirst(const std::vector<Document>& documents) : documents_(documents) {}

  template <class T>
  void sort(std::vector<T>& items) const {
    std::stable_sort(items.begin(), items.end(), [this](const T& a, const T& b) {
      if (a.updated != b.updated) return a.updated > b.updated;
      return place_of(a.origin) < place_of(b.origin);
    });
  }
  template <class T>
  void sort_by_place(std::vector<T>& items) const {
    std::stable_sort(items.begin(), items.end(), [this](const T& a, const T& b) {
      return place_of(a.origin) < place_of(b.origin);
    });
  }

 private:
  std::tuple<std::string_view, std::uint32_t, std::string_view> place_of(
      const Origin& origin) const {
    if (origin.document >= documents_.size()) return {"", 0, origin.pointer};
    const Document& document = documents_[origin.document];
    return {document.source, document.index_in_source, origin.pointer};
  }
  const std::vector<Document>& documents_;
};

// A recorded list is whole when it ends, or goes on in a document that is whole itself.
void mark_whole_lists(std::vector<ImageList>& lists, const std::vector<Document>& documents) {
  std::map<std::string_view, const Document*> by_url;
  for (const Document& document : documents) {
    if (!document.request_url.empty()) by_url.emplace(document.request_url, &document);
  }
  for (ImageList& list : lists) {
    if (list.origin.document >= documents.size()) continue;
    const Document* at = &documents[list.origin.document];
    if (at->request_url.empty()) continue;
    // A list that was asked for from some name on lacks what comes before.
    bool whole = !at->request_url.contains("last=");
    std::set<const Document*> seen;
    while (whole && !at->next_url.empty()) {
      const auto next = by_url.find(at->next_url);
      whole = next != by_url.end() && seen.insert(next->second).second;
      if (whole) at = next->second;
    }
    list.whole = whole;
  }
}

}  // namespace

bool CacheRule::fills(std::string_view repository) const {
  if (const auto prefix = prefix_of(target)) return repository.starts_with(*prefix);
  return repository == target;
}

std::string CacheRule::source_of(std::string_view repository) const {
  const auto from = prefix_of(source), to = prefix_of(target);
  if (!from || !to || !repository.starts_with(*to)) return source;
  return fmt::format("{}{}", *from, repository.substr(to->size()));
}

void ImageFacts::link(const std::vector<Document>& documents) {
  const NewestFirst order(documents);
  order.sort(repositories);
  order.sort(tags);
  order.sort(manifests);
  order.sort_by_place(contents);
  order.sort_by_place(lists);
  order.sort_by_place(absences);
  order.sort_by_place(cache_rules);
  order.sort_by_place(credential_sets);
  mark_whole_lists(lists, documents);

  for (const ImageRepository& each : repositories) {
    RepositoryFacts& facts = by_repository_[place(each.host, each.name)];
    if (!facts.described) facts.described = &each;
  }
  for (const ImageTag& each : tags)
    by_repository_[place(each.host, each.repository)].tags.emplace(each.name, &each);
  for (const ImageManifest& each : manifests) {
    RepositoryFacts& facts = by_repository_[place(each.host, each.repository)];
    // Of two descriptions of one manifest only the newer one tells its tags.
    if (!facts.manifests.emplace(each.digest, &each).second) continue;
    for (const std::string& tag : each.tags) facts.tagged.emplace(tag, &each);
  }
  for (const ImageContent& each : contents) {
    by_digest_.emplace(each.digest, &each);
    if (!each.reference.empty())
      by_repository_[place(each.host, each.repository)].contents.emplace(each.reference, &each);
  }
  for (const ImageList& each : lists) {
    RepositoryFacts& facts = by_repository_[place(each.host, each.repository)];
    if (each.what == ImageList::What::tags) facts.tag_lists.push_back(&each);
    if (each.what == ImageList::What::manifests) facts.manifest_lists.push_back(&each);
  }
  for (const ImageAbsence& each : absences)
    by_repository_[place(each.host, each.repository)].absences.push_back(&each);
}

const RepositoryFacts& ImageFacts::of(std::string_view host, std::string_view repository) const {
  static const RepositoryFacts none;
  const auto found = by_repository_.find(place(host, repository));
  return found == by_repository_.end() ? none : found->second;
}

const ImageContent* ImageFacts::content(std::string_view digest) const {
  const auto found = by_digest_.find(digest);
  return found == by_digest_.end() ? nullptr : found->second;
}

const CredentialSet* ImageFacts::credential_set(const ResourceId& id) const {
  for (const CredentialSet& set : credential_sets) {
    if (!id.empty() && set.id == id) return &set;
  }
  return nullptr;
}

const CacheRule* ImageFacts::rule_for(const ResourceId& registry,
                                      std::string_view repository) const {
  const CacheRule* best = nullptr;
  for (const CacheRule& rule : cache_rules) {
    if (rule.id.parent() != registry || !rule.fills(repository)) continue;
    if (!best || rule.target.size() > best->target.size()) best = &rule;
  }
  return best;
}

}  // namespace acr
