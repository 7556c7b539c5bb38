#include "placement_patch.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"

namespace acr {
namespace {

// Where the pod spec is in the object that the workload's name names; empty when its pods are not
// made anew after a patch.
std::string_view template_of(const Pull& pull) {
  for (const std::string_view kind : {"deploy/", "sts/", "ds/"}) {
    if (pull.workload.starts_with(kind)) return "/spec/template/spec";
  }
  return pull.workload.starts_with("cronjob/") ? "/spec/jobTemplate/spec/template/spec" : "";
}

// Keys, values and effects of labels, taints and nodes need no escaping, in JSON or anywhere else.
bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '_' || c == '-' || c == '/';
  });
}

// One step of a JSON pointer.
std::string step(std::string_view key) {
  std::string text;
  for (const char c : key) c == '/' ? text += "~1" : text += c;
  return text;
}

// Admission and the DaemonSet controller give these to pods; the template need not have them.
bool is_given(const Toleration& toleration) {
  return toleration.op == "Exists" && toleration.key.starts_with("node.kubernetes.io/");
}

bool template_has_tolerations(const Pull& pull) {
  const auto& tolerations = pull.source->placement->tolerations;
  const bool as_written = pull.source->from_template && !pull.workload.starts_with("ds/");
  return as_written ? !tolerations.empty() : !std::ranges::all_of(tolerations, is_given);
}

std::string to_json(const Toleration& toleration) {
  std::string text = fmt::format(R"({{"key":"{}","operator":"{}")", toleration.key, toleration.op);
  if (!toleration.value.empty()) text += fmt::format(R"(,"value":"{}")", toleration.value);
  return text + fmt::format(R"(,"effect":"{}"}})", toleration.effect);
}

std::string patch(const Pull& pull, std::string_view type, std::string_view body) {
  return fmt::format("kubectl patch {} --namespace {}{} --patch {}", quote(pull.workload),
                     quote(pull.name_space), type, quote(body));
}

std::string json_patch(const Pull& pull, const std::vector<std::string>& operations) {
  return patch(pull, " --type json", fmt::format("[{}]", fmt::join(operations, ",")));
}

std::string remove_operation(std::string_view path, std::string_view field) {
  return fmt::format(R"({{"op":"remove","path":"{}/{}"}})", path, field);
}

}  // namespace

std::optional<std::string> patch_command(const Pull& pull,
                                         const std::vector<PlacementChange>& changes) {
  const std::string_view path = pull.source ? template_of(pull) : "";
  if (path.empty() || changes.empty()) return std::nullopt;
  std::vector<std::string> operations;
  bool has_tolerations = template_has_tolerations(pull);
  for (const PlacementChange& change : changes) {
    const Toleration& toleration = change.toleration;
    if (!is_plain(change.label) || !is_plain(toleration.key) || !is_plain(toleration.value) ||
        !is_plain(toleration.effect)) {
      return std::nullopt;
    }
    switch (change.what) {
      case PlacementChange::What::tolerate:
        operations.push_back(
            has_tolerations ? fmt::format(R"({{"op":"add","path":"{}/tolerations/-","value":{}}})",
                                          path, to_json(toleration))
                            : fmt::format(R"({{"op":"add","path":"{}/tolerations","value":[{}]}})",
                                          path, to_json(toleration)));
        has_tolerations = true;
        break;
      case PlacementChange::What::drop_label:
        operations.push_back(remove_operation(path, "nodeSelector/" + step(change.label)));
        break;
      case PlacementChange::What::drop_node_name:
        operations.push_back(remove_operation(path, "nodeName"));
        break;
    }
  }
  return json_patch(pull, operations);
}

std::optional<std::string> leave_virtual_nodes_command(const Pull& pull) {
  const std::string_view path = pull.source ? template_of(pull) : "";
  if (path.empty()) return std::nullopt;
  constexpr std::string_view kElsewhere =
      R"({"key":"type","operator":"NotIn","values":["virtual-kubelet"]})";
  constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";
  const Placement& placement = *pull.source->placement;
  // What the documented selector for virtual nodes asks for; agent nodes need not have these.
  std::vector<std::string> asked;
  for (const auto& [key, value] : placement.node_selector) {
    if ((key == "type" && value == "virtual-kubelet") ||
        (key == "kubernetes.io/role" && value == "agent"))
      asked.push_back(key);
  }

  if (!placement.affinity) {
    // Merged into what is there: pod affinities and preferences stay.
    std::string selector;
    for (const std::string& key : asked) {
      selector += fmt::format(R"({}"{}":null)", selector.empty() ? "" : ",", key);
    }
    if (!selector.empty()) selector = fmt::format(R"("nodeSelector":{{{}}},)", selector);
    std::string body = fmt::format(
        R"({}"affinity":{{"nodeAffinity":{{"{}":{{"nodeSelectorTerms":[{{"matchExpressions":[{}]}}]}}}}}})",
        selector, kRequired, kElsewhere);
    for (auto rest = path; !rest.empty();) {
      const std::size_t slash = rest.rfind('/');
      body = fmt::format(R"("{}":{{{}}})", rest.substr(slash + 1), body);
      rest = rest.substr(0, slash);
    }
    return patch(pull, "", fmt::format("{{{}}}", body));
  }
  // Terms are alternatives: each one has to say it.
  std::vector<std::string> operations;
  operations.reserve(asked.size() + placement.affinity->terms.size());
  for (const std::string& key : asked) {
    operations.push_back(remove_operation(path, "nodeSelector/" + step(key)));
  }
  for (std::size_t i = 0; i < placement.affinity->terms.size(); ++i) {
    const NodeSelectorTerm& term = placement.affinity->terms[i];
    if (term.expressions.empty() && term.fields.empty()) continue;
    // A term that asks for virtual nodes would match no node any more.
    if (std::ranges::any_of(term.expressions, [](const auto& one) { return one.key == "type"; }))
      return std::nullopt;
    const std::string where =
        fmt::format("{}/affinity/nodeAffinity/{}/nodeSelectorTerms/{}", path, kRequired, i);
    operations.push_back(
        term.expressions.empty()
            ? fmt::format(R"({{"op":"add","path":"{}/matchExpressions","value":[{}]}})", where,
                          kElsewhere)
            : fmt::format(R"({{"op":"add","path":"{}/matchExpressions/-","value":{}}})", where,
                          kElsewhere));
  }
  if (operations.empty() || operations.size() > 8) return std::nullopt;
  return json_patch(pull, operations);
}

}  // namespace acr
