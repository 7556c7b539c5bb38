#include "collect/images.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "collect/arm.h"
#include "estate/login_server.h"

namespace acr {
namespace {

constexpr std::string_view kDigest = "sha256:";

bool is_digest(std::string_view text) {
  return text.size() == kDigest.size() + 64 && text.starts_with(kDigest) &&
         text.find_first_not_of("0123456789abcdef", kDigest.size()) == std::string_view::npos;
}

std::string digest_of(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned int length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, EVP_sha256(), nullptr) != 1)
    return {};
  std::string text(kDigest);
  for (unsigned int i = 0; i < length; ++i) text += fmt::format("{:02x}", hash[i]);
  return text;
}

// "https://host:443/path?query" -> "host", "/path", "?query"; empty parts where it has none.
struct UrlParts {
  std::string_view origin, host, path;
};
UrlParts split_url(std::string_view url) {
  UrlParts parts;
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return parts;
  const std::size_t start = scheme + 3, slash = std::min(url.find('/', start), url.size());
  parts.origin = url.substr(0, slash);
  parts.host = url.substr(start, slash - start);
  parts.host = parts.host.substr(0, parts.host.find(':'));
  parts.path = url.substr(slash);
  parts.path = parts.path.substr(0, parts.path.find_first_of("?#"));
  return parts;
}

// "a/b/_tags/x" -> "a/b" and "x" for the step "/_tags"; false where the step is not there.
bool split_at(std::string_view path, std::string_view step, std::string& before,
              std::string& after) {
  const std::size_t at = path.rfind(step);
  if (at == std::string_view::npos || at == 0) return false;
  std::string_view rest = path.substr(at + step.size());
  if (!rest.empty() && rest.front() != '/') return false;
  if (!rest.empty()) rest.remove_prefix(1);
  if (rest.contains('/')) return false;
  before = path.substr(0, at);
  after = rest;
  return true;
}

ImageState state_of(const AzureObject& object) {
  const AzureObject attributes = object.object("changeableAttributes");
  return {attributes.flag("readEnabled"), attributes.flag("writeEnabled"),
          attributes.flag("deleteEnabled"), attributes.text("quarantineState")};
}

// Whose things an answer lists: what it says itself, or else what was asked.
struct Place {
  std::string host, repository;
  bool known() const { return !host.empty() && !repository.empty(); }
};

void read_tag(AbsorbContext& context, const Place& place, const AzureObject& object) {
  ImageTag tag;
  tag.origin = object.origin();
  tag.host = place.host;
  tag.repository = place.repository;
  tag.name = object.text("name");
  tag.digest = object.text("digest");
  tag.state = state_of(object);
  tag.updated = object.text("lastUpdateTime");
  if (!tag.name.empty()) context.estate.images.tags.push_back(std::move(tag));
}

void read_manifest(AbsorbContext& context, const Place& place, const AzureObject& object) {
  ImageManifest manifest;
  manifest.origin = object.origin();
  manifest.host = place.host;
  manifest.repository = place.repository;
  manifest.digest = object.text("digest");
  manifest.media_type = object.text("mediaType");
  manifest.os = object.text("os");
  manifest.architecture = object.text("architecture");
  manifest.tags = object.texts("tags");
  manifest.state = state_of(object);
  manifest.updated = object.text("lastUpdateTime");
  if (is_digest(manifest.digest)) context.estate.images.manifests.push_back(std::move(manifest));
}

void read_list(AbsorbContext& context, const AzureObject& object, ImageList::What what,
               std::string_view field, const Place& place, std::size_t count) {
  ImageList list;
  list.origin = {object.origin().document, pointer_step(object.origin().pointer, field), false};
  list.what = what;
  list.host = place.host;
  list.repository = place.repository;
  list.count = count;
  context.estate.images.lists.push_back(std::move(list));
}

// Names without anything else, as /v2/<repository>/tags/list has them.
void read_tag_names(AbsorbContext& context, const AzureObject& object, const Place& place) {
  const auto names = object.texts("tags");
  for (std::size_t i = 0; i < names.size(); ++i) {
    ImageTag tag;
    tag.origin = {object.origin().document,
                  fmt::format("{}/{}", pointer_step(object.origin().pointer, "tags"), i), false};
    tag.host = place.host;
    tag.repository = place.repository;
    tag.name = names[i];
    context.estate.images.tags.push_back(std::move(tag));
  }
  read_list(context, object, ImageList::What::tags, "tags", place, names.size());
}

