#include "node_image_verdict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "estate/command.h"

namespace acr {

namespace {

constexpr int kFirstMonth = 202504;

// "AKSUbuntu-2204gen2containerd-202411.12.0" -> "202411.12.0"; empty where no date stands there.
std::string_view date_of(std::string_view image) {
  const std::string_view date = image.substr(std::min(image.rfind('-') + 1, image.size()));
  const bool dated =
      date.size() > 7 && date[6] == '.' && date.starts_with("20") &&
      std::ranges::all_of(date.substr(0, 6), [](unsigned char c) { return std::isdigit(c) != 0; });
  return dated ? date : std::string_view{};
}

int month_of(std::string_view date) {
  int month = 0;
  for (const char c : date.substr(0, 6)) month = month * 10 + (c - '0');
  return month;
}

}  // namespace

OldNodes old_nodes(const Estate& estate, const Cluster& cluster) {
  OldNodes old;
  for (const NodePool& pool : cluster.pools) {
    const std::string_view date = date_of(pool.node_image);
    if (date.empty()) continue;
    old.evidence.push_back(estate.cite(pool.origin, "nodeImageVersion", pool.node_image));
    if (month_of(date) >= kFirstMonth) continue;
    old.pools += fmt::format("{}pool {} of cluster {} ({})", old.pools.empty() ? "" : ", ",
                             pool.name, cluster.name, date);
    old.fix.push_back(
        fmt::format("az aks nodepool upgrade {} --cluster-name {} --name {} --node-image-only",
                    in_group(cluster.id), quote(cluster.name), quote(pool.name)));
  }
  return old;
}

OldNodes old_nodes(const Estate& estate, const Registry&) {
  OldNodes all;
  for (const Cluster& cluster : estate.clusters) {
    OldNodes old = old_nodes(estate, cluster);
    if (!old.pools.empty()) all.pools += (all.pools.empty() ? "" : ", ") + old.pools;
    all.evidence = together(std::move(all.evidence), old.evidence);
  }
  return all;
}

}  // namespace acr
