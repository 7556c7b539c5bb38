#include "live/mask_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <set>

#include <fmt/format.h>

#include "collect/kubernetes.h"
#include "estate/pull_error_patterns.h"
#include "estate/resource_id.h"
#include "live/plain.h"

namespace acr {
namespace {

bool is_letter(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0;
}
bool is_alnum(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// Steps of URLs that belong to an interface and not to a caller.
bool is_interface_step(std::string_view step) {
  static const std::set<std::string, std::less<>> words{"api",
                                                        "apis",
                                                        "v1",
                                                        "v2",
                                                        "v1.0",
                                                        "apps",
                                                        "batch",
                                                        "acr",
                                                        "oauth2",
                                                        "token",
                                                        "exchange",
                                                        "manifests",
                                                        "blobs",
                                                        "tags",
                                                        "list",
                                                        "uploads",
                                                        "referrers",
                                                        "_catalog",
                                                        "_tags",
                                                        "_manifests",
                                                        "namespaces",
                                                        "directory",
                                                        "common",
                                                        "authorize",
                                                        "metadata",
                                                        "identity",
                                                        "$metadata",
                                                        "groups",
                                                        "users",
                                                        "applications",
                                                        "getmembergroups",
                                                        "memberof",
                                                        "transitivememberof",
                                                        "serviceprincipals",
                                                        "directoryobjects",
                                                        "getbyids",
                                                        "$count",
                                                        "deviceauth"};
  return words.contains(lower(step)) || kind_of_resource(step).has_value();
}

std::string percent_decode(std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto digit = [&](std::size_t at) {
      const char c = at < text.size() ? text[at] : '-';
      return c >= '0' && c <= '9'   ? c - '0'
             : c >= 'a' && c <= 'f' ? c - 'a' + 10
             : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                    : -1;
    };
    if (text[i] == '%' && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      made += static_cast<char>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    } else {
      made += text[i];
    }
  }
  return made;
}

// "repository:shop/cart:pull", several of them in a row with spaces.
std::string mask_scope(MaskNames& names, std::string_view text) {
  const std::size_t first = text.find(':'), last = text.rfind(':');
  if (!text.starts_with("repository:") || first == last) return mask_prose(names, text);
  return std::string(text.substr(0, first + 1)) +
         names.repository(text.substr(first + 1, last - first - 1)) +
         std::string(text.substr(last));
}

std::string mask_parameter(MaskNames& names, std::string_view name, std::string_view value) {
  const std::string key = lower(percent_decode(name)), plain = percent_decode(value);
  constexpr std::array<std::string_view, 8> kPlain{"api-version", "limit",   "n",     "$top",
                                                   "$select",     "timeout", "watch", "$count"};
  if (std::ranges::find(kPlain, key) != kPlain.end()) return std::string(value);
  std::string made;
  if (key == "continue" || key == "last" || key.ends_with("skiptoken"))
    made = names.opaque(plain);
  else if (key == "scope")
    made = mask_scope(names, plain);
  else if (key == "service" || key == "ns")
    made = names.host(plain);
  else if (key == "fieldselector")
    made = plain;
  else if (key == "$filter")
    made = mask_literals(names, plain);
  else
    made = mask_prose(names, plain);
  return made == plain ? std::string(value) : percent_encode(made);
}

// "/v2/shop/cart/manifests/1.4" and "/acr/v1/shop/cart/_tags/1.4"; empty for other paths.
std::string mask_registry_path(MaskNames& names, std::string_view path) {
  const bool oci = path.starts_with("/v2/");
  const std::string_view lead = oci ? "/v2/" : "/acr/v1/";
  if (!path.starts_with(lead)) return {};
  const std::string_view rest = path.substr(lead.size());
  for (const std::string_view word : {"/manifests/", "/blobs/", "/tags/list", "/referrers/",
                                      "/_tags/", "/_manifests/", "/_tags", "/_manifests"}) {
    const std::size_t at = rest.rfind(word);
    if (at == std::string_view::npos) continue;
    const std::string_view reference = rest.substr(at + word.size());
    return fmt::format("{}{}{}{}", lead, names.repository(rest.substr(0, at)), word,
                       reference.contains(':') ? std::string(reference) : names.tag(reference));
  }
  if (rest.empty() || rest.starts_with("_catalog")) return std::string(path);
  return std::string(lead) + names.repository(rest);
}

std::string mask_path(MaskNames& names, std::string_view path) {
  if (path.contains("/subscriptions/") || lower(path).starts_with("/providers/"))
    return names.id(path);
  if (std::string made = mask_registry_path(names, path); !made.empty()) return made;
  std::string made;
  std::string_view before;
  for (std::size_t from = 0; from < path.size();) {
    const std::size_t end = std::min(path.find('/', from), path.size());
    const std::string_view step = path.substr(from, end - from);
    made += is_interface_step(step) && before != "namespaces"
                ? std::string(step)
                : names.name(step, before.empty() ? "name" : kind_word(before));
    if (end < path.size()) made += '/';
    if (!step.empty()) before = step;
    from = end + 1;
  }
  return made;
}

// The words by which the classes of messages are known.
bool is_message_word(std::string_view text) {
  static const std::set<std::string, std::less<>> words = [] {
    std::set<std::string, std::less<>> found;
    const auto add = [&](std::string_view list) {
      std::string word;
      for (const char c : list) {
        if (is_alnum(c)) {
          word += c;
          continue;
        }
        if (!word.empty()) found.insert(lower(word));
        word.clear();
      }
      if (!word.empty()) found.insert(lower(word));
    };
    for (const PullErrorRule& rule : pull_error_rules()) {
      add(rule.any);
      add(rule.with);
      add(rule.none);
    }
    for (const Nature& nature : transfer_natures()) add(nature.any);
    add("a an and api apigroup are as at back be been but by can cannot client cluster container "
        "containers could daemon denied did does error failed failure for found from group has "
        "have "
        "id image images in into is it kubelet list may more no node nodes not object of on only "
        "or "
        "over perform pod pods policy pull pulling pulls quota registry requested resource "
        "resources "
        "role scope secret secrets server service serviceaccounts should some such system tag "
        "taint that the there this to token unable untolerated user was while will with action "
        "authorization deployments events jobs cronjobs statefulsets daemonsets");
    return found;
  }();
  return words.contains(lower(text));
}

bool is_chunk_byte(char c) {
  return is_alnum(c) || std::string_view("._-/:@%?&=+~#$*").contains(c) ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Letters before the last dot's end: "contoso.azurecr.io", not "1.27.4" and not "e.g".
bool looks_like_host(std::string_view text) {
  text = text.substr(0, text.find_first_of("/:"));
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos || dot == 0 || text.size() - dot < 3) return false;
  return std::ranges::all_of(text.substr(dot + 1), is_letter) &&
         std::ranges::all_of(
             text, [](char c) { return is_alnum(c) || c == '.' || c == '-' || c == '*'; });
}

// Long runs of letters and digits in which no word stands: request ids, keys.
bool looks_opaque(std::string_view text) {
  return text.size() >= 16 && std::ranges::all_of(text, is_alnum) &&
         std::ranges::any_of(
             text, [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }) &&
         std::ranges::any_of(text, is_letter);
}

std::string mask_chunk(MaskNames& names, std::string_view chunk, bool quoted) {
  if (chunk.starts_with("/subscriptions/") || lower(chunk).starts_with("/providers/"))
    return names.id(chunk);
  if (const std::size_t at = chunk.find("://"); at != std::string_view::npos && at > 0)
    return mask_url(names, chunk);
  if (chunk.contains("repository:")) return mask_scope(names, chunk);
  if (lower(chunk).starts_with("microsoft.") || chunk.starts_with("application/") ||
      chunk.starts_with("sha256:"))
    return names.patterns(chunk);
  std::string fixed = names.patterns(chunk);
  if (fixed != chunk) return fixed;
  if (looks_like_host(chunk)) return chunk.contains('/') ? names.image(chunk) : names.host(chunk);
  if (chunk.contains('@') && !chunk.contains("@sha256:")) return names.name(chunk, "user");
  const bool known = names.knows(chunk);
  if (looks_opaque(chunk)) return names.name(chunk, "text");
  if (chunk.find_first_of("/:=") != std::string_view::npos) {
    // Part by part: "shop/cart", "pod=cart", "contoso/cart:1.4".
    std::string made;
    std::string_view rest = chunk;
    while (true) {
      const std::size_t end = std::min(rest.find_first_of("/:="), rest.size());
      made += mask_chunk(names, rest.substr(0, end), false);
      if (end == rest.size()) return made;
      made += rest[end];
      rest.remove_prefix(end + 1);
    }
  }
  if (known)
    return is_message_word(chunk) && !quoted ? std::string(chunk) : names.name(chunk, "name");
  // A name that was put together of known ones: of a pod, of a node.
  if (std::string made = names.derived_of_known(chunk); !made.empty()) return made;
  return quoted && !is_message_word(chunk) && std::ranges::any_of(chunk, is_alnum)
             ? names.name(chunk, "text")
             : std::string(chunk);
}

}  // namespace

std::string mask_target(MaskNames& names, std::string_view target) {
  const std::size_t query = std::min(target.find('?'), target.size());
  std::string made = mask_path(names, target.substr(0, query));
  std::string_view rest = target.substr(query);
  while (!rest.empty()) {
    made += rest.front();
    rest.remove_prefix(1);
    const std::string_view part = rest.substr(0, rest.find('&'));
    const std::size_t sign = part.find('=');
    if (sign == std::string_view::npos)
      made += part;
    else
      made.append(part.substr(0, sign + 1))
          .append(mask_parameter(names, part.substr(0, sign), part.substr(sign + 1)));
    rest.remove_prefix(part.size());
  }
  return made;
}

std::string mask_url(MaskNames& names, std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return names.patterns(url);
  const std::size_t slash = std::min(url.find_first_of("/?", scheme + 3), url.size());
  std::string made(url.substr(0, scheme + 3));
  const std::string_view host = url.substr(scheme + 3, slash - scheme - 3);
  made +=
      names.host(host.substr(host.find('@') == std::string_view::npos ? 0 : host.find('@') + 1));
  return made += mask_target(names, url.substr(slash));
}

std::string mask_literals(MaskNames& names, std::string_view text) {
  std::string made;
  while (!text.empty()) {
    const std::size_t open = std::min(text.find_first_of("'\""), text.size());
    made += names.patterns(text.substr(0, open));
    if (open == text.size()) break;
    const char quote = text[open];
    const std::string_view before =
        text.substr(open > 40 ? open - 40 : 0, std::min<std::size_t>(open, 40));
    text.remove_prefix(open + 1);
    const std::size_t close = std::min(text.find(quote), text.size());
    const std::string_view literal = text.substr(0, close);
    const std::string low = lower(literal);
    if (before.contains("StartsWith") || before.contains("Like"))
      names.add_start(literal.substr(0, literal.find('*')));
    made += quote;
    if (low.starts_with("microsoft.") || low.contains("/privatednszones/") || low == "customrole")
      made += literal;
    else if (looks_like_host(literal))
      made += names.host(literal);
    else
      made += names.repository(literal);
    if (close < text.size()) made += quote;
    text.remove_prefix(std::min(close + 1, text.size()));
  }
  return made;
}

std::string mask_prose(MaskNames& names, std::string_view text) {
  std::string made;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_chunk_byte(text[i])) {
      made += text[i++];
      continue;
    }
    const std::size_t from = i;
    while (i < text.size() && is_chunk_byte(text[i])) ++i;
    std::size_t end = i;
    while (end > from && std::string_view(".:?").contains(text[end - 1])) --end;
    const char before = from > 0 ? text[from - 1] : ' ';
    const char after = end < text.size() ? text[end] : ' ';
    const bool quoted = (before == '"' && (after == '"' || after == '\\')) ||
                        (before == '\'' && after == '\'') || (before == '(' && after == ')') ||
                        (before == '{' && after == '}') || (before == '`' && after == '`');
    made += mask_chunk(names, text.substr(from, end - from), quoted);
    made += text.substr(end, i - end);
  }
  return made;
}

}  // namespace acr
