// Asking a whole estate of the stand-ins, and what becomes of its faults.
#include "live/live.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "live/asking.h"
#include "live/stand_in.h"

namespace acr::test {
namespace {

const std::filesystem::path kEstates = std::filesystem::path(ACR_SOURCE_DIR) / "fixtures/estates";

class World {
 public:
  explicit World(const std::string& estate, StandIn::Options options = {})
      : stand_in(std::move(options)), server(stand_in.handler()) {
    stand_in.read(kEstates / estate / "input");
    stand_in.base = server.url("");
  }

  LiveScope scope() const {
    LiveScope scope;
    scope.azure.emplace();
    scope.azure->arm = scope.azure->graph = server.url("");
    scope.clusters.emplace_back();
    scope.clusters[0].context = "aks-prod";
    scope.clusters[0].server = server.url("");
    scope.clusters[0].page = 2;
    return scope;
  }
  LiveAnswers ask(const LiveScope& scope) {
    Loop loop(quick());
    return ask_world(
        scope, loop,
        [this](const acr::Request& request, bool anew,
               const std::function<void(std::expected<Call, NoWay>)>& send) {
          renewed += anew ? 1 : 0;
          if (anew) token = "CANARY-token";
          Call call = get(request.url);
          call.method = request.method;
          call.body = request.body;
          call.authorization = Secret("Bearer " + token);
          send(std::move(call));
        },
        Instant(std::chrono::seconds(1'780'000'000)));
  }

  StandIn stand_in;
  HttpServer server;
  std::string token = "CANARY-token";
  int renewed = 0;
};

const Exchange* find(const LiveAnswers& answers, std::string_view part) {
  for (const Exchange& exchange : answers.exchanges)
    if (exchange.request.url.contains(part)) return &exchange;
  return nullptr;
}

TEST(Live, AsksAWholeEstate) {
  World world("private-zone-not-linked");
  const LiveAnswers answers = world.ask(world.scope());
  EXPECT_FALSE(answers.interrupted);
  EXPECT_EQ(answers.unauthenticated, 0U);
  for (const Exchange& exchange : answers.exchanges)
    EXPECT_EQ(exchange.status, 200) << exchange.request.url << "\n" << exchange.body;
  for (const char* part :
       {"/registries?", "/managedClusters?", "/A?", "/virtualNetworkLinks?", "/networkInterfaces/",
        "/privateDnsZoneGroups?", "/api/v1/pods?", "/apis/apps/v1/deployments?"})
    EXPECT_NE(find(answers, part), nullptr) << part;
  for (const auto& request : world.server.requests())
    EXPECT_TRUE(request.method == "GET" || request.target.contains("ResourceGraph"))
        << request.method << " " << request.target;
}

TEST(Live, APageThatFailsLeavesNoWholeList) {
  World world("private-zone-not-linked");
  world.stand_in.instead("/providers/Microsoft.Network/virtualNetworks?", [](const Request&) {
    Response response;
    response.body = R"({"value":[]})";
    response.fault = Fault::close_within;
    return response;
  });
  const LiveAnswers answers = world.ask(world.scope());
  const Exchange* vnets = find(answers, "/virtualNetworks?");
  ASSERT_NE(vnets, nullptr);
  EXPECT_EQ(vnets->status, 0);
  EXPECT_TRUE(vnets->body.empty());
  EXPECT_FALSE(vnets->failure.empty());
}

TEST(Live, ACredentialThatEndsIsRenewedOnce) {
  World world("private-zone-not-linked");
  world.token = "expired";
  const LiveAnswers answers = world.ask(world.scope());
  EXPECT_GT(world.renewed, 0);
  EXPECT_EQ(answers.unauthenticated, 0U);
  EXPECT_NE(find(answers, "/registries?"), nullptr);
}

TEST(Live, NoCredentialIsAReasonNotAnAnswer) {
  World world("private-zone-not-linked");
  Loop loop(quick());
  const LiveAnswers answers = ask_world(
      world.scope(), loop,
      [](const acr::Request&, bool, const std::function<void(std::expected<Call, NoWay>)>& send) {
        send(std::unexpected(NoWay{"nobody knows us"}));
      },
      Instant{});
  EXPECT_EQ(answers.answered, 0U);
  EXPECT_EQ(answers.reasons, std::vector<std::string>{"nobody knows us"});
  for (const Exchange& exchange : answers.exchanges) EXPECT_EQ(exchange.failure, "no credential");
}

}  // namespace
}  // namespace acr::test
