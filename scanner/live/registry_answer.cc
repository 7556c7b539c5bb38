#include "live/registry_answer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "estate/address.h"
#include "estate/resource_id.h"
#include "live/base64.h"
#include "live/challenge.h"
#include "live/plain.h"
#include "live/secret_json.h"

namespace acr {
namespace {

using simdjson::dom::array;
using simdjson::dom::element;
using simdjson::dom::object;

constexpr std::size_t kMostImages = 100, kMostItems = 1'000;
constexpr std::size_t kLongestToken = std::size_t{64} << 10;

std::vector<object> objects_of(object parent, std::string_view name) {
  std::vector<object> found;
  array list;
  if (parent.at_key(name).get(list) != simdjson::SUCCESS) return found;
  for (const element item : list) {
    object member;
    if (item.get(member) == simdjson::SUCCESS && found.size() < kMostItems) found.push_back(member);
  }
  return found;
}

bool has_text(object parent, std::string_view name, std::initializer_list<std::string_view> texts) {
  array list;
  if (parent.at_key(name).get(list) != simdjson::SUCCESS) return false;
  for (const element item : list) {
    std::string_view text;
    if (item.get(text) == simdjson::SUCCESS && std::ranges::find(texts, text) != texts.end())
      return true;
  }
  return false;
}

bool is_platform_word(std::string_view text) {
  return text.size() <= 32 && std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '.' || c == '_' || c == '-';
         });
}

// Empty for "unknown/unknown", which is how attestations are listed.
std::string platform_of(object platform) {
  const std::string_view system = text_of(platform, "os");
  const std::string_view processor = text_of(platform, "architecture");
  const std::string_view variant = text_of(platform, "variant");
  if (system.empty() || processor.empty() || system == "unknown" || !is_platform_word(system) ||
      !is_platform_word(processor) || !is_platform_word(variant))
    return {};
  return fmt::format("{}/{}{}{}", system, processor, variant.empty() ? "" : "/", variant);
}

std::optional<BlobLink> link_of(object descriptor) {
  const std::string_view digest = text_of(descriptor, "digest");
  if (!is_digest(digest)) return std::nullopt;
  return BlobLink{std::string(digest), number_of(descriptor, "size").value_or(-1)};
}

// Layers of other servers ("urls") and those that may not be handed on are not the registry's.
bool is_foreign(object layer) {
  const std::string_view type = text_of(layer, "mediaType");
  array urls;
  return (layer.at_key("urls").get(urls) == simdjson::SUCCESS && urls.size() > 0) ||
         type.find("foreign") != std::string_view::npos ||
         type.find("nondistributable") != std::string_view::npos;
}

std::string client_address_of(std::string_view message) {
  constexpr std::string_view kBefore = "client with IP '", kAfter = "' is not allowed access";
  const std::size_t start = message.find(kBefore);
  if (start == std::string_view::npos) return {};
  const std::string_view rest = message.substr(start + kBefore.size());
  const std::size_t end = rest.find(kAfter);
  if (end == std::string_view::npos) return {};
  const auto address = IpAddress::parse(rest.substr(0, end));
  return address ? address->to_string() : std::string();
}

}  // namespace

std::expected<Secret, std::string> read_registry_token(const Answer& answer,
                                                       std::initializer_list<const char*> names) {
  const SecretJson json(answer.body);
  if (const auto root = json.object()) {
    for (const char* name : names) {
      const std::string_view text = text_of(*root, name);
      if (is_header_word(text) && text.size() <= kLongestToken) return Secret(std::string(text));
    }
  }
  return std::unexpected("the answer holds no token");
}

Granted grants(std::string_view access_token, std::string_view repository,
               std::string_view action) {
  const std::size_t first = access_token.find('.');
  if (first == std::string_view::npos) return Granted::unknown;
  const std::string_view rest = access_token.substr(first + 1);
  const auto payload = decode_base64_secret(rest.substr(0, rest.find('.')));
  if (!payload) return Granted::unknown;
  const SecretJson json(payload->view());
  const auto claims = json.object();
  if (!claims) return Granted::unknown;
  for (const object access : objects_of(*claims, "access")) {
    if (text_of(access, "type") == "repository" && text_of(access, "name") == repository &&
        has_text(access, "actions", {action, "*"}))
      return Granted::yes;
  }
  return Granted::no;
}

