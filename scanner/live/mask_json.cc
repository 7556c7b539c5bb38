#include "live/mask_json.h"

#include <algorithm>

#include <fmt/format.h>
#include <simdjson.h>

#include "collect/pull_secret.h"
#include "estate/acceptance.h"
#include "estate/builtin_roles.h"
#include "estate/resource_id.h"
#include "live/mask_members.h"
#include "live/mask_text.h"

namespace acr {
namespace {

using Element = simdjson::dom::element;
using Type = simdjson::dom::element_type;

// acr-client-id and acr-tenant-id: an id that other documents hold as well.
constexpr std::string_view kPullIdentity = "kubernetes.azure.com/acr-";

bool is_text(Element value) {
  return value.type() == Type::STRING;
}
std::string_view text_of(Element object, std::string_view field) {
  std::string_view text;
  return object[field].get_string().get(text) == simdjson::SUCCESS ? text : std::string_view();
}

class Pass {
 public:
  Pass(MaskNames& names, Audience audience, bool prose)
      : names_(names), audience_(audience), prose_(prose) {}

  std::string text;

  // `key` is the member's name, of a list's elements the list's; `kind` what a "name" within is.
  void put(Element value, std::string_view key, std::string_view kind) {
    if (value.is_object()) return put_object(value, key, kind);
    if (value.is_array()) {
      text += '[';
      bool first = true;
      for (const Element item : simdjson::dom::array(value)) {
        if (!first) text += ',';
        first = false;
        put(item, key, kind);
      }
      text += ']';
    } else if (is_text(value)) {
      append_json_string(text, masked(key, kind, std::string_view(value)));
    } else {
      text += simdjson::to_string(value);
    }
  }

 private:
  MaskNames& names_;
  const Audience audience_;
  const bool prose_;

  bool is_kept(const std::string& key, Element value) const {
    if (audience_ == Audience::kubernetes || find_member(key) != nullptr) return true;
    // What is no text says nothing: switches, counts.
    return !is_text(value) && !value.is_object() && !value.is_array() && !key.starts_with('/');
  }

  void begin(bool& first, std::string_view key) {
    text += first ? "" : ",";
    first = false;
    append_json_string(text, key);
    text += ':';
  }

  // A map from labels to values.
  void put_labels(const simdjson::dom::object& object) {
    text += '{';
    bool first = true;
    for (const auto& [key, value] : object) {
      if (key.starts_with(kIgnoreAnnotation) && is_text(value)) {
        // The names of checks say nothing of anybody; what people give as a reason may.
        begin(first, key);
        append_json_string(text, key.ends_with("-reason") ? "masked" : std::string_view(value));
        continue;
      }
      if (key.starts_with(kPullIdentity) && is_text(value)) {
        begin(first, key);
        append_json_string(text, names_.name(std::string_view(value), "identity"));
        continue;
      }
      if (key == "pod-template-hash" && is_text(value)) names_.add_hash(std::string_view(value));
      begin(first, names_.label_key(key));
      if (is_text(value))
        append_json_string(text, key == "pod-template-hash"
                                     ? names_.name(std::string_view(value), "hash")
                                     : names_.label_value(key, std::string_view(value)));
      else
        text += simdjson::to_string(value);
    }
    text += '}';
  }

  // Of a taint, a toleration or an expression: what its values mean hangs on its key.
  void put_label_term(const simdjson::dom::object& object, std::string_view label) {
    text += '{';
    bool first = true;
    for (const auto& [key, value] : object) {
      begin(first, key);
      const auto one = [&](Element item) {
        append_json_string(text, names_.label_value(label, std::string_view(item)));
      };
      if (key == "key") {
        append_json_string(text, names_.label_key(label));
      } else if (key == "value" && is_text(value)) {
        one(value);
      } else if (key == "values" && value.is_array()) {
        text += '[';
        bool first_value = true;
        for (const Element item : simdjson::dom::array(value)) {
          if (!first_value) text += ',';
          first_value = false;
          if (is_text(item)) one(item);
        }
        text += ']';
      } else {
        put(value, key, {});
      }
    }
    text += '}';
  }

