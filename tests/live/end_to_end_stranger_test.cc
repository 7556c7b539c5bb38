// Files from a stranger: a kubeconfig runs nothing unsaid, a folder leads nowhere else. And the
// order of answers means nothing.
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "live/program.h"

namespace acr::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kEstate = "private-zone-not-linked";

TEST(EndToEndStranger, AKubeconfigRunsNothingUnsaid) {
  for (const auto& command : {std::vector<std::string>{"why", "-q"},
                              {"scan", "-q"},
                              {"permissions", "-q"},
                              {"collect", "-q", "-d", "recording"}}) {
    ServedEstate estate(kEstate);
    const std::string mark = estate.folder.path("was-run");
    std::string config = read_file(estate.folder.path("kubeconfig"));
    const std::string token = std::string("{token: ") + kKubeToken + "}";
    config.replace(config.find(token), token.size(),
                   fmt::format("{{exec: {{apiVersion: client.authentication.k8s.io/v1, "
                               "interactiveMode: Never, command: touch, args: [\"{}\", "
                               "\"\\e[2K\\r\\nnothing is run\"], env: [{{name: API_TOKEN, value: "
                               "CANARY-env}}]}}}}",
                               mark));
    estate.folder.write("kubeconfig", config);
    const Ended ended = estate.run(command);
    ASSERT_TRUE(fs::exists(mark)) << ended.err;
    EXPECT_TRUE(estate.readable(ended.err).starts_with(
        "acr-doctor: runs, as the kubeconfig says: API_TOKEN=*** touch "
        "FOLDER/was-run "))
        << ended.err;
    EXPECT_EQ(ended.err.find_first_of("\x1B\r"), std::string::npos) << ended.err;
    EXPECT_FALSE(ended.err.contains("\nnothing is run")) << ended.err;
    EXPECT_FALSE(ended.err.contains("CANARY-env"));
  }
}

TEST(EndToEndStranger, AFolderDoesNotLeadOut) {
  ServedEstate estate(kEstate);
  const std::string given = estate.folder.path("recording");
  ASSERT_EQ(estate.run({"collect", "-d", given}).code, 0);
  const std::string secret =
      R"({"kind":"Pod","apiVersion":"v1","metadata":{"name":"CANARY-outside","namespace":"x"},)"
      R"("spec":{"containers":[{"name":"c","image":"contosoprod.azurecr.io/CANARY"}]}})";
  estate.folder.write("outside/a.json", secret);
  fs::create_directory_symlink(estate.folder.path("outside"), given + "/kubernetes/more");
  fs::create_symlink(estate.folder.path("outside/a.json"), given + "/azure/one.json");
  fs::create_symlink("../../outside/a.json", given + "/azure/two.json");
  fs::create_symlink("/dev/zero", given + "/azure/zero.json");
  fs::create_symlink("..", given + "/azure/up");  // within: a folder is read once
  const Ended ended = estate.run({"scan", "-o", "json", "-v", "--from", given});
  EXPECT_FALSE(ended.out.contains("CANARY")) << ended.out;
  for (const char* name :
       {"kubernetes/more", "azure/one.json", "azure/two.json", "azure/zero.json"})
    EXPECT_TRUE(ended.out.contains(std::string(name) +
                                   ": a link out of the folder is not followed; give its target "
                                   "with --from"))
        << name << ended.out;
  EXPECT_FALSE(ended.out.contains("azure/up"));
  EXPECT_NE(ended.code, 0);
}

