// Debian's docker-registry (distribution), as a child on a port of the system's choice, over TLS.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>

namespace acr::test {

class DockerRegistry {
 public:
  static bool is_installed();

  // `auth`: the "auth" section of its configuration. In it FOLDER stands for a folder with the
  // files htpasswd (user puller) and token.pem (the shared authority).
  explicit DockerRegistry(const std::string& auth);
  ~DockerRegistry();
  DockerRegistry(const DockerRegistry&) = delete;
  DockerRegistry& operator=(const DockerRegistry&) = delete;

  // "localhost:PORT"; empty where it did not start.
  std::string name() const { return port_.empty() ? "" : "localhost:" + port_; }
  std::string log() const;

 private:
  std::filesystem::path folder_;
  std::string port_;
  pid_t child_ = -1;
};

}  // namespace acr::test
