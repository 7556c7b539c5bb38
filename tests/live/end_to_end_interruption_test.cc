// A run that is broken off tells what it has and that it is not all; one that crashes leaves no
// credential behind.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "live/program.h"

namespace acr::test {
namespace {

using nlohmann::json;

constexpr const char* kEstate = "private-zone-not-linked";

struct Broken {
  const char* name;
  int signal;
  int code;
};
void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.name;
}

constexpr Broken kSignals[] = {{"Interrupt", SIGINT, 130}, {"Terminate", SIGTERM, 143}};

class EndToEndInterruption : public testing::TestWithParam<Broken> {
 protected:
  ServedEstate estate{kEstate};

  void hold(const std::string& part) {
    estate.stand_in.instead(part, [](const Request&) {
      Response response;
      response.fault = Fault::hang;
      return response;
    });
  }
  // Signalled when a request whose target contains `part` is held.
  Ended interrupt(const std::vector<std::string>& arguments, const std::string& part) {
    const std::size_t before = estate.times_asked(part);
    Process process = estate.start(arguments);
    EXPECT_TRUE(estate.is_asked(part, before)) << part;
    process.send(GetParam().signal);
    return process.wait();
  }
  static void expect_interrupted(const Ended& ended) {
    EXPECT_EQ(ended.code, GetParam().code) << ended.err;
    const json report = json::parse(ended.out, nullptr, false);
    ASSERT_FALSE(report.is_discarded()) << ended.out;
    EXPECT_EQ(report["summary"]["complete"], false);
    EXPECT_TRUE(ended.out.contains("the run was interrupted; what is missing was not asked"))
        << ended.out;
  }
};

TEST_P(EndToEndInterruption, LeavesAPartialReport) {
  hold("/virtualNetworkLinks");
  hold("/roleAssignments");
  for (const auto& command : {std::vector<std::string>{"why", "-o", "json"},
                              {"why", "deploy/cart", "-n", "shop", "-o", "json"},
                              {"scan", "-o", "json"}}) {
    const Ended ended = interrupt(command, "/roleAssignments");
    expect_interrupted(ended);
    // The role assignments are in no other answer.
    const json report = json::parse(ended.out, nullptr, false);
    for (const json& result : report["results"])
      if (result["check"] == "kubelet-identity-can-pull") {
        EXPECT_EQ(result["outcome"], "unknown") << result.dump(2);
      }
  }
}

TEST_P(EndToEndInterruption, BeforeAnyAnswerIsNoLackOfAccess) {
  hold("/oauth2/v2.0/token");
  hold("/");
  expect_interrupted(interrupt({"scan", "-o", "json"}, "/api/v1/pods"));
  expect_interrupted(interrupt({"why", "deploy/cart", "-n", "shop", "-o", "json"}, "/api/v1/"));
}

TEST_P(EndToEndInterruption, WhileSigningIn) {
  estate.sign_in = [](const Request&) {
    Response response;
    response.fault = Fault::hang;
    return response;
  };
  expect_interrupted(interrupt({"scan", "-o", "json"}, "/oauth2/v2.0/token"));
}

TEST_P(EndToEndInterruption, LeavesARecordingThatSaysItIsNotAll) {
  hold("/roleAssignments");
  const std::string folder = estate.folder.path("recording");
  const Ended ended = interrupt({"collect", "-d", folder}, "/roleAssignments");
  EXPECT_EQ(ended.code, GetParam().code) << ended.err;
  EXPECT_TRUE(ended.err.contains("the run was interrupted")) << ended.err;
  EXPECT_TRUE(read_file(folder + "/snapshot.json").contains("\"complete\":false"));
  EXPECT_FALSE(read_folder(folder).contains(".part")) << "a document in the making was left";
  const Ended replay = estate.run({"scan", "-o", "json", "--from", folder});
  const json report = json::parse(replay.out, nullptr, false);
  ASSERT_FALSE(report.is_discarded()) << replay.err;
  EXPECT_EQ(report["summary"]["complete"], false);
  EXPECT_TRUE(replay.out.contains("the snapshot was not finished")) << replay.out;
  EXPECT_TRUE(replay.out.contains("the run was interrupted")) << replay.out;
}

TEST_P(EndToEndInterruption, OfAPluginEndsIt) {
  estate.folder.write("plugin", "#!/bin/sh\necho $$ >" + estate.folder.path("pid.part") + "\nmv " +
                                    estate.folder.path("pid.part") + " " +
                                    estate.folder.path("pid") + "\nexec sleep 300\n");
  std::filesystem::permissions(estate.folder.path("plugin"), std::filesystem::perms::owner_all);
  std::string config = read_file(estate.folder.path("kubeconfig"));
  const std::string token = std::string("{token: ") + kKubeToken + "}";
  config.replace(config.find(token), token.size(),
                 "{exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, "
                 "command: " +
                     estate.folder.path("plugin") + "}}");
  estate.folder.write("kubeconfig", config);
  Process process = estate.start({"scan", "-o", "json"});
  ASSERT_TRUE(comes_true([&] { return !read_file(estate.folder.path("pid")).empty(); }));
  const int plugin = std::stoi(read_file(estate.folder.path("pid")));
  process.send(GetParam().signal);
  EXPECT_EQ(process.wait().code, GetParam().code);
  EXPECT_NE(kill(plugin, 0), 0) << "it runs on";
}

INSTANTIATE_TEST_SUITE_P(Signals, EndToEndInterruption, testing::ValuesIn(kSignals),
                         [](const auto& each) { return std::string(each.param.name); });

// --- crashes ---

const std::vector<std::string> kWithCores{"/bin/sh", "-c", "ulimit -c unlimited; exec \"$@\"",
                                          "sh"};

TEST(EndToEndCrash, LeavesNoCore) {
  ServedEstate estate(kEstate);
  Process control({"/bin/sh", "-c", "ulimit -c unlimited; kill -ABRT $$"}, {},
                  estate.folder.path());
  if (!control.wait().core) GTEST_SKIP() << "this machine dumps no cores";

  estate.stand_in.instead("/roleAssignments", [](const Request&) {
    Response response;
    response.fault = Fault::hang;
    return response;
  });
  Process process = estate.start({"scan", "-v"}, kWithCores);
  ASSERT_TRUE(estate.is_asked("/roleAssignments"));
  process.send(SIGABRT);
  const Ended ended = process.wait();
  EXPECT_EQ(ended.signal, SIGABRT);
  EXPECT_FALSE(ended.core) << "credentials are in it";
}

}  // namespace
}  // namespace acr::test
