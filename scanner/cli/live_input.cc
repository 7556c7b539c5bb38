// From the options to the answers of Azure and Kubernetes.
#include <iostream>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/interruption.h"
#include "cli/no_access.h"
#include "cli/terminal.h"
#include "live/azure_credential.h"
#include "live/kube_access.h"
#include "live/live.h"
#include "live/registry_access.h"
#include "reports/escape.h"

namespace acr {
namespace {

constexpr int kUsage = 2, kNoAccess = 4;

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
        loop_(limits(options), interruption_.flag()) {}

  std::expected<LiveInput, NoInput> ask(const std::set<std::string>& images) {
    // With nothing named: the current context and what Azure's credentials can see.
    const bool all = !options_.live.names_azure() && !options_.live.names_kubernetes();
    const bool why = options_.command == "why";
    LiveScope scope;
    if (all || why || options_.live.names_azure()) scope.azure = azure_scope();
    if (all || why || options_.live.names_kubernetes()) {
      if (auto error = add_clusters(scope)) return std::unexpected(*std::move(error));
    }
    scope.registries = scope.azure.has_value();
    scope.images = images;
    show_progress();
    const LiveAnswers answers = ask_world(
        scope, loop_,
        [this](const Request& request, unsigned renewal,
               const std::function<void(std::expected<Call, NoWay>)>& send) {
          prepare(request, renewal, send);
        },
        now());
    end_progress();
    const int signal = interruption_.signal();
    if (answers.answered == 0 && options_.from.empty() && signal == 0)
      return std::unexpected(no_access(answers));
    for (const std::string& reason : answers.reasons) note("no-credential", join_lines(reason));
    if (scope.azure) tell_of_subscriptions(*scope.azure, answers);
    // Waiting for a credential leaves no call behind that could tell of it.
    if (answers.interrupted || signal != 0) {
      note("run-interrupted", signal != 0
                                  ? "the run was interrupted; what is missing was not asked"
                                  : fmt::format("the run took longer than {} s (--timeout); what "
                                                "is missing was not asked",
                                                options_.live.timeout_seconds));
    }
    live_.exchanges = answers.exchanges;
    live_.signal = signal;
    return std::move(live_);
  }

 private:
  const Options& options_;
  const Streams streams_;
  const Interruption interruption_;
  const Environment environment_ = read_environment();
  const AzureCloud& cloud_;
  Loop loop_;
  std::optional<AzureCredential> credential_;
  RegistryAccess registries_{{[this](Call call, std::function<void(Answer)> done) {
                                loop_.ask(std::move(call), std::move(done));
                              },
                              [this](const auto& done) { find_entra_token(done); }}};
  std::map<std::string, KubeAccess> clusters_;
  // The last renewal of each cluster's credential, and of each audience's token.
  struct Renewed {
    unsigned number = 0;
    std::optional<KubeError> error;
  };
  std::map<std::string, Renewed> renewed_;
  std::map<Audience, unsigned> forgotten_;
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

  // Resource Graph shows everybody what he may read: nothing, where that is nothing.
  void tell_of_subscriptions(const AzureScope& scope, const LiveAnswers& answers) {
    if (!scope.subscriptions.empty() || answers.interrupted) return;
    bool told = false;
    for (const Exchange& exchange : answers.exchanges) {
      if (exchange.request.url.starts_with(scope.arm + "/subscriptions/")) return;
      told |= exchange.status == 200 && exchange.request.body.contains("summarize");
    }
    note("no-subscription",
         told ? "Azure shows this account no registry and no cluster of those asked for; if there "
                "is one, ask for the role Reader on it, or name its subscription with "
                "--subscription"
              : "which subscriptions hold registries and clusters is not known, so none was read; "
                "name them with --subscription");
  }

  NoInput no_access(const LiveAnswers& answers) const {
    NoInput none{{"no access: no question was answered", {}}, kNoAccess};
    for (const auto& notification : live_.notifications) none.tried.push_back(notification.text);
    none.tried.insert(none.tried.end(), answers.reasons.begin(), answers.reasons.end());
    for (std::string& line : list_failures(answers.exchanges))
      none.tried.push_back(std::move(line));
    return none;
  }

  AzureScope azure_scope() {
    AzureScope scope;
    scope.arm = endpoint(environment_, "AZURE_RESOURCE_MANAGER_ENDPOINT", cloud_.arm);
    scope.graph = endpoint(environment_, "AZURE_GRAPH_ENDPOINT", cloud_.graph);
    scope.subscriptions = options_.live.subscriptions;
    scope.management_groups = options_.live.management_groups;
    scope.registries = options_.live.registries;
    scope.clusters = options_.live.clusters;
    if (!options_.cluster.empty()) scope.clusters.push_back(options_.cluster);
    scope.posture = options_.command != "why";
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
                                               &environment_, interruption_.flag()});
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
      cluster.posture = options_.command != "why";
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
            interruption_.flag()};
  }

  void prepare(const Request& request, unsigned renewal,
               const std::function<void(std::expected<Call, NoWay>)>& send) {
    if (request.audience == Audience::registry) return prepare_registry(request, renewal, send);
    if (request.audience == Audience::kubernetes) {
      KubeAccess& access = clusters_.at(request.context);
      Renewed& last = renewed_[request.context];
      if (renewal > last.number) last = {renewal, renew(access, environment_, rules())};
      if (last.error) return send(std::unexpected(NoWay{last.error->text}));
      return send(kube_call(access, std::string_view(request.url).substr(access.server.size())));
    }
    if (unsigned& last = forgotten_[request.audience]; renewal > last) {
      last = renewal;
      credential_->forget(request.audience, {});
    }
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

  void prepare_registry(const Request& request, unsigned renewal,
                        const std::function<void(std::expected<Call, NoWay>)>& send) {
    if (renewal > 0) registries_.forget(request.url);
    registries_.find(request.url,
                     [request, send](const std::expected<const Secret*, std::string>& access) {
                       if (!access)
                         return send(std::unexpected(NoWay{access.error(), access.error()}));
                       send(read_call(request.url, request.accept, **access));
                     });
  }

  void find_entra_token(const std::function<void(std::expected<EntraToken, TokenError>)>& done) {
    if (!credential_) return done(std::unexpected(TokenError{}));
    credential_->find(Audience::registry, {},
                      [done](const std::expected<const Token*, TokenError>& token) {
                        if (!token) return done(std::unexpected(token.error()));
                        done(EntraToken{(*token)->text.copy(), (*token)->tenant});
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

std::expected<LiveInput, NoInput> ask_live(const Options& options,
                                           const std::set<std::string>& images, Streams streams) {
  return Access(options, streams).ask(images);
}

}  // namespace acr
