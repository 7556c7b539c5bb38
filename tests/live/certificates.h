// An authority for tests, made in memory.
#pragma once

#include <memory>
#include <string>
#include <vector>

namespace acr::test {

struct Identity {
  std::string certificate, key;  // PEM
};

struct Wanted {
  std::vector<std::string> names = {"localhost", "127.0.0.1", "::1"};  // DNS names and addresses
  std::string common_name = "test";
  long valid_from = -3'600;  // seconds from now
  long valid_until = 86'400;
  bool for_client = false;
};

class Authority {
 public:
  explicit Authority(const std::string& name = "Test Authority");
  ~Authority();
  Authority(Authority&&) noexcept;

  const std::string& pem() const { return pem_; }  // what clients trust
  Identity issue(const Wanted& wanted = {}) const;

 private:
  struct Keys;
  std::unique_ptr<Keys> keys_;
  std::string pem_;
};

// One for all tests of a process, so that servers and clients agree without ado.
const Authority& shared_authority();

}  // namespace acr::test
