#include "cluster_verdict.h"

#include <fmt/format.h>

#include <algorithm>

#include "estate/command.h"
#include "estate/credentials.h"

namespace acr {

std::optional<Verdict> unless_described(const Estate& estate, const Cluster& cluster) {
  if (auto seen = outside_azure(estate, cluster))
    return not_applicable("the cluster's nodes are outside Azure", {std::move(*seen)});
  if (cluster.has_arm()) return std::nullopt;
  std::vector<Evidence> evidence;
  std::string why = "it is not among the documents given";
  if (const Refusal* refusal = estate.refusal(Kind::cluster)) {
    evidence.push_back(estate.cite(refusal->origin, "", refusal->says(), refusal->basis()));
    why = refusal->says();
  }
  return unknown(fmt::format("how Azure describes cluster {} is not known: {}", cluster.name, why),
                 std::move(evidence), {"az aks list --output json"});
}

Verdict unknown_setting(const Estate& estate, const Cluster& cluster, std::string_view path) {
  return unknown(fmt::format("the document of cluster {} does not show {}", cluster.name, path),
                 {estate.cite(cluster.origin, "", cluster.name)},
                 {fmt::format("az aks show {} --name {} --output json", in_group(cluster.id),
                              quote(cluster.name))});
}

std::string update_command(const Cluster& cluster, std::string_view options) {
  return fmt::format("az aks update {} --name {} {}", in_group(cluster.id), quote(cluster.name),
                     options);
}

Verdict judge_rule(const Estate& estate, const Cluster& cluster, const ClusterRule& rule) {
  if (auto verdict = unless_described(estate, cluster)) return *std::move(verdict);
  const Setting& setting = cluster.settings[rule.path];
  if (!setting.known()) return unknown_setting(estate, cluster, rule.path);
  const bool good =
      setting.given()
          ? std::ranges::any_of(
                rule.good, [&](std::string_view value) { return same_text(setting.value, value); })
          : rule.good_if_absent;
  std::vector<Evidence> evidence{estate.cite(setting)};
  if (good) return pass(std::string(rule.holds), std::move(evidence), Basis::arm);
  std::vector<std::string> fix;
  if (!rule.options.empty()) fix.push_back(update_command(cluster, rule.options));
  if (!rule.addon.empty()) {
    fix.push_back(fmt::format("az aks enable-addons {} --name {} --addons {}", in_group(cluster.id),
                              quote(cluster.name), rule.addon));
  }
  return fail(std::string(rule.broken), std::move(evidence), Basis::arm, std::move(fix));
}

}  // namespace acr
