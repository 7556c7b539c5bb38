#include "reports/uri.h"

#include <algorithm>
#include <span>
#include <vector>

#include "estate/resource_id.h"

namespace acr {
namespace {

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    const auto slash = std::min(path.find('/'), path.size());
    if (slash > 0) segments.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return segments;
}

void append_encoded(std::string& uri, std::string_view segment) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  for (const char c : segment) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
    if (unreserved) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += kHex[byte >> 4];
      uri += kHex[byte & 0xF];
    }
  }
}

void append_segment(std::string& uri, std::string_view segment) {
  if (!uri.empty()) uri += '/';
  // Readers resolve "." and ".." even when they are encoded.
  if (segment == "." || segment == "..") uri += '_';
  append_encoded(uri, lower(segment));
}

void append_arm(std::string& uri, std::string_view id) {
  const auto segments = split_path(id);
  std::span<const std::string_view> rest = segments;
  append_segment(uri, "azure");
  const bool resource = segments.size() >= 8 && same_text(segments[0], "subscriptions") &&
                        same_text(segments[2], "resourceGroups") &&
                        same_text(segments[4], "providers");
  if (resource) {
    append_segment(uri, segments[1]);
    append_segment(uri, segments[3]);
    rest = rest.subspan(5);
  } else {
    append_segment(uri, "_");
  }
  for (const auto segment : rest) append_segment(uri, segment);
}

}  // namespace

std::string synthetic_uri(const SubjectRef& subject) {
  const std::string_view id = subject.id;
  const auto join = id.find("//");
  const std::string_view owner = id.substr(0, join);
  std::string uri;
  if (owner.starts_with('/')) {
    append_arm(uri, owner);
  } else if (!owner.empty() || !subject.cluster.empty()) {
    append_segment(uri, "cluster");
    for (const auto segment : split_path(owner.empty() ? subject.cluster : owner)) {
      append_segment(uri, segment);
    }
  }
  if (join != std::string_view::npos) {
    append_segment(uri, "k8s");
    for (const auto segment : split_path(id.substr(join))) append_segment(uri, segment);
  }
  if (uri.empty()) {
    append_segment(uri, subject.kind.empty() ? "input" : subject.kind);
    append_segment(uri, subject.name.empty() ? "_" : subject.name);
  }
  return uri;
}

std::string file_uri(std::string_view path) {
  std::string uri;
  for (const auto segment : split_path(path)) {
    if (!uri.empty()) uri += '/';
    append_encoded(uri, segment);
  }
  return uri;
}

}  // namespace acr
