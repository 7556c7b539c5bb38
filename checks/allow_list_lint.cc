#include "allow_list_lint.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "estate/access.h"
#include "estate/login_server.h"
#include "estate/resource_id.h"
#include "pattern.h"

namespace acr {

namespace {

constexpr std::string_view kEvil = "evil.example";  // a domain of nobody (RFC 2606)
constexpr std::size_t kMostHosts = 20;              // of one entry that are tried
// Who may push there is anybody, so that a name there must end where it is meant to.
constexpr std::array<std::string_view, 4> kShared{"docker.io", "ghcr.io", "quay.io", "gcr.io"};
// Ways to go on where an expression asks for a tag or a digest.
constexpr std::array<std::string_view, 5> kTails{
    "x", "x:1", "x:1.0.0", "x:v1.0.0",
    "x@sha256:0000000000000000000000000000000000000000000000000000000000000000"};

// A host as an entry spells it, and the path that it goes on with.
struct Spelling {
  std::string host;  // ".azurecr.io" where the first label is left open
  std::string path;  // "/", "/shop/", "/shop", or empty
};

bool is_host_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-';
}

// The text of an expression, without what has a meaning of its own: "\." is a dot, and so is a bare
// one, which also is any other character. Whatever else has a meaning ends the text.
std::string plain_text(AllowList::Form form, std::string_view entry) {
  if (form != AllowList::Form::expression) return std::string(entry);
  std::string text;
  for (std::size_t i = 0; i < entry.size(); ++i) {
    const char c = entry[i];
    const char next = i + 1 < entry.size() ? entry[i + 1] : '\0';
    if (c == '\\' && std::ispunct(static_cast<unsigned char>(next)) != 0) {
      text += next;
      ++i;
    } else if (c == '\\' || (c == '.' && next != '\0' && std::string_view("*+?{").contains(next))) {
      text += '\0';
      ++i;
    } else if (c == '[') {
      // A class stands for one character of several.
      const std::size_t close = entry.find(']', i + 2);
      i = close == std::string_view::npos ? entry.size() : close;
      text += '\0';
    } else if (std::string_view("^$()|*+?{}").contains(c)) {
      text += '\0';
    } else {
      text += c;
    }
  }
  return text;
}

bool is_open(const Spelling& spelling) {
  return spelling.host.starts_with('.') || spelling.host.starts_with('-');
}

std::string with_slash(std::string path) {
  if (!path.ends_with('/')) path += '/';
  return path;
}

// Single labels: what may stand before ".azurecr.io".
std::vector<std::string> words_in(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (is_host_character(c) && c != '.')
      words.back() += c;
    else if (!words.back().empty())
      words.emplace_back();
    if (words.size() > kMostHosts) break;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::vector<Spelling> spellings(std::string_view text) {
  std::vector<Spelling> found;
  for (std::size_t i = 0; i < text.size() && found.size() < kMostHosts;) {
    if (!is_host_character(text[i])) {
      // A path goes on to the next sign with a meaning; what follows a slash is no host.
      if (text[i] == '/') {
        while (i < text.size() && (is_host_character(text[i]) || text[i] == '/' || text[i] == '_'))
          ++i;
      } else {
        ++i;
      }
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_host_character(text[end])) ++end;
    Spelling spelling{std::string(text.substr(i, end - i)), ""};
    i = end;
    // "contoso.azurecr.io)/shop": the group ends between host and path.
    while (i < text.size() && text[i] == '\0' && i + 1 < text.size() && text[i + 1] == '/') ++i;
    while (i < text.size() && (text[i] == '/' || text[i] == '_' || is_host_character(text[i])))
      spelling.path += text[i++];
    const std::size_t dot = spelling.host.rfind('.');
    const bool is_host = dot != std::string::npos && dot + 2 < spelling.host.size() &&
                         std::isalpha(static_cast<unsigned char>(spelling.host[dot + 1])) != 0;
    if (is_host) found.push_back(std::move(spelling));
  }
  return found;
}

// An entry as its admission controller reads it.
class Gate {
 public:
  Gate(AllowList::Form form, std::string_view entry) : form_(form), entry_(entry) {
    if (form == AllowList::Form::expression) expression_.emplace(entry);
  }

  // `unknown`: the entry is no expression of RE2.
  Tri lets_pass(std::string_view image) const {
    const auto yes_if = [](bool holds) { return holds ? Tri::yes : Tri::no; };
    switch (form_) {
      case AllowList::Form::prefix:
        return yes_if(image.starts_with(entry_));
      case AllowList::Form::exact_or_prefix:
        return yes_if(entry_.ends_with('*') ? image.starts_with(entry_.substr(0, entry_.size() - 1))
                                            : image == entry_);
      case AllowList::Form::expression:
        return expression_ ? expression_->found_in(image) : Tri::unknown;
      case AllowList::Form::wildcard:
        return yes_if(fits_alternative(image));
    }
    return Tri::unknown;
  }

  // The first of the ways to go on with which this place passes.
  std::optional<std::string> passes(const std::string& place) const {
    for (const std::string_view tail : kTails) {
      std::string image = place + std::string(tail);
      if (lets_pass(image) == Tri::yes) return image;
    }
    return std::nullopt;
  }

 private:
  bool fits_alternative(std::string_view image) const {
    for (std::size_t start = 0; start <= entry_.size();) {
      const std::size_t bar = std::min(entry_.find('|', start), entry_.size());
      std::string_view one = entry_.substr(start, bar - start);
      while (one.starts_with(' ')) one.remove_prefix(1);
      while (one.ends_with(' ')) one.remove_suffix(1);
      if (fits_wildcard(one, image)) return true;
      start = bar + 1;
    }
    return false;
  }

  AllowList::Form form_;
  std::string_view entry_;
  std::optional<Expression> expression_;
};

struct Attempt {
  std::string place, why;
};

// Names that look like the meant ones and belong to somebody else.
std::vector<Attempt> attempts(const Spelling& spelling) {
  const bool open = is_open(spelling);
  const std::string host = open ? "x" + spelling.host : spelling.host;
  const std::string path = with_slash(spelling.path);
  std::vector<Attempt> all{
      {fmt::format("{}/{}{}", kEvil, host, path), "it does not have to begin with the host"},
      {fmt::format("{}.{}{}", host, kEvil, path), "nothing ends the host, such as a slash"}};
  if (!open)
    all.push_back({fmt::format("evil{}{}", host, path), "it does not have to begin with the host"});
  // The last dot stays: what is before it can be registered by anybody.
  for (std::size_t dot = host.find('.', open ? 2 : 0); dot != std::string::npos;
       dot = host.find('.', dot + 1)) {
    if (host.find('.', dot + 1) == std::string::npos) break;
    std::string other = host;
    other[dot] = 'x';
    all.push_back({other + path, "a dot without a backslash is any character"});
  }
  if (open && cloud_of(host) != nullptr) {
    all.push_back({fmt::format("evil{}{}", spelling.host, path),
                   "everybody may make a registry with such a name"});
  }
  return all;
}

// "docker.io/contoso" is also the beginning of docker.io/contoso-evil.
std::optional<Attempt> neighbour(AllowList::Form form, std::string_view entry) {
  if (form == AllowList::Form::exact_or_prefix || form == AllowList::Form::wildcard) {
    if (!entry.ends_with('*')) return std::nullopt;
    entry.remove_suffix(1);
  } else if (form != AllowList::Form::prefix) {
    return std::nullopt;
  }
  if (entry.empty() || std::string_view("/:@*").contains(entry.back())) return std::nullopt;
  const std::string_view host = entry.substr(0, entry.find('/'));
  const bool short_name = !host.contains('.') && !host.contains(':');
  const bool shared = std::ranges::find(kShared, host) != kShared.end() && host != entry;
  if (!short_name && !shared) return std::nullopt;
  return Attempt{fmt::format("{}-evil/", entry), "nothing ends the name, such as a slash"};
}

}  // namespace

EntryFinding try_entry(AllowList::Form form, std::string_view entry) {
  using What = EntryFinding::What;
  const Gate gate(form, entry);
  if (gate.lets_pass("x") == Tri::unknown) return {};
  if (auto image = gate.passes(fmt::format("{}/", kEvil)))
    return {What::too_wide, *std::move(image), "it fits every name"};
  // No pattern at all: one image, written out.
  if (form == AllowList::Form::exact_or_prefix && !entry.ends_with('*'))
    return {What::exact, {}, {}};
  if (const auto near = neighbour(form, entry)) {
    if (auto image = gate.passes(near->place))
      return {What::too_wide, *std::move(image), near->why};
  }
  const std::string text = plain_text(form, entry);
  std::vector<Spelling> tried = spellings(text);
  // "(contoso|fabrikam)\.azurecr\.io": words elsewhere may be the label that is left open.
  std::vector<Spelling> closed;
  for (const Spelling& spelling : tried) {
    if (!is_open(spelling)) continue;
    for (const std::string& word : words_in(text)) {
      Spelling whole{word + spelling.host, spelling.path};
      if (gate.passes(whole.host + with_slash(whole.path))) closed.push_back(std::move(whole));
    }
  }
  tried.insert(tried.end(), closed.begin(), closed.end());
  // Once a name that is meant passes, the entry is understood. The begin of a name is, always.
  bool understood = form == AllowList::Form::prefix || form == AllowList::Form::exact_or_prefix;
  for (const Spelling& spelling : tried) {
    for (const Attempt& attempt : attempts(spelling)) {
      if (auto image = gate.passes(attempt.place))
        return {What::too_wide, *std::move(image), attempt.why};
    }
    const std::string host = is_open(spelling) ? "x" + spelling.host : spelling.host;
    understood |= gate.passes(host + with_slash(spelling.path)).has_value();
  }
  if (!understood) return {};
  return {What::exact, {}, {}};
}

}  // namespace acr
