// What the owner of an estate decided: which checks run, how grave they are, what is accepted until
// when. Pure values; cli/policy_file.h reads them.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "estate/expectations.h"

namespace acr {

struct Estate;
struct Notification;
struct Report;
struct Result;

// A finding that is accepted until the end of a day (UTC).
struct Exception {
  std::string check;                  // glob over check ids
  std::string resource;               // glob over the subject's id or name, without regard to case
  std::string reason, owner, ticket;  // the ticket may be empty
  std::chrono::sys_days expires{};
  std::string source;  // "acr-doctor.yaml:14"
};

struct Policy {
  std::vector<std::string> only, skip;                    // globs over check ids; empty: all, none
  std::map<std::string, Severity, std::less<>> severity;  // by check id, over the check's own
  std::vector<Exception> exceptions;                      // the first that fits counts
  // Whether annotations of Kubernetes objects accept findings: their owner accepts for himself.
  bool annotations = false;
  Expectations expects;
};

bool is_selected(const Check& check, const Policy& policy);

// Puts the policy's severities and exceptions on the results. Notes tell which exceptions end
// within 14 days, have ended, or fit nothing although their checks ran.
// Likewise of the findings that objects accept in their annotations.
void apply_policy(const Policy& policy, const Estate& estate, Report& report);

std::string format_day(std::chrono::sys_days day);  // "2026-12-31"

}  // namespace acr
