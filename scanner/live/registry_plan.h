// What to ask registries about the images of failing pulls: is the image there, for which
// platforms, may it be read, and what is there instead. The set of requests does not depend on the
// order in which the answers come.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "live/azure_plan.h"

namespace acr {

class RegistryPlan {
 public:
  // Images as pods name them; those of Azure's registries are asked for.
  std::vector<Request> look_into(const std::set<std::string>& images);
  NextStep absorb(const Exchange& exchange);

 private:
  std::set<std::string> asked_;               // URLs
  std::map<std::string, std::size_t> pages_;  // of lists, by host and path

  void ask(std::vector<Request>& requests, std::string url, std::string_view accept = {});
};

}  // namespace acr
