#include "collect/terraform.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <algorithm>

#include "collect/collect_text.h"

namespace acr {
namespace {

// A plan of resources, each with what its values are, what is unknown of them, and where they come
// from.
struct Planned {
  std::string type, name, values, unknown = "{}", expressions = "{}", actions = R"("create")";
};

std::string address_of(const Planned& resource) {
  return resource.type + "." + resource.name;
}

std::string plan_of(const std::vector<Planned>& resources, const std::string& more = "") {
  std::string values, changes, configured;
  for (const Planned& each : resources) {
    const std::string head =
        fmt::format(R"("address":"{}","mode":"managed","type":"{}","name":"{}")", address_of(each),
                    each.type, each.name);
    const char* comma = values.empty() ? "" : ",";
    values += fmt::format("{}{{{},\"values\":{}}}", comma, head, each.values);
    changes += fmt::format(R"({}{{{},"change":{{"actions":[{}],"after_unknown":{}}}}})", comma,
                           head, each.actions, each.unknown);
    configured += fmt::format(R"({}{{{},"expressions":{}}})", comma, head, each.expressions);
  }
  return fmt::format(
      R"({{"format_version":"1.2","terraform_version":"1.9.8","planned_values":{{"root_module":)"
      R"({{"resources":[{}]}}}},"resource_changes":[{}],"configuration":{{"root_module":)"
      R"({{"resources":[{}]}}}}{}}})",
      values, changes, configured, more);
}

const Planned kRegistry{"azurerm_container_registry", "main",
                        R"({"name":"contoso","resource_group_name":"rg","location":"westeurope",)"
                        R"("sku":"Premium","admin_enabled":true})",
                        R"({"id":true,"login_server":true})"};
const Planned kCluster{
    "azurerm_kubernetes_cluster", "main",
    R"({"name":"aks","resource_group_name":"rg","location":"westeurope","identity":[{"type":)"
    R"("SystemAssigned"}],"default_node_pool":[{"name":"system","vm_size":"Standard_D4s_v5"}]})",
    R"({"id":true,"kubelet_identity":true,"identity":[{"principal_id":true}]})"};

Planned assignment(const std::string& principal) {
  return {
      "azurerm_role_assignment", "pull", R"({"role_definition_name":"AcrPull"})",
      R"({"id":true,"principal_id":true,"scope":true})",
      fmt::format(R"({{"principal_id":{{"references":["{}"]}},"scope":{{"references":)"
                  R"(["azurerm_container_registry.main.id","azurerm_container_registry.main"]}}}})",
                  principal)};
}

TEST(Terraform, JoinsWhatIsKnownAfterApply) {
  const auto collected = collect_text(
      plan_of({kRegistry, kCluster,
               assignment("azurerm_kubernetes_cluster.main.kubelet_identity[0].object_id")}));
  const Estate& estate = collected.estate;
  ASSERT_EQ(estate.clusters.size(), 1U);
  ASSERT_EQ(estate.registries.size(), 1U);
  ASSERT_EQ(estate.role_assignments.size(), 1U);
  ASSERT_TRUE(estate.clusters[0].kubelet_identity);
  EXPECT_EQ(estate.role_assignments[0].principal_id,
            estate.clusters[0].kubelet_identity->object_id);
  EXPECT_EQ(estate.role_assignments[0].scope, estate.registries[0].id);
  EXPECT_EQ(estate.role_assignments[0].principal_type, "ServicePrincipal");
  EXPECT_EQ(estate.registries[0].login_server, "contoso.azurecr.io");
  ASSERT_EQ(estate.clusters[0].pools.size(), 1U);
  EXPECT_EQ(estate.clusters[0].pools[0].vm_size, "Standard_D4s_v5");
  EXPECT_TRUE(estate.documents[0].plan->tells_all_assignments);
}

TEST(Terraform, KeepsTheClustersIdentitiesApart) {
  const auto collected = collect_text(
      plan_of({kRegistry, kCluster,
               assignment("azurerm_kubernetes_cluster.main.identity[0].principal_id")}));
  const Cluster& cluster = collected.estate.clusters.at(0);
  ASSERT_EQ(cluster.control_plane_identities.size(), 1U);
  EXPECT_EQ(collected.estate.role_assignments.at(0).principal_id,
            cluster.control_plane_identities[0].object_id);
  EXPECT_NE(cluster.control_plane_identities[0].object_id, cluster.kubelet_identity->object_id);
}

TEST(Terraform, CitesTheKeyInThePlan) {
  const auto collected = collect_text(plan_of({kCluster, kRegistry}));
  const Registry& registry = collected.estate.registries.at(0);
  EXPECT_EQ(collected.estate.cite(registry.origin, "adminUserEnabled", "true").pointer,
            "/planned_values/root_module/resources/1/values/admin_enabled");
  EXPECT_EQ(collected.estate.cite(registry.origin, "nowhere", "").pointer,
            "/planned_values/root_module/resources/1");
  const Plan& plan = *collected.estate.documents[0].plan;
  ASSERT_NE(plan.resource_at("/planned_values/root_module/resources/1/values/sku"), nullptr);
  EXPECT_EQ(*plan.resource_at("/planned_values/root_module/resources/1/values/sku"),
            "azurerm_container_registry.main");
}

// What a comment names goes to a shell.
TEST(Terraform, CommentsAreOneLine) {
  std::string plan = plan_of({kRegistry});
  const std::string key = "\"address\":\"azurerm_container_registry.main\"";
  plan.replace(plan.find(key), key.size(), "\"address\":\"a\\nrm -r x\\u001b[0m\"");
  const Estate estate = collect_text(plan).estate;
  EXPECT_EQ(where_planned(estate, {estate.cite(estate.registries.at(0).origin, "", "")}),
            "# in Terraform: arm -r x[0m");
}

// Each unknown value must leave its question open.
TEST(Terraform, UnknownIsNeverFalse) {
  Planned registry = kRegistry;
  registry.values = R"({"name":"contoso","resource_group_name":"rg","sku":"Premium"})";
  registry.unknown = R"({"id":true,"admin_enabled":true,"anonymous_pull_enabled":true,)"
                     R"("public_network_access_enabled":true,"network_rule_set":true,)"
                     R"("role_assignment_mode":true,"export_policy_enabled":true})";
  const Registry read = collect_text(plan_of({registry})).estate.registries.at(0);
  EXPECT_FALSE(read.admin_user_enabled);
  EXPECT_FALSE(read.anonymous_pull_enabled);
  EXPECT_FALSE(read.public_network_access);
  EXPECT_FALSE(read.network_rules);
  EXPECT_FALSE(read.abac_mode);
  EXPECT_FALSE(read.settings["policies/exportPolicy/status"].known());

  Planned cluster = kCluster;
  cluster.unknown = R"({"id":true,"kubelet_identity":true,"network_profile":true,)"
                    R"("local_account_disabled":true,"oms_agent":true,)"
                    R"("default_node_pool":[{"vnet_subnet_id":true}]})";
  const Cluster made = collect_text(plan_of({cluster})).estate.clusters.at(0);
  EXPECT_FALSE(made.settings["disableLocalAccounts"].known());
  EXPECT_FALSE(made.settings["addonProfiles/omsagent/enabled"].known());
  EXPECT_FALSE(made.settings["networkProfile/networkPolicy"].known());
  EXPECT_FALSE(made.pools.at(0).subnet.empty());
}

// What comes from where the plan does not show it keeps every question about rights open.
TEST(Terraform, AnUnreadableAssignmentMayBeTheOne) {
  const auto collected =
      collect_text(plan_of({kRegistry, kCluster, assignment("local.principal")}));
  EXPECT_TRUE(collected.estate.role_assignments.empty());
  EXPECT_FALSE(collected.estate.documents[0].plan->tells_all_assignments);
  EXPECT_TRUE(remarks_of(collected).contains("azurerm_role_assignment.pull: principal_id"));
}

// Others may have given rights to a cluster that is there already, and connected its registry.
TEST(Terraform, WhatExistsMayHaveMore) {
  Planned registry = kRegistry, cluster = kCluster;
  registry.actions = cluster.actions = R"("no-op")";
  const auto collected = collect_text(plan_of({registry, cluster}));
  EXPECT_FALSE(collected.estate.documents[0].plan->tells_all_assignments);
  EXPECT_FALSE(collected.estate.registries.at(0).connections);
  EXPECT_FALSE(collected.estate.registries.at(0).abac_mode);
  EXPECT_TRUE(collect_text(plan_of({kRegistry})).estate.registries.at(0).connections);
}

TEST(Terraform, FollowsModules) {
  const std::string plan =
      R"({"format_version":"1.2","terraform_version":"1.9.8","planned_values":{"root_module":{)"
      R"("child_modules":[{"address":"module.acr[\"eu\"]","resources":[{"address":)"
      R"("module.acr[\"eu\"].azurerm_container_registry.this","mode":"managed","type":)"
      R"("azurerm_container_registry","name":"this","values":{"name":"contoso",)"
      R"("resource_group_name":"rg","sku":"Basic"}}]},{"address":"module.role","resources":[)"
      R"({"address":"module.role.azurerm_role_assignment.this","mode":"managed","type":)"
      R"("azurerm_role_assignment","name":"this","values":{"principal_id":"p",)"
      R"("role_definition_name":"AcrPull"}}]}]}},"configuration":{"root_module":{"module_calls":{)"
      R"("acr":{"expressions":{},"module":{"outputs":{"id":{"expression":{"references":)"
      R"(["azurerm_container_registry.this.id","azurerm_container_registry.this"]}}}}},)"
      R"("role":{"expressions":{"scope":{"references":["module.acr[\"eu\"].id",)"
      R"("module.acr[\"eu\"]","module.acr"]}},"module":{"resources":[{"mode":"managed","type":)"
      R"("azurerm_role_assignment","name":"this","expressions":{"scope":{"references":)"
      R"(["var.scope"]}}}]}}}}}})";
  const Estate estate = collect_text(plan).estate;
  ASSERT_EQ(estate.role_assignments.size(), 1U);
  EXPECT_EQ(estate.role_assignments[0].scope, estate.registries.at(0).id);
  EXPECT_EQ(*estate.documents[0].plan->resource_at(
                "/planned_values/root_module/child_modules/0/resources/0"),
            "azurerm_container_registry.this (module.acr[\"eu\"])");
}

TEST(Terraform, ReadsDataAndNotWhatIsDeleted) {
  const std::string prior =
      R"(,"prior_state":{"values":{"root_module":{"resources":[)"
      R"({"address":"data.azurerm_container_registry.old","mode":"data","type":)"
      R"("azurerm_container_registry","name":"old","values":{"id":"/subscriptions/s/)"
      R"(resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/old","name":"old",)"
      R"("login_server":"old.azurecr.io","admin_enabled":false}},)"
      R"({"address":"azurerm_container_registry.gone","mode":"managed","type":)"
      R"("azurerm_container_registry","name":"gone","values":{"id":"/subscriptions/s/)"
      R"(resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/gone","name":"gone"}}]}}})";
  const Estate estate = collect_text(plan_of({kRegistry}, prior)).estate;
  ASSERT_EQ(estate.registries.size(), 2U);
  for (const Registry& registry : estate.registries) EXPECT_NE(registry.name, "gone");
}

