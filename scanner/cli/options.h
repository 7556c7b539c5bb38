// The command line as values. Nothing here prints or opens anything.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "judge/judge.h"

namespace acr {

enum class Format {
  text,
  json,
  ndjson,
  markdown,
  html,
  csv,
  junit,
  sarif,
  github,
  ado,
  openmetrics,
  policyreport
};

struct OutputTarget {
  Format format = Format::text;
  std::string file;  // empty: standard output
};

enum class Colour { automatic, always, never };

// What is asked of the outside world.
struct LiveOptions {
  // Azure. `why` has one cluster, in Options: there it is what the report is about as well.
  std::vector<std::string> subscriptions, management_groups, registries, clusters;
  std::vector<std::string> contexts;  // Kubernetes
  std::string kubeconfig;
  std::string auth;  // --auth; empty: the first credential that answers
  int timeout_seconds = 120;
  bool secrets = true;  // pull secrets are read

  bool names_azure() const {
    return !subscriptions.empty() || !management_groups.empty() || !registries.empty() ||
           !clusters.empty();
  }
  bool names_kubernetes() const { return !contexts.empty() || !kubeconfig.empty(); }
};

struct Options {
  std::string command;
  std::vector<std::string> arguments;  // what is no option: TARGET, CHECK
  std::string error_text;              // explain --error; "-" is standard input
  std::vector<std::string> from;
  std::string name_space, cluster;
  std::string for_cluster;  // where manifests are to be deployed
  LiveOptions live;
  std::string folder;                    // collect -d
  bool mask = false;                     // collect --mask
  std::string mask_table;                // --mask=FILE; empty: none is written
  std::string docker_config;             // probe
  std::vector<std::string> dns_servers;  // probe
  std::vector<OutputTarget> outputs;     // at least one; at most one to standard output
  JudgeOptions judge;
  std::string baseline;                                   // --baseline: an earlier report's JSON
  std::string config;                                     // --config; empty: the usual places
  bool sets_fail_on = false, sets_on_incomplete = false;  // given, and not the default
  Severity severity = Severity::low;                      // the least severity listed
  Colour colour = Colour::automatic;
  bool ascii = false, quiet = false, verbose = false, show_passed = false;
};

// The user's mistake: what is wrong, and what might have been meant (may be empty).
struct UsageError {
  std::string text, hint;
};

// `arguments` is everything behind the command.
std::expected<Options, UsageError> parse_options(std::string_view command,
                                                 std::span<const std::string> arguments);

// Names of a command's long options, for help texts and their test.
std::vector<std::string> option_names(std::string_view command);

// The options of a command, for its completion.
struct OptionShape {
  std::string name;  // without dashes
  char letter = 0;   // the short name; 0: none
  bool takes_value = false;
  bool takes_path = false;         // the value is a file or folder
  std::vector<std::string> words;  // what the value is one of; empty: anything
};
std::vector<OptionShape> option_shapes(std::string_view command);

// "pod/cart-1", "deploy/cart", "cart-1", "contoso.azurecr.io/cart:1" as `why` reads them.
std::expected<WhyTarget, UsageError> parse_target(std::string_view text);

}  // namespace acr
