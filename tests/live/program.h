// The program itself against a whole estate of stand-ins: a sign-in service, Azure and a cluster,
// each a server of its own, with the credentials and the kubeconfig that lead there.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "collect/collect_text.h"
#include "live/certificates.h"
#include "live/connect_proxy.h"
#include "live/http_server.h"
#include "live/stand_in.h"

namespace acr::test {

inline constexpr const char* kClientSecret = "CANARY-secret";
inline constexpr const char* kToken = "CANARY-token";  // Azure's
inline constexpr const char* kKubeToken = "CANARY-kube-token";

struct Ended {
  int code = -1;      // exit code; -1: a signal ended it
  int signal = 0;     // that ended it
  bool core = false;  // it left a core dump
  std::string out, err;
};

// A program that runs. Killed at the end if it still does then.
class Process {
 public:
  // Standard output and error go to files of `folder`, which is where it runs.
  Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
          const std::string& folder);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) const;
  Ended wait();  // for at most a minute, then it is killed
  pid_t id() const { return id_; }

 private:
  pid_t id_ = -1;
  std::string out_, err_;
};

class ServedEstate {
 public:
  struct Options {
    StandIn::Options stand_in{};
    std::optional<Identity> azure{}, cluster{};  // else: of the shared authority, for the address
    std::chrono::seconds token_life{3'599};
    // Hosts that are not the estate's, by "contoso.azurecr.io:443": a port of this machine. Every
    // other one is out of reach, whatever network the test runs in.
    std::map<std::string, unsigned short> outside{};
  };
  explicit ServedEstate(const std::string& name) : ServedEstate(name, Options()) {}
  ServedEstate(const std::string& name, Options options);

  Ended run(const std::vector<std::string>& arguments);
  // `before`: words of a command that starts the program, such as "/bin/sh", "-c", ….
  Process start(const std::vector<std::string>& arguments,
                const std::vector<std::string>& before = {});
  // How many requests came whose target contains `part`?
  std::size_t times_asked(const std::string& part) const;
  // More than `before` of them, now or within half a minute?
  bool is_asked(const std::string& part, std::size_t before = 0) const;

  // With the servers' addresses as LOGIN, AZURE and CLUSTER, and the folder as FOLDER.
  std::string readable(std::string text) const;

  Folder folder;
  std::map<std::string, std::string> variables;  // of the program; over those of this process
  // Of the sign-in service; else a token for kClientSecret, and AADSTS7000215 for any other.
  std::function<Response(const Request&)> sign_in;
  StandIn stand_in;
  HttpServer login, azure, cluster;
  ConnectProxy proxy;

 private:
  std::mutex mutex_;  // the servers have threads of their own
  std::chrono::seconds token_life_;

  Response token(const Request& request) const;
  HttpServer::Handler serve(bool kubernetes);
};

// Asks again and again, for half a minute at most.
bool comes_true(const std::function<bool()>& question);

std::string read_file(const std::string& path);
// Every file below the folder: name, a line feed, content.
std::string read_folder(const std::string& folder);

// An answer of the stand-in's that never fits but what it says.
Response reply_with(int status, std::string body);
Response refused_by_azure(const std::string& action);
Response refused_by_kubernetes(const std::string& resource, const std::string& group = {});

}  // namespace acr::test
