// What to ask Azure Resource Manager, Resource Graph and Microsoft Graph for a scope, and what to
// ask next after an answer. Read actions only. The set of requests does not depend on the order in
// which the answers come.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "live/exchange.h"
#include "live/needs.h"

namespace acr {

struct AzureScope {
  std::string arm = "https://management.azure.com";  // without a slash at its end
  std::string graph = "https://graph.microsoft.com";
  // Subscriptions to list. When both are empty: every subscription that holds a registry or a
  // cluster which the caller may read.
  std::vector<std::string> subscriptions;
  std::vector<std::string> management_groups;
  // Those that hold a registry or a cluster of such a name; what pods pull from is looked for
  // wherever it lies.
  std::vector<std::string> registries, clusters;

  // Also what only the checks off the pull path need: locks, policy assignments, Defender, the
  // trust of identities that pods pull as, and for every registry its tokens, cache rules, tasks,
  // usages and diagnostic settings, which no list of a subscription has.
  bool posture = false;

  bool names_resources() const { return !registries.empty() || !clusters.empty(); }
};

// What an answer leads to.
struct NextStep {
  std::vector<Request> requests;
  // The answer is no part of the record: it was asked again in another way.
  bool superseded = false;
  // Every recorded answer whose URL begins with this is superseded as well: its list began anew.
  std::string restarts;
};

// Is this what the checks off the pull path are asked with? `why` looks into such answers where a
// pull depends on them, and otherwise has no word to say about them.
bool asks_for_posture(std::string_view url);

class AzurePlan {
 public:
  explicit AzurePlan(AzureScope scope) : scope_(std::move(scope)) {}

  std::vector<Request> begin();
  NextStep absorb(const Exchange& exchange);
  // What Kubernetes has shown to matter: details are asked of registries in use only, because they
  // are many requests in a large estate.
  std::vector<Request> look_into(const Needs& needs);

 private:
  AzureScope scope_;
  std::set<std::string> listed_;  // subscriptions, in lower case
  std::set<std::string> asked_;   // URLs
  // Role assignments are listed once a subscription, or where that is refused once a registry.
  std::map<std::string, std::vector<std::string>> registries_;  // by subscription
  std::set<std::string> refused_;                               // subscriptions
  std::map<std::string, std::string> registry_ids_;             // by login server
  std::map<std::string, std::string> identity_ids_;             // by client id
  Needs needs_;
  // The groups of kubelet identities are asked for once some group holds a role somewhere.
  std::set<std::string> kubelets_;  // object ids
  bool group_assigned_ = false;

  void ask_groups(std::vector<Request>& requests);
  void query(std::vector<Request>& requests, std::string_view text, std::string_view skip_token);
  std::vector<Request> list_subscription(std::string_view id);
  void ask(std::vector<Request>& requests, std::string url, std::string body = {},
           Audience audience = Audience::arm);
  // A resource of a subscription that is not listed anyway.
  void ask_elsewhere(std::vector<Request>& requests, std::string_view id);
  void ask_child(std::vector<Request>& requests, std::string_view id, std::string_view child,
                 std::string_view version);
  void ask_logs(std::vector<Request>& requests, std::string_view id);
  void ask_details(std::vector<Request>& requests, const std::string& login_server);
  void ask_trust(std::vector<Request>& requests, const std::string& client_id);
  void find_registry(std::vector<Request>& requests, const std::string& login_server);
  void ask_application(std::vector<Request>& requests, std::string_view app_id);
  void ask_assignments(std::vector<Request>& requests, const std::string& subscription);
};

}  // namespace acr