TEST(Terraform, ALinkThatCannotBeReadLeavesTheZoneOpen) {
  const Planned zone{"azurerm_private_dns_zone", "acr",
                     R"({"name":"privatelink.azurecr.io","resource_group_name":"rg"})"};
  const Planned link{"azurerm_private_dns_zone_virtual_network_link", "hub",
                     R"({"name":"hub","private_dns_zone_name":"privatelink.azurecr.io",)"
                     R"("resource_group_name":"rg"})",
                     R"({"virtual_network_id":true})"};
  const Estate open = collect_text(plan_of({zone, link})).estate;
  EXPECT_TRUE(open.zone_links.empty());
  EXPECT_EQ(open.zones.at(0).links, std::uint64_t{1});
  EXPECT_EQ(collect_text(plan_of({zone})).estate.zones.at(0).links, std::uint64_t{0});
}

TEST(Terraform, OnePeeringAloneWaits) {
  const auto vnet = [](const std::string& name) {
    return Planned{"azurerm_virtual_network", name,
                   fmt::format(R"({{"name":"{}","resource_group_name":"rg"}})", name)};
  };
  const auto peering = [](const std::string& from, const std::string& to) {
    return Planned{"azurerm_virtual_network_peering", from,
                   fmt::format(R"({{"name":"{0}-{1}","resource_group_name":"rg",)"
                               R"("virtual_network_name":"{0}"}})",
                               from, to),
                   R"({"remote_virtual_network_id":true})",
                   fmt::format(R"({{"remote_virtual_network_id":{{"references":)"
                               R"(["azurerm_virtual_network.{0}.id"]}}}})",
                               to)};
  };
  const Estate both =
      collect_text(plan_of({vnet("a"), vnet("b"), peering("a", "b"), peering("b", "a")})).estate;
  ASSERT_EQ(both.peerings.size(), 2U);
  EXPECT_EQ(both.peerings[0].second.state, "Connected");
  const Estate one = collect_text(plan_of({vnet("a"), vnet("b"), peering("a", "b")})).estate;
  EXPECT_EQ(one.peerings.at(0).second.state, "Initiated");
  const Estate away = collect_text(plan_of({vnet("a"), peering("a", "b")})).estate;
  EXPECT_TRUE(away.peerings.empty());
}