Kind read_named(AbsorbContext& context, const AzureObject& object, const Place& place) {
  if (object.has_list("tags") && !object.has("digest")) {
    const auto tags = object.objects("tags");
    if (tags.empty()) {
      read_tag_names(context, object, place);
    } else {
      for (const AzureObject& tag : tags) read_tag(context, place, tag);
      read_list(context, object, ImageList::What::tags, "tags", place, tags.size());
    }
    return Kind::image_tag;
  }
  if (object.has_list("manifests")) {
    const auto manifests = object.objects("manifests");
    for (const AzureObject& manifest : manifests) read_manifest(context, place, manifest);
    read_list(context, object, ImageList::What::manifests, "manifests", place, manifests.size());
    return Kind::image_manifest;
  }
  if (const AzureObject tag = object.object("tag"); tag.known()) {
    read_tag(context, place, tag);
    return Kind::image_tag;
  }
  if (const AzureObject manifest = object.object("manifest"); manifest.known()) {
    read_manifest(context, place, manifest);
    return Kind::image_manifest;
  }
  if (object.has("digest")) {  // az prints what is within "tag" or "manifest"
    if (object.has("name")) return read_tag(context, place, object), Kind::image_tag;
    return read_manifest(context, place, object), Kind::image_manifest;
  }
  ImageRepository repository;
  repository.origin = object.origin();
  repository.host = place.host;
  repository.name = place.repository;
  repository.state = state_of(object);
  repository.tag_count = object.number("tagCount");
  repository.manifest_count = object.number("manifestCount");
  repository.updated = object.text("lastUpdateTime");
  context.estate.images.repositories.push_back(std::move(repository));
  return Kind::repository;
}

void read_content(AbsorbContext& context, const AzureObject& object, std::string_view raw,
                  const RegistryRequest& request) {
  ImageContent content;
  content.origin = object.origin();
  // A recorded answer may have lost a credential or the blanks at its end, and with them its
  // digest.
  const auto& documents = context.estate.documents;
  const std::string_view told = object.origin().document < documents.size()
                                    ? documents[object.origin().document].content_digest
                                    : std::string_view{};
  content.digest = is_digest(told) ? told : digest_of(raw.substr(0, raw.rfind('}') + 1));
  if (request.what == RegistryRequest::What::content) {
    content.host = request.host;
    content.repository = request.repository;
    content.reference = request.reference;
  }
  content.is_index = object.has_list("manifests");
  for (const AzureObject& entry : object.objects("manifests")) {
    ImageContent::Entry read;
    read.digest = entry.text("digest");
    if (const AzureObject platform = entry.object("platform"); platform.known()) {
      if (platform.text("os") == "unknown" && platform.text("architecture") == "unknown")
        continue;  // an attestation, which no node takes for an image
      read.platform = normalise(Platform{platform.text("os"), platform.text("architecture"),
                                         platform.text("variant"), platform.text("os.version"),
                                         platform.texts("os.features")});
    }
    content.entries.push_back(std::move(read));
  }
  context.estate.images.contents.push_back(std::move(content));
}

bool read_absence(AbsorbContext& context, const AzureObject& object,
                  const RegistryRequest& request) {
  using What = RegistryRequest::What;
  if (request.repository.empty()) return false;
  for (const AzureObject& error : object.objects("errors")) {
    const std::string code = error.text("code");
    // The answer for a manifest depends on the media types that the request accepted.
    const bool image = (code == "MANIFEST_UNKNOWN" || code == "TAG_UNKNOWN") &&
                       (request.what == What::tag || request.what == What::manifest);
    if (!image && code != "NAME_UNKNOWN") continue;
    context.estate.images.absences.push_back({.origin = error.origin(),
                                              .host = request.host,
                                              .repository = request.repository,
                                              .reference = image ? request.reference : "",
                                              .code = code});
    return true;
  }
  return false;
}

RegistryRequest request_of(const AbsorbContext& context, const Origin& origin) {
  const auto& documents = context.estate.documents;
  if (origin.document >= documents.size()) return {};
  return registry_request(documents[origin.document].request_url);
}

}  // namespace

RegistryRequest registry_request(std::string_view url) {
  using What = RegistryRequest::What;
  RegistryRequest request;
  const UrlParts parts = split_url(url);
  if (cloud_of(parts.host) == nullptr) return request;
  std::string_view path = parts.path;
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string unused;
  if (path == "/v2/_catalog" || path == "/acr/v1/_catalog") {
    request.what = What::catalog;
  } else if (path.starts_with("/v2/")) {
    path.remove_prefix(4);
    if (split_at(path, "/manifests", request.repository, request.reference) &&
        !request.reference.empty()) {
      request.what = What::content;
    } else if (split_at(path, "/tags", request.repository, unused) && unused == "list") {
      request.what = What::tags;
    }
  } else if (path.starts_with("/acr/v1/")) {
    path.remove_prefix(8);
    if (split_at(path, "/_tags", request.repository, request.reference)) {
      request.what = request.reference.empty() ? What::tags : What::tag;
    } else if (split_at(path, "/_manifests", request.repository, request.reference)) {
      request.what = request.reference.empty() ? What::manifests : What::manifest;
    } else if (!path.empty() && !path.contains("/_") && !path.starts_with('_')) {
      request.what = What::repository;
      request.repository = path;
    }
  }
  if (request.what == What::none) return {};
  request.host = lower(parts.host);
  return request;
}