  void put_object(Element element, std::string_view within, std::string_view kind) {
    const simdjson::dom::object object(element);
    const std::string list = lower(within);
    if (list == "labels" || list == "nodeselector" || list == "nodelabels" ||
        list == "matchlabels" || (list == "annotations" && audience_ == Audience::kubernetes))
      return put_labels(object);
    if (const std::string_view label = text_of(element, "key");
        !label.empty() && audience_ == Audience::kubernetes)
      return put_label_term(object, label);
    // Ids say best what a name is the name of.
    const std::string_view id = text_of(element, "id");
    if (id.starts_with('/')) names_.id(id);
    if (const std::string_view of = kind_of_object_name(text_of(element, "kind")); !of.empty())
      kind = of;
    else if (const std::string_view listed = kind_within(within); !listed.empty())
      kind = listed;
    text += '{';
    bool first = true;
    for (const auto& [key, value] : object) {
      const std::string low = lower(key);
      if (list == "userassignedidentities") {
        begin(first, names_.id(key));
        put(value, "identity", {});
      } else if (is_kept(low, value)) {
        begin(first, key.starts_with('/') ? names_.id(key) : std::string(key));
        if (low == "name" && (list == "sku" || list == "plan"))
          append_json_string(text, is_text(value) ? std::string_view(value) : "");
        else
          put(value, key, kind);
      }
    }
    text += '}';
  }

  std::string masked(std::string_view key, std::string_view kind, std::string_view value) {
    const std::string low = lower(key);
    if (value.starts_with("/subscriptions/") || lower(value).starts_with("/providers/"))
      return names_.id(value);
    if (value.starts_with("azure:///")) return "azure://" + names_.id(value.substr(8));
    // "spec.containers{cart}"
    if (const std::size_t open = value.find('{'); low == "fieldpath" && value.ends_with('}'))
      return std::string(value.substr(0, open + 1)) +
             names_.name(value.substr(open + 1, value.size() - open - 2), "container") + '}';
    const MaskMember* found = find_member(low);
    if (found == nullptr) return names_.name(value, "value");
    const MaskMember& member = *found;
    if (low == "loginserver") names_.add_login_server(value);
    if (low == "tags" || (low == "name" && kind == "tag")) return names_.tag(value);
    if (low == "name" && audience_ == Audience::registry) return names_.repository(value);
    if (low == "name" && !kind.empty()) return names_.name(value, kind);
    if (low == "nodetaints") return taint(value);
    if (low == "condition") return mask_literals(names_, value);
    if (low == "actions" && value.starts_with("repositories/")) return names_.repository(value);
    return as(member, value);
  }

  std::string as(const MaskMember& member, std::string_view value) {
    switch (member.how) {
      case MaskHow::keep:
        return kept(value);
      case MaskHow::name:
        return value.contains("://") ? mask_url(names_, value) : names_.name(value, member.kind);
      case MaskHow::address:
        return names_.patterns(value);
      case MaskHow::host:
        return value.contains("://") ? mask_url(names_, value)
               : value.contains('/') ? names_.image(value)
                                     : names_.host(value);
      case MaskHow::image:
        return names_.image(value);
      case MaskHow::repository:
        return names_.repository(value);
      case MaskHow::opaque:
        return value.contains("://") ? mask_url(names_, value) : names_.opaque(value);
      case MaskHow::region:
        names_.add_region(value);
        return std::string(value);
      case MaskHow::role:
        return std::ranges::any_of(builtin_roles(),
                                   [&](const RoleDefinition& role) { return role.name == value; })
                   ? std::string(value)
                   : names_.name(value, member.kind);
      case MaskHow::prose:
        return prose_ ? mask_prose(names_, value) : std::string();
    }
    return {};
  }

  // A word, unless it is none: what is known as a name, has a name's form, or is a sentence.
  std::string kept(std::string_view value) {
    const bool word = value.size() <= 100 && std::ranges::all_of(value, [](char c) {
                        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                               std::string_view("._-+:*/ #@$~").contains(c);
                      });
    return word ? names_.patterns(value) : prose_ ? mask_prose(names_, value) : std::string();
  }

  // "dedicated=batch:NoSchedule"
  std::string taint(std::string_view value) {
    const std::size_t colon = std::min(value.rfind(':'), value.size());
    const std::string_view pair = value.substr(0, colon);
    const std::size_t sign = std::min(pair.find('='), pair.size());
    std::string made = names_.label_key(pair.substr(0, sign));
    if (sign < pair.size())
      made += '=' + names_.label_value(pair.substr(0, sign), pair.substr(sign + 1));
    return made.append(value.substr(colon));
  }
};

}  // namespace

std::string mask_body(MaskNames& names, Audience audience, std::string_view body, bool prose) {
  simdjson::dom::parser parser;
  Element root;
  const simdjson::padded_string padded(body);
  if (parser.parse(padded).get(root) != simdjson::SUCCESS)
    return prose ? mask_prose(names, body) : std::string();
  Pass pass(names, audience, prose);
  pass.put(root, {}, {});
  return std::move(pass.text);
}

}  // namespace acr
