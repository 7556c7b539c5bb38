// Azure and Kubernetes for tests: the documents of a folder, served as Azure Resource Manager,
// Resource Graph and an API server serve theirs, in pages, for a bearer token.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "live/http_server.h"
#include "live/kube_discovery.h"

namespace acr::test {

class StandIn {
 public:
  struct Options {
    std::string token = "CANARY-token";  // what the caller must show
    std::size_t page = 1'000;            // ARM's; Kubernetes' pages have the size asked for
    std::chrono::milliseconds latency{0};
    std::string tenant = "22905993-a24b-51cb-bd7d-5b83d3f60e83";
  };

  StandIn() = default;
  explicit StandIn(Options options) : options_(std::move(options)) {}

  void read(const std::filesystem::path& folder);  // every .json of it
  void add(const nlohmann::json& document);        // a resource, an object, or a list of either

  // Requests whose target contains `part` are answered so instead; the first that fits counts.
  void instead(std::string part, std::function<Response(const Request&)> answer);

  Response answer(const Request& request);
  Response usual(const Request& request) const;  // without what is answered instead
  HttpServer::Handler handler() {
    return [this](const Request& request) { return answer(request); };
  }
  std::vector<std::string> subscriptions() const;

  std::string base;  // of nextLink: the server's URL, once it is known

 private:
  Options options_;
  std::vector<nlohmann::json> resources_, objects_;
  KubeResources served_ = usual_kube_resources();
  std::vector<nlohmann::json> built_in_roles_;     // those that assignments name
  std::map<std::string, std::string> principals_;  // id -> name
  std::vector<std::pair<std::string, std::function<Response(const Request&)>>> instead_;

  nlohmann::json subscription(const std::string& id) const;
  void add_assignment(nlohmann::json assignment);
  Response resources(const Request& request) const;
  Response graph(const Request& request) const;
  Response arm(const Request& request) const;
  Response resource_graph(const Request& request) const;
  std::vector<nlohmann::json> namespaces() const;
  Response kubernetes(const Request& request) const;
};

}  // namespace acr::test