std::string next_page(std::string_view url, std::string_view link) {
  const std::size_t open = link.find('<'), close = link.find('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  if (!lower(link.substr(close)).contains("next")) return {};
  const std::string_view target = link.substr(open + 1, close - open - 1);
  if (target.starts_with('/')) return fmt::format("{}{}", split_url(url).origin, target);
  return std::string(target);
}

std::optional<Kind> absorb_image(AbsorbContext& context, simdjson::dom::element element,
                                 std::string_view raw, const Origin& origin) {
  const AzureObject object(element, origin);
  if (!object.known() || object.nested()) return std::nullopt;
  const RegistryRequest request = request_of(context, origin);
  if (read_absence(context, object, request)) return Kind::image_manifest;

  if (object.number("schemaVersion") == 2 && (object.has("mediaType") || object.has("layers") ||
                                              object.has("manifests") || object.has("config"))) {
    read_content(context, object, raw, request);
    return Kind::image_manifest;
  }
  const std::string registry = lower(object.text("registry"));
  Place place{registry.empty() ? request.host : registry, object.text("imageName")};
  if (object.has_list("repositories") && place.repository.empty() && !place.host.empty()) {
    const auto names = object.texts("repositories");
    for (std::size_t i = 0; i < names.size(); ++i) {
      ImageRepository repository;
      repository.origin = {object.origin().document,
                           fmt::format("{}/repositories/{}", origin.pointer, i), false};
      repository.host = place.host;
      repository.name = names[i];
      context.estate.images.repositories.push_back(std::move(repository));
    }
    read_list(context, object, ImageList::What::repositories, "repositories", place, names.size());
    return Kind::repository;
  }
  if (cloud_of(place.host) == nullptr) return std::nullopt;
  const bool shaped = object.has("changeableAttributes") || object.has("tags") ||
                      object.has("manifests") || object.has("tag") || object.has("manifest");
  if (!shaped) return std::nullopt;
  if (place.repository.empty()) place.repository = request.repository;
  if (!place.known()) return std::nullopt;
  return read_named(context, object, place);
}

bool absorb_repository_name(AbsorbContext& context, std::string_view raw, const Origin& origin) {
  const RegistryRequest request = request_of(context, origin);
  if (request.what != RegistryRequest::What::catalog || raw.size() < 3 || !raw.starts_with('"') ||
      !raw.ends_with('"'))
    return false;
  ImageRepository repository;
  repository.origin = origin;
  repository.host = request.host;
  repository.name = cut_text(raw.substr(1, raw.size() - 2), kTextBytes);
  auto& images = context.estate.images;
  const auto same_list = [&](const ImageList& list) {
    return list.origin.document == origin.document;
  };
  const auto known = std::ranges::find_if(images.lists, same_list);
  if (known == images.lists.end()) {
    ImageList list;
    list.origin = {origin.document, "/body", false};
    list.what = ImageList::What::repositories;
    list.host = request.host;
    list.count = 1;
    images.lists.push_back(std::move(list));
  } else {
    ++known->count;
  }
  images.repositories.push_back(std::move(repository));
  return true;
}

void read_cache_rule(AbsorbContext& context, const AzureObject& object) {
  CacheRule rule;
  rule.origin = object.origin();
  rule.id = object.id();
  rule.name = object.name();
  rule.source = object.text("sourceRepository");
  rule.target = object.text("targetRepository");
  rule.credential_set = ResourceId(object.text("credentialSetResourceId"));
  context.estate.images.cache_rules.push_back(std::move(rule));
}

void read_credential_set(AbsorbContext& context, const AzureObject& object) {
  CredentialSet set;
  set.origin = object.origin();
  set.id = object.id();
  set.name = object.name();
  set.login_server = object.text("loginServer");
  for (const AzureObject& credential : object.objects("authCredentials")) {
    const AzureObject health = credential.object("credentialHealth");
    set.health.push_back(
        {health.text("status"), health.text("errorCode"), health.text("errorMessage")});
  }
  context.estate.images.credential_sets.push_back(std::move(set));
}

}  // namespace acr
