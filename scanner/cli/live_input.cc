// From the options to the answers of Azure and Kubernetes.
#include <atomic>
#include <csignal>
#include <iostream>
#include <map>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "live/azure_credential.h"
#include "live/kube_access.h"
#include "live/live.h"
#include "reports/escape.h"

namespace acr {
namespace {

constexpr int kUsage = 2, kNoAccess = 4;

std::atomic<bool> cancelled{false};
std::atomic<int> caught{0};
void on_signal(int number) {
  caught = number;
  cancelled = true;
}

// While it lives, SIGINT and SIGTERM end the asking and not the program: what has come by then is
// still judged. A second signal ends the program.
class HeldSignals {
 public:
  HeldSignals() {
    struct sigaction action{};
    action.sa_handler = on_signal;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(SIGINT, &action, &interrupt_);
    sigaction(SIGTERM, &action, &terminate_);
  }
  ~HeldSignals() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  HeldSignals(const HeldSignals&) = delete;
  HeldSignals& operator=(const HeldSignals&) = delete;

 private:
  struct sigaction interrupt_{}, terminate_{};
};

// Clouds that are in no table, and proxies of them, are named by these.
std::string endpoint(const Environment& environment, std::string_view variable,
                     std::string_view usual) {
  std::string url(environment.get(variable));
  while (url.ends_with('/')) url.pop_back();
  return url.empty() ? std::string(usual) : url;
}

class Access {
 public:
  Access(const Options& options, Streams streams)
      : options_(options),
        streams_(streams),
        cloud_(choose_cloud(environment_)),
        loop_(limits(options), &cancelled) {}

  std::expected<LiveInput, NoInput> ask() {
    // With nothing named: the current context and what Azure's credentials can see.
    const bool all = !options_.live.names_azure() && !options_.live.names_kubernetes();
    const bool why = options_.command == "why";
    LiveScope scope;
    if (all || why || options_.live.names_azure()) scope.azure = azure_scope();
    if (all || why || options_.live.names_kubernetes()) {
      if (auto error = add_clusters(scope)) return std::unexpected(*std::move(error));
    }
    show_progress();
    const LiveAnswers answers = ask_world(
        scope, loop_,
        [this](const Request& request, bool anew,
               const std::function<void(std::expected<Call, NoWay>)>& send) {
          prepare(request, anew, send);
        },
        now());
    end_progress();
    for (const std::string& reason : answers.reasons) note("no-credential", reason);
    if (answers.answered == 0 && options_.from.empty() && caught == 0) {
      std::string text = "no access: nothing could be asked";
      for (const auto& notification : live_.notifications) text += "; " + notification.text;
      return std::unexpected(NoInput{{std::move(text), "acr-doctor help why"}, kNoAccess});
    }
    if (answers.interrupted) {
      note("run-interrupted", caught != 0
                                  ? "the run was interrupted; what is missing was not asked"
                                  : fmt::format("the run took longer than {} s (--timeout); what "
                                                "is missing was not asked",
                                                options_.live.timeout_seconds));
    }
    live_.exchanges = answers.exchanges;
    live_.signal = caught;
    return std::move(live_);
  }

 private:
  const Options& options_;
  const Streams streams_;
  const HeldSignals held_;
  const Environment environment_ = read_environment();
  const AzureCloud& cloud_;
  Loop loop_;
  std::optional<AzureCredential> credential_;
  std::map<std::string, KubeAccess> clusters_;
  LiveInput live_;
  bool progress_shown_ = false;

  static LoopLimits limits(const Options& options) {
    LoopLimits limits = live_limits();
    limits.deadline = std::chrono::seconds(options.live.timeout_seconds);
    return limits;
  }

  void note(std::string code, std::string text) {
    live_.notifications.push_back(
        {Notification::Level::warning, std::move(code), std::move(text), {}});
  }

