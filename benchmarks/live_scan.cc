// How long a live scan waits, against the longest chain of requests that depend on each other: an
// estate of 200 registries and 50 clusters, every answer 50 ms late.
//   live_scan [REGISTRIES] [CLUSTERS] [LATENCY-MS]
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "live/asking.h"
#include "live/live.h"
#include "live/stand_in.h"

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;
constexpr const char* kSubscription = "818fee79-40cb-59d9-aff8-ad01bbcf8c66";

std::string id_of(const std::string& rest) {
  return fmt::format("/subscriptions/{}/resourceGroups/rg/providers/{}", kSubscription, rest);
}

json registry(int number) {
  const std::string name = fmt::format("registry{:03}", number);
  return {{"id", id_of("Microsoft.ContainerRegistry/registries/" + name)},
          {"name", name},
          {"type", "Microsoft.ContainerRegistry/registries"},
          {"sku", {{"name", "Standard"}}},
          {"properties", {{"loginServer", name + ".azurecr.io"}}}};
}

json pod(int number, int registry) {
  return {
      {"apiVersion", "v1"},
      {"kind", "Pod"},
      {"metadata", {{"name", fmt::format("pod-{}", number)}, {"namespace", "shop"}}},
      {"spec",
       {{"containers",
         json::array({{{"name", "app"},
                       {"image", fmt::format("registry{:03}.azurecr.io/app:1", registry)}}})}}}};
}

}  // namespace

int main(int argc, char** argv) {
  const auto argument = [&](int index, int usual) {
    return argc > index ? std::atoi(argv[index]) : usual;
  };
  const int registries = argument(1, 200), clusters = argument(2, 50), late = argument(3, 50);
  acr::test::StandIn::Options options;
  options.latency = std::chrono::milliseconds(late);

  acr::test::StandIn azure(options);
  for (int i = 0; i < registries; ++i) azure.add(registry(i));
  acr::test::HttpServer::Options plain;  // no handshakes: the servers share this machine's cores
  plain.tls = false;
  acr::test::HttpServer arm(azure.handler(), plain);
  azure.base = arm.url("");

  std::vector<std::unique_ptr<acr::test::StandIn>> worlds;
  std::vector<std::unique_ptr<acr::test::HttpServer>> servers;
  acr::LiveScope scope;
  scope.azure.emplace();
  scope.azure->posture = true;  // as `scan` asks
  scope.azure->arm = scope.azure->graph = arm.url("");
  for (int i = 0; i < clusters; ++i) {
    auto& world = *worlds.emplace_back(std::make_unique<acr::test::StandIn>(options));
    for (int p = i; p < registries; p += clusters) world.add(pod(p, p));
    servers.push_back(std::make_unique<acr::test::HttpServer>(world.handler(), plain));
    acr::KubernetesScope cluster;
    cluster.context = fmt::format("aks-{}", i);
    cluster.server = servers.back()->url("");
    scope.clusters.push_back(std::move(cluster));
  }

  acr::Loop loop(acr::live_limits());
  const auto began = Clock::now();
  const acr::LiveAnswers answers = acr::ask_world(
      scope, loop,
      [](const acr::Request& request, bool,
         const std::function<void(std::expected<acr::Call, acr::NoWay>)>& send) {
        acr::Call call;
        call.method = request.method;
        call.url = request.url;
        call.body = request.body;
        call.authorization = acr::Secret("Bearer CANARY-token");
        send(std::move(call));
      },
      acr::Instant{});
  const auto wall = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
  fmt::print("requests {}, most in flight {}, to Azure {}\n", answers.exchanges.size(),
             loop.progress().most_in_flight, arm.requests().size());
  fmt::print("wall {} ms, longest chain {} ms, ratio {:.2f}\n", wall.count(),
             answers.longest_chain.count(),
             static_cast<double>(wall.count()) /
                 static_cast<double>(std::max<long>(1, answers.longest_chain.count())));
}
