// ARM resource ids. They compare without regard to case (services disagree about
// "resourceGroups", provider and name casing for one and the same resource).
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace acr {

// An ARM id as given, with a canonical key for comparison: lower-case ASCII, no trailing slash. The
// root scope "/" keeps its slash, so that it is not mistaken for an absent id.
class ResourceId {
 public:
  ResourceId() = default;
  explicit ResourceId(std::string_view text);

  const std::string& text() const { return text_; }  // as given, without trailing slashes
  const std::string& key() const { return key_; }
  bool empty() const { return key_.empty(); }

  // Segments by position; empty where the id has no such part.
  std::string_view subscription() const;    // the GUID after /subscriptions/
  std::string_view resource_group() const;  // as given
  std::string_view name() const;            // the last segment, as given
  // Provider and type path without names, lower case: "microsoft.network/privatednszones/a".
  std::string type() const;
  // The id without its last type/name pair ("…/privateDnsZones/Z/A/r" -> "…/privateDnsZones/Z"); of
  // a provider's top-level resource the resource group, or the resource it extends. May be empty.
  ResourceId parent() const;

  // True where this id names `other` or something that contains it, whole segments only.
  // Management-group scopes contain nothing textually: see covers_scope in access.h.
  bool contains(const ResourceId& other) const;

  friend bool operator==(const ResourceId& a, const ResourceId& b) { return a.key_ == b.key_; }
  friend std::strong_ordering operator<=>(const ResourceId& a, const ResourceId& b) {
    return a.key_ <=> b.key_;
  }

 private:
  std::string text_, key_;
};

// ASCII only, as ARM, DNS and Graph compare.
std::string lower(std::string_view text);
bool same_text(std::string_view a, std::string_view b);  // equal without regard to ASCII case
bool is_guid(std::string_view text);  // "7f951dda-4ed3-4680-a7ca-43fe172d538d", in any case

}  // namespace acr
