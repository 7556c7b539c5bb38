// What registries hold, as their data plane tells: repositories, tags, manifests; and the cache
// rules of ARM that fill repositories from elsewhere. Hosts are in lower case throughout.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "estate/fact.h"
#include "estate/platform.h"
#include "estate/resource_id.h"

namespace acr {

struct Document;

// What may be forbidden to, or hidden from, whoever pulls (changeableAttributes).
struct ImageState {
  std::optional<bool> read_enabled;
  // false: nobody may move a tag; nobody may delete it, and no policy of the registry does.
  std::optional<bool> write_enabled, delete_enabled;
  std::string quarantine_state;  // "Passed", "Quarantined", …; empty when not told
};

struct ImageRepository {
  Origin origin;
  std::string host, name;
  ImageState state;
  std::optional<std::int64_t> tag_count, manifest_count;
  std::string updated;  // RFC 3339; of two descriptions the newer one counts
};

struct ImageTag {
  Origin origin;
  std::string host, repository, name;
  std::string digest;  // empty where only names were listed
  ImageState state;
  std::string updated;
};

struct ImageManifest {
  Origin origin;
  std::string host, repository, digest, media_type;
  std::string os, architecture;  // of a single image; empty for an index
  std::vector<std::string> tags;
  ImageState state;
  std::string updated;
};

// A manifest as the registry serves it: its digest is that of its bytes.
struct ImageContent {
  struct Entry {
    std::optional<Platform> platform;  // nullopt: the index does not say
    std::string digest;
  };
  Origin origin;
  std::string host, repository, reference;  // of the request that it answered; empty otherwise
  std::string digest;
  bool is_index = false;
  std::vector<Entry> entries;  // of an index, without attestations
};

// Names that one answer listed together.
struct ImageList {
  enum class What { repositories, tags, manifests };
  Origin origin;
  What what = What::tags;
  std::string host, repository;
  std::size_t count = 0;
  // The registry's own answer, and its last page or followed by the pages that were given too.
  bool whole = false;
};

// The registry's answer that something is not there.
struct ImageAbsence {
  Origin origin;
  std::string host, repository, reference;  // no reference: the repository itself
  std::string code;                         // "MANIFEST_UNKNOWN"
};

struct CacheRule {
  Origin origin;
  ResourceId id;
  std::string name, source, target;  // "docker.io/library/*", "hub/*"
  ResourceId credential_set;         // empty: the upstream is asked anonymously

  bool fills(std::string_view repository) const;
  // "docker.io/library/nginx" for "hub/nginx".
  std::string source_of(std::string_view repository) const;
};

struct CredentialSet {
  struct Health {
    std::string status, code, message;
  };
  Origin origin;
  ResourceId id;
  std::string name, login_server;
  std::vector<Health> health;  // one a credential, in the document's order
};

// One repository, joined.
struct RepositoryFacts {
  const ImageRepository* described = nullptr;
  std::map<std::string, const ImageTag*, std::less<>> tags;
  std::map<std::string, const ImageManifest*, std::less<>> manifests;  // by digest
  std::map<std::string, const ImageManifest*, std::less<>> tagged;     // by tag
  std::map<std::string, const ImageContent*, std::less<>> contents;    // by reference asked for
  std::vector<const ImageList*> tag_lists, manifest_lists;
  std::vector<const ImageAbsence*> absences;
};

struct ImageFacts {
  std::vector<ImageRepository> repositories;
  std::vector<ImageTag> tags;
  std::vector<ImageManifest> manifests;
  std::vector<ImageContent> contents;
  std::vector<ImageList> lists;
  std::vector<ImageAbsence> absences;
  std::vector<CacheRule> cache_rules;
  std::vector<CredentialSet> credential_sets;

  // Part of Estate::link().
  void link(const std::vector<Document>& documents);

  const RepositoryFacts& of(std::string_view host, std::string_view repository) const;
  // A manifest is what its digest says, wherever it was read.
  const ImageContent* content(std::string_view digest) const;
  const CredentialSet* credential_set(const ResourceId& id) const;
  // The most exact rule of the registry that fills this repository, or nullptr.
  const CacheRule* rule_for(const ResourceId& registry, std::string_view repository) const;

 private:
  std::unordered_map<std::string, RepositoryFacts> by_repository_;
  std::map<std::string, const ImageContent*, std::less<>> by_digest_;
};

}  // namespace acr
