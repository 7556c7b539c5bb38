// Conditions of role assignments (attribute-based access control), version 2.0. Grammar: Microsoft
// Learn, "Azure role assignment condition format and syntax".
//
//   any     = all { ("OR" | "||") all }
//   all     = single { ("AND" | "&&") single }
//   single  = { "!" | "NOT" } ( "(" any ")" | call | compare )
//   call    = ("ActionMatches" | "SubOperationMatches" | …) "{" literal "}"
//   compare = "@" source "[" attribute "]" operator ( value | "{" value { "," value } "}" )
//   value   = literal | number | GUID | attribute

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "estate/access.h"

namespace acr {
namespace {

Tri negate(Tri value) {
  if (value == Tri::unknown) return value;
  return value == Tri::yes ? Tri::no : Tri::yes;
}

Tri both(Tri a, Tri b) {
  if (a == Tri::no || b == Tri::no) return Tri::no;
  return a == Tri::yes && b == Tri::yes ? Tri::yes : Tri::unknown;
}

Tri either(Tri a, Tri b) {
  return negate(both(negate(a), negate(b)));
}

Tri to_tri(bool value) {
  return value ? Tri::yes : Tri::no;
}

struct Token {
  enum class Kind { word, literal, attribute, symbol };
  Kind kind;
  std::string text;  // attribute: "request[microsoft.…:name]", lower case, without blanks
};

bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_word_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         c == ':' || c == '.' || c == '-' || c == '+';
}

// nullopt where the text has no such form: an open literal, a character of no token.
std::optional<std::vector<Token>> split_tokens(std::string_view text) {
  std::vector<Token> tokens;
  while (!text.empty()) {
    const char c = text.front();
    if (is_blank(c)) {
      text.remove_prefix(1);
    } else if (c == '\'') {
      std::string literal;
      std::size_t i = 1;
      for (; i < text.size() && text[i] != '\''; ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\'') ++i;
        literal += text[i];
      }
      if (i >= text.size()) return std::nullopt;
      tokens.push_back({Token::Kind::literal, std::move(literal)});
      text.remove_prefix(i + 1);
    } else if (c == '@') {
      const std::size_t close = text.find(']');
      if (close == std::string_view::npos) return std::nullopt;
      std::string attribute = lower(text.substr(1, close));
      std::erase_if(attribute, is_blank);
      tokens.push_back({Token::Kind::attribute, std::move(attribute)});
      text.remove_prefix(close + 1);
    } else if (text.starts_with("&&") || text.starts_with("||")) {
      tokens.push_back({Token::Kind::word, c == '&' ? "and" : "or"});
      text.remove_prefix(2);
    } else if (std::string_view("(){},!").find(c) != std::string_view::npos) {
      tokens.push_back({Token::Kind::symbol, std::string(1, c)});
      text.remove_prefix(1);
    } else if (is_word_char(c)) {
      const auto end = std::ranges::find_if_not(text, is_word_char);
      const std::string_view word(text.begin(), end);
      tokens.push_back({Token::Kind::word, lower(word)});
      text.remove_prefix(word.size());
    } else {
      return std::nullopt;
    }
  }
  return tokens;
}

