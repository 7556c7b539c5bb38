#include "live/docker_registry.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>
#include <thread>

#include "live/certificates.h"

namespace acr::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kProgram = "/usr/bin/docker-registry";
// The password is kPassword of azure_registry.h.
constexpr const char* kHtpasswd =
    "puller:$2b$05$abcdefghijklmnopqrstuuqK7L9u/RrIlq5aaEIK8CykO279kTfBm\n";

std::string replaced(std::string text, std::string_view from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
  return text;
}

}  // namespace

bool DockerRegistry::is_installed() {
  return access(kProgram, X_OK) == 0;
}

DockerRegistry::DockerRegistry(const std::string& auth) {
  std::string pattern = (fs::temp_directory_path() / "acr-registry-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return;
  folder_ = pattern;
  const Identity identity = shared_authority().issue();
  std::ofstream(folder_ / "own.crt") << identity.certificate;
  std::ofstream(folder_ / "own.key") << identity.key;
  std::ofstream(folder_ / "token.pem") << shared_authority().pem();
  std::ofstream(folder_ / "htpasswd") << kHtpasswd;
  std::ofstream(folder_ / "config.yml") << replaced(R"(version: 0.1
log: {level: info}
storage: {filesystem: {rootdirectory: FOLDER/data}}
http:
  addr: 127.0.0.1:0
  secret: tests
  tls: {certificate: FOLDER/own.crt, key: FOLDER/own.key}
)" + auth,
                                                    "FOLDER", pattern);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const std::string log = (folder_ / "log").string();
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  std::string program = kProgram, verb = "serve", config = (folder_ / "config.yml").string();
  char* argv[] = {program.data(), verb.data(), config.data(), nullptr};
  char* environment[] = {nullptr};
  if (posix_spawn(&child_, kProgram, &actions, nullptr, argv, environment) != 0) child_ = -1;
  posix_spawn_file_actions_destroy(&actions);

  constexpr std::string_view kSays = "listening on 127.0.0.1:";
  for (int i = 0; child_ > 0 && port_.empty() && i < 300; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const std::string text = this->log();
    const auto at = text.find(kSays);
    if (at == std::string::npos) continue;
    const auto end = text.find_first_not_of("0123456789", at + kSays.size());
    if (end != std::string::npos) port_ = text.substr(at + kSays.size(), end - at - kSays.size());
  }
}

DockerRegistry::~DockerRegistry() {
  if (child_ > 0) {
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
  }
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

std::string DockerRegistry::log() const {
  std::ifstream stream(folder_ / "log");
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace acr::test
