#include "estate/resource_id.h"

#include <algorithm>

namespace acr {
namespace {

char lower_char(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Takes the first segment off an id; the slash before it belongs to it.
std::string_view take_segment(std::string_view& id) {
  if (id.starts_with('/')) id.remove_prefix(1);
  const std::size_t end = std::min(id.find('/'), id.size());
  const std::string_view segment = id.substr(0, end);
  id.remove_prefix(end);
  return segment;
}

// The segment behind `word`, where that stands at position `index`; otherwise empty.
std::string_view segment_after(std::string_view id, std::size_t index, std::string_view word) {
  while (index-- > 0) take_segment(id);
  return same_text(take_segment(id), word) ? take_segment(id) : std::string_view();
}

std::string_view last_segment(std::string_view id) {
  const std::size_t slash = id.rfind('/');
  return slash == std::string_view::npos ? id : id.substr(slash + 1);
}

// Without the last segment and the slash before it.
std::string_view drop_segment(std::string_view id) {
  const std::size_t slash = id.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : id.substr(0, slash);
}

}  // namespace

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), lower_char);
  return result;
}

bool same_text(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower_char, lower_char);
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

ResourceId::ResourceId(std::string_view text) {
  // "/" is an id of its own, the root of all scopes; it must not look like "no id".
  while (text.size() > 1 && text.ends_with('/')) text.remove_suffix(1);
  text_ = text;
  key_ = lower(text);
}

std::string_view ResourceId::subscription() const {
  return segment_after(text_, 0, "subscriptions");
}

std::string_view ResourceId::resource_group() const {
  return subscription().empty() ? std::string_view() : segment_after(text_, 2, "resourceGroups");
}

std::string_view ResourceId::name() const {
  return last_segment(text_);
}

std::string ResourceId::type() const {
  // The last provider counts: an extension resource hangs below another provider's resource.
  constexpr std::string_view kProviders = "/providers/";
  const std::size_t provider = key_.rfind(kProviders);
  if (provider == std::string::npos) return {};
  std::string_view rest = std::string_view(key_).substr(provider + kProviders.size());
  std::string type(take_segment(rest));
  while (!rest.empty()) {
    type += '/';
    type += take_segment(rest);
    take_segment(rest);  // the name
  }
  return type;
}

ResourceId ResourceId::parent() const {
  std::string_view rest = drop_segment(drop_segment(text_));
  if (same_text(last_segment(drop_segment(rest)), "providers")) {
    rest = drop_segment(drop_segment(rest));
  }
  return ResourceId(rest);
}

bool ResourceId::contains(const ResourceId& other) const {
  if (empty() || other.empty()) return false;
  if (key_ == "/") return true;
  return other.key_.starts_with(key_) &&
         (other.key_.size() == key_.size() || other.key_[key_.size()] == '/');
}

}  // namespace acr