  AzureScope azure_scope() {
    AzureScope scope;
    scope.arm = endpoint(environment_, "AZURE_RESOURCE_MANAGER_ENDPOINT", cloud_.arm);
    scope.graph = endpoint(environment_, "AZURE_GRAPH_ENDPOINT", cloud_.graph);
    scope.subscriptions = options_.live.subscriptions;
    scope.management_groups = options_.live.management_groups;
    scope.names = options_.live.registries;
    scope.posture = options_.command != "why";
    if (!options_.cluster.empty() && !scope.names.empty()) scope.names.push_back(options_.cluster);
    const AuthChoice choice = options_.live.auth.empty()
                                  ? AuthChoice::automatic
                                  : parse_auth(options_.live.auth).value_or(AuthChoice::automatic);
    credential_.emplace(credential_sources(environment_, cloud_, choice), cloud_,
                        AzureCredential::World{[this](Call call, std::function<void(Answer)> done) {
                                                 loop_.ask(std::move(call), std::move(done));
                                               },
                                               [] {
                                                 return std::chrono::floor<std::chrono::seconds>(
                                                     std::chrono::system_clock::now());
                                               },
                                               &environment_, &cancelled});
    return scope;
  }

  std::optional<NoInput> add_clusters(LiveScope& scope) {
    std::vector<std::string> contexts = options_.live.contexts;
    if (contexts.empty()) contexts.emplace_back();
    for (const std::string& context : contexts) {
      KubeWanted wanted;
      wanted.file = options_.live.kubeconfig;
      wanted.context = context;
      wanted.name_space = options_.name_space;
      auto access = find_kube_access(environment_, wanted, now());
      if (!access) {
        // What was named must be there; what was only tried need not.
        if (options_.live.names_kubernetes())
          return NoInput{
              {access.error().text, {}},
              access.error().cause == KubeError::Cause::no_credential ? kNoAccess : kUsage};
        note("no-cluster", access.error().text);
        continue;
      }
      for (const std::string& remark : access->remarks) note("kubeconfig", remark);
      if (needs_renewal(*access, now())) {
        if (const auto error = renew(*access, environment_, rules())) {
          note("no-credential", error->text);
          continue;
        }
      }
      KubernetesScope cluster;
      cluster.context = access->context.empty() ? "in-cluster" : access->context;
      cluster.server = access->server;
      cluster.name_space = options_.name_space;
      cluster.fallback_name_space = access->name_space;
      cluster.secrets = options_.live.secrets;
      if (clusters_.contains(cluster.context)) continue;
      scope.clusters.push_back(cluster);
      clusters_.emplace(cluster.context, std::move(*access));
    }
    return std::nullopt;
  }

  ExecRules rules() {
    return {[this](const std::string& command) {
              streams_.err << "acr-doctor: runs, as the kubeconfig says: " << clean(command)
                           << '\n';
              return true;
            },
            &cancelled};
  }

  void prepare(const Request& request, bool anew,
               const std::function<void(std::expected<Call, NoWay>)>& send) {
    if (request.audience == Audience::kubernetes) {
      KubeAccess& access = clusters_.at(request.context);
      if (anew) {
        if (const auto error = renew(access, environment_, rules()))
          return send(std::unexpected(NoWay{error->text}));
      }
      return send(kube_call(access, std::string_view(request.url).substr(access.server.size())));
    }
    if (anew) credential_->forget(request.audience, {});
    credential_->find(
        request.audience, {}, [request, send](std::expected<const Token*, TokenError> token) {
          if (!token) return send(std::unexpected(NoWay{token.error().text}));
          Call call;
          call.method = request.method;
          call.url = request.url;
          call.body = request.body;
          call.headers = {"Accept: application/json"};
          if (!request.body.empty()) call.headers.emplace_back("Content-Type: application/json");
          call.authorization = Secret(fmt::format("Bearer {}", (*token)->text.view()));
          send(std::move(call));
        });
  }

  void show_progress() {
    if (options_.quiet || &streams_.err != &std::cerr || isatty(STDERR_FILENO) == 0) return;
    loop_.on_progress([this](const Loop::Progress& progress) {
      progress_shown_ = true;
      streams_.err << fmt::format("\r{} of {} answers", progress.answered, progress.asked)
                   << std::flush;
    });
  }
  void end_progress() {
    if (progress_shown_) streams_.err << "\r\x1B[K" << std::flush;
  }
};

}  // namespace

bool asks_live(const Options& options) {
  return options.live.names_azure() || options.live.names_kubernetes() || options.from.empty();
}

std::expected<LiveInput, NoInput> ask_live(const Options& options, Streams streams) {
  return Access(options, streams).ask();
}

}  // namespace acr
