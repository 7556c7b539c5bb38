// The policy file: YAML, described by docs/acr-doctor.schema.json. One mistake refuses the whole
// file, because half a policy is another policy.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "cli/options.h"
#include "judge/policy.h"

namespace acr {

struct PolicyFile {
  Policy policy;
  // Where the command line says nothing else; outer nullopt: the file says nothing.
  std::optional<std::optional<Severity>> fail_on;
};

// `name` is for messages and sources ("acr-doctor.yaml"); `text` at most 1 MiB. The error names the
// line and what was expected, and the nearest known word.
std::expected<PolicyFile, UsageError> parse_policy(std::string_view name, std::string_view text);

// The file to use: the one given, else $ACR_DOCTOR_CONFIG, else acr-doctor.yaml or .acr-doctor.yaml
// in the working directory. nullopt: there is none.
std::optional<std::string> find_policy_file(const std::string& given);

std::expected<PolicyFile, UsageError> read_policy_file(const std::string& path);

// Puts the policy, where there is one, into the options; what the command line says stands.
std::optional<UsageError> add_policy(Options& options);

}  // namespace acr
