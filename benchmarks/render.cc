// What a report of many results costs in each format, and to read back. The report is made up, in
// the sizes that scans have: a finding in four results, evidence and commands with full resource
// ids, twenty results a pull.
//   render [RESULTS]            (default 25000: the most that code scanning takes)
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "judge/fingerprint.h"
#include "judge/summary.h"
#include "reports/read_report.h"
#include "reports/render.h"

namespace {

using acr::Outcome;

constexpr std::size_t kPerPull = 20;

acr::Verdict make_verdict(Outcome outcome, std::size_t number) {
  acr::Verdict verdict;
  verdict.outcome = outcome;
  verdict.reason = fmt::format(
      "private DNS zone privatelink.azurecr.io (rg-hub-network) is not linked to VNet vnet-aks-{}, "
      "where the nodes resolve names: it is linked to vnet-hub only",
      number / 100);
  for (int i = 0; i < 3; ++i) {
    verdict.evidence.push_back(
        {"clusters.json", fmt::format("/{}/agentPoolProfiles/{}/vnetSubnetID", number, i),
         "/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66/resourceGroups/rg-aks-network/"
         "providers/Microsoft.Network/virtualNetworks/vnet-aks",
         acr::Basis::arm});
  }
  const std::string command = fmt::format(
      "az network private-dns link vnet create --subscription "
      "f0af7d7c-605c-5136-9e16-3ca10a448b11 --resource-group rg-hub-network --zone-name "
      "privatelink.azurecr.io --name vnet-aks-link-{} --registration-enabled false",
      number / 100);
  if (outcome == Outcome::fail) verdict.fix = {command};
  if (outcome == Outcome::unknown) verdict.supply = {command};
  verdict.basis = acr::Basis::configuration;
  return verdict;
}

acr::Report make_report(std::size_t results) {
  constexpr Outcome kOutcomes[] = {Outcome::fail, Outcome::pass, Outcome::pass, Outcome::unknown};
  acr::Report report;
  report.command = "scan";
  report.started_at = acr::Instant{std::chrono::seconds{1'780'000'000}};
  for (const acr::Check* check : acr::all_checks()) {
    if (std::holds_alternative<acr::JudgeOf<acr::Pull>>(check->judge))
      report.checks.push_back(check);
  }
  for (std::size_t p = 0; p * kPerPull < results; ++p) {
    const std::string cluster = fmt::format(
        "/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66/resourceGroups/rg-aks/providers/"
        "Microsoft.ContainerService/managedClusters/aks-{}",
        p / 25);
    if (p % 25 == 0) {
      report.scopes.push_back({cluster, "cluster", fmt::format("aks-{}", p / 25),
                               "818fee79-40cb-59d9-aff8-ad01bbcf8c66", "complete"});
    }
    acr::PullReport pull;
    acr::SubjectRef subject;
    subject.kind = "pull";
    subject.cluster = fmt::format("aks-{}", p / 25);
    subject.registry = "contosoprod";
    subject.name_space = fmt::format("shop-{}", p % 25);
    subject.workload = fmt::format("deploy/cart-{}", p);
    subject.name = subject.name_space + "/" + subject.workload;
    subject.id = cluster + "//" + subject.name;
    subject.scope = cluster;
    subject.container = "cart";
    subject.image = "contosoprod.azurecr.io/shop/cart:1.4.2";
    subject.discriminator =
        "container=cart;image=contosoprod.azurecr.io/shop/cart;nodes=pool/user (linux/amd64)";
    pull.subject = std::move(subject);
    pull.pods = {fmt::format("cart-{}-6d5f9c7b8-x2x4q", p)};
    pull.pod_count = 3;
    pull.failing = 1;
    pull.nodes = "pool/user (linux/amd64)";
    pull.diagnosis = acr::PullReport::Diagnosis::broken;
    for (std::size_t i = 0; i < kPerPull && p * kPerPull + i < results; ++i) {
      acr::Result result;
      result.check = report.checks[i % report.checks.size()];
      result.subject = pull.subject;
      result.subject.own().discriminator += fmt::format(";#{}", i);
      result.verdict = make_verdict(kOutcomes[i % 4], p * kPerPull + i);
      result.fingerprint = acr::fingerprint(result);
      using Role = acr::ChainLink::Role;
      const Role role = i == 0       ? Role::cause
                        : i % 4 == 0 ? Role::also
                        : i % 4 == 3 ? Role::unknown
                                     : Role::holds;
      pull.chain.push_back({result.check, role, result.verdict});
      report.results.push_back(std::move(result));
    }
    report.pulls.push_back(std::move(pull));
  }
  acr::put_in_order(report);
  acr::summarise(report, {});
  return report;
}

// The best of three, in milliseconds.
template <class Work>
double measure(Work work) {
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto start = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - start;
    best = std::min(best, time.count());
  }
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t results = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 25'000;
  const acr::Report report = make_report(results);
  const struct {
    const char* name;
    std::string (*render)(const acr::Report&, const acr::RenderOptions&);
  } formats[] = {{"text", acr::render_text_scan},
                 {"text (why)", acr::render_text_why},
                 {"json", acr::render_json},
                 {"ndjson", acr::render_ndjson},
                 {"markdown", acr::render_markdown},
                 {"html", acr::render_html},
                 {"csv", acr::render_csv},
                 {"junit", acr::render_junit},
                 {"sarif", acr::render_sarif},
                 {"github", acr::render_github},
                 {"ado", acr::render_ado},
                 {"openmetrics", acr::render_openmetrics},
                 {"policyreport", acr::render_policyreport}};
  fmt::print("{} results, {} pulls\n", report.results.size(), report.pulls.size());
  std::string json;
  for (const auto& format : formats) {
    std::string text;
    const double time = measure([&] { text = format.render(report, {}); });
    fmt::print("{:<13} {:8.0f} ms {:12} bytes\n", format.name, time, text.size());
    if (format.name == std::string_view("json")) json = std::move(text);
  }
  bool same = true;
  const double time = measure([&] {
    const auto again = acr::read_report(json);
    same = same && again && again->results.size() == report.results.size();
  });
  fmt::print("{:<13} {:8.0f} ms\n", "read back", time);
  return same ? 0 : 1;
}
