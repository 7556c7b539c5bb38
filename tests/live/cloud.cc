#include "live/cloud.h"

#include <filesystem>

#include <fmt/format.h>

#include "live/child.h"

namespace acr::test {
namespace {

constexpr const char* kServer = "aks-prod-dns.hcp.westeurope.azmk8s.io";

HttpServer::Options named_as_azure() {
  HttpServer::Options options;
  options.identity =
      shared_authority().issue({.names = {"management.azure.com", "login.microsoftonline.com",
                                          "graph.microsoft.com", kServer, "127.0.0.1"}});
  return options;
}

ConnectProxy::Options lead_to(unsigned short port) {
  ConnectProxy::Options options;
  for (const char* name :
       {"management.azure.com", "login.microsoftonline.com", "graph.microsoft.com", kServer})
    options.ways[fmt::format("{}:443", name)] = port;
  return options;
}

}  // namespace

Cloud::Cloud(const std::string& estate, StandIn::Options options)
    : stand_in(std::move(options)),
      server([this](const Request& request) { return answer(request); }, named_as_azure()),
      proxy_(lead_to(server.port())) {
  stand_in.read(std::filesystem::path(ACR_SOURCE_DIR) / "fixtures/estates" / estate / "input");
  stand_in.base = "https://management.azure.com";
  folder.write("ca.pem", shared_authority().pem());
  folder.write("kubeconfig", fmt::format(R"(apiVersion: v1
kind: Config
current-context: mine
clusters:
- name: c
  cluster: {{server: "https://{}:443", certificate-authority: ca.pem}}
users:
- name: u
  user: {{token: CANARY-token}}
contexts:
- name: mine
  context: {{cluster: c, user: u, namespace: shop}}
)",
                                         kServer));
}

Response Cloud::answer(const Request& request) {
  if (auto signed_in = entra.answer(request)) return *std::move(signed_in);
  return stand_in.answer(request);
}

bool Cloud::has(const std::string& program) {
  return find_program(program, read_environment()).has_value();
}

Cloud::Ended Cloud::run(const std::vector<std::string>& argv, const std::string& input) const {
  Environment environment = read_environment();
  const auto set = [&](std::initializer_list<const char*> names, const std::string& value) {
    for (const char* name : names) environment.set(name, value);
  };
  set({"AZURE_TENANT_ID"}, entra.options().tenant);
  set({"AZURE_CLIENT_ID"}, entra.options().client);
  set({"AZURE_CLIENT_SECRET"}, entra.options().secret);
  set({"AZURE_AUTHORITY_HOST", "AZURE_RESOURCE_MANAGER_ENDPOINT", "AZURE_GRAPH_ENDPOINT"}, "");
  set({"CURL_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"}, folder.path("ca.pem"));
  set({"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"}, proxy_.url());
  set({"ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"}, "");
  set({"AZURE_CONFIG_DIR"}, folder.path("az"));
  set({"AZURE_CORE_COLLECT_TELEMETRY"}, "no");
  set({"AZURE_CORE_ONLY_SHOW_ERRORS"}, "true");
  set({"KUBECONFIG"}, folder.path("kubeconfig"));
  set({"HOME"}, folder.path());
  set({"SOURCE_DATE_EPOCH"}, "1780000000");
  set({"LC_ALL"}, "C.UTF-8");
  // Standard error goes to a file: nothing may be lost of it.
  folder.write("in", input);
  Child child;
  child.argv = {"/bin/sh", "-c", "exec \"$@\" 2>\"$0/err\" <\"$0/in\"", folder.path()};
  child.argv.insert(child.argv.end(), argv.begin(), argv.end());
  child.environment = &environment;
  child.output_limit = std::size_t{64} << 20;
  child.timeout = Milliseconds(300'000);
  const ChildEnd end = run_child(child);
  Ended ended;
  ended.code = end.how == ChildEnd::How::exited ? end.code : -1;
  ended.out = std::string(end.output.view());
  ended.err = folder.read("err");
  return ended;
}

Cloud::Ended Cloud::doctor(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), ACR_BINARY);
  return run(arguments);
}

}  // namespace acr::test
