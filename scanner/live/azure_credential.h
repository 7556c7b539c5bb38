// Tokens for the audiences of a run, from the first source that gives one. The same source then
// serves the whole run: a report speaks of one identity.
#pragma once

#include <atomic>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "live/token_call.h"

namespace acr {

class AzureCredential {
 public:
  // What it needs of the world; `environment` is what az and azd get.
  struct World {
    std::function<void(Call, std::function<void(Answer)>)> ask;
    std::function<Instant()> now;
    const Environment* environment = nullptr;
    const std::atomic<bool>* cancelled = nullptr;
  };
  using Done = std::function<void(std::expected<const Token*, TokenError>)>;

  AzureCredential(std::vector<CredentialSource> sources, const AzureCloud& cloud, World world);
  AzureCredential(const AzureCredential&) = delete;
  AzureCredential& operator=(const AzureCredential&) = delete;

  // `done` is called once, perhaps before this returns; the token is lent for the call. A token is
  // kept until five minutes before its end. az and azd are waited for (az takes about a second).
  void find(Audience audience, const std::string& tenant, Done done);
  // After a 401: the next find() asks anew.
  void forget(Audience audience, const std::string& tenant);

  // The source that answers, once one has.
  const CredentialSource* source() const;
  // Every source that was asked and why it gave no token, one line each; for -v and for the error.
  const std::vector<std::string>& reasons() const { return reasons_; }

 private:
  using Key = std::pair<Audience, std::string>;
  struct Request {
    Key key;
    std::size_t at = 0;  // the source that is asked
    bool only = false;   // no other source is asked after it
  };

  const std::vector<CredentialSource> sources_;
  const AzureCloud& cloud_;
  const World world_;
  std::optional<std::size_t> settled_;
  bool settling_ = false;
  std::map<Key, Token> tokens_;
  std::map<Key, std::vector<Done>> waiting_;
  std::vector<Key> behind_;  // wait until a source is settled
  std::vector<std::string> reasons_;

  void start(const Key& key);
  void ask_source(const Request& request);
  void ask_service(const Request& request);
  void run_program(const Request& request);
  void take(const Request& request, std::expected<Token, TokenError> token);
  void refuse(const Request& request, const TokenError& error);
  void finish(const Key& key, const std::expected<const Token*, TokenError>& result);
  void release();
};

}  // namespace acr
