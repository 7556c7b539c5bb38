#include "collect/template_expression.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>

#include <fmt/format.h>

#include "collect/planned.h"

namespace acr {

namespace {

constexpr int kDepth = 32;
constexpr std::size_t kMostText = 8192;
constexpr std::size_t kMostArguments = 256;

TemplateValue flag_value(bool flag) {
  TemplateValue result;
  result.value.emplace().set_flag(flag);
  return result;
}

std::optional<std::size_t> as_number(const TemplateValue& value) {
  if (!value.value || value.value->is_text()) return std::nullopt;
  const std::string& text = value.value->own_text();
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

class Parser {
 public:
  Parser(std::string_view text, const TemplateScope& scope) : rest_(text), scope_(scope) {}

  TemplateValue whole() {
    TemplateValue value = expression(0);
    skip_blanks();
    return rest_.empty() && !failed_ ? value : TemplateValue{};
  }

 private:
  std::string_view rest_;
  const TemplateScope& scope_;
  bool failed_ = false;

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }
  bool take(char c) {
    skip_blanks();
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  TemplateValue fail() {
    failed_ = true;
    rest_ = {};
    return {};
  }

  TemplateValue expression(int depth) {
    if (depth > kDepth) return fail();
    skip_blanks();
    TemplateValue value;
    if (rest_.starts_with('\'')) {
      value = quoted();
    } else if (!rest_.empty() && (rest_[0] == '-' || (rest_[0] >= '0' && rest_[0] <= '9'))) {
      value = number();
    } else {
      const std::string name = word();
      if (name.empty() || !take('(')) return fail();
      std::vector<TemplateValue> arguments;
      if (!take(')')) {
        do {
          if (arguments.size() == kMostArguments) return fail();
          arguments.push_back(expression(depth + 1));
        } while (!failed_ && take(','));
        if (failed_ || !take(')')) return fail();
      }
      value = call(lower(name), arguments);
    }
    for (;;) {
      if (failed_) return {};
      const bool safe = take('?');  // a.?b
      if (take('.')) {
        take('?');
        const std::string name = word();
        if (name.empty()) return fail();
        value = inside(value, name);
      } else if (take('[')) {
        take('?');
        const TemplateValue index = expression(depth + 1);
        if (failed_ || !take(']')) return fail();
        if (const std::string* name = index.as_text()) {
          value = inside(value, *name);
        } else if (const auto at = as_number(index);
                   at && value.value && value.value->is_list() && *at < value.value->size()) {
          value = {.value = (*value.value)[*at]};
        } else {
          value = {};
        }
      } else {
        return safe ? fail() : value;
      }
    }
  }

  std::string word() {
    skip_blanks();
    std::size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 ||
                                  rest_[end] == '_' || rest_[end] == '-'))
      ++end;
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }

  TemplateValue quoted() {
    std::string text;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] != '\'') {
        text += rest_[i];
      } else if (i + 1 < rest_.size() && rest_[i + 1] == '\'') {
        text += '\'';
        ++i;
      } else {
        rest_.remove_prefix(i + 1);
        return TemplateValue::text(text);
      }
    }
    return fail();
  }

  TemplateValue number() {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) {  // negative ones name nothing
      rest_.remove_prefix(1);
      word();
      return {};
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    TemplateValue result;
    result.value.emplace().set_number(value);
    return result;
  }

  // A member of an object, or one more step into what reference() will say.
  TemplateValue inside(const TemplateValue& value, std::string_view name) const {
    if (value.is_runtime()) {
      TemplateValue deeper = value;
      if (deeper.full && deeper.path.empty() && same_text(name, "properties")) {
        deeper.full = false;
        return deeper;
      }
      if (deeper.path.size() < kMostText)
        deeper.path += fmt::format("{}{}", deeper.path.empty() ? "" : ".", name);
      return deeper;
    }
    if (!value.value || name.contains('/')) return {};
    const ArmValue* found = value.value->find(name);
    return found == nullptr ? TemplateValue{} : TemplateValue{.value = *found};
  }

  // A text, worked out where it comes from reference().
  std::optional<std::string> text_of(const TemplateValue& value) const {
    const TemplateValue known = value.is_runtime() ? scope_.runtime(value) : value;
    if (const std::string* text = known.as_text()) return *text;
    if (known.value && !known.value->is_object() && !known.value->is_list() &&
        !known.value->own_text().empty())
      return known.value->own_text();
    return std::nullopt;
  }

  std::optional<std::vector<std::string>> texts_of(const std::vector<TemplateValue>& values) const {
    std::vector<std::string> texts;
    for (const TemplateValue& value : values) {
      auto text = text_of(value);
      if (!text) return std::nullopt;
      texts.push_back(std::move(*text));
    }
    return texts;
  }

  static TemplateValue joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) {
      all += text;
      if (all.size() > kMostText) return {};
    }
    return TemplateValue::text(all);
  }

  // "{0}-{1}"; a format of its own ("{0:D2}") is not worked out.
  static TemplateValue formatted(const std::vector<std::string>& texts) {
    std::string all;
    const std::string& pattern = texts[0];
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const char c = pattern[i];
      if ((c == '{' || c == '}') && i + 1 < pattern.size() && pattern[i + 1] == c) {
        all += c;
        ++i;
      } else if (c == '{') {
        const std::size_t end = pattern.find('}', i);
        std::size_t at = 0;
        if (end == std::string::npos) return {};
        const auto [last, error] =
            std::from_chars(pattern.data() + i + 1, pattern.data() + end, at);
        if (error != std::errc{} || last != pattern.data() + end || at + 1 >= texts.size())
          return {};
        all += texts[at + 1];
        i = end;
      } else {
        all += c;
      }
      if (all.size() > kMostText) return {};
    }
    return TemplateValue::text(all);
  }

  // ([subscription], [group], type, names…) as an id; `levels`: how much may stand before the type.
  TemplateValue resource_id(std::vector<std::string> parts, std::string_view function) const {
    std::string subscription = scope_.subscription, group = scope_.resource_group, prefix;
    std::size_t at = 0;
    if (function == "extensionresourceid") {
      if (parts.size() < 3) return {};
      prefix = parts[0];
      at = 1;
    } else {
      while (at < parts.size() && !parts[at].contains('/')) ++at;
      if (at == 2 && function == "resourceid") subscription = parts[0];
      if (at > 0 && function == "resourceid") group = parts[at - 1];
      if (at == 1 && function == "subscriptionresourceid") subscription = parts[0];
      if (at > 2) return {};
      prefix = function == "tenantresourceid" ? ""
               : function == "subscriptionresourceid"
                   ? "/subscriptions/" + subscription
                   : fmt::format("/subscriptions/{}/resourceGroups/{}", subscription, group);
    }
    if (at >= parts.size()) return {};
    std::string_view type = parts[at];
    const std::size_t slash = type.find('/');
    if (slash == std::string_view::npos) return {};
    std::string id = fmt::format("{}/providers/{}", prefix, type.substr(0, slash));
    type.remove_prefix(slash + 1);
    // Names may be given as one, "parent/child".
    std::vector<std::string> names;
    for (std::size_t i = at + 1; i < parts.size(); ++i) {
      std::string_view rest = parts[i];
      for (;;) {
        const std::size_t cut = rest.find('/');
        names.emplace_back(rest.substr(0, cut));
        if (cut == std::string_view::npos) break;
        rest.remove_prefix(cut + 1);
      }
    }
    std::size_t name = 0;
    while (!type.empty()) {
      const std::size_t cut = std::min(type.find('/'), type.size());
      if (name == names.size()) return {};
      id += fmt::format("/{}/{}", type.substr(0, cut), names[name++]);
      type.remove_prefix(std::min(cut + 1, type.size()));
    }
    return name == names.size() ? TemplateValue::text(id) : TemplateValue{};
  }

  TemplateValue reference(const std::vector<TemplateValue>& arguments) const {
    const auto named = arguments.empty() ? std::nullopt : text_of(arguments[0]);
    if (!named) return {};
    TemplateValue result;
    result.resource = named->contains('/') ? *named : scope_.symbol(*named);
    if (!result.resource.empty() && !result.resource.starts_with('/'))
      result.resource = fmt::format("/subscriptions/{}/resourceGroups/{}/providers/{}",
                                    scope_.subscription, scope_.resource_group, result.resource);
    const std::string* last = arguments.size() > 1 ? arguments.back().as_text() : nullptr;
    result.full = last != nullptr && same_text(*last, "Full");
    return result;
  }

  TemplateValue call(const std::string& name, const std::vector<TemplateValue>& arguments) {
    const std::size_t count = arguments.size();
    const auto one_text = [&]() -> std::optional<std::string> {
      return count == 1 ? text_of(arguments[0]) : std::nullopt;
    };
    if (name == "parameters" || name == "variables") {
      const auto of = one_text();
      if (!of) return {};
      return name == "parameters" ? scope_.parameter(*of) : scope_.variable(*of);
    }
    if (name == "reference") return reference(arguments);
    if (name == "true" || name == "false") return flag_value(name == "true");
    if (name == "subscription" || name == "resourcegroup") {
      ArmValue object;
      const std::string id = "/subscriptions/" + scope_.subscription;
      if (name == "subscription") {
        object.member("id").set_text(id);
        object.member("subscriptionId").set_text(scope_.subscription);
      } else {
        object.member("id").set_text(
            fmt::format("{}/resourceGroups/{}", id, scope_.resource_group));
        object.member("name").set_text(scope_.resource_group);
      }
      return {.value = object};
    }
    if (name == "copyindex") {
      if (!scope_.copy_index) return {};
      const auto offset = count > 0 ? as_number(arguments.back()) : std::nullopt;
      TemplateValue result;
      result.value.emplace().set_number(*scope_.copy_index + offset.value_or(0));
      return result;
    }
    if (name == "if" && count == 3) {
      const auto chosen = arguments[0].as_flag();
      return chosen ? arguments[*chosen ? 1 : 2] : TemplateValue{};
    }
    if (name == "not" && count == 1) {
      const auto flag = arguments[0].as_flag();
      return flag ? flag_value(!*flag) : TemplateValue{};
    }
    if (name == "and" || name == "or") return combine(arguments, name == "and");
    if (name == "coalesce") {
      for (const TemplateValue& argument : arguments)
        if (argument.is_runtime() || argument.value) return argument;
      return {};
    }
    if (name == "createarray") {
      TemplateValue list;
      ArmValue& entries = list.value.emplace();
      entries.make_list();
      for (const TemplateValue& argument : arguments) {
        const TemplateValue known = argument.is_runtime() ? scope_.runtime(argument) : argument;
        if (!known.value) return {};
        entries.add() = known.value.value();
      }
      return list;
    }
    if (name == "empty" && count == 1) {
      if (const auto& value = arguments[0].value)
        return flag_value(value->size() == 0 && value->own_text().empty());
    }
    const auto texts = texts_of(arguments);
    if (!texts || texts->empty()) return {};
    if (name == "concat") return joined(*texts);
    if (name == "format") return formatted(*texts);
    if (name == "string" && count == 1) return TemplateValue::text(texts->front());
    if (name == "tolower" && count == 1) return TemplateValue::text(lower(texts->front()));
    if (name == "toupper" && count == 1) {
      std::string text = texts->front();
      std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
      });
      return TemplateValue::text(text);
    }
    if (name == "equals" && count == 2) return flag_value((*texts)[0] == (*texts)[1]);
    // Only that it is the same for the same words.
    if (name == "guid") return TemplateValue::text(stand_in_guid(*texts));
    if (name.ends_with("resourceid")) return resource_id(*texts, name);
    return {};
  }

  static std::string stand_in_guid(const std::vector<std::string>& texts) {
    std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
    for (const std::string& text : texts) {
      for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
      hash = (hash ^ 0x1fU) * 0x100000001b3U;
    }
    return fmt::format("guid-{:016x}", hash);
  }

  static TemplateValue combine(const std::vector<TemplateValue>& arguments, bool all) {
    bool open = false;
    for (const TemplateValue& argument : arguments) {
      const auto flag = argument.as_flag();
      open |= !flag;
      if (flag && *flag != all) return flag_value(!all);
    }
    return open ? TemplateValue{} : flag_value(all);
  }
};

}  // namespace

TemplateValue TemplateValue::text(std::string_view text) {
  TemplateValue result;
  result.value.emplace().set_text(text);
  return result;
}

const std::string* TemplateValue::as_text() const {
  return value && value->is_text() ? &value->own_text() : nullptr;
}

std::optional<bool> TemplateValue::as_flag() const {
  if (!value || value->is_text()) return std::nullopt;
  if (value->own_text() == "true") return true;
  if (value->own_text() == "false") return false;
  return std::nullopt;
}

TemplateValue evaluate(std::string_view text, const TemplateScope& scope) {
  if (!text.starts_with('[') || !text.ends_with(']')) return TemplateValue::text(text);
  if (text.starts_with("[[")) return TemplateValue::text(text.substr(1));
  if (text.size() > kMostText * 4) return {};
  TemplateValue value = Parser(text.substr(1, text.size() - 2), scope).whole();
  return value.is_runtime() ? scope.runtime(value) : value;
}

}  // namespace acr