// A new cluster without a subnet gets a VNet from AKS; one that is there already may have been
// given another.
TEST(Terraform, ANewClusterWithoutSubnetHasAVnetOfItsOwn) {
  const Estate made = collect_text(plan_of({kCluster})).estate;
  ASSERT_EQ(made.vnets.size(), 1U);
  EXPECT_EQ(made.vnets[0].id.resource_group(), "MC_rg_aks_westeurope");
  EXPECT_TRUE(made.vnets[0].dns_servers.empty());
  Planned old = kCluster;
  old.actions = R"("update")";
  EXPECT_TRUE(collect_text(plan_of({old})).estate.vnets.empty());
}

TEST(Terraform, AStateIsReadAsWhatIsThere) {
  const std::string state =
      R"({"format_version":"1.0","terraform_version":"1.9.8","values":{"root_module":{"resources":[)"
      R"({"address":"azurerm_container_registry.main","mode":"managed","type":)"
      R"("azurerm_container_registry","name":"main","values":{"id":"/subscriptions/s/resourceGroups/)"
      R"(g/providers/Microsoft.ContainerRegistry/registries/c","name":"c","login_server":)"
      R"("c.azurecr.io","admin_enabled":true}}]}}})";
  const Estate estate = collect_text(state).estate;
  ASSERT_EQ(estate.registries.size(), 1U);
  EXPECT_TRUE(estate.registries[0].admin_user_enabled.value_or(false));
  EXPECT_FALSE(estate.registries[0].connections);
}

