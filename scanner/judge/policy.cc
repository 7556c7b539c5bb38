#include "judge/policy.h"

#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "estate/estate.h"
#include "estate/resource_id.h"
#include "judge/report.h"

namespace acr {
namespace {

constexpr std::chrono::days kSoon{14};

bool fits(const std::string& glob, std::string_view text) {
  return fnmatch(glob.c_str(), std::string(text).c_str(), FNM_CASEFOLD) == 0;
}

bool fits_any(const std::vector<std::string>& globs, std::string_view text) {
  return std::ranges::any_of(globs, [&](const std::string& glob) { return fits(glob, text); });
}

bool fits(const Exception& exception, const Result& result) {
  return fits(exception.check, result.check->id) &&
         (fits(exception.resource, result.subject->id) ||
          fits(exception.resource, result.subject->name));
}

void note(Report& report, std::string_view code, std::string text, const std::string& source) {
  report.notifications.push_back(
      {Notification::Level::note, std::string(code), std::move(text), source});
}

// "exception for admin-user-disabled on contosodev (team-a)"
std::string name_of(const Exception& exception) {
  return fmt::format("the exception for {} on {} ({})", exception.check, exception.resource,
                     exception.owner);
}

// "the annotation acr-doctor.dev/ignore of shop/deploy/cart"
std::string name_of(const Acceptance& acceptance) {
  return fmt::format("the annotation {} of {}{}{}", kIgnoreAnnotation, acceptance.name_space,
                     acceptance.name_space.empty() ? "" : "/", acceptance.workload);
}

// Why an annotation counts for nothing; empty where it counts.
std::string refusal_of(const Acceptance& acceptance, bool allowed, Instant now) {
  if (!allowed) return "is not counted: the policy file does not say \"annotations: true\"";
  if (acceptance.reason.empty())
    return fmt::format("is not counted: it needs a reason, in {}-reason", kIgnoreAnnotation);
  if (acceptance.until.empty()) return {};
  const auto until = parse_day(acceptance.until);
  if (!until)
    return fmt::format("is not counted: {}-until is no day like 2026-12-31", kIgnoreAnnotation);
  if (now >= *until + std::chrono::days(1))
    return fmt::format("ended on {}: what it accepted is found again", acceptance.until);
  return {};
}

// An object speaks for the findings about its own containers and pulls.
void apply_annotations(const Policy& policy, const Estate& estate, Report& report) {
  struct Offer {
    const Acceptance* acceptance = nullptr;
    std::shared_ptr<const Suppression> suppression;  // nullptr: it does not count
    std::string refusal;
    std::size_t results = 0;
  };
  using Key = std::tuple<std::string, std::string, std::string>;  // cluster, namespace, workload
  std::map<Key, std::vector<Offer>> offers;
  for (const Acceptance& acceptance : estate.acceptances) {
    Offer offer{.acceptance = &acceptance,
                .suppression = nullptr,
                .refusal = refusal_of(acceptance, policy.annotations, report.started_at)};
    if (offer.refusal.empty())
      offer.suppression = std::make_shared<const Suppression>(
          Suppression{acceptance.reason,
                      fmt::format("{}{}{}", acceptance.name_space,
                                  acceptance.name_space.empty() ? "" : "/", acceptance.workload),
                      "", acceptance.until, estate.source(acceptance.origin)});
    const int cluster = estate.cluster_of(acceptance.origin.document);
    std::string name = cluster < 0 ? "" : estate.clusters[static_cast<std::size_t>(cluster)].name;
    auto& list = offers[{std::move(name), acceptance.name_space, acceptance.workload}];
    // Pods repeat what their workload's template says.
    const bool repeated = std::ranges::any_of(list, [&](const Offer& other) {
      return other.acceptance->checks == acceptance.checks &&
             other.acceptance->reason == acceptance.reason &&
             other.acceptance->until == acceptance.until;
    });
    if (!repeated) list.push_back(std::move(offer));
  }
  if (offers.empty()) return;
  for (Result& result : report.results) {
    const SubjectRef& subject = result.subject;
    if (!result.is_open() || subject.workload.empty()) continue;
    const auto found = offers.find({subject.cluster, subject.name_space, subject.workload});
    if (found == offers.end()) continue;
    for (Offer& offer : found->second) {
      if (!fits_any(offer.acceptance->checks, result.check->id)) continue;
      ++offer.results;
      if (!result.suppression) result.suppression = offer.suppression;
    }
  }
  for (const auto& [key, list] : offers)
    for (const Offer& offer : list) {
      const std::string name = name_of(*offer.acceptance);
      const std::string& source = estate.source(offer.acceptance->origin);
      if (!offer.refusal.empty())
        note(report, "annotation-not-counted", fmt::format("{} {}", name, offer.refusal), source);
      else if (offer.results == 0)
        note(report, "exception-unused", name + " fits no finding", source);
    }
}

}  // namespace

bool is_selected(const Check& check, const Policy& policy) {
  return (policy.only.empty() || fits_any(policy.only, check.id)) &&
         !fits_any(policy.skip, check.id);
}

std::string format_day(std::chrono::sys_days day) {
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

void apply_policy(const Policy& policy, const Estate& estate, Report& report) {
  struct Use {
    std::size_t results = 0;
    bool ran = false;  // a check that it is about
  };
  std::vector<Use> uses(policy.exceptions.size());
  std::vector<std::shared_ptr<const Suppression>> suppressions;
  suppressions.reserve(policy.exceptions.size());
  for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
    const Exception& exception = policy.exceptions[i];
    suppressions.push_back(std::make_shared<const Suppression>(
        Suppression{exception.reason, exception.owner, exception.ticket,
                    format_day(exception.expires), exception.source}));
    uses[i].ran = std::ranges::any_of(
        report.checks, [&](const Check* check) { return fits(exception.check, check->id); });
  }
  const auto is_over = [&](const Exception& exception) {
    return report.started_at >= exception.expires + std::chrono::days(1);
  };
  for (Result& result : report.results) {
    if (const auto severity = policy.severity.find(result.check->id);
        severity != policy.severity.end())
      result.decided = severity->second;
    if (result.verdict->outcome != Outcome::fail) continue;
    for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
      const Exception& exception = policy.exceptions[i];
      if (!fits(exception, result)) continue;
      ++uses[i].results;
      if (is_over(exception)) continue;
      result.suppression = suppressions[i];
      break;
    }
  }
  for (std::size_t i = 0; i < policy.exceptions.size(); ++i) {
    const Exception& exception = policy.exceptions[i];
    if (uses[i].results == 0) {
      if (uses[i].ran)
        note(report, "exception-unused", name_of(exception) + " fits no finding", exception.source);
    } else if (is_over(exception)) {
      note(report, "exception-expired",
           fmt::format("{} ended on {}: {} found again", name_of(exception),
                       format_day(exception.expires),
                       uses[i].results == 1 ? "what it accepted is"
                                            : fmt::format("{} findings are", uses[i].results)),
           exception.source);
    } else if (exception.expires - report.started_at < kSoon) {
      note(report, "exception-ends-soon",
           fmt::format("{} ends on {}", name_of(exception), format_day(exception.expires)),
           exception.source);
    }
  }
  apply_annotations(policy, estate, report);
}

}  // namespace acr
