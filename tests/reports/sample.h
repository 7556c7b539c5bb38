// A report made by hand: three clusters, two registries, pulls of every diagnosis.
#pragma once

#include <chrono>

#include "judge/report.h"

namespace acr::sample {

inline constexpr Control kAdminControls[] = {{"CKV", "CKV_AZURE_137"}, {"MCSB", "IM-1"}};

inline const Check admin_user_disabled{
    .id = "admin-user-disabled",
    .title = "The registry's admin user is disabled",
    .problem = "The registry's admin user is enabled",
    .severity = Severity::high,
    .link = Link::none,
    .why = "The admin user is one shared password with push and pull rights on every repository.",
    .reads = "The registry: adminUserEnabled.",
    .repair = "Safe once no secret and no script logs in with the registry's name.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-authentication",
    .controls = kAdminControls,
    .features = {},
    .after = {},
    .judge = JudgeOf<Registry>{}};

inline const Check image_names_known_registry{
    .id = "image-names-known-registry",
    .title = "The image names a registry that is known",
    .problem = "The image names a registry that does not exist",
    .severity = Severity::medium,
    .link = Link::reference,
    .why = "A host with a typing error is another registry.",
    .reads = "The image and the registries.",
    .repair = "",
    .reference = "",
    .controls = {},
    .features = {},
    .after = {},
    .judge = JudgeOf<Pull>{}};

inline const Check private_dns_zone_is_linked{
    .id = "private-dns-zone-is-linked",
    .title = "The private DNS zone is linked to the cluster's network",
    .problem = "The private DNS zone is not linked to the cluster's network",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .why = "Without the link the nodes resolve the public address, which the registry refuses.",
    .reads = "The private DNS zones and their virtual network links.",
    .repair = "Low risk. Needs Private DNS Zone Contributor on the zone. Takes effect at once.",
    .reference =
        "https://learn.microsoft.com/azure/container-registry/container-registry-private-link",
    .controls = {},
    .features = {},
    .after = {},
    .judge = JudgeOf<Attachment>{}};

inline const Check private_dns_record_exists{
    .id = "private-dns-record-exists",
    .title = "The private DNS zone holds the registry's record",
    .problem = "The private DNS zone does not hold the registry's record",
    .severity = Severity::high,
    .link = Link::name_resolution,
    .why = "A linked zone without the record answers that the name does not exist.",
    .reads = "The record sets of the zone.",
    .repair = "",
    .reference = "",
    .controls = {},
    .features = {},
    .after = {&private_dns_zone_is_linked},
    .judge = JudgeOf<Attachment>{}};

inline const Check kubelet_identity_can_pull{
    .id = "kubelet-identity-can-pull",
    .title = "The kubelet identity may pull from the registry",
    .problem = "The kubelet identity may not pull from the registry",
    .severity = Severity::critical,
    .link = Link::authorization,
    .why = "Without the right every pull of a private image ends in 401 Unauthorized.",
    .reads = "Role assignments and role definitions.",
    .repair = "Low risk. Needs Owner or User Access Administrator. Takes up to 10 minutes.",
    .reference = "https://learn.microsoft.com/azure/aks/cluster-container-registry-integration",
    .controls = {},
    .features = {},
    .after = {},
    .judge = JudgeOf<Attachment>{}};

inline const Check image_is_pulled{.id = "image-is-pulled",
                                   .title = "The image was pulled",
                                   .problem = "The image cannot be pulled",
                                   .severity = Severity::high,
                                   .link = Link::symptom,
                                   .why = "The symptom.",
                                   .reads = "Pods and events.",
                                   .repair = "",
                                   .reference = "",
                                   .controls = {},
                                   .features = {},
                                   .after = {&kubelet_identity_can_pull},
                                   .judge = JudgeOf<Pull>{}};

inline const std::string kSubscription = "/subscriptions/11111111-1111-4111-8111-111111111111";
inline const std::string kRegistryId =
    kSubscription +
    "/resourceGroups/rg-acr/providers/Microsoft.ContainerRegistry/registries/contosoprod";
inline const std::string kClusterId =
    kSubscription +
    "/resourceGroups/rg-aks/providers/Microsoft.ContainerService/managedClusters/aks-prod";

inline const std::string kLinkCommand =
    "az network private-dns link vnet create --resource-group rg-dns --zone-name "
    "privatelink.azurecr.io --name aks-prod --virtual-network "
    "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-net/providers/"
    "Microsoft.Network/virtualNetworks/vnet-aks --registration-enabled false";
inline const std::string kRolesCommand =
    "az role assignment list --all -o json > role-assignments.json";

inline Evidence evidence(std::string source, std::string pointer, std::string value,
                         Basis basis = Basis::arm) {
  return {std::move(source), std::move(pointer), std::move(value), basis};
}

inline Verdict passed(std::string reason, Basis basis) {
  return {Outcome::pass, std::move(reason), {}, {}, {}, basis};
}

inline Verdict zone_not_linked() {
  return {Outcome::fail,
          "zone privatelink.azurecr.io has no link to vnet-aks; the nodes of aks-prod resolve the "
          "public address",
          {evidence("zone-links.json", "/0/virtualNetwork/id", "vnet-hub")},
          {kLinkCommand},
          {},
          Basis::arm};
}

inline Verdict roles_not_given() {
  return {Outcome::unknown, "no role assignments were given", {}, {}, {kRolesCommand}, Basis::none};
}

inline SubjectRef pull_subject(std::string workload) {
  SubjectRef subject;
  subject.kind = "pull";
  subject.name = "shop/" + workload;
  subject.id = kClusterId + "//shop/" + workload;
  subject.cluster = "aks-prod";
  subject.registry = "contosoprod";
  subject.name_space = "shop";
  subject.workload = std::move(workload);
  subject.container = "main";
  subject.image = "contosoprod.azurecr.io/shop/cart:1.4";
  subject.discriminator =
      "container=main;image=contosoprod.azurecr.io/shop/cart;nodes=pool/user (linux/arm64)";
  return subject;
}

inline PullReport broken_pull(std::string workload = "deploy/cart") {
  PullReport pull;
  pull.subject = pull_subject(std::move(workload));
  pull.pods = {"cart-7d9-x2x"};
  pull.pod_count = 3;
  pull.failing = 2;
  pull.nodes = "pool/user (linux/arm64)";
  pull.diagnosis = PullReport::Diagnosis::broken;
  pull.message =
      PullSymptom{"ErrImagePull",
                  "Failed to pull image \"contosoprod.azurecr.io/shop/cart:1.4\": failed "
                  "to do request: dial tcp 20.62.1.1:443: i/o \x1b[31mtimeout\x1b[0m",
                  "cart-7d9-x2x",
                  7,
                  {},
                  {}};
  using Role = ChainLink::Role;
  pull.chain = {
      {&image_names_known_registry, Role::holds,
       passed("contosoprod.azurecr.io is registry contosoprod in rg-acr", Basis::resolved)},
      {&private_dns_zone_is_linked, Role::cause, zone_not_linked()},
      {&private_dns_record_exists, Role::not_applicable,
       Verdict{Outcome::not_applicable, "no zone is linked", {}, {}, {}, Basis::none}},
      {&kubelet_identity_can_pull, Role::unknown, roles_not_given()},
      {&image_is_pulled, Role::consequence,
       Verdict{Outcome::fail, "2 of 3 pods wait for the image", {}, {}, {}, Basis::kubernetes_api}},
  };
  return pull;
}

inline PullReport unexplained_pull() {
  PullReport pull = broken_pull("sts/ledger");
  pull.diagnosis = PullReport::Diagnosis::unexplained;
  pull.chain[1] = {&private_dns_zone_is_linked, ChainLink::Role::holds,
                   passed("zone privatelink.azurecr.io is linked to vnet-aks", Basis::arm)};
  pull.chain[2] = {
      &private_dns_record_exists, ChainLink::Role::unknown,
      Verdict{Outcome::unknown,
              "no record sets of the zone were given",
              {},
              {},
              {"az network private-dns record-set a list -g rg-dns -z privatelink.azurecr.io "
               "-o json > records.json"},
              Basis::none}};
  return pull;
}

inline PullReport unknown_pull() {
  PullReport pull = unexplained_pull();
  pull.subject = pull_subject("cronjob/report");
  pull.diagnosis = PullReport::Diagnosis::unknown;
  pull.pods.clear();
  pull.pod_count = pull.failing = 0;
  pull.message.reset();
  pull.chain.pop_back();
  return pull;
}

inline PullReport working_pull() {
  PullReport pull;
  pull.subject = pull_subject("ds/agent");
  pull.pods = {"agent-a", "agent-b"};
  pull.pod_count = 2;
  pull.nodes = "pool/system (linux/amd64)";
  pull.diagnosis = PullReport::Diagnosis::pulls;
  pull.chain = {
      {&image_names_known_registry, ChainLink::Role::holds,
       passed("contosoprod.azurecr.io is registry contosoprod in rg-acr", Basis::resolved)},
      {&image_is_pulled, ChainLink::Role::holds,
       passed("2 of 2 pods run the image", Basis::observed)}};
  return pull;
}

inline Result result(const Check& check, SubjectRef subject, std::string scope, Verdict verdict) {
  Result out;
  out.check = &check;
  subject.scope = std::move(scope);
  out.subject = std::move(subject);
  out.verdict = std::move(verdict);
  return out;
}

inline SubjectRef registry_subject(std::string name) {
  SubjectRef subject;
  subject.kind = "registry";
  subject.id = kSubscription +
               "/resourceGroups/rg-acr/providers/Microsoft.ContainerRegistry/registries/" + name;
  subject.registry = name;
  subject.name = std::move(name);
  return subject;
}

inline SubjectRef attachment_subject(std::string cluster, std::string registry) {
  SubjectRef subject;
  subject.kind = "attachment";
  subject.name = cluster + " -> " + registry;
  subject.id = kSubscription +
               "/resourceGroups/rg-aks/providers/Microsoft.ContainerService/managedClusters/" +
               cluster;
  subject.discriminator =
      "registry=" + kSubscription +
      "/resourceGroups/rg-acr/providers/Microsoft.ContainerRegistry/registries/" + registry;
  subject.cluster = std::move(cluster);
  subject.registry = std::move(registry);
  return subject;
}

inline Verdict admin_enabled() {
  return {Outcome::fail,
          "the admin user is enabled",
          {evidence("acr.json", "/0/adminUserEnabled", "true")},
          {"az acr update --name contosoprod --admin-enabled false"},
          {},
          Basis::arm};
}

inline Report make_report(std::string command) {
  Report report;
  report.command = std::move(command);
  report.started_at =
      std::chrono::sys_days{std::chrono::year{2026} / 3 / 1} + std::chrono::hours{2};
  report.checks = {&image_names_known_registry,
                   &private_dns_zone_is_linked,
                   &private_dns_record_exists,
                   &kubelet_identity_can_pull,
                   &image_is_pulled,
                   &admin_user_disabled};
  return report;
}

inline Report why_report(std::vector<PullReport> pulls, int exit_code) {
  Report report = make_report("why");
  report.again = "acr-doctor why deploy/cart -n shop --from ./docs";
  report.pulls = std::move(pulls);
  report.summary.exit_code = exit_code;
  report.summary.complete = exit_code != 3;
  return report;
}

inline Report scan_report() {
  Report report = make_report("scan");
  report.scopes = {{kClusterId, "cluster", "aks-prod", kSubscription.substr(15), "partial"},
                   {kRegistryId, "registry", "contosoprod", kSubscription.substr(15), "complete"}};
  report.results = {
      result(private_dns_zone_is_linked, attachment_subject("aks-prod", "contosoprod"), kClusterId,
             zone_not_linked()),
      result(admin_user_disabled, registry_subject("contosoprod"), kRegistryId, admin_enabled()),
      result(admin_user_disabled, registry_subject("shared"), "elsewhere",
             passed("the admin user is disabled", Basis::arm)),
      result(image_names_known_registry, pull_subject("deploy/cart"), kClusterId,
             {Outcome::fail,
              "contosopord.azurecr.io is no registry of the input; contosoprod.azurecr.io is",
              {},
              {},
              {},
              Basis::resolved}),
      result(kubelet_identity_can_pull, attachment_subject("aks-prod", "contosoprod"), kClusterId,
             roles_not_given()),
      result(kubelet_identity_can_pull, attachment_subject("aks-dev", "shared"), kClusterId,
             roles_not_given()),
      result(private_dns_zone_is_linked, attachment_subject("aks-test", "shared"), kClusterId,
             passed("zone privatelink.azurecr.io is linked", Basis::arm)),
      result(private_dns_record_exists, attachment_subject("aks-prod", "contosoprod"), kClusterId,
             {Outcome::not_applicable, "no zone is linked", {}, {}, {}, Basis::none})};
  report.pulls = {broken_pull(), working_pull()};
  report.notifications = {
      {Notification::Level::warning, "document-damaged",
       "nodes.json: not JSON, line 3 column 7: a comma is missing", "nodes.json"},
      {Notification::Level::note, "document-unused", "webhooks.json: webhooks are not read",
       "webhooks.json"}};
  report.summary.pass = 2;
  report.summary.fail = 3;
  report.summary.unknown = 2;
  report.summary.not_applicable = 1;
  report.summary.fail_by_severity[static_cast<int>(Severity::high)] = 2;
  report.summary.fail_by_severity[static_cast<int>(Severity::medium)] = 1;
  report.summary.complete = false;
  report.summary.exit_code = 1;
  return report;
}

}  // namespace acr::sample
