// What this machine meets on the way to a registry.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cli/commands.h"
#include "cli/interruption.h"
#include "cli/terminal.h"
#include "estate/address.h"
#include "estate/image_reference.h"
#include "live/azure_credential.h"
#include "live/challenge.h"
#include "live/probe.h"
#include "live/vantage.h"

namespace acr {
namespace {

constexpr int kFailed = 1, kNotTried = 3, kOutputFailed = 5;

std::optional<UsageError> check_servers(const std::vector<std::string>& servers) {
  for (const auto& server : servers) {
    if (IpAddress::parse(server) || IpAddress::parse(host_of(server))) continue;
    return UsageError{fmt::format("--dns takes the address of a server, not '{}'", server),
                      "for example --dns 168.63.129.16, or --dns 10.0.0.10:53"};
  }
  return std::nullopt;
}

// Which of the two is the more useful to know: what is broken, or that not all was tried.
int exit_code_of(const Probe& probe) {
  const bool failed =
      std::any_of(probe.observations.begin(), probe.observations.end(),
                  [](const Observation& observation) { return !observation.works; });
  if (failed) return kFailed;
  return probe.untried.empty() ? 0 : kNotTried;
}

std::expected<ProbeRequest, UsageError> read_request(const Options& options) {
  if (options.arguments.size() != 1) {
    return std::unexpected(UsageError{
        options.arguments.empty()
            ? std::string("probe takes a registry or an image")
            : fmt::format("probe takes one registry or image, not {}", options.arguments.size()),
        "for example: acr-doctor probe contoso.azurecr.io/shop/cart:1.4.2"});
  }
  auto request = parse_probe_target(options.arguments.front());
  if (!request) return request;
  request->deadline = Milliseconds(1'000) * options.live.timeout_seconds;
  if (auto error = check_servers(options.dns_servers)) return std::unexpected(*std::move(error));
  request->servers = options.dns_servers;
  if (!options.docker_config.empty() && !options.live.auth.empty())
    return std::unexpected(
        UsageError{"--docker-config and --auth are two credentials", "give one"});
  if (options.docker_config.empty()) return request;
  const std::string repository = request->repository.empty()
                                     ? request->registry
                                     : fmt::format("{}/{}", request->registry, request->repository);
  auto login = read_docker_login(options.docker_config, repository);
  if (!login) return std::unexpected(UsageError{login.error(), {}});
  request->login = std::move(*login);
  return request;
}

AskEntraToken asking(AzureCredential& credential) {
  return [&credential](const auto& done) {
    credential.find(Audience::registry, {},
                    [done](const std::expected<const Token*, TokenError>& token) {
                      if (token)
                        done(EntraToken{(*token)->text.copy(), (*token)->tenant});
                      else
                        done(std::unexpected(token.error()));
                    });
  };
}

}  // namespace

std::expected<ProbeRequest, UsageError> parse_probe_target(std::string_view text) {
  ProbeRequest request;
  const auto slash = text.find('/');
  const std::string_view host = text.substr(0, slash);
  // A host without a dot or port is, for every reader of images, a path on Docker Hub.
  const bool is_host = host == "localhost" || host.find_first_of(".:") != std::string_view::npos;
  if (!host.empty() && !is_host) {
    return std::unexpected(UsageError{
        fmt::format("'{}' names no registry's host", text),
        fmt::format("did you mean {}.azurecr.io{}?", host,
                    slash == std::string_view::npos ? std::string_view() : text.substr(slash))});
  }
  const std::string whole =
      slash == std::string_view::npos ? fmt::format("{}/any", host) : std::string(text);
  const auto image = parse_image(whole);
  if (!image || image->domain.empty() || text.starts_with("http")) {
    return std::unexpected(
        UsageError{fmt::format("'{}' is no registry and no image", text),
                   "it looks like HOST, HOST/REPOSITORY or HOST/REPOSITORY:TAG, without https://"});
  }
  request.registry = image->domain;
  if (slash == std::string_view::npos) return request;
  request.repository = image->path;
  request.reference = image->digest.empty() ? image->tag : image->digest;
  return request;
}

int run_probe_command(const Options& options, Streams streams) {
  auto request = read_request(options);
  if (!request) return refuse(request.error(), json_goes_to_out(options), streams);
  request->at = now();
  request->vantage = vantage_of(look_around(), options.cluster, !options.dns_servers.empty());
  LoopLimits limits;
  limits.deadline = request->deadline;
  const Interruption interruption;
  Loop loop(limits, interruption.flag());
  const Environment environment = read_environment();
  const AzureCloud& cloud = choose_cloud(environment);
  AzureCredential credential(
      options.live.auth.empty()
          ? std::vector<CredentialSource>()
          : credential_sources(environment, cloud,
                               parse_auth(options.live.auth).value_or(AuthChoice::automatic)),
      cloud,
      {[&loop](Call call, std::function<void(Answer)> done) {
         loop.ask(std::move(call), std::move(done));
       },
       [] { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); },
       &environment, interruption.flag()});
  if (!options.live.auth.empty()) request->entra = asking(credential);
  const Probe probe = run_probe(loop, std::move(*request));
  const bool written = write_outputs(
      options,
      [&probe](Format format, const RenderOptions& render) {
        return format == Format::json ? render_probe_json(probe) : render_probe(probe, render);
      },
      streams);
  if (interruption.signal() != 0) return 128 + interruption.signal();
  return written ? exit_code_of(probe) : kOutputFailed;
}

}  // namespace acr