RegistryError read_registry_error(const Answer& answer) {
  RegistryError error;
  const SecretJson json(answer.body);
  const auto root = json.object();
  if (!root) return error;
  const auto errors = objects_of(*root, "errors");
  if (errors.empty()) return error;
  const std::string_view message = text_of(errors.front(), "message");
  error.code = plain_line(text_of(errors.front(), "code"), {}, 64);
  error.message = plain_line(message);
  error.client_address = client_address_of(message);
  return error;
}

std::expected<Manifest, std::string> read_manifest(const Answer& answer,
                                                   std::string_view reference) {
  Manifest manifest;
  const auto header = answer.headers.find("docker-content-digest");
  const bool promised = header != answer.headers.end() && is_digest(header->second);
  for (const std::string_view digest : {is_digest(reference) ? reference : std::string_view(),
                                        promised ? std::string_view(header->second) : ""}) {
    if (digest.empty()) continue;
    if (!matches_digest(answer.body, digest))
      return std::unexpected(fmt::format("what came is not the manifest of {}", digest));
    manifest.digest = digest;
  }
  const SecretJson json(answer.body);
  const auto root = json.object();
  if (!root) return std::unexpected("what came is no manifest");
  array list;
  manifest.is_index = root->at_key("manifests").get(list) == simdjson::SUCCESS;
  for (const object entry : objects_of(*root, "manifests")) {
    const auto platform = object_of(entry, "platform");
    const std::string name = platform ? platform_of(*platform) : std::string();
    const auto link = link_of(entry);
    if (!name.empty() && link && manifest.images.size() < kMostImages)
      manifest.images.push_back({name, link->digest});
  }
  if (const auto config = object_of(*root, "config")) manifest.config = link_of(*config);
  for (const object layer : objects_of(*root, "layers")) {
    if (!manifest.layer && !is_foreign(layer)) manifest.layer = link_of(layer);
  }
  if (!manifest.is_index && !manifest.config && !manifest.layer)
    return std::unexpected("what came is no manifest");
  return manifest;
}

std::string read_platform(std::string_view config) {
  const SecretJson json(config);
  const auto root = json.object();
  return root ? platform_of(*root) : std::string();
}

bool is_digest(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::size_t>, 2> kKinds = {
      {{"sha256:", 64}, {"sha512:", 128}}};
  return std::ranges::any_of(kKinds, [text](const auto& kind) {
    return text.starts_with(kind.first) && text.size() == kind.first.size() + kind.second &&
           text.find_first_not_of("0123456789abcdef", kind.first.size()) == std::string_view::npos;
  });
}

bool matches_digest(std::string_view bytes, std::string_view digest) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned length = 0;
  const EVP_MD* kind = digest.starts_with("sha512:") ? EVP_sha512() : EVP_sha256();
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, kind, nullptr) != 1)
    return false;
  std::string hex;
  for (unsigned i = 0; i < length; ++i) hex += fmt::format("{:02x}", hash[i]);
  return digest.substr(digest.find(':') + 1) == hex;
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::expected<std::string, std::string> read_redirect(const Answer& answer,
                                                      const std::string& registry) {
  const auto header = answer.headers.find("location");
  if (header == answer.headers.end()) return std::unexpected("the redirect names no place");
  std::string location = header->second;
  if (location.starts_with('/') && !location.starts_with("//"))
    location = "https://" + registry + location;
  // A fragment is the client's own business and is not sent.
  location = location.substr(0, location.find('#'));
  if (authority_of(location).empty())
    return std::unexpected("the redirect leads to a place that is no https address");
  return location;
}

}  // namespace acr
