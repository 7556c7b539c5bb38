// What the checks of a cluster's own configuration share.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "check.h"

namespace acr {

// Answers that hold for every such check: no document of the cluster as Azure describes it, nodes
// that are not Azure's. nullopt: judge on.
std::optional<Verdict> unless_described(const Estate& estate, const Cluster& cluster);

// The cluster's document does not show this field.
Verdict unknown_setting(const Estate& estate, const Cluster& cluster, std::string_view path);

// "az aks update --subscription S --resource-group G --name N OPTIONS".
std::string update_command(const Cluster& cluster, std::string_view options);

// A check of one field.
struct ClusterRule {
  std::string_view path;
  std::initializer_list<std::string_view> good;  // values, compared without regard to case
  bool good_if_absent = false;                   // whether Azure's default is good
  std::string_view holds, broken;  // sentences about the cluster: "local accounts are disabled"
  std::string_view options = {};   // of az aks update; empty: no such command repairs it
  std::string_view addon = {};     // of az aks enable-addons, in the place of options
};
Verdict judge_rule(const Estate& estate, const Cluster& cluster, const ClusterRule& rule);

}  // namespace acr
