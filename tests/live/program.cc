#include "live/program.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "live/environment.h"

namespace acr::test {
namespace {

using namespace std::chrono_literals;

const std::filesystem::path kEstates = std::filesystem::path(ACR_SOURCE_DIR) / "fixtures/estates";

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

HttpServer::Options shown(const std::optional<Identity>& identity) {
  HttpServer::Options options;
  options.identity = identity;
  return options;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                 const std::string& folder) {
  static std::atomic<int> started{0};  // several may run in one folder at a time
  const int number = ++started;
  out_ = fmt::format("{}/out-{}", folder, number);
  err_ = fmt::format("{}/err-{}", folder, number);
  std::vector<std::string> words = argv, variables = environment;
  constexpr int kNew = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, out_.c_str(), kNew, 0600);
  posix_spawn_file_actions_addopen(&actions, 2, err_.c_str(), kNew, 0600);
  posix_spawn_file_actions_addchdir_np(&actions, folder.c_str());
  // The servers' threads block SIGPIPE; the program is to start as a shell would start it.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  const int error = posix_spawn(&id_, words[0].c_str(), &actions, &attributes,
                                pointers(words).data(), pointers(variables).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + words[0]);
}

Process::~Process() {
  if (id_ > 0) wait();
}

void Process::send(int signal) const {
  if (id_ > 0) kill(id_, signal);
}

Ended Process::wait() {
  const auto most = std::chrono::steady_clock::now() + 60s;
  int status = 0;
  while (waitpid(id_, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > most) send(SIGKILL);
    std::this_thread::sleep_for(5ms);
  }
  id_ = -1;
  Ended ended;
  if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) {
    ended.signal = WTERMSIG(status);
    ended.core = WCOREDUMP(status);
  }
  ended.out = read_file(out_);
  ended.err = read_file(err_);
  return ended;
}

ServedEstate::ServedEstate(const std::string& name, Options options)
    : stand_in(options.stand_in),
      login([this](const Request& request) { return sign_in ? sign_in(request) : token(request); }),
      azure(serve(false), shown(options.azure)),
      cluster(serve(true), shown(options.cluster)),
      proxy({.ways = options.outside}),
      token_life_(options.token_life) {
  stand_in.read(kEstates / name / "input");
  stand_in.base = azure.url("");
  folder.write("ca.pem", shared_authority().pem());
  folder.write("kubeconfig", fmt::format(R"(apiVersion: v1
kind: Config
current-context: aks-prod
clusters:
- name: c
  cluster: {{server: "{}", certificate-authority: ca.pem}}
users:
- name: u
  user: {{token: {}}}
contexts:
- name: aks-prod
  context: {{cluster: c, user: u, namespace: shop}}
)",
                                         cluster.url(""), kKubeToken));
  variables = {{"AZURE_TENANT_ID", "22905993-a24b-51cb-bd7d-5b83d3f60e83"},
               {"AZURE_CLIENT_ID", "25c15d06-f6fc-50f9-94ec-9b7441c4e8ee"},
               {"AZURE_CLIENT_SECRET", kClientSecret},
               {"AZURE_AUTHORITY_HOST", login.url("")},
               {"AZURE_RESOURCE_MANAGER_ENDPOINT", azure.url("")},
               {"AZURE_GRAPH_ENDPOINT", azure.url("")},
               {"CURL_CA_BUNDLE", folder.path("ca.pem")},
               {"SSL_CERT_FILE", folder.path("ca.pem")},
               {"HTTPS_PROXY", proxy.url()},
               {"https_proxy", proxy.url()},
               {"NO_PROXY", ""},
               {"no_proxy", ""},
               {"ALL_PROXY", ""},
               {"all_proxy", ""},
               {"KUBECONFIG", folder.path("kubeconfig")},
               {"HOME", folder.path()},
               {"SOURCE_DATE_EPOCH", "1780000000"},
               {"LC_ALL", "C.UTF-8"}};
}

HttpServer::Handler ServedEstate::serve(bool kubernetes) {
  return [this, kubernetes](Request request) {
    // The stand-in takes one token; each of the two servers takes its own.
    const std::string mine = std::string("Bearer ") + (kubernetes ? kKubeToken : kToken);
    const bool known = request.header("authorization") == mine;
    request.headers["authorization"] = known ? std::string("Bearer ") + kToken : std::string();
    const std::scoped_lock lock(mutex_);
    return stand_in.answer(request);
  };
}

Response ServedEstate::token(const Request& request) const {
  if (request.body.contains(std::string("client_secret=") + kClientSecret))
    return reply_with(200, fmt::format(R"({{"token_type":"Bearer","expires_in":{},)"
                                       R"("access_token":"{}"}})",
                                       token_life_.count(), kToken));
  return reply_with(401, R"({"error":"invalid_client","error_description":"AADSTS7000215: Invalid )"
                         R"(client secret provided. Trace ID: x","error_codes":[7000215]})");
}

Process ServedEstate::start(const std::vector<std::string>& arguments,
                            const std::vector<std::string>& before) {
  Environment environment = read_environment();
  for (const auto& [name, value] : variables) environment.set(name, value);
  std::vector<std::string> argv = before;
  argv.emplace_back(ACR_BINARY);
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return {argv, environment.lines(), folder.path()};
}

Ended ServedEstate::run(const std::vector<std::string>& arguments) {
  return start(arguments).wait();
}

std::size_t ServedEstate::times_asked(const std::string& part) const {
  std::size_t times = 0;
  for (const HttpServer* server : {&login, &azure, &cluster})
    for (const Request& request : server->requests())
      times += request.target.contains(part) ? 1 : 0;
  return times;
}

bool ServedEstate::is_asked(const std::string& part, std::size_t before) const {
  return comes_true([&] { return times_asked(part) > before; });
}

bool comes_true(const std::function<bool()>& question) {
  const auto most = std::chrono::steady_clock::now() + 30s;
  while (!question()) {
    if (std::chrono::steady_clock::now() > most) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

std::string ServedEstate::readable(std::string text) const {
  const std::pair<std::string, const char*> names[] = {{login.host(), "LOGIN"},
                                                       {azure.host(), "AZURE"},
                                                       {cluster.host(), "CLUSTER"},
                                                       {folder.path(), "FOLDER"}};
  for (const auto& [address, name] : names)
    for (std::size_t at = 0; (at = text.find(address, at)) != std::string::npos;)
      text.replace(at, address.size(), name);
  return text;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_folder(const std::string& folder) {
  std::set<std::string> files;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) files.insert(entry.path().string());
  std::string all;
  for (const std::string& file : files) all += file.substr(folder.size()) + "\n" + read_file(file);
  return all;
}

Response reply_with(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

Response refused_by_azure(const std::string& action) {
  return reply_with(
      403, fmt::format(
               R"({{"error":{{"code":"AuthorizationFailed","message":"The client 'x' with object )"
               R"(id 'y' does not have authorization to perform action '{}' over scope )"
               R"('/subscriptions/818fee79-40cb-59d9-aff8-ad01bbcf8c66' or the scope is )"
               R"(invalid."}}}})",
               action));
}

Response refused_by_kubernetes(const std::string& resource, const std::string& group) {
  return reply_with(
      403,
      fmt::format(
          R"({{"kind":"Status","apiVersion":"v1","status":"Failure","message":"{0} is forbidden: )"
          R"(User \"ana\" cannot list resource \"{0}\" in API group \"{1}\" at the cluster scope",)"
          R"("reason":"Forbidden","details":{{"kind":"{0}"}},"code":403}})",
          resource, group));
}

}  // namespace acr::test