// `*` any run of characters, `?` one.
bool like(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// One comparison; `name` is a lower-case operator.
Tri compare(std::string_view name, std::string value, std::string literal) {
  if (!name.starts_with("string")) return Tri::unknown;
  name.remove_prefix(6);
  if (name.ends_with("ignorecase")) {
    name.remove_suffix(10);
    value = lower(value);
    literal = lower(literal);
  }
  const bool negative = name.starts_with("not");
  if (negative) name.remove_prefix(3);

  Tri result = Tri::unknown;
  if (name == "equals") {
    result = to_tri(value == literal);
  } else if (name == "startswith") {
    result = to_tri(value.starts_with(literal));
  } else if (name == "like" && literal.find('\\') == std::string::npos) {
    result = to_tri(like(literal, value));
  }
  return negative ? negate(result) : result;
}

class Evaluator {
 public:
  Evaluator(std::span<const Token> tokens, std::string_view action, std::string_view repository)
      : tokens_(tokens), action_(action), repository_(lower(repository)) {}

  // nullopt: not the grammar above, or nested too deeply.
  std::optional<Tri> evaluate() {
    const auto result = any(0);
    return tokens_.empty() ? result : std::nullopt;
  }

 private:
  static constexpr int kDepth = 64;

  bool next_is(Token::Kind kind) const { return !tokens_.empty() && tokens_.front().kind == kind; }
  bool take(Token::Kind kind, std::string_view text) {
    if (!next_is(kind) || tokens_.front().text != text) return false;
    tokens_ = tokens_.subspan(1);
    return true;
  }
  std::optional<std::string> take(Token::Kind kind) {
    if (!next_is(kind)) return std::nullopt;
    std::string text = tokens_.front().text;
    tokens_ = tokens_.subspan(1);
    return text;
  }

  std::optional<Tri> any(int depth) {
    auto result = all(depth);
    while (result && take(Token::Kind::word, "or")) {
      const auto right = all(depth);
      result = right ? std::optional(either(*result, *right)) : std::nullopt;
    }
    return result;
  }

  std::optional<Tri> all(int depth) {
    auto result = single(depth);
    while (result && take(Token::Kind::word, "and")) {
      const auto right = single(depth);
      result = right ? std::optional(both(*result, *right)) : std::nullopt;
    }
    return result;
  }

  std::optional<Tri> single(int depth) {
    bool negated = false;
    while (take(Token::Kind::symbol, "!") || take(Token::Kind::word, "not")) negated = !negated;

    std::optional<Tri> result;
    if (take(Token::Kind::symbol, "(")) {
      if (depth >= kDepth) return std::nullopt;
      result = any(depth + 1);
      if (!take(Token::Kind::symbol, ")")) return std::nullopt;
    } else if (next_is(Token::Kind::attribute)) {
      result = comparison();
    } else if (const auto word = take(Token::Kind::word)) {
      result = call(*word);
    }
    return result && negated ? std::optional(negate(*result)) : result;
  }

  std::optional<Tri> call(std::string_view name) {
    // Exists @Request[…]: whether attributes other than the repository name exist is not known
    // here.
    if (take(Token::Kind::attribute)) return Tri::unknown;
    if (!take(Token::Kind::symbol, "{")) return std::nullopt;
    const auto literal = take(Token::Kind::literal);
    if (!literal || !take(Token::Kind::symbol, "}")) return std::nullopt;
    if (name == "actionmatches") return to_tri(action_matches(*literal, action_));
    // Sub-operations belong to blob storage; pulling an image has none.
    return name == "suboperationmatches" ? Tri::no : Tri::unknown;
  }

  std::optional<Tri> comparison() {
    const auto attribute = take(Token::Kind::attribute);
    auto name = take(Token::Kind::word);
    if (!attribute || !name) return std::nullopt;

    // ForAnyOfAnyValues: … one left value agrees with one right value; …AllValues: with all of
    // them. There is one left value, so "any" and "all" of the left are the same.
    bool set = false, all_of_right = false;
    for (const std::string_view prefix :
         {"foranyofanyvalues:", "forallofanyvalues:", "foranyofallvalues:", "forallofallvalues:"}) {
      if (!name->starts_with(prefix)) continue;
      set = true;
      all_of_right = prefix.find("ofall") != std::string_view::npos;
      *name = name->substr(prefix.size());
      break;
    }

    std::vector<std::string> literals;
    if (take(Token::Kind::symbol, "{")) {
      do {
        auto literal = take(Token::Kind::literal);
        if (!literal) literal = take(Token::Kind::word);  // a number or a GUID
        if (!literal) return std::nullopt;
        literals.push_back(std::move(*literal));
      } while (take(Token::Kind::symbol, ","));
      if (!take(Token::Kind::symbol, "}")) return std::nullopt;
      if (!set) return Tri::unknown;
    } else if (auto literal = take(Token::Kind::literal)) {
      literals.push_back(std::move(*literal));
    } else if (take(Token::Kind::attribute) || take(Token::Kind::word)) {
      return Tri::unknown;  // a number, true, or another attribute
    } else {
      return std::nullopt;
    }

    if (*attribute != "request[microsoft.containerregistry/registries/repositories:name]" ||
        repository_.empty()) {
      return Tri::unknown;
    }
    Tri result = all_of_right ? Tri::yes : Tri::no;
    for (std::string& literal : literals) {
      const Tri one = compare(*name, repository_, std::move(literal));
      result = all_of_right ? both(result, one) : either(result, one);
    }
    return result;
  }

  std::span<const Token> tokens_;
  std::string_view action_;
  std::string repository_;  // ACR hands repository names over in lower case
};

}  // namespace

Tri evaluate_condition(std::string_view condition, std::string_view action,
                       std::string_view repository) {
  const auto tokens = split_tokens(condition);
  if (!tokens) return Tri::unknown;
  if (tokens->empty()) return Tri::yes;
  return Evaluator(*tokens, action, repository).evaluate().value_or(Tri::unknown);
}

}  // namespace acr