TEST(Terraform, ReferencesThatGoRoundEnd) {
  const std::string round =
      R"({"format_version":"1.2","planned_values":{"root_module":{"resources":[{"address":)"
      R"("azurerm_role_assignment.a","mode":"managed","type":"azurerm_role_assignment","name":"a",)"
      R"("values":{"role_definition_name":"AcrPull"}}]}},"configuration":{"root_module":{)"
      R"("resources":[{"mode":"managed","type":"azurerm_role_assignment","name":"a","expressions":{)"
      R"("scope":{"references":["azurerm_role_assignment.a.scope"]},"principal_id":{"references":)"
      R"(["azurerm_role_assignment.a.principal_id"]}}}]}}})";
  EXPECT_TRUE(collect_text(round).estate.role_assignments.empty());
}

TEST(Terraform, ItsOwnLanguageIsNoComplaintBesideThePlan) {
  const Folder folder;
  folder.write("main.tf",
               "resource \"azurerm_container_registry\" \"main\" {\n  name = \"c\"\n}\n");
  Input input;
  input.paths = {folder.path()};
  EXPECT_TRUE(remarks_of(collect(input)).contains("terraform show -json"));
  folder.write("plan.json", plan_of({kRegistry}));
  EXPECT_EQ(remarks_of(collect(input)), "");
}

}  // namespace
}  // namespace acr
