// Azure and a cluster for whole programs: az, kubectl and this one. One server answers for
// management.azure.com, login.microsoftonline.com, graph.microsoft.com and the API server, by a
// proxy that leads their names to it, so that nothing in a client is set up differently.
#pragma once

#include <string>
#include <vector>

#include "live/connect_proxy.h"
#include "live/entra_stand_in.h"
#include "live/http_server.h"
#include "live/scratch.h"
#include "live/stand_in.h"

namespace acr::test {

class Cloud {
 public:
  // With the documents of fixtures/estates/ESTATE/input.
  explicit Cloud(const std::string& estate, StandIn::Options options = {});

  struct Ended {
    int code = -1;  // -1: it did not end by itself
    std::string out, err;
  };
  // With the environment of one who may sign in; `input` is what the program reads.
  Ended run(const std::vector<std::string>& argv, const std::string& input = {}) const;
  // This program.
  Ended doctor(std::vector<std::string> arguments) const;
  static bool has(const std::string& program);  // on PATH

  Scratch folder;
  StandIn stand_in;
  EntraStandIn entra;
  HttpServer server;

 private:
  ConnectProxy proxy_;
  Response answer(const Request& request);
};

}  // namespace acr::test
