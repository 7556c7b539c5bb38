#include "collect/collect.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "collect/collect_text.h"

namespace acr {
namespace {

TEST(Collect, NothingAtAll) {
  Input input;
  input.paths = {"/no/such/file"};
  const Collected collected = collect(input);
  EXPECT_TRUE(collected.nothing);
  EXPECT_TRUE(collected.damaged);
  EXPECT_EQ(remarks_of(collected),
            "source-unreadable | /no/such/file: No such file or directory\n");
}

TEST(Collect, AFolderOfEverything) {
  const Folder folder;
  folder.write(
      "acr.json",
      R"([{"id":"/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/contoso",)"
      R"("type":"Microsoft.ContainerRegistry/registries","name":"contoso","loginServer":"contoso.azurecr.io","sku":{"name":"Basic"}}])");
  folder.write("k8s/all.yaml",
               "apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: n}\ntype: Opaque\n");
  folder.write("README.md", "# Notes\n\nNothing: to: see.\n");
  folder.write("roles.json",
               "ERROR: (AuthorizationFailed) The client 'a' with object id 'a' does not have "
               "authorization to perform action "
               "'Microsoft.Authorization/roleAssignments/read' over scope '/subscriptions/s' or "
               "the scope is invalid.\n");
  Input input;
  input.paths = {folder.path()};
  const Collected collected = collect(input);
  EXPECT_FALSE(collected.nothing);
  EXPECT_FALSE(collected.damaged);
  EXPECT_EQ(collected.estate.registries.size(), 1U);
  EXPECT_EQ(collected.estate.secrets.size(), 1U);
  ASSERT_EQ(collected.estate.refusals.size(), 1U) << remarks_of(collected);
  EXPECT_EQ(collected.estate.refusals[0].kind, Kind::role_assignment);
  EXPECT_GT(collected.bytes, 300U);
  ASSERT_FALSE(collected.remarks.empty());
  EXPECT_EQ(collected.remarks[0].source, "README.md");
}

// Whatever is cut off, the rest is read, nothing crashes, and it is said that something is missing.
TEST(Collect, EveryTruncationIsSaid) {
  const std::string text =
      "{\n  \"apiVersion\": \"v1\",\n  \"items\": [\n"
      "    {\"apiVersion\": \"v1\", \"kind\": \"ServiceAccount\", \"metadata\": {\"name\": "
      "\"a\\\"\"}},\n"
      "    {\"apiVersion\": \"v1\", \"kind\": \"ServiceAccount\", \"metadata\": {\"name\": "
      "\"b\"}}\n"
      "  ],\n  \"kind\": \"List\"\n}";
  const std::size_t first_end = text.find("}},\n") + 2, second_end = text.find("}}\n") + 2;
  for (std::size_t size = 1; size < text.size(); ++size) {
    const Collected collected = collect_text(text.substr(0, size));
    EXPECT_EQ(collected.estate.service_accounts.size(),
              size_t{size >= first_end} + size_t{size >= second_end})
        << size;
    EXPECT_TRUE(collected.damaged) << size;
    EXPECT_EQ(collected.remarks.empty(), false) << size;
  }
  EXPECT_FALSE(collect_text(text).damaged);
}

TEST(Collect, EveryWrongByteIsSurvived) {
  const std::string text =
      R"([{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","labels":{"x":"y"}},"spec":{"containers":[{"name":"c","image":"i"}],)"
      R"("tolerations":[{"key":"k"}],"nodeSelector":{"a":"b"}},"status":{"containerStatuses":[{"name":"c","state":{"waiting":{"reason":"ErrImagePull"}}}]}}])";
  for (std::size_t at = 0; at < text.size(); ++at)
    for (const char wrong : {'\0', '"', '\\', '{', '}', '[', ']', ',', ':', '\xFF', '\n', '7'}) {
      std::string changed = text;
      changed[at] = wrong;
      collect_text(changed);
    }
}

}  // namespace
}  // namespace acr
