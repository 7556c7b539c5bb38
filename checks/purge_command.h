// "acr purge" as registry tasks run it. Source: github.com/Azure/acr-cli, cmd/acr/purge.go and
// cmd/common/image_functions.go: the expression for repositories must fit the whole name, the one
// for tags is found anywhere; what is locked is left out; of the rest --keep spares the newest.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "estate/access.h"

namespace acr {

struct PurgeCommand {
  std::vector<std::string> filters;  // "shop/.*:^pr-"
  std::optional<std::chrono::seconds> ago;
  int keep = 0;
  bool untagged = false, dry_run = false, include_locked = false;

  // Does a filter choose this tag? `unknown`: a filter cannot be read.
  Tri chooses(std::string_view repository, std::string_view tag) const;
  // Does a filter choose the repository, whose untagged manifests then go as well?
  Tri chooses(std::string_view repository) const;
};

// All purge commands among the steps of a task (YAML).
std::vector<PurgeCommand> find_purges(std::string_view steps);

// "2d3h6m", of which days come first; nullopt for anything else.
std::optional<std::chrono::seconds> parse_ago(std::string_view text);

}  // namespace acr
