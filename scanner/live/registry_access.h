// The way into registries' data planes for the caller's own identity: the registry's challenge, the
// exchange of an Entra token, an access token a repository. Each is asked for once in a run.
#pragma once

#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "live/challenge.h"
#include "live/registry_api.h"

namespace acr {

class RegistryAccess {
 public:
  struct World {
    std::function<void(Call, std::function<void(Answer)>)> ask;
    AskEntraToken entra;
  };
  // The authorization, lent for the call, or a clause.
  using Done = std::function<void(std::expected<const Secret*, std::string>)>;

  explicit RegistryAccess(World world) : world_(std::move(world)) {}
  RegistryAccess(const RegistryAccess&) = delete;
  RegistryAccess& operator=(const RegistryAccess&) = delete;

  // For a URL of an Azure registry's data plane (collect/images.h says which). `done` is called
  // once, perhaps before this returns.
  void find(const std::string& url, const Done& done);
  // After a 401: the next find() asks anew.
  void forget(const std::string& url);

 private:
  // What is asked for once and waited for by many.
  template <class Value>
  struct Awaited {
    std::optional<std::expected<Value, std::string>> result;
    std::vector<std::function<void(const std::expected<Value, std::string>&)>> waiting;
  };
  struct Entry {  // into one registry
    TokenService service;
    Secret refresh_token;
  };
  template <class Value>
  using Then = std::function<void(const std::expected<Value, std::string>&)>;

  const World world_;
  std::map<std::string, Awaited<Entry>> entries_;                                 // by login server
  std::map<std::pair<std::string, std::string>, Awaited<Secret>> access_tokens_;  // and scope

  template <class Value>
  static bool await(Awaited<Value>& awaited, Then<Value> then);
  template <class Value>
  static void settle(Awaited<Value>& awaited, std::expected<Value, std::string> result);

  void enter(const std::string& host);
  void exchange(const std::string& host, const TokenService& service);
  void ask_access(const std::string& host, const std::string& scope);
};

}  // namespace acr
