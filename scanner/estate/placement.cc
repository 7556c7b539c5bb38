#include "estate/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>

namespace acr {
namespace {

constexpr std::size_t kNamed = 3;  // terms, requirements, values or taints named in one sentence

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A label value, or the part of a key after the slash: at most 63 of [A-Za-z0-9._-], alphanumeric
// at both ends.
bool is_label_name(std::string_view text) {
  return !text.empty() && text.size() <= 63 && is_alphanumeric(text.front()) &&
         is_alphanumeric(text.back()) && std::ranges::all_of(text, [](char c) {
           return is_alphanumeric(c) || c == '-' || c == '_' || c == '.';
         });
}

bool is_label_value(std::string_view text) {
  return text.empty() || is_label_name(text);
}

// RFC 1123: lower-case labels of [a-z0-9-], joined by dots, at most 253 characters.
bool is_dns_subdomain(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  char before = '.';
  for (const char c : text) {
    const bool letter = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
    if (c == '.' ? !is_alphanumeric(before) : !letter && (c != '-' || before == '.')) return false;
    before = c;
  }
  return is_alphanumeric(before);
}

bool is_label_key(std::string_view key) {
  const std::size_t slash = key.find('/');
  if (slash == std::string_view::npos) return is_label_name(key);
  return is_dns_subdomain(key.substr(0, slash)) && is_label_name(key.substr(slash + 1));
}

// strconv.ParseInt(text, 10, 64): one sign and leading zeros are welcome.
std::optional<std::int64_t> parse_integer(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_canonical_integer(std::string_view text) {
  const auto value = parse_integer(text);
  return value && fmt::to_string(*value) == text ? value : std::nullopt;
}

// matchFields knows one field, metadata.name, and takes exactly one value.
bool name_satisfies(const NodeRequirement& requirement, const Node& node) {
  if (requirement.key != "metadata.name" || requirement.values.size() != 1) return false;
  const bool same = requirement.values.front() == node.name;
  return requirement.op == "In" ? same : requirement.op == "NotIn" && !same;
}

std::string describe(const NodeSelectorTerm& term) {
  std::string text;
  std::size_t named = 0;
  for (const auto* requirements : {&term.expressions, &term.fields}) {
    for (const NodeRequirement& requirement : *requirements) {
      if (named == kNamed) return text + " and …";
      if (named++ > 0) text += " and ";
      text += acr::describe(requirement);
    }
  }
  return text.empty() ? "an empty term" : text;
}

std::string describe(const NodeAffinity& affinity) {
  if (affinity.terms.empty()) return "node affinity without terms";
  std::string text = "node affinity ";
  for (std::size_t i = 0; i < affinity.terms.size(); ++i) {
    if (i == kNamed) return text + " or …";
    if (i > 0) text += " or ";
    text += describe(affinity.terms[i]);
  }
  return text;
}

// The taint that keeps the pod off. A cordoned node counts as tainted even before it is.
const Taint* find_taint(const Placement& placement, const Node& node) {
  const auto& tolerations = placement.tolerations;
  if (!placement.node_name.empty()) {
    return find_untolerated(node.taints, tolerations, TaintEffects::execution);
  }
  const Taint* taint = find_untolerated(node.taints, tolerations);
  if (taint || !node.unschedulable) return taint;
  static const std::array cordon{Taint{"node.kubernetes.io/unschedulable", "", "NoSchedule"}};
  return find_untolerated(cordon, tolerations);
}

// "which no node has", said of the nodes that the rules before have left.
std::string which_none(std::size_t left, std::size_t all, std::string_view noun,
                       std::string_view have, std::string_view has) {
  if (all == 1) return fmt::format("which the {} does not {}", noun, have);
  if (left == all) return fmt::format("which no {} {}", noun, has);
  if (left == 1) return fmt::format("which the one remaining {} does not {}", noun, have);
  return fmt::format("which none of the {} remaining {}s {}", left, noun, has);
}

// "taint a:NoSchedule is not tolerated", "taints a:NoSchedule (2 nodes) and b:NoExecute (1 node)
// are not tolerated".
std::string describe_untolerated(std::span<const Taint> untolerated, std::string_view noun) {
  std::map<std::string, std::size_t> counts;
  for (const Taint& taint : untolerated) ++counts[describe(taint)];
  if (counts.size() == 1) return fmt::format("taint {} is not tolerated", counts.begin()->first);

  std::string text = "taints";
  std::size_t named = 0;
  for (const auto& [taint, nodes] : counts) {
    if (named == kNamed) {
      text += fmt::format(" and {} more", counts.size() - kNamed);
      break;
    }
    const std::string_view joint = named == 0 ? "" : named + 1 == counts.size() ? " and" : ",";
    text += fmt::format("{} {} ({} {}{})", joint, taint, nodes, noun, nodes == 1 ? "" : "s");
    ++named;
  }
  return text + " are not tolerated";
}

// Labels that AKS never gives to the nodes of its pools, so that a pool which is not known to have
// one has none.
bool is_known_absent(std::string_view key) {
  return key == "type" || key == "virtualization";
}

}  // namespace

bool label_satisfies(const NodeRequirement& requirement, const Node& node) {
  const auto& values = requirement.values;
  if (!is_label_key(requirement.key) || !std::ranges::all_of(values, is_label_value)) return false;
  const auto label = node.labels.find(requirement.key);
  const bool present = label != node.labels.end();
  const auto listed = [&] { return std::ranges::find(values, label->second) != values.end(); };

  if (requirement.op == "In") return present && listed();
  if (requirement.op == "NotIn") return !values.empty() && !(present && listed());
  if (requirement.op == "Exists") return values.empty() && present;
  if (requirement.op == "DoesNotExist") return values.empty() && !present;
  if (requirement.op != "Gt" && requirement.op != "Lt") return false;
  if (values.size() != 1 || !present) return false;
  const auto bound = parse_integer(values.front()), actual = parse_integer(label->second);
  if (!bound || !actual) return false;
  return requirement.op == "Gt" ? *actual > *bound : *actual < *bound;
}

bool term_accepts(const NodeSelectorTerm& term, const Node& node) {
  if (term.expressions.empty() && term.fields.empty()) return false;
  return std::ranges::all_of(term.expressions,
                             [&](const auto& r) { return label_satisfies(r, node); }) &&
         std::ranges::all_of(term.fields, [&](const auto& r) { return name_satisfies(r, node); });
}

bool affinity_accepts(const NodeAffinity& affinity, const Node& node) {
  return std::ranges::any_of(affinity.terms,
                             [&](const auto& term) { return term_accepts(term, node); });
}

bool taint_compares(std::string_view op, std::string_view taint_value,
                    std::string_view toleration_value) {
  const auto taint = parse_canonical_integer(taint_value);
  const auto toleration = parse_canonical_integer(toleration_value);
  if (!taint || !toleration) return false;
  return op == "Gt" ? *taint > *toleration : op == "Lt" && *taint < *toleration;
}

bool tolerates(const Toleration& toleration, const Taint& taint, TolerationOperators operators) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
  if (!toleration.key.empty() && toleration.key != taint.key) return false;
  if (toleration.op.empty() || toleration.op == "Equal") return toleration.value == taint.value;
  if (toleration.op == "Exists") return true;
  return operators == TolerationOperators::with_comparison &&
         taint_compares(toleration.op, taint.value, toleration.value);
}

const Taint* find_untolerated(std::span<const Taint> taints,
                              std::span<const Toleration> tolerations, TaintEffects effects,
                              TolerationOperators operators) {
  for (const Taint& taint : taints) {
    const bool counts = taint.effect == "NoExecute" ||
                        (taint.effect == "NoSchedule" && effects == TaintEffects::scheduling);
    if (counts && std::ranges::none_of(tolerations, [&](const Toleration& toleration) {
          return tolerates(toleration, taint, operators);
        })) {
      return &taint;
    }
  }
  return nullptr;
}

NodeChoice choose_nodes(const Placement& placement, std::span<const Node* const> nodes,
                        std::string_view noun) {
  NodeChoice choice;
  const auto refuse = [&](NodeChoice::Rule rule, std::string obstacle) {
    choice.rule = rule;
    choice.obstacle = std::move(obstacle);
    return choice;
  };
  if (nodes.empty()) {
    return refuse(NodeChoice::Rule::no_nodes, fmt::format("there is no {}", noun));
  }
  std::vector<std::size_t> left(nodes.size());
  std::iota(left.begin(), left.end(), std::size_t{0});

  // Keeps the nodes that `accepts` takes. When that leaves none, `left` stays what it was, for the
  // words.
  const auto narrow = [&](const auto& accepts) {
    std::vector<std::size_t> kept;
    std::ranges::copy_if(left, std::back_inserter(kept),
                         [&](std::size_t i) { return accepts(*nodes[i]); });
    if (kept.empty()) return false;
    left = std::move(kept);
    return true;
  };
  const auto none = [&](std::string_view have, std::string_view has) {
    return which_none(left.size(), nodes.size(), noun, have, has);
  };

  if (!placement.node_name.empty()) {
    if (!narrow([&](const Node& node) { return node.name == placement.node_name; })) {
      return refuse(NodeChoice::Rule::node_name,
                    fmt::format("is bound to node {}", placement.node_name));
    }
  } else {
    for (const auto& [key, value] : placement.node_selector) {
      const auto has_label = [&](const Node& node) {
        const auto label = node.labels.find(key);
        return label != node.labels.end() && label->second == value;
      };
      if (!narrow(has_label)) {
        choice.selector_key = key;
        return refuse(NodeChoice::Rule::selector,
                      fmt::format("needs label {}={}, {}", key, value, none("have", "has")));
      }
    }
    if (placement.affinity &&
        !narrow([&](const Node& node) { return affinity_accepts(*placement.affinity, node); })) {
      return refuse(
          NodeChoice::Rule::affinity,
          fmt::format("needs {}, {}", describe(*placement.affinity), none("meet", "meets")));
    }
  }

  for (const std::size_t i : left) {
    if (const Taint* taint = find_taint(placement, *nodes[i])) {
      choice.taints.push_back(*taint);
    } else {
      choice.accepted.push_back(i);
    }
  }
  if (!choice.accepted.empty()) {
    choice.taints.clear();
    return choice;
  }
  return refuse(NodeChoice::Rule::taint, describe_untolerated(choice.taints, noun));
}

bool could_take(const Placement& placement, const Node& foreseen) {
  const auto open = [&](const std::string& key) {
    return !foreseen.labels.contains(key) && !is_known_absent(key);
  };
  Placement relaxed = placement;
  std::erase_if(relaxed.node_selector, [&](const auto& wanted) { return open(wanted.first); });
  if (relaxed.affinity) {
    for (NodeSelectorTerm& term : relaxed.affinity->terms) {
      if (term.expressions.empty() && term.fields.empty()) continue;
      std::erase_if(term.expressions, [&](const auto& r) { return open(r.key); });
      term.fields.clear();  // it has no name yet
      if (!term.expressions.empty()) continue;
      relaxed.affinity.reset();
      break;
    }
  }
  const Node* node = &foreseen;
  return !choose_nodes(relaxed, std::span(&node, 1)).accepted.empty();
}

std::string describe(const Taint& taint) {
  return fmt::format("{}{}{}:{}", taint.key, taint.value.empty() ? "" : "=", taint.value,
                     taint.effect);
}

std::string describe(const NodeRequirement& requirement) {
  std::string text = fmt::format("{} {}", requirement.key, requirement.op);
  if (requirement.values.empty()) return text;
  text += " [";
  for (std::size_t i = 0; i < requirement.values.size(); ++i) {
    if (i > 0) text += ", ";
    if (i == kNamed) {
      text += "…";
      break;
    }
    text += requirement.values[i];
  }
  return text + "]";
}

}  // namespace acr