TEST(EndToEndStranger, ARecordingIsNotWrittenThroughLinks) {
  ServedEstate estate(kEstate);
  const std::string given = estate.folder.path("recording");
  ASSERT_EQ(estate.run({"collect", "-d", given}).code, 0);
  const std::string outside = estate.folder.path("outside");
  estate.folder.write("outside/pods.json", "mine");
  estate.folder.write("outside/snapshot.json", "mine");
  fs::remove_all(given + "/kubernetes");
  fs::create_directory(given + "/kubernetes");
  fs::create_directory_symlink(outside, given + "/kubernetes/aks-prod");
  const std::string before = read_folder(outside);
  const Ended through_folder = estate.run({"collect", "-d", given});
  EXPECT_EQ(through_folder.code, 5) << through_folder.err;
  EXPECT_EQ(read_folder(outside), before);

  fs::remove(given + "/kubernetes/aks-prod");
  fs::create_directory(given + "/kubernetes/aks-prod");
  fs::create_symlink(outside + "/pods.json", given + "/kubernetes/aks-prod/pods.json");
  EXPECT_EQ(estate.run({"collect", "-d", given}).code, 0);
  EXPECT_EQ(read_folder(outside), before) << "the link is replaced, not followed";
  EXPECT_FALSE(fs::is_symlink(given + "/kubernetes/aks-prod/pods.json"));

  // A link in the place of the mark by which a recording is known.
  fs::rename(given + "/snapshot.json", outside + "/real.json");
  fs::create_symlink(outside + "/real.json", given + "/snapshot.json");
  const std::string with_mark = read_folder(outside);
  EXPECT_EQ(estate.run({"collect", "-d", given}).code, 5);
  EXPECT_EQ(read_folder(outside), with_mark);
}

// Names of documents come from the context's name and from ids in answers.
TEST(EndToEndStranger, NamesOfAnswersStayWithinTheRecording) {
  ServedEstate estate(kEstate);
  std::string config = read_file(estate.folder.path("kubeconfig"));
  for (std::size_t at = 0; (at = config.find("aks-prod", at)) != std::string::npos; at += 3)
    config.replace(at, 8, "\"../../../outside/x\"");
  estate.folder.write("kubeconfig", config);
  estate.stand_in.add(nlohmann::json::parse(
      R"({"id":"/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66/resourceGroups/../../../../)"
      R"(outside/providers/Microsoft.Network/privateDnsZones/privatelink.azurecr.io",)"
      R"("type":"Microsoft.Network/privateDnsZones","name":"privatelink.azurecr.io","properties":{}})"));
  const std::string given = estate.folder.path("in/a/b/recording");
  fs::create_directories(estate.folder.path("in/a/b"));
  const Ended ended = estate.run({"collect", "-d", given});
  EXPECT_TRUE(ended.code == 0 || ended.code == 3) << ended.err;
  for (const char* folder : {"in", "in/a", "in/a/b"})
    EXPECT_EQ(std::distance(fs::directory_iterator(estate.folder.path(folder)), {}), 1) << folder;
  EXPECT_FALSE(fs::exists(estate.folder.path("outside")));
  EXPECT_TRUE(fs::exists(given + "/kubernetes"));
}

TEST(EndToEndOrder, OfAnswersMeansNothing) {
  ServedEstate estate("two-clusters");
  const std::vector<std::string> scan{"scan", "-o", "json"}, why{"why", "-o", "json"};
  const std::string folder = estate.folder.path("recording");
  const std::vector<std::string> record{"collect", "-d", folder};
  const Ended first_scan = estate.run(scan), first_why = estate.run(why);
  ASSERT_EQ(estate.run(record).code, 0);
  const std::string recorded = read_folder(folder);
  std::minstd_rand chance;
  estate.stand_in.instead("", [&](const Request& request) {
    Response response = estate.stand_in.usual(request);
    response.latency = std::chrono::milliseconds(chance() % 30);
    return response;
  });
  for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
    chance.seed(seed);
    EXPECT_EQ(estate.run(scan).out, first_scan.out) << seed;
    EXPECT_EQ(estate.run(why).out, first_why.out) << seed;
    fs::remove_all(folder);
    EXPECT_EQ(estate.run(record).code, 0);
    EXPECT_EQ(read_folder(folder), recorded) << seed;
  }
}

}  // namespace
}  // namespace acr::test
